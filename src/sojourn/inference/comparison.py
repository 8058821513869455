"""Two answers side by side: what moved, which rows of the ledger differ, and which edit moved it most.

In: two answers to one question. Out: an `AnswerComparison`. Each edit is applied alone to the case of the
first answer, and the draws of that answer are reweighted; this shows what the edit does by itself. What
remains is the interaction of the edits, and chance. JAX is loaded only where edits are weighed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from sojourn._core.errors import InputError, Problem
from sojourn._core.files import sha256
from sojourn._core.outcomes import LABELS, OUTCOMES, Outcome
from sojourn._core.rounding import format_people
from sojourn.case import Case, CaseError
from sojourn.case.differences import RowEdit, find_edits
from sojourn.case.edit_groups import EditGroup, group_edits, shown_rows
from sojourn.inference.answer import Answer
from sojourn.inference.answer_differences import find_answer_edits
from sojourn.inference.answer_parts import DrawSummary

if TYPE_CHECKING:
    import pandas as pd

SAME = ("origin", "host", "wave", "asof", "version")
"""What two answers must have in common to be compared."""
REFITS = 3
"""Edits that are drawn again where weights fail, unless somebody asks for more or fewer."""
Draw = Callable[[Case, Answer], Answer]
"""Draws the answer to an edited case, starting from an earlier answer."""
Weighing = Literal["weights", "drawn again", "too large for weights", "not valid alone"]


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """A quantity in both answers, and the difference of its means, B minus A.

    `in_sd` is the difference in posterior standard deviations of A. `error` is the Monte Carlo standard
    error of the difference. It is computed from the smallest effective sample size of each answer, so
    that the error of most quantities is smaller.
    """

    quantity: str
    a: DrawSummary
    b: DrawSummary
    difference: float
    in_sd: float
    error: float


@dataclass(frozen=True, slots=True)
class EditEffect:
    """What an edit alone, applied to the case of A, does to the means of its quantities.

    `shifts` and their Monte Carlo standard errors are by quantity, in its unit; they are empty where the
    edit could not be weighed, and `reason` says why. `distance` is the largest shift of an outcome or
    share, in posterior sd of A. `k_hat` and `effective` belong to the weights.
    """

    edit: EditGroup
    method: Weighing
    shifts: Mapping[str, float] = field(default_factory=dict[str, float])
    errors: Mapping[str, float] = field(default_factory=dict[str, float])
    distance: float = 0.0
    k_hat: float | None = None
    effective: float | None = None
    reason: str = ""


@dataclass(frozen=True, repr=False)
class AnswerComparison:
    """Two answers to one question: `outcomes`, `shares` and `by_place`, the rows that differ, and the edits.

    `effects` has the edits, the one that moves the answer farthest first, and `together` all of them at
    once (None if there is only one). `note` says why edits were not weighed, and is empty if they were.

    Example:
        >>> import sojourn
        >>> answer = sojourn.read_answer("my-answer")
        >>> sojourn.compare(answer, answer).verdict
        'The ledgers are the same, and no outcome differs by more than chance.'
    """

    a: Answer
    b: Answer
    outcomes: tuple[QuantityChange, ...]
    shares: tuple[QuantityChange, ...]
    by_place: tuple[QuantityChange, ...]
    rows: tuple[RowEdit, ...] = ()
    effects: tuple[EditEffect, ...] = ()
    together: EditEffect | None = None
    note: str = ""

    @cached_property
    def moved(self) -> QuantityChange | None:
        """The share that moved farthest, or else the number of people; None if none moved.

        What moved by less than two Monte Carlo standard errors did not move.
        """
        for changes in (self.shares, self.outcomes):
            found = [change for change in changes if abs(change.difference) > 2 * change.error]
            if found:
                return max(found, key=lambda change: abs(change.in_sd))
        return None

    @cached_property
    def farthest(self) -> QuantityChange:
        """The quantity that moved; the share with the largest difference if all of them are chance."""
        return self.moved or max(self.shares, key=lambda change: abs(change.in_sd))

    @cached_property
    def strongest(self) -> EditEffect | None:
        """The edit that moves `farthest` most; None if no edit was weighed or none moves it."""
        name = self.farthest.quantity
        found = [effect for effect in self.effects if effect.shifts.get(name)]
        return max(found, key=lambda effect: abs(effect.shifts[name]), default=None)

    @property
    def explained(self) -> dict[str, float]:
        """The sum of the shifts that the edits cause alone, by quantity."""
        names = [change.quantity for change in (*self.outcomes, *self.shares, *self.by_place)]
        return {name: sum(effect.shifts.get(name, 0.0) for effect in self.effects) for name in names}

    @property
    def remainder(self) -> dict[str, float]:
        """The difference less what the edits explain: interaction, chance, edits that were not weighed."""
        changes = (*self.outcomes, *self.shares, *self.by_place)
        explained = self.explained
        return {change.quantity: change.difference - explained[change.quantity] for change in changes}

    @property
    def verdict(self) -> str:
        """What moved, and which edit moved it most, in one sentence."""
        moved = _describe(self.moved)
        if not self.rows:
            return f"The ledgers are the same, and {moved}."
        lead = f"{moved[0].upper()}{moved[1:]}"
        if self.strongest is None:
            return f"{lead}."
        which = "moved it most" if self.moved else "matters most"
        some = "" if all(effect.shifts for effect in self.effects) else ", of those that could be weighed,"
        return f"{lead}; the edit that {which}{some} is {self.strongest.edit.title}."

    def edits(self) -> pd.DataFrame:
        """The edits, one row each, with k̂, effective draws, and shifts in posterior sd of A by quantity."""
        import pandas as pd

        sd = {change.quantity: change.a.sd for change in (*self.outcomes, *self.shares)}
        rows = [
            {
                "edit": effect.edit.title,
                "method": effect.method,
                "k_hat": effect.k_hat,
                "effective": effect.effective,
                **{name: effect.shifts[name] / sd[name] if effect.shifts else None for name in sd},
            }
            for effect in self.effects
        ]
        return pd.DataFrame(rows, columns=["edit", "method", "k_hat", "effective", *sd])

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data for JSON; small contact groups are not told apart."""
        return {
            "question": self.a.question,
            "asof": str(self.a.asof),
            "a": _reference(self.a),
            "b": _reference(self.b),
            "verdict": self.verdict,
            "outcomes": [asdict(change) for change in self.outcomes],
            "shares": [asdict(change) for change in self.shares],
            "by_place": [asdict(change) for change in self.by_place],
            "rows": [_row(edit) for edit in shown_rows(self.rows)],
            "edits": [_effect(effect) for effect in self.effects],
            "together": None if self.together is None else _effect(self.together),
            "explained": self.explained,
            "remainder": self.remainder,
            "note": self.note,
        }

    def __repr__(self) -> str:
        """Two lines: the question, and the verdict."""
        return f'Comparison of two answers to "{self.a.question}"\n  {self.verdict}'


