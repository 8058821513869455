"""Kinds of chart, each a function from rows to a Vega-Lite specification.

Colours follow Okabe and Ito: they can be told apart by colour-blind readers and have a contrast
of at least 3:1 against white. Shape or position repeats what a colour says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from math import ceil, floor, log10
from typing import Any

import altair as alt

Row = dict[str, Any]
Spec = dict[str, Any]
BLUE, VERMILLION, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#00805C", "#B0578D", "#6B6B6B"
OUTCOME = {"stayed": BLUE, "moved on": VERMILLION, "returned": GREEN}
VERDICT = {
    "fits": (BLUE, "circle"),
    "strained": (PURPLE, "triangle-up"),
    "conflicts": (VERMILLION, "square"),
    "not judged": (GREY, "diamond"),
    "not used": (GREY, "cross"),
}
ROW = 20
"""Height of a row in a chart of intervals, in pixels."""
CONFIG: Spec = {
    "background": "white",
    "font": "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "labelColor": "#222",
        "titleColor": "#222",
        "gridColor": "#e3e3e3",
        "labelOverlap": True,
        "labelSeparation": 8,
    },
    "axisY": {"labelOverlap": False},
    "legend": {"labelFontSize": 12, "title": None, "orient": "top", "symbolSize": 90, "columns": 3},
}


def intervals(
    rows: Sequence[Row],
    title: str,
    *,
    axis: str = ",.0f",
    log: bool = False,
    colours: dict[str, str] | None = None,
) -> Spec:
    """One line for each row: median, thick 50% interval, thin 90% interval; a rule at 0 (1 if `log`).

    Args:
        rows: label, q05 … q95, note; group if `colours` are given.
        title: title of the axis.
        axis: number format of the axis (d3-format).
        log: logarithmic axis.
        colours: colour by group.
    """
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale()
    ticks = alt.Axis(format=axis, title=title, **_ticks(rows, log))
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        color=_colour(colours),
        tooltip=_tooltip("label", axis),
    )
    thin = base.mark_rule(strokeWidth=2).encode(x=alt.X("q05:Q", scale=scale, axis=ticks), x2="q95:Q")
    none = alt.Chart(alt.Data(values=[{"x": 1 if log else 0}])).mark_rule(color=GREY).encode(x="x:Q")
    thick = base.mark_rule(strokeWidth=8, opacity=0.55).encode(x=alt.X("q25:Q"), x2="q75:Q")
    point = base.mark_point(filled=True, size=90, opacity=1).encode(x=alt.X("q50:Q"))
    return _spec(none, thin, thick, point, height=_height(rows, ROW + 6))


def bands(rows: Sequence[Row], marks: Sequence[Row], title: str, *, axis: str = ",.0f") -> Spec:
    """Outcomes over time: median, 50% and 90% bands, and numbered vertical lines for events.

    Args:
        rows: date, group, q05 … q95, note.
        marks: date, number, name.
        title: title of the axis.
        axis: number format of the axis (d3-format).
    """
    return _spec(*_bands(rows, title, axis, "linear", legend=True), *_dates(marks), height=320)


def known(rows: Sequence[Row], title: str) -> Spec:
    """One share by date of knowledge: a step at each date, intervals at the last. Rows as for `bands`."""
    last = alt.Chart(alt.Data(values=list(rows[-1:]))).encode(x="date:T", color=_colour(OUTCOME))
    thin = last.mark_rule(strokeWidth=2).encode(y="q05:Q", y2="q95:Q")
    thick = last.mark_rule(strokeWidth=8, opacity=0.55).encode(y="q25:Q", y2="q75:Q")
    return _spec(*_bands(rows, title, "%", "step-after", legend=False), thin, thick, height=150)


def _bands(rows: Sequence[Row], title: str, axis: str, between: Any, legend: bool) -> Iterator[alt.Chart]:
    """Bands, lines, and invisible points with tooltips; `between` is the interpolation between dates."""
    days = "%-d %b" if _length(rows) < 150 else "%b %Y"
    whole = alt.Scale() if legend else alt.Scale(domain=[0, 1])
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        x=alt.X(
            "date:T",
            title=None,
            scale=alt.Scale() if legend else alt.Scale(padding=8),
            axis=alt.Axis(format=days, labelAngle=0, tickCount=6),
        ),
        color=_colour(OUTCOME, legend=legend),
    )
    for opacity, low, high in ((0.16, "q05", "q95"), (0.28, "q25", "q75")):
        yield base.mark_area(opacity=opacity, line=False, interpolate=between).encode(
            y=alt.Y(f"{low}:Q", scale=whole, axis=alt.Axis(format=axis, title=title)), y2=f"{high}:Q"
        )
    dashes = alt.Scale(domain=list(OUTCOME), range=[[1, 0], [7, 3], [2, 2]])
    yield base.mark_line(strokeWidth=2.5, interpolate=between).encode(
        y="q50:Q",
        strokeDash=alt.StrokeDash("group:N", scale=dashes, legend=alt.Undefined if legend else None),
    )
    yield base.mark_point(size=60, opacity=0.001).encode(
        y="q50:Q", tooltip=[alt.Tooltip("date:T", format="%Y-%m-%d"), *_tooltip("group", axis)]
    )


def _length(rows: Sequence[Row]) -> int:
    """Number of days from the first date to the last."""
    days = [date.fromisoformat(row["date"]) for row in rows]
    return (max(days) - min(days)).days if days else 0


def _dates(marks: Sequence[Row]) -> tuple[alt.Chart, ...]:
    """Vertical lines with a number on top; the table below the chart has the names."""
    if not marks:
        return ()
    base = alt.Chart(alt.Data(values=list(marks))).encode(x="date:T")
    rule = base.mark_rule(color=GREY, strokeDash=[3, 3])
    text = base.mark_text(baseline="bottom", dy=-3, color="#222", fontSize=12, fontWeight="bold").encode(
        text="number:N", y=alt.value(0), tooltip=["date:N", "name:N"]
    )
    return rule, text


def said(rows: Sequence[Row], title: str, *, log: bool) -> Spec:
    """What was said (grey bar) and what the model expects. Rows: label, low, high, q05 … q95, verdict."""
    scale = alt.Scale(type="log", nice=False) if log else alt.Scale()
    ticks = alt.Axis(format="~s", title=title, **_ticks(rows, log))
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=["label:N", "words:N", "verdict:N", "counts:N", *_tooltip("", "")],
    )
    domain = [verdict for verdict in VERDICT if any(row["verdict"] == verdict for row in rows)]
    colour = alt.Color(
        "verdict:N", scale=alt.Scale(domain=domain, range=[VERDICT[verdict][0] for verdict in domain])
    )
    shape = alt.Shape(
        "verdict:N", scale=alt.Scale(domain=domain, range=[VERDICT[verdict][1] for verdict in domain])
    )
    words = base.mark_rule(strokeWidth=13, color="#c9c9c9").encode(
        x=alt.X("low:Q", scale=scale, axis=ticks), x2="high:Q"
    )
    figure = base.mark_tick(thickness=2, size=13, color="#444").encode(x="middle:Q")
    expected = base.mark_rule(strokeWidth=2).encode(x="q05:Q", x2="q95:Q", color=colour)
    point = base.mark_point(filled=True, size=60, opacity=1).encode(x="q50:Q", color=colour, shape=shape)
    return _spec(words, figure, expected, point, height=_height(rows))


def bars(rows: Sequence[Row], title: str, *, axis: str = ".2~f") -> Spec:
    """One bar for each row, ± two standard errors. Rows: label, value, low, high, note."""
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=["label:N", alt.Tooltip("value:Q", format=axis), "note:N"],
    )
    bar = base.mark_bar(color=BLUE, height=12).encode(
        x=alt.X("value:Q", axis=alt.Axis(format=axis, title=title, tickCount=5))
    )
    error = base.mark_rule(strokeWidth=2, color="#222").encode(x="low:Q", x2="high:Q")
    return _spec(bar, error, height=_height(rows))


def dots(rows: Sequence[Row], title: str, *, line: float, log: bool = False) -> Spec:
    """One point for each row and a reference line. Rows: label, value, group (beyond or within), note."""
    scale = alt.Scale(type="log") if log else alt.Scale()
    base = alt.Chart(alt.Data(values=list(rows))).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=["label:N", alt.Tooltip("value:Q", format=".3~g"), "note:N"],
    )
    point = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, axis=alt.Axis(format=".2~g", title=title, tickCount=5)),
        color=alt.Color(
            "group:N", scale=alt.Scale(domain=["beyond", "within"], range=[VERMILLION, BLUE]), legend=None
        ),
        shape=alt.Shape(
            "group:N", scale=alt.Scale(domain=["beyond", "within"], range=["square", "circle"]), legend=None
        ),
    )
    mark = (
        alt.Chart(alt.Data(values=[{"x": line}])).mark_rule(strokeDash=[4, 3], color="#222").encode(x="x:Q")
    )
    return _spec(mark, point, height=_height(rows))


def _ticks(rows: Sequence[Row], log: bool) -> dict[str, Any]:
    """Ticks of a log scale: powers of ten, and 2 and 5 times these if the range is short."""
    if not log:
        return {"tickCount": 5}
    ends = [row[key] for row in rows for key in ("low", "high", "q05", "q95") if key in row]
    low, high = (log10(end) for end in (min(ends), max(ends)))
    steps = (1, 2, 5) if high - low < 2.2 else (1,)
    powers = range(floor(low), ceil(high) + 1)
    return {"values": [step * 10.0**power for power in powers for step in steps]}


def _colour(colours: dict[str, str] | None, legend: bool = False) -> Any:
    if colours is None:
        return alt.value(BLUE)
    scale = alt.Scale(domain=list(colours), range=list(colours.values()))
    return alt.Color("group:N", scale=scale, legend=alt.Legend(symbolOpacity=1) if legend else None)


def _tooltip(name: str, axis: str) -> list[Any]:
    form = ".0%" if "%" in axis else ",.3~r"
    fields = (("q50", "median"), ("q05", "90% from"), ("q95", "90% to"))
    numbers = [alt.Tooltip(f"{key}:Q", title=title, format=form) for key, title in fields]
    return [*([f"{name}:N", "note:N"] if name else []), *numbers]


def _height(rows: Sequence[Row], row: int = ROW) -> int:
    return row * len({item["label"] for item in rows})


def _spec(*layers: alt.Chart, height: int) -> Spec:
    """Layers as one chart, as wide as its container."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    return (
        alt.layer(*layers).properties(width="container", height=height, autosize=fit).to_dict(validate=False)
    )
