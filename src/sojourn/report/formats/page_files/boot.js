// Draw the charts; open the table that holds the row of a followed link.
const { specs, config } = JSON.parse(document.getElementById("charts").textContent);
config.axisY.labelLimit = window.innerWidth < 600 ? 150 : 400;
const draw = ([id, spec]) =>
  vegaEmbed(document.getElementById(`chart-${id}`), spec, {
    config, renderer: "svg", actions: false, ast: true,
  });
Promise.all(Object.entries(specs).map(draw)).then(
  () => { document.body.dataset.charts = "drawn"; },
  (error) => { document.body.dataset.charts = "failed"; console.error(error); },
);
const reveal = () => {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const table = row?.closest("details");
  if (table && !table.open) { table.open = true; row.scrollIntoView(); }
};
window.addEventListener("hashchange", reveal);
reveal();
