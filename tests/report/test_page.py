"""The page: safe with hostile words, true to the answer, whole without a network."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from sojourn.report import NAMES, charts, write_report
from sojourn.report.inputs import read_inputs
from sojourn.report.sections import compose
from sojourn.report.wording import number, sentence

from .pages import Page, parse

HOSTILE = (
    "<script>window.planted=1</script>",
    '</script><img src=x onerror="window.planted=1">',
    "'\" onmouseover='window.planted=1' {{ 7*7 }} {% raw %}",
    "<svg/onload=window.planted=1>",
)
MEGABYTE = 2**20


def page_of(folder: Path) -> Page:
    return parse(write_report(folder).read_text(encoding="utf-8"))


def plant(record: dict[str, Any]) -> None:
    """Hostile words wherever a case has words."""
    words = " ".join(HOSTILE)
    record["question"] = words
    record["warnings"].append(words)
    record["warning_kinds"].append("misfit")
    ledger = record["ledger"]
    ledger["places"] = dict.fromkeys(ledger["places"], words)
    for event in ledger["events"]:
        event["name"] = words
    for source in ledger["sources"].values():
        source["name"] = source["role"] = source["note"] = words
    for claim in record["claims"]:
        claim["said"] = words
        for reading in claim["readings"]:
            reading["why"] = words
    for claim in ledger["claims"].values():
        claim["quote"] = claim["via"] = claim["note"] = words
        claim["url"] = "javascript:window.planted=1"
    for group in ledger["contacts"].values():
        group["respondent"] = group["note"] = words


def test_words_stay_words(save: Callable[..., Path]) -> None:
    page = page_of(save(plant, None))
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert [attributes.get("type", "") for attributes in scripts] == ["application/json", "", ""]
    assert not [tag for tag, _ in page.tags if tag in ("img", "iframe", "object", "base", "form", "link")]
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert not [address for address in page.values("href") if address.startswith("javascript")]
    assert "49" not in page.text.split("{{ 7*7 }}")[0][-3:]
    assert page.text.count("window.planted=1") > 50


def test_only_its_own_scripts_may_run(folder: Path) -> None:
    page = page_of(folder)
    policy = next(
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    assert allowed == {b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in page.scripts[1:]}
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    script_rule = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe-inline" not in script_rule


def test_nothing_is_loaded(folder: Path) -> None:
    target = write_report(folder)
    page = parse(target.read_text(encoding="utf-8"))
    assert page.values("src") == []
    assert all(address.startswith(("#", "http://", "https://")) for address in page.values("href"))
    assert target.stat().st_size < 3 * MEGABYTE


def test_every_link_within_leads_somewhere(folder: Path) -> None:
    page = page_of(folder)
    places = page.values("id")
    assert len(places) == len(set(places))
    within = {unquote(address[1:]) for address in page.values("href") if address.startswith("#")}
    assert within <= set(places)
    claims = {f"claim-{claim['claim']}" for claim in read_inputs(folder).answer["claims"]}
    assert claims <= set(places)
    assert len(within & claims) > 10


def test_warnings_of_convergence_come_first(save: Callable[..., Path]) -> None:
    def unconverged(record: dict[str, Any]) -> None:
        record["warnings"] = ["no anchor: levels rest on priors", "not converged: R̂ is 1.3"]
        record["warning_kinds"] = ["no_anchor", "not_converged"]

    folder = save(unconverged)
    text = page_of(folder).text
    assert text.index("has not converged") < text.index("R̂ is 1.3") < text.index("About ")
    assert text.index("no anchor") > text.index("About ")
    markdown = write_report(folder, form="md").read_text(encoding="utf-8")
    assert markdown.index("has not converged") < markdown.index("About ")

    def converged(record: dict[str, Any]) -> None:
        record["warnings"] = record["warning_kinds"] = []

    text = page_of(save(converged)).text
    assert "has not converged" not in text
    assert text.index("Reliable: the four chains agree.") < text.index("About ")


def test_label_of_the_prior_travels(save: Callable[..., Path]) -> None:
    def unlearnt(record: dict[str, Any]) -> None:
        for item in record["identified"]:
            item["contraction"] = 0.04 if item["quantity"] in ("moved_on", "in BB") else 0.5
        for flow in record["flows"]:
            flow["contraction"] = 0.5

    material = read_inputs(save(unlearnt))
    label = "only the prior says this"
    assert sentence(material).count(label) == 1
    assert re.search(rf"; {label}\) had moved on", sentence(material))
    labelled = {
        table.id: [row for row in table.rows if label in row]
        for section in compose(material)
        for table in section.tables
    }
    assert [row[0] for row in labelled["outcomes"]] == ["moved on"]
    assert [row[0] for row in labelled["places"]] == ["Beta"]
    assert {row[1] for row in labelled["timeline"]} == {"moved on"}
    where = next(f for s in compose(material) for f in s.figures if f.id == "where")
    assert "Beta (prior only)" in str(where.spec())
    rows = write_report(material.folder, form="sdmx").read_text(encoding="utf-8").splitlines()
    assert {row.split(",")[6] for row in rows if row.endswith(",Y")} == {"MOVED_ON", "PRESENT"}


def test_numbers_are_the_answers(folder: Path, answer: dict[str, Any]) -> None:
    page = page_of(folder)
    for summary in (*answer["outcomes"].values(), *answer["by_place"].values()):
        assert number(summary["q50"]) in page.text
        assert f"{number(summary['q05'])} – {number(summary['q95'])}" in page.text
    assert sentence(read_inputs(folder)) in page.text


def test_every_chart_has_words_and_a_table(folder: Path) -> None:
    sections = compose(read_inputs(folder))
    figures = [(section, figure) for section in sections for figure in section.figures]
    assert len(figures) >= 14
    for section, figure in figures:
        assert section.tables, figure.id
        assert len(figure.alt) > 20
        assert len(figure.caption) > 20
    assert all(not section.missing for section in sections)


def test_charts_name_speakers_and_figures(folder: Path) -> None:
    """No chart or sentence shows a code where the ledger has a name."""
    specs = {f.id: str(f.spec()) for s in compose(read_inputs(folder)) for f in s.figures if f.spec}
    for id in ("claims-crossings", "conflict", "influence-claims"):
        assert "“about 300 crossings”, Border service of Alpha (c17)" in specs[id]
    assert "change of departure rates over time" in specs["sensitivity"]
    assert "leave_walk" not in specs["sensitivity"]
    assert "A survey of 1,000 people" in specs["worth"]


def in_series(record: dict[str, Any]) -> None:
    """c01, c02 and c03 of the border service become one series."""
    for id in ("c01", "c02", "c03"):
        record["ledger"]["claims"][id]["series"] = "monthly"


def test_a_series_is_one_row(save: Callable[..., Path]) -> None:
    folder = save(in_series)
    crossings = next(
        f for s in compose(read_inputs(folder)) for f in s.figures if f.id == "claims-crossings" and f.spec
    )
    drawn = str(crossings.spec() if crossings.spec else "")
    (shown,) = [id for id in ("(c01)", "(c02)", "(c03)") if id in drawn]
    assert f"{shown} … and 2 more of this series" in drawn
    page = page_of(folder)
    folded = {a["id"] for tag, a in page.tags if tag == "tr" and a.get("class") == "later"}
    assert folded == {"claim-c02", "claim-c03"}
    assert "… and 2 more of this series" in page.text
    markdown = write_report(folder, form="md").read_text(encoding="utf-8")
    assert all(f"| {id} |" in markdown for id in ("c01", "c02", "c03"))  # no evidence is lost


def test_what_was_not_made_says_how(save: Callable[..., Path]) -> None:
    sections = {s.id: s for s in compose(read_inputs(save(of_audit=None)))}
    for name, command in (
        ("conflict", "audit"),
        ("influence", "audit"),
        ("history", "vintages"),
        ("worth", "worth"),
    ):
        assert f"`sojourn {command}" in sections[name].missing
        assert not sections[name].figures
    assert sections["claims"].figures


@pytest.mark.parametrize("form", NAMES)
def test_same_answer_same_bytes(save: Callable[..., Path], tmp_path: Path, form: Any) -> None:
    folder = save()
    first, second = (write_report(folder, tmp_path / side / NAMES[form], form) for side in "ab")
    pairs = [(path, second.parent / path.relative_to(first.parent)) for path in first.parent.rglob("*")]
    files = [(one, other) for one, other in pairs if one.is_file()]
    assert len(files) >= 3
    assert all(one.read_bytes() == other.read_bytes() for one, other in files)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, ground: str) -> float:
    high, low = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast() -> None:
    """WCAG 2: 3 to 1 for marks, 4.5 to 1 for text."""
    marks = [*charts.OUTCOME.values(), *(colour for colour, _ in charts.VERDICT.values())]
    assert all(contrast(colour, "#ffffff") >= 3 for colour in marks)
    style = (Path(charts.__file__).parent / "formats" / "page_files" / "page.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for text in ("ink", "soft", "link"):
        assert contrast(named[text], "#ffffff") >= 4.5
        assert contrast(named[text], named["wash"]) >= 4.5
    assert contrast("#8a4500", "#ffffff") >= 4.5
