"""The report as one HTML file: works from a file address, loads nothing, runs only its own scripts.

Claims' words are text from anywhere: everything is escaped, addresses are links only if
they are http(s), and a content security policy allows no script but those written here.
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

from sojourn.report import charts
from sojourn.report.document import Cell, CellKind, Section, Table
from sojourn.report.inputs import ReportInputs
from sojourn.report.wording import day, number, share


def html(material: ReportInputs, sections: list[Section]) -> str:
    """The page."""
    bundle, boot = _bundle(), _file("boot.js")
    figures = [figure for section in sections for figure in section.figures]
    specs = {figure.id: figure.spec() for figure in figures if figure.spec}
    warnings = material.answer["warnings"]
    return (
        _environment()
        .from_string(_file("page.html.j2"))
        .render(
            answer=material.answer,
            used=len(material.used),
            unconverged=material.unconverged,
            others=[w for w in warnings if w not in material.unconverged],
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
    """Vega, Vega-Lite and Vega-Embed as one script; takes a second to make."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;").replace("</script", "<\\/script")


def policy(*scripts: str) -> str:
    """A policy that lets these scripts run and nothing be fetched; charts style their own marks."""
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
    """Columns to read: an interval is one, from its begin to its end; those that say nothing are left out."""
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
    """Escaped text; what stands in backticks is code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def _environment() -> Environment:
    found = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    filters: dict[str, Any] = {"shown": shown, "host": _host, "words": _words, "day": day, "cells": cells}
    found.filters.update(filters)
    found.tests["address"] = is_address
    return found


def _file(name: str) -> str:
    return (files("sojourn.report.formats") / "page_files" / name).read_text(encoding="utf-8")
