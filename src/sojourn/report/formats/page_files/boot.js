// Draws the charts; a link to a row opens the table that holds it.
const { specs, config } = JSON.parse(document.getElementById("charts").textContent);
config.axisY.labelLimit = window.innerWidth < 600 ? 130 : 320;
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