def compare(
    a: Answer,
    b: Answer,
    *,
    case_a: Case | None = None,
    case_b: Case | None = None,
    refits: int = REFITS,
    draw: Draw | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> AnswerComparison:
    """Compare two answers to one question, and find the edit of the ledger that moved the answer most.

    Args:
        a: the earlier answer.
        b: the later answer.
        case_a: the case of `a`; default: the one that the answer keeps. Without it edits are not weighed.
        case_b: the case of `b`, likewise.
        refits: at most this many edits are drawn again where importance weights fail (k̂ of 0.7 or more).
        draw: draws the answer to an edited case, given that case and `a`; None: no edit is drawn again.
        report: called with a line of progress before edits are weighed or one is drawn again.

    Returns:
        The comparison.

    Raises:
        InputError: the answers are to different questions or from different versions, or a case that is given
            is not that of its answer.

    Example:
        >>> import sojourn
        >>> answer = sojourn.read_answer("my-answer")
        >>> found = sojourn.compare(answer, answer)
        >>> [change.difference for change in found.outcomes]
        [0.0, 0.0, 0.0, 0.0]
    """
    _check_same(a, b)
    found = AnswerComparison(
        a,
        b,
        outcomes=tuple(_changes(a, b, "outcomes", "{}")),
        shares=tuple(_changes(a, b, "shares", "share {}")),
        by_place=tuple(_changes(a, b, "by_place", "in {}")),
    )
    before, after = _dated_case(a, case_a), _dated_case(b, case_b)
    if before is None or after is None:
        note = "edits are not weighed, because the case of an answer is not known: give --case-a and --case-b"
        return replace(found, rows=find_answer_edits(a.to_dict(), b.to_dict()), note=note)
    rows = find_edits(before, after)
    found = replace(found, rows=rows)
    if not rows:
        return found
    from sojourn.inference.edit_weighing import EditWeigher
    from sojourn.inference.reweighting import CannotReweight

    try:
        weigher = EditWeigher.open(a, before, refits=refits, draw=draw, report=report)
    except CannotReweight as reason:
        return replace(found, note=f"edits are not weighed: {reason}")
    series = {claim.claim: claim.series for case in (before, after) for claim in case.claims if claim.series}
    effects = weigher.weigh(group_edits(rows, series))
    if len(effects) < 2:
        return replace(found, effects=effects)
    return replace(
        found, effects=effects, together=weigher.weigh_case(EditGroup("all edits together", rows), after)
    )


def _check_same(a: Answer, b: Answer) -> None:
    """Check that two answers can be compared.

    Raises:
        InputError: they are to different questions or from different versions.
    """
    records = a.to_dict(), b.to_dict()
    if differing := [name for name in SAME if records[0][name] != records[1][name]]:
        pairs = [(name, *(record[name] or "(none)" for record in records)) for name in differing]
        parts = ", ".join(f"{name} ({old} and {new})" for name, old, new in pairs)
        raise InputError([Problem("the answers", f"cannot be compared: they differ in {parts}")])


def _dated_case(answer: Answer, case: Case | None) -> Case | None:
    """The case of an answer, with the dates that the answer was asked for.

    Raises:
        CaseError: the case that is given is not that of the answer, or the one kept cannot be read.
    """
    if case is not None:
        changed = [name for name, data in case.files.items() if answer.inputs.get(name) != sha256(data)]
        if changed:
            message = f"is not what the answer {answer.folder or answer.case} was made from"
            raise CaseError([Problem(name, message) for name in changed])
    case = case or answer.kept_case
    if case is None:
        return None
    dates = {"asof": answer.asof, "claims_until": answer.claims_until}
    return replace(case, settings=case.settings.model_copy(update=dates))


def _changes(a: Answer, b: Answer, part: str, name: str) -> Iterator[QuantityChange]:
    """The quantities of a part of two answers that both of them have."""
    old, new = a.to_dict()[part], b.to_dict()[part]
    for key in old:
        if key in new:
            before, after = DrawSummary(**old[key]), DrawSummary(**new[key])
            difference = after.mean - before.mean
            error = (before.sd**2 / effective_draws(a) + after.sd**2 / effective_draws(b)) ** 0.5
            in_sd = difference / before.sd if before.sd else 0.0
            yield QuantityChange(name.format(key), before, after, difference, in_sd, error)


def effective_draws(answer: Answer) -> float:
    """The smallest effective sample size of an answer, at least 1."""
    return max(1.0, answer.diagnostics.ess_bulk_min)


def _describe(change: QuantityChange | None) -> str:
    """What a share or a number of people did, as a clause."""
    if change is None:
        return "no outcome differs by more than chance"
    verb = "rose" if change.difference > 0 else "fell"
    sizes = [
        f"{mean:.0%}".replace("%", " %") if change.quantity.startswith("share ") else format_people(mean)
        for mean in (change.a.mean, change.b.mean)
    ]
    people = "" if change.quantity.startswith("share ") else " people"
    return (
        f"{LABELS[outcome_of(change.quantity)]} {verb} from {sizes[0]} to {sizes[1]}{people} "
        f"({abs(change.in_sd):.1f} of A's standard deviations)"
    )


def outcome_of(quantity: str) -> Outcome:
    """The outcome that a quantity counts, or is the share of."""
    return next(name for name in OUTCOMES if name == quantity.removeprefix("share "))


def _reference(answer: Answer) -> dict[str, Any]:
    return {
        "case": answer.case,
        "sha256": answer.sha256,
        "seed": answer.seed,
        "version": answer.version,
        "converged": answer.has_converged,
    }


def _row(edit: RowEdit) -> dict[str, Any]:
    cells = [{"column": cell.column, "old": cell.old, "new": cell.new} for cell in edit.cells]
    return {"table": edit.table, "row": edit.row, "kind": edit.kind, "cells": cells}


def _effect(effect: EditEffect) -> dict[str, Any]:
    return {
        "edit": effect.edit.title,
        "rows": [f"{edit.table} {edit.row}".strip() for edit in shown_rows(effect.edit.rows)],
        "method": effect.method,
        "distance": effect.distance,
        "shifts": dict(effect.shifts),
        "errors": dict(effect.errors),
        "k_hat": effect.k_hat,
        "effective": effect.effective,
        "reason": effect.reason,
    }
