"""Ten edits of the case of a saved answer, by weights: k̂, effective draws, seconds, shifts.

    python benchmarks/edits.py FOLDER [--case CASE] [--fresh [DRAWS]]

Three of the edits are drastic. With --fresh every edited case is estimated anew (4 chains of DRAWS, 1000
by default), for comparison with the shifts by weights. Shifts are in posterior sd of the answer.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sojourn._core.outcomes import FATES
from sojourn.case import Case, Claim, read_case
from sojourn.case.differences import apply_edits, find_edits
from sojourn.inference import Answer, estimate, read_answer
from sojourn.inference.estimation import compile_case, with_dates
from sojourn.inference.importance_weights import moments
from sojourn.inference.reweighting import (
    CannotReweight,
    StartingDraws,
    quantities_of,
    start_from,
    weigh_draws,
)

QUANTITIES = ("arrived", *(f"share {name}" for name in FATES))


def counted(case: Case) -> list[str]:
    """Claims in use with a figure, outside series; those whose figure is a proportion come last."""
    own = [c for c in case.claims if case.is_counted(c) and c.value and not c.series]
    return [c.claim for c in sorted(own, key=lambda c: c.unit in ("percent", "share"))]


def with_figure(case: Case, claim: str, factor: float) -> Case:
    def times(value: float | None) -> float | None:
        return None if value is None else value * factor

    def edit(c: Claim) -> Claim:
        return replace(c, value=times(c.value), high=times(c.high)) if c.claim == claim else c

    return replace(case, claims=tuple(map(edit, case.claims)))


def with_weight(case: Case, claim: str, share: float) -> Case:
    """The first reading of a claim gets a share of the weight of all."""
    first, *others = case.readings_by_claim[claim]
    weight = share / (1 - share) * sum(reading.weight for reading in others)
    rows = (replace(r, weight=weight) if r is first else r for r in case.readings)
    return replace(case, readings=tuple(rows))


def withdrawn(case: Case, claims: tuple[str, ...]) -> Case:
    rows = (replace(c, status="withdrawn") if c.claim in claims else c for c in case.claims)
    return replace(case, claims=tuple(rows))


def ten_edits(case: Case) -> dict[str, Case]:
    """Edited cases by what was edited; the claims are spread over the ledger."""
    claims = counted(case)
    figures = [claims[i] for i in np.linspace(0, len(claims) * 3 // 4, 6).astype(int)]
    several = [c for c in claims if len(case.readings_by_claim[c]) > 1]
    sources = {c.claim: c.source for c in case.claims}
    largest = max(set(sources.values()), key=lambda s: sum(sources[c] == s for c in claims))
    one, two = several[0], several[len(several) // 2]
    of_one_source = tuple(c for c in claims if sources[c] == largest)
    edits = {
        f"{figures[0]} × 1.2": with_figure(case, figures[0], 1.2),
        f"{figures[1]} × 0.8": with_figure(case, figures[1], 0.8),
        f"{figures[2]} × 1.2": with_figure(case, figures[2], 1.2),
        f"{one} first reading 0.3": with_weight(case, one, 0.3),
        f"{two} first reading 0.3": with_weight(case, two, 0.3),
        f"{figures[3]} withdrawn": withdrawn(case, (figures[3],)),
        "first contact group out": replace(case, contacts=case.contacts[1:]),
        f"drastic: {figures[4]} × 2": with_figure(case, figures[4], 2.0),
        f"drastic: {figures[5]} × 0.5": with_figure(case, figures[5], 0.5),
        f"drastic: all of {largest} withdrawn": withdrawn(case, of_one_source),
    }
    return {name: apply_edits(case, find_edits(case, edit)) for name, edit in edits.items()}


def shifts_of(answer: Answer, before: Answer) -> dict[str, float]:
    """Shifts of means in sd of the answer before."""

    def numbers(record: dict[str, Any], name: str) -> dict[str, float]:
        return record["shares"][name[6:]] if name.startswith("share ") else record["outcomes"][name]

    old, new = before.to_dict(), answer.to_dict()
    return {
        name: (numbers(new, name)["mean"] - numbers(old, name)["mean"]) / numbers(old, name)["sd"]
        for name in QUANTITIES
    }


def text(shifts: dict[str, float]) -> str:
    return " ".join(f"{shift:+.2f}" for shift in shifts.values())


def by_weights(start: StartingDraws, edited: Case) -> str:
    """k̂, effective draws with and without autocorrelation, seconds and shifts, in one line."""
    began = time.perf_counter()
    base = quantities_of(start.model, start.histories)
    try:
        found = weigh_draws(start, compile_case(edited))
    except CannotReweight as reason:
        return str(reason)
    w = found.weights
    means = {q: moments(found.quantities[q], w.weight)[0] for q in QUANTITIES}
    shifts = {q: (means[q] - base[q].mean()) / base[q].std() for q in QUANTITIES}
    alone = 1 / float(np.sum(w.weight**2))
    return (
        f"k̂ {w.k_hat:5.2f}  effective {w.effective:5.0f} (weights alone {alone:5.0f})  "
        f"{time.perf_counter() - began:5.1f} s  {text(shifts)}  {found.doubt}"
    )


def drawn_anew(answer: Answer, edited: Case, draws: int) -> str:
    """Seconds, R̂ and shifts of a new answer, in one line."""
    began = time.perf_counter()
    fresh = estimate(edited, seed=answer.seed + 1, chains=4, draws=draws)
    seconds = time.perf_counter() - began
    return f"anew in {seconds:.0f} s, R̂ {fresh.diagnostics.rhat_max:.3f}  {text(shifts_of(fresh, answer))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--case", help="folder or name of the case, if the answer does not keep it")
    parser.add_argument("--fresh", nargs="?", type=int, const=1000, metavar="DRAWS")
    options = parser.parse_args()
    answer = read_answer(options.folder)
    case = read_case(options.case) if options.case else answer.kept_case
    if case is None:
        parser.error("the answer does not keep its case: give --case")
    case = with_dates(case, answer.asof, answer.claims_until)
    began = time.perf_counter()
    start = start_from(answer, case)
    draws, size = start.z.shape
    start.histories  # noqa: B018 - computed here, so that no edit is charged with it
    print(f"{draws} draws of {size} unknowns; their histories took {time.perf_counter() - began:.1f} s")
    print(f"shifts of {', '.join(QUANTITIES)} in posterior sd of the answer")
    for name, edited in ten_edits(case).items():
        print(f"{name:36s} {by_weights(start, edited)}", flush=True)
        if options.fresh:
            print(f"{'':36s} {drawn_anew(answer, edited, options.fresh)}", flush=True)


if __name__ == "__main__":
    main()
