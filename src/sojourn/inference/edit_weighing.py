"""How far each edit of a case alone moves the answer: by weights, or by drawing again where weights fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np

from sojourn._core.arrays import Real
from sojourn.case import Case, CaseError
from sojourn.case.differences import apply_edits
from sojourn.case.edit_groups import EditGroup
from sojourn.inference.answer import Answer
from sojourn.inference.comparison import Draw, EditEffect, effective_draws
from sojourn.inference.estimation import compile_case
from sojourn.inference.importance_weights import Weights, moments
from sojourn.inference.reweighting import (
    CannotReweight,
    StartingDraws,
    quantities_of,
    start_from,
    weigh_draws,
)


@dataclass(frozen=True)
class EditWeigher:
    """Weighs edits of the case of an answer, starting from its draws."""

    start: StartingDraws = field(repr=False)
    case: Case
    refits: int
    draw: Draw | None
    report: Callable[[str], None]

    @classmethod
    def open(
        cls, answer: Answer, case: Case, *, refits: int, draw: Draw | None, report: Callable[[str], None]
    ) -> Self:
        """Read the draws of the answer; the arguments are those of `compare`.

        Raises:
            CannotReweight: the answer has no draws, or is one of another version.
        """
        return cls(start_from(answer, case), case, refits, draw, report)

    @cached_property
    def quantities(self) -> Mapping[str, Real]:
        """Outcomes, shares and people by place under the answer, (n,) each."""
        return quantities_of(self.start.model, self.start.histories)

    def weigh(self, groups: Iterable[EditGroup]) -> tuple[EditEffect, ...]:
        """The effect of each edit alone, the farthest first; some are drawn again where weights fail."""
        chosen = tuple(groups)
        self.report(f"weighing {len(chosen)} edit{'' if len(chosen) == 1 else 's'} …")
        found = [self.weigh_alone(group) for group in chosen]
        doubtful = [i for i, effect in enumerate(found) if effect.method == "too large for weights"]
        if self.draw is not None:
            # Where weights cannot even give a guess (k̂ is not known), the edit may well be the largest.
            doubtful.sort(key=lambda i: -(found[i].k_hat or np.inf))
            for i in doubtful[: self.refits]:
                self.report(f"drawing again: {found[i].edit.title} …")
                found[i] = self.draw_again(found[i], self.draw)
        return tuple(sorted(found, key=lambda effect: -effect.distance))

    def weigh_alone(self, group: EditGroup) -> EditEffect:
        """The effect of one edit by weights."""
        if group.is_inert:
            still = dict.fromkeys(self.quantities, 0.0)
            return EditEffect(group, "weights", still, still)
        try:
            return self.weigh_case(group, apply_edits(self.case, group.rows))
        except CaseError as error:
            reason = "not shown" if group.is_private else str(error.problems[0])
            return EditEffect(group, "not valid alone", reason=reason)

    def weigh_case(self, group: EditGroup, case: Case) -> EditEffect:
        """The effect of some edits, which make the given case, by weights.

        Raises:
            CaseError: the model cannot express the case.
        """
        model = compile_case(case)
        try:
            found = weigh_draws(self.start, model)
        except CannotReweight as reason:
            return EditEffect(group, "too large for weights", reason=str(reason))
        w = found.weights
        k_hat = None if np.isinf(w.k_hat) else w.k_hat
        effect = EditEffect(group, "weights", k_hat=k_hat, effective=w.effective)
        if not found.is_trusted:
            return replace(effect, method="too large for weights", reason=found.doubt)
        shifts, errors = self._shifts(found.quantities, w)
        return self._measured(effect, shifts, errors)

    def draw_again(self, effect: EditEffect, draw: Draw) -> EditEffect:
        """The effect of an edit from new draws."""
        before = self.start.answer
        after = draw(apply_edits(self.case, effect.edit.rows), before)
        old, new = _summaries(before), _summaries(after)
        shifts = {name: new[name]["mean"] - old[name]["mean"] for name in old if name in new}
        parts = [(old, effective_draws(before)), (new, effective_draws(after))]
        errors = {name: sum(part[name]["sd"] ** 2 / n for part, n in parts) ** 0.5 for name in shifts}
        return self._measured(replace(effect, method="drawn again", reason=""), shifts, errors)

    def _shifts(self, after: Mapping[str, Real], w: Weights) -> tuple[dict[str, float], dict[str, float]]:
        """Shifts of the means and their Monte Carlo standard errors: both means come from the same draws."""
        n = len(w.weight)
        efficiency = w.effective * float(np.sum(w.weight**2))
        shifts: dict[str, float] = {}
        errors: dict[str, float] = {}
        for name, x in self.quantities.items():
            if name in after:
                mean, _ = moments(after[name], w.weight)
                shifts[name] = mean - float(x.mean())
                each = w.weight * (after[name] - mean) - (x - x.mean()) / n
                errors[name] = float(np.sqrt(np.sum(each**2) / efficiency))
        return shifts, errors

    def _measured(
        self, effect: EditEffect, shifts: Mapping[str, float], errors: Mapping[str, float]
    ) -> EditEffect:
        distance = max(
            abs(shifts[name]) / float(x.std())
            for name, x in self.quantities.items()
            if name in shifts and not name.startswith("in ") and x.std() > 0
        )
        return replace(effect, shifts=shifts, errors=errors, distance=distance)


def _summaries(answer: Answer) -> dict[str, Mapping[str, float]]:
    """Mean, sd and quantiles by quantity, from `answer.json`."""
    record = answer.to_dict()
    named = (("outcomes", "{}"), ("shares", "share {}"), ("by_place", "in {}"))
    return {name.format(key): row for part, name in named for key, row in record[part].items()}
