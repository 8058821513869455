"""The report as one HTML file that opens from disk, loads nothing and runs only its own scripts.

The words of claims are untrusted: all text is escaped, only http(s) addresses become links, and a
content security policy blocks every script that is not written here.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sojourn._core.ledger_labels import more_of_series
from sojourn._core.verdict import state_verdict
from sojourn.report import charts
from sojourn.report.document import NUMERIC, Cell, CellKind, Section, Table
from sojourn.report.inputs import ReportInputs
from sojourn.report.wording import day, number, share


def html(material: ReportInputs, sections: list[Section]) -> str:
    """The page."""
    bundle, boot = _bundle(), _file("boot.js")
    figures = [figure for section in sections for figure in section.figures]
    specs = {figure.id: figure.spec() for figure in figures if figure.spec}
    warnings, names = material.answer["warnings"], material.labels
    return (
        _environment()
        .from_string(_file("page.html.j2"))
        .render(
            answer=material.answer,
            used=len(material.used),
            numeric=NUMERIC,
            unconverged=material.unconverged,
            others=[names.sentence(w) for w in warnings if w not in material.unconverged],
            verdict=state_verdict(material.answer),
            names=names,
            sections=sections,
            charts={"specs": specs, "config": charts.CONFIG},
            style=_file("page.css"),
            bundle=bundle,
            boot=boot,
            policy=policy(bundle, boot),
        )
    )


@cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script; cached, because making it takes a second."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script")


def policy(*scripts: str) -> str:
    """A content security policy that allows these scripts and inline styles, and blocks all requests."""
    hashes = (b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    rules = ("default-src 'none'", f"script-src {allowed}", "style-src 'unsafe-inline'", "img-src data:")
    return "; ".join((*rules, "base-uri 'none'", "form-action 'none'"))


def shown(value: Cell, kind: CellKind = "text") -> str:
    """A cell as text."""
    if isinstance(value, tuple):
        return " ".join(value)
    if value is None or isinstance(value, str):
        return value or ""
    if kind == "share":
        return share(value)
    if kind == "count":
        return number(value)
    if isinstance(value, int):
        return f"{value:,}" if kind == "plain" else str(value)
    if kind == "plain":
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:.6g}"


def is_address(value: Cell) -> bool:
    """Whether a cell is a web address that may be a link: never `javascript:`, `data:` and the like."""
    if not isinstance(value, str):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def cells(table: Table) -> list[tuple[int, int | None]]:
    """Columns to show: the ends of an interval share one column, and empty columns are left out."""
    read: list[tuple[int, int | None]] = []
    for i, column in enumerate(table.columns):
        if column.upto:
            read[-1] = (read[-1][0], i)
        elif not table.rows or any(row[i] not in (None, "", ()) for row in table.rows):
            read.append((i, None))
    return read


def _host(address: str) -> str:
    return urlsplit(address).netloc.removeprefix("www.")


def _words(text: str) -> Markup:
    """Escaped text, with text in backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def _environment() -> Environment:
    found = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Any] = {"shown": shown, "host": _host, "words": _words, "day": day, "cells": cells}
    filters["more_of_series"] = more_of_series
    found.filters.update(filters)
    found.tests["address"] = is_address
    return found


def _file(name: str) -> str:
    return (files("sojourn.report.formats") / "page_files" / name).read_text(encoding="utf-8")
