"""What a terminal shows of a saved answer and its audit: names, one line for a series, no markup."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from sojourn._core.answer_warnings import AnswerWarning
from sojourn._core.ledger_labels import labels_of_answer
from sojourn._core.verdict import state_verdict
from sojourn.audit.results import (
    Audit,
    ClaimConflict,
    Conflict,
    Contraction,
    Header,
    Influence,
    Influences,
    Sensitivity,
    SourceConflict,
)
from sojourn.case.contradictions import Contradiction
from sojourn.cli.answer_text import claim_lines, list_advice, render, verdict_line
from sojourn.cli.audit_text import render_audit

DATA = Path(__file__).parents[1] / "data" / "answer"


@pytest.fixture
def answer() -> dict[str, Any]:
    return json.loads((DATA / "answer.json").read_text(encoding="utf-8"))


def read_audit() -> Audit:
    record = json.loads((DATA / "audit.json").read_text(encoding="utf-8"))
    conflict, influence = record["conflict"], record["influence"]
    header = {name: value for name, value in record["header"].items() if name != "schema"}
    texts, kinds = header.pop("warnings"), header.pop("warning_kinds")
    why = "“half” (c08, consul) and “15 percent” (c13, office) cannot both be true: why"
    return Audit(
        Header(**header, warnings=tuple(map(AnswerWarning, kinds, texts))),
        None,
        Conflict(
            tuple(ClaimConflict(**item) for item in conflict["claims"]),
            tuple(SourceConflict(**item) for item in conflict["sources"]),
            (Contradiction("c08", "c13", 2.0, why),),
            conflict["note"],
        ),
        Influences(*(tuple(Influence(**item) for item in influence[key]) for key in ("claims", "sources"))),
        tuple(Sensitivity(**item) for item in record["sensitivity"]),
        tuple(Contraction(**item) for item in record["contraction"]),
    )


def test_text_in_brackets_is_shown(answer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """A console that read markup would swallow "[bold]"."""
    changed = copy.deepcopy(answer)
    changed["question"] = "How many [bold] people :smile: stayed?"
    render(changed)
    assert changed["question"] in capsys.readouterr().out


WORST = {
    "rhat_max": 1.0312,
    "rhat_of": "size[AA:second]",
    "ess_bulk_min": 188.0,
    "ess_tail_min": 512.0,
    "ess_of": "arrived",
    "disputed": "",
    "divergences": 0,
}


def cut(
    answer: dict[str, Any], stopped: str, kind: str = "not_converged", **diagnostics: Any
) -> dict[str, Any]:
    """An answer whose run was ended by `stopped` before it had converged."""
    return answer | {
        "diagnostics": answer["diagnostics"] | WORST | diagnostics,
        "draws": answer["draws"] | {"stopped_by": stopped},
        "warnings": ["…"],
        "warning_kinds": [kind],
    }


def test_the_first_line_names_what_falls_short(
    answer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    render(cut(answer, "limit"))
    first, rest = capsys.readouterr().out.split("\n\n", 1)
    assert " ".join(first.split()) == (
        "NOT RELIABLE YET: number of arrivals (Alpha, second) has R̂ 1.031 (at most 1.01); "
        "arrived has 188 effective draws (at least 400)."
    )
    assert "--limit" in rest


@pytest.mark.parametrize(
    ("stopped", "diagnostics", "advice"),
    [
        ("limit", {"seconds_sample": 600.0}, "--limit 1800"),
        ("draws", {}, "without --draws"),
        ("limit", {"disputed": "c08"}, "cannot choose between the readings of Consul of Origin"),
        ("limit", {"divergences": 2}, "Divergences come from"),
    ],
)
def test_an_answer_that_has_not_converged_says_what_helps(
    answer: dict[str, Any], stopped: str, diagnostics: dict[str, Any], advice: str
) -> None:
    record = cut(answer, stopped, **diagnostics)
    assert any(advice in line for line in list_advice(record, labels_of_answer(record)))


def test_a_draft_is_called_one(answer: dict[str, Any]) -> None:
    record = cut(answer, "limit", "draft")
    assert verdict_line(record, labels_of_answer(record)).startswith("DRAFT: do not quote these numbers; ")
    assert state_verdict(record).startswith("Draft: ")


def test_a_series_is_one_line(answer: dict[str, Any]) -> None:
    changed = copy.deepcopy(answer)
    alone = list(claim_lines(changed, labels_of_answer(changed), 99))
    used = [claim["claim"] for claim in changed["claims"] if claim["status"] == "use"]
    assert len(alone) == len(used)
    assert not any("series" in line for line in alone)
    spoken = [claim["claim"] for claim in changed["claims"] if claim["source"] == "border"]
    for id in spoken:
        changed["ledger"]["claims"][id]["series"] = "monthly"
    lines = list(claim_lines(changed, labels_of_answer(changed), 99))
    assert len(lines) == len(used) - len(spoken) + 1
    assert sum(f"… and {len(spoken) - 1} more of this series" in line for line in lines) == 1


def test_an_audit_names_places_and_speakers(
    answer: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    render_audit(read_audit(), labels_of_answer(answer))
    out = capsys.readouterr().out
    assert "“half” (Consul of Origin in Alpha City, c08) and “15 percent” (Statistics office of Alpha" in out
    assert "Border service of Alpha: “about 300 crossings” (c17)" in out
    assert "A resident, called Ada, all its claims (2)" in out
    assert "share that moved on" in out
    assert "moved_on" not in out


def headline(quantity: str, rests_on: str, **more: Any) -> dict[str, Any]:
    summary = {"mean": 1.0, "sd": 1.0} | {f"q{level:02}": float(level) for level in (5, 25, 50, 75, 95)}
    return {"quantity": quantity, "rests_on": rests_on, "prior": summary, "posterior": summary, **more}


def test_what_rests_on_assumptions_is_said_beside_the_number(
    answer: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    late = {
        "prior": "background",
        "title": "late arrivals",
        "says": "median 0.004, factor 3",
        "explains": 0.5,
    }
    told = {"untouched_share": 0.56, "had_others_read": [31_000.0, 46_000.0], "assumption": late}
    remark = "1 of 50 other weightings is left out"
    headlines = [
        headline("arrived", "figures", untouched_share=0.1),
        headline("stayed", "assumptions", **told),
    ]
    headlines += [headline("in XX", "nothing")]
    numbers = {"untouched": 4, "unknowns": 9, "weightings": 50, "weightings_used": 49}
    changed = answer | {"prior_ledger": {"headlines": headlines, **numbers, "remarks": [remark]}}
    render(changed)
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith(" returned; how many stayed rests on assumptions.") for line in lines)
    assert sum(line.startswith("stayed *") for line in lines) == 1
    assert any(line.startswith("  elsewhere *") for line in lines)
    because = (
        "which explain 56% of its variance; the one on late arrivals (median 0.004, factor 3) explains 50%"
    )
    assert f"* stayed: rests on assumptions, {because}" in lines
    assert "* in elsewhere: nothing speaks to this: it is what is left over" in lines
    assert any("31,000 to 46,000" in line for line in lines)
    assert remark in lines
    render(answer)
    assert "assumptions" not in capsys.readouterr().out
