"""The diagram of flows: widths are persons, places do not overlap, every band says its numbers."""

from __future__ import annotations

from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sojourn.report.flow_diagram import COLOURS, GAP, LEAST, Flow, flow_svg

SVG = "{http://www.w3.org/2000/svg}"
PLACES = st.sampled_from(["Alpha", "Beta", "<b>Gamma</b>", "Дельта", "elsewhere"])
FLOWS = st.lists(
    st.builds(
        Flow,
        start=PLACES,
        end=PLACES,
        persons=st.floats(0, 1e6),
        kind=st.sampled_from(sorted(COLOURS)),
        text=st.text("ab <&\"'", min_size=1),
    ),
    min_size=1,
    max_size=20,
).filter(lambda flows: sum(flow.persons for flow in flows) > 1)


def draw(flows: list[Flow], width: int = 800, height: int = 500) -> Element:
    return fromstring(flow_svg(flows, width, height, "title", {}))


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_width_is_persons(flows: list[Flow]) -> None:
    svg = draw(flows)
    bands = svg.findall(f"{SVG}path")
    widths = [float(band.get("stroke-width", "0")) for band in bands]
    assert len(bands) == len(flows)
    wide = [(w, flow.persons) for w, flow in zip(widths, flows, strict=True) if w > LEAST * 1.01]
    widest, most = max(wide, key=lambda pair: pair[1])
    assert all(w == pytest.approx(widest * persons / most, abs=0.02) for w, persons in wide)
    assert [band.findtext(f"{SVG}title") for band in bands] == [flow.text for flow in flows]
    assert [band.get("aria-label") for band in bands] == [flow.text for flow in flows]


@settings(max_examples=60, deadline=None)
@given(FLOWS)
def test_places_do_not_overlap_and_are_inside(flows: list[Flow]) -> None:
    svg = draw(flows)
    height = float(svg.get("height", "0"))
    sides: dict[str, list[tuple[float, float]]] = {}
    for bar in svg.findall(f"{SVG}rect"):
        top = float(bar.get("y", "0"))
        sides.setdefault(bar.get("x", ""), []).append((top, top + float(bar.get("height", "0"))))
    assert len(sides) == 2
    for spans in sides.values():
        ends = sorted(spans)
        gaps = [after[0] - before[1] for before, after in pairwise(ends)]
        assert all(gap >= GAP - LEAST - 0.2 for gap in gaps)
        assert ends[0][0] >= 0
        assert ends[-1][1] <= height


def test_text_does_not_leave_the_page() -> None:
    svg = draw([Flow("Kazakhstan", "United Arab Emirates", 5.0, "away", "x")], width=360)
    width = float(svg.get("width", "0"))
    for text in svg.findall(f"{SVG}text"):
        x, size = float(text.get("x", "0")), 7.2 * len(text.text or "")
        begin = x - size if text.get("text-anchor") == "end" else x
        assert begin >= -45
        assert begin + size <= width + 45
