"""The words that travel with a number of an answer: what it rests on. One form for every output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from sojourn._core.outcomes import LABELS
from sojourn._core.thresholds import ASSUMED

RestsOn = Literal["figures", "assumptions", "nothing", "unknown"]
"""What a number rests on; `unknown` where the draws are too few to tell."""
NOTHING_SPEAKS = "nothing speaks to this: it is what is left over"
ON_ASSUMPTIONS = "rests on assumptions"
WORDS: Mapping[RestsOn, str] = {
    "figures": "",
    "assumptions": ON_ASSUMPTIONS,
    "nothing": NOTHING_SPEAKS,
    "unknown": "",
}
HEADLINES: Mapping[str, str] = {
    "surge": "came in the surge",
    "later": "came later",
    "settled": "settled",
}
"""Headlines besides outcomes, shares and places, and their labels for readers."""
Record = Mapping[str, Any]


def words_of_quantity(record: Record, quantity: str) -> str:
    """The words for one number, from the content of `answer.json`; empty if none are due.

    Args:
        record: the answer. One of an earlier version has no prior ledger, and no words then.
        quantity: as in the `prior_ledger`.
    """
    same = {f"in {record.get('host')}": "stayed", f"in {record.get('origin')}": "returned"}
    found = headlines_of(record).get(same.get(quantity, quantity))
    return WORDS[found["rests_on"]] if found else ""


def headlines_of(record: Record) -> dict[str, Record]:
    """The headlines of the prior ledger of an answer, by quantity; empty if it has none."""
    return {item["quantity"]: item for item in record.get("prior_ledger", {}).get("headlines", ())}


def state_basis(headline: Record) -> str:
    """What a headline rests on and why, from its record in the prior ledger; empty if on figures.

    Example:
        >>> late = {"title": "late arrivals", "says": "…", "explains": 0.5}
        >>> state_basis({"rests_on": "assumptions", "untouched_share": 0.56, "assumption": late})
        'rests on assumptions, which explain 56% of its variance; the one on late arrivals (…) explains 50%'
    """
    words = WORDS[headline["rests_on"]]
    if headline["rests_on"] != "assumptions":
        return words
    if headline["untouched_share"] <= ASSUMED:
        return f"{words}: the prior on {headline['moved_by']} moves it more than all figures do"
    reason = f"{words}, which explain {headline['untouched_share']:.0%} of its variance"
    if found := headline.get("assumption"):
        prior = f" ({found['says']})" if found["says"] else ""
        return f"{reason}; the one on {found['title']}{prior} explains {found['explains']:.0%}"
    return reason


def state_caveat(record: Record) -> str:
    """The end of the one-sentence summary of an answer: which outcomes rest on assumptions.

    Example:
        >>> headline = {"quantity": "stayed", "rests_on": "assumptions"}
        >>> state_caveat({"prior_ledger": {"headlines": [headline]}})
        '; how many stayed rests on assumptions'
    """
    return "".join(f"; {clause}" for clause in _clauses(record))


def _clauses(record: Record) -> Iterator[str]:
    found: dict[str, list[str]] = {"assumptions": [], "nothing": []}
    for outcome, label in LABELS.items():
        kinds = {words_of_quantity(record, name) for name in (outcome, f"share {outcome}")}
        if NOTHING_SPEAKS in kinds:
            found["nothing"].append(f"how many {label}")
        elif ON_ASSUMPTIONS in kinds:
            found["assumptions"].append(f"how many {label}")
    if found["assumptions"]:
        several = len(found["assumptions"]) > 1
        yield f"{_listed(found['assumptions'])} {'rest' if several else 'rests'} on assumptions"
    if found["nothing"]:
        yield f"nothing speaks to {_listed(found['nothing'])}"


def _listed(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]
