"""The page in a browser, from a file address, with the network off: what is drawn, not what is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sojourn.report import write_report
from sojourn.report.inputs import read_inputs
from sojourn.report.sections import compose

from .test_page import plant

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium (apt install chromium)")
MARKS = """() => Object.fromEntries([...document.querySelectorAll('.chart')].map(chart => {
  const frame = chart.querySelector('svg')?.getBoundingClientRect();
  const marks = [...chart.querySelectorAll('.role-mark path, .role-mark line, .role-mark text')]
    .filter(mark => !mark.closest('.role-axis, .role-legend'));
  const inside = marks.map(mark => mark.getBoundingClientRect())
    .filter(box => box.left >= frame.left - 1 && box.right <= frame.right + 1
      && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1);
  const points = [...chart.querySelectorAll('.mark-symbol.role-mark path')]
    .filter(point => point.getBoundingClientRect().width > 3);
  const bars = [...chart.querySelectorAll('.mark-rect.role-mark path')];
  const count = {marks: marks.length, inside: inside.length, points: points.length, bars: bars.length};
  return [chart.id, {...count, width: frame?.width ?? 0}];
}))"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # A container has no user namespaces for Chromium's sandbox; the page is our own.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


def visit(browser: Browser, path: Path, width: int) -> tuple[Page, list[str]]:
    """The page when its charts are drawn, and everything that it complained of or asked for."""
    page = browser.new_context(viewport={"width": width, "height": 900}, offline=True).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url == path.as_uri() else said.append(request.url))
    page.goto(path.as_uri(), timeout=120_000)  # a busy machine may be slow; nothing here is timed
    page.wait_for_selector("body[data-charts]", timeout=120_000)
    return page, said


def rows(spec: Any) -> int:
    """Rows of a chart's largest table."""
    if isinstance(spec, dict):
        values = spec.get("values")
        own = sum(isinstance(row, dict) for row in values) if isinstance(values, list) else 0
        return max([own, *map(rows, spec.values())])
    return max(map(rows, spec), default=0) if isinstance(spec, list) else 0


@pytest.mark.parametrize("width", [1280, 390])
def test_every_chart_is_drawn(browser: Browser, folder: Path, width: int) -> None:
    page, said = visit(browser, write_report(folder), width)
    assert said == []
    assert page.evaluate("document.body.dataset.charts") == "drawn"
    marks = page.evaluate(MARKS)
    sections = compose(read_inputs(folder))
    figures = {f"chart-{f.id}": f for s in sections for f in s.figures if f.spec}
    assert set(marks) == set(figures)
    for name, figure in figures.items():
        found = marks[name]
        assert found["inside"] == found["marks"] > 0, name
        assert (found["points"] or found["bars"]) == rows(figure.spec()), name
        assert 0.7 * min(width, 990) - 30 < found["width"] <= width
    flows = page.locator("svg.flows:visible path.band")
    assert flows.count() > 3
    assert all(box and box["width"] > 100 for box in (flows.nth(i).bounding_box() for i in range(3)))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_hostile_words_do_nothing(browser: Browser, save: Callable[..., Path]) -> None:
    page, said = visit(browser, write_report(save(plant, None)), 1280)
    assert said == []
    page.hover("#chart-claims-crossings .mark-symbol path >> nth=0")
    page.wait_for_selector("#vg-tooltip-element.visible")
    assert page.evaluate("window.planted") is None
    assert page.locator("img").count() == 0
    page.context.close()


def test_keyboard_and_links(browser: Browser, folder: Path) -> None:
    page, said = visit(browser, write_report(folder), 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    assert page.evaluate("document.querySelector('#table-claims').open") is False
    page.click("#table-readings summary")
    page.click("#table-readings a[href='#claim-c05'] >> nth=0")
    page.wait_for_function("document.querySelector('#table-claims').open")
    assert page.locator("#claim-c05").is_visible()
    page.focus("svg.flows:visible path.band >> nth=0")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "90% interval" in label
    assert said == []
    page.context.close()


def test_prints(browser: Browser, folder: Path) -> None:
    """On paper the claims are there though their table was closed, and nothing is wider than the page."""
    page, _ = visit(browser, write_report(folder), 1280)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 980})
    assert page.locator("#claim-c05").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.context.close()
