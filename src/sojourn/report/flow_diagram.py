"""Flows between places as a small SVG: from left to right, the width of a band is a number of people.

Vega-Lite has no such chart, and libraries that have one are larger than the whole page. Places have
the same order on both sides. The text of a band (number, interval) is its title: browsers show it on
hover, and screen readers read it aloud.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

COLOURS = {"arrival": "#0072B2", "home": "#00805C", "away": "#D55E00", "other": "#6B6B6B"}
GAP, LEAST = 10.0, 1.2
"""Gap between places and smallest width of a band, in pixels."""
LINE = 30.0
"""Height of the two lines of text of a place, in pixels."""


@dataclass(frozen=True)
class Flow:
    """People who went from one place to another; `kind` is a key of `COLOURS`, `text` describes the band."""

    start: str
    end: str
    persons: float
    kind: str
    text: str


def flow_svg(flows: Sequence[Flow], width: int, height: int, title: str, describe: Mapping[str, str]) -> str:
    """Draw the diagram as SVG text.

    Args:
        flows: the bands, from top to bottom.
        width: width in pixels.
        height: height in pixels; the diagram is higher if there are many places.
        title: text alternative of the diagram.
        describe: second line of text of a place, by its side and name ("from Alpha", "to Beta").
    """
    left, right = (_sum(flows, side) for side in ("start", "end"))
    scale = _scale(left, right, height)
    margin = 0.30 * width if width < 600 else 150.0
    tops = {side: _tops(total, scale) for side, total in (("start", left), ("end", right))}
    bottom = max(_end(tops[side], total, scale) for side, total in (("start", left), ("end", right)))
    size = {"width": str(width), "height": f"{bottom:.0f}", "viewBox": f"0 0 {width} {bottom:.0f}"}
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "flows", "role": "group", **size})
    svg.set("aria-label", title)
    used = {side: dict(tops[side]) for side in tops}
    for flow in flows:
        thick = max(flow.persons * scale, LEAST)
        a, b = used["start"][flow.start] + thick / 2, used["end"][flow.end] + thick / 2
        used["start"][flow.start] += flow.persons * scale
        used["end"][flow.end] += flow.persons * scale
        _band(svg, flow, (margin, a), (width - margin, b), thick)
    for side, prefix, x, anchor in (
        ("start", "from", margin - 8, "end"),
        ("end", "to", width - margin + 8, "start"),
    ):
        for place, top in tops[side].items():
            total = (left if side == "start" else right)[place]
            _name(svg, place, describe.get(f"{prefix} {place}", ""), (x, top + total * scale / 2), anchor)
            bar = {"x": f"{margin - 4 if side == 'start' else width - margin:.1f}", "width": "4"}
            SubElement(svg, "rect", bar | {"y": f"{top:.1f}", "height": f"{max(total * scale, LEAST):.1f}"})
    return tostring(svg, encoding="unicode")


def _sum(flows: Sequence[Flow], side: str) -> dict[str, float]:
    total: dict[str, float] = {}
    for flow in flows:
        place = flow.start if side == "start" else flow.end
        total[place] = total.get(place, 0.0) + flow.persons
    return total


def _scale(left: Mapping[str, float], right: Mapping[str, float], height: float) -> float:
    """Pixels per person."""
    room = height - max(len(left), len(right)) * GAP
    return max(room, height / 3) / max(sum(left.values()), 1e-9)


def _tops(total: Mapping[str, float], scale: float) -> dict[str, float]:
    """Upper edge of each place, in pixels; each place has room for its text."""
    tops: dict[str, float] = {}
    y = 0.0
    for place, persons in total.items():
        thick = persons * scale
        room = max(thick, LINE)
        tops[place] = y + (room - thick) / 2
        y += room + GAP
    return tops


def _end(tops: Mapping[str, float], total: Mapping[str, float], scale: float) -> float:
    last = list(tops)[-1]
    return tops[last] + max(total[last] * scale, LINE) + 4


def _band(
    svg: Element, flow: Flow, start: tuple[float, float], end: tuple[float, float], thick: float
) -> None:
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    path = f"M{x0:.1f},{y0:.1f} C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
    style = {"fill": "none", "stroke": COLOURS[flow.kind], "stroke-width": f"{thick:.2f}", "class": "band"}
    band = SubElement(
        svg, "path", {"d": path, "tabindex": "0", "role": "img", "aria-label": flow.text, **style}
    )
    SubElement(band, "title").text = flow.text


def _name(svg: Element, place: str, detail: str, at: tuple[float, float], anchor: str) -> None:
    x, y = at
    first = y if not detail else y - 3
    name = SubElement(
        svg, "text", {"x": f"{x:.1f}", "y": f"{first:.1f}", "text-anchor": anchor, "class": "place"}
    )
    name.text = place
    if detail:
        more = {"x": f"{x:.1f}", "y": f"{y + 11:.1f}", "text-anchor": anchor, "class": "detail"}
        SubElement(svg, "text", more).text = detail
