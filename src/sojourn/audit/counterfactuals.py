"""Counterfactuals: the answer had a stay rule or an event been different.

Every draw keeps its unknowns, and its history is computed again. The effects of a stay rule
on leaving, settling and excursions move with the rule; a wave can be scaled or removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from sojourn._core.arrays import Real
from sojourn._core.errors import Problem, one_of
from sojourn.audit.posterior import QUANTITIES, Posterior
from sojourn.audit.results import OutcomeChange, WhatIf
from sojourn.audit.sentences import day
from sojourn.case import Case, CaseError, CaseSettings
from sojourn.case.settings import Regime
from sojourn.history import Plan, make_history
from sojourn.inference.compiled_density import make_timeline
from sojourn.inference.density import Model
from sojourn.inference.draw_summary import summarise
from sojourn.inference.importance_weights import quantities_at
from sojourn.inference.jax_config import OPTIONS, jax_settings
from sojourn.inference.parameters import parameters
from sojourn.inference.priors import REGIME_BLOCKS, has_parameter
from sojourn.inference.quantities import in_batches, position_of

Values = Mapping[str, Array]


@dataclass(frozen=True)
class Edits:
    """The changes: regimes or events removed, first and last days of regimes, and sizes of waves."""

    without: tuple[str, ...] = ()
    begin: Mapping[str, date] = field(default_factory=dict[str, date])
    end: Mapping[str, date] = field(default_factory=dict[str, date])
    scale: Mapping[str, float] = field(default_factory=dict[str, float])

    def listed(self) -> tuple[str, ...]:
        """Return the edits as they are given on the command line."""
        return (
            *(f"without {name}" for name in self.without),
            *(f"begin {name}={moment}" for name, moment in self.begin.items()),
            *(f"end {name}={moment}" for name, moment in self.end.items()),
            *(f"scale {name}={factor:g}" for name, factor in self.scale.items()),
        )


@jax_settings()
def whatif(posterior: Posterior, edits: Edits) -> WhatIf:
    """Compare the answer with that of an edited history, draw by draw.

    Raises:
        CaseError: an edit names something that is not in the case, or is not possible.
    """
    check_edits(posterior.case, edits)
    model = posterior.model
    persons = edited_outcomes(model, edits)(posterior.z)
    found = quantities_at(persons)
    changed = {name: _change(posterior.quantities[name], found[name]) for name in QUANTITIES}
    return WhatIf(
        edits=edits.listed(),
        sentence="; ".join(sentences(posterior.case, edits)),
        quantities={name: change for name, change in changed.items() if change is not None},
    )


def _change(as_is: Real, edited: Real) -> OutcomeChange | None:
    """Summarise a change; None for a share that is undefined because nobody arrived."""
    if np.isnan(as_is).any() or np.isnan(edited).any():
        return None
    difference = edited - as_is
    return OutcomeChange(
        summarise(as_is), summarise(edited), summarise(difference), float(np.mean(difference > 0))
    )


def edited_outcomes(model: Model, edits: Edits) -> Callable[[Real], Real]:
    """Compile a function from draws (n, D) to outcomes (n, 4) of the edited history.

    Outcomes are people arrived, stayed, moved on and returned on the reference date.
    """
    settings = edit_settings(model.case.settings, edits)
    kept = [i for i, regime in enumerate(model.plan.regimes) if regime.id in {r.id for r in settings.regimes}]
    own = {regime.id: regime for regime in settings.regimes}
    regimes = tuple(own[model.plan.regimes[i].id] for i in kept)
    plan = replace(model.plan, settings=settings, regimes=regimes)
    simulate, timeline = make_history(plan), make_timeline(plan)
    at = position_of(model, settings.asof)

    def one(z: Array) -> Array:
        v = edit_values(model, plan, model.unknowns.values(z), kept, edits)
        return timeline(simulate(parameters(plan, v)))[at]

    mapped: Callable[[Array], Array] = jax.jit(partial(jax.lax.map, one), compiler_options=OPTIONS)
    return lambda z: np.concatenate([np.asarray(mapped(jnp.asarray(chunk))) for chunk in in_batches(z)])[
        : len(z)
    ]


def edit_settings(settings: CaseSettings, edits: Edits) -> CaseSettings:
    """Return the settings with edited regimes.

    If a regime is removed, the regime of the same place that ended the day before stays in force.
    """
    regimes = {regime.id: regime for regime in settings.regimes}
    for name in edits.without:
        gone = regimes.pop(name, None)
        for other in list(regimes.values()):
            if gone and other.place == gone.place and other.end == gone.start - timedelta(days=1):
                regimes[other.id] = other.model_copy(update={"end": gone.end})
    for key, days in (("start", edits.begin), ("end", edits.end)):
        for name, moment in days.items():
            regimes[name] = _moved(regimes[name], key, moment)
    return settings.model_copy(update={"regimes": tuple(regimes.values())})


def _moved(regime: Regime, key: str, moment: date) -> Regime:
    """Change the first or last day of a regime; `counts_from` follows the start if the two coincided."""
    changed: dict[str, date] = {key: moment}
    if key == "start" and regime.counts_from == regime.start:
        changed["counts_from"] = moment
    return regime.model_copy(update=changed)


def edit_values(model: Model, plan: Plan, v: Values, kept: list[int], edits: Edits) -> dict[str, Array]:
    """Adapt the named values of a draw to the edited plan: regimes removed, waves scaled."""
    out = dict(v)
    for name in REGIME_BLOCKS:
        bearers = [i for i, regime in enumerate(model.plan.regimes) if has_parameter(name, regime)]
        if name in v:
            out[name] = v[name][np.isin(bearers, kept)]
    factor = {**dict.fromkeys(edits.without, 0.0), **edits.scale}
    out["size"] = v["size"] * np.array([factor.get(cohort.wave, 1.0) for cohort in plan.cohorts])
    if "visitor_step" in v:
        steps = [event.id for event in plan.settings.events for _ in event.visitors]
        out["visitor_step"] = v["visitor_step"] * np.array([float(e not in edits.without) for e in steps])
    return out


def check_edits(case: Case, edits: Edits) -> None:
    """Check that every edit can be applied to the case.

    Raises:
        CaseError: with every edit that cannot.
    """
    regimes, events = [r.id for r in case.settings.regimes], [e.id for e in case.settings.events]
    waves = [e.id for e in case.settings.events if e.arrivals]
    allowed = {
        "--without": (edits.without, [*regimes, *events]),
        "--begin": (edits.begin, regimes),
        "--end": (edits.end, regimes),
        "--scale": (edits.scale, waves),
    }
    problems = [
        Problem(option, f"is not in the case; {one_of(words, name)}", value=name)
        for option, (names, words) in allowed.items()
        for name in names
        if name not in words
    ]
    for name, factor in edits.scale.items():
        if not 0 <= factor <= 100:
            problems.append(
                Problem("--scale", "must be a factor between 0 and 100", value=f"{name}={factor:g}")
            )
    if not edits.listed():
        problems.append(Problem("--without", "or another edit is needed: nothing would change"))
    problems += problems or list(_dates(case.settings, edits))
    if problems:
        raise CaseError(problems)


def _dates(settings: CaseSettings, edits: Edits) -> Iterable[Problem]:
    """Yield regimes that are both removed and edited, or that would end before they begin."""
    both = sorted(set(edits.without) & {*edits.begin, *edits.end, *edits.scale})
    if both:
        yield Problem("--without", "cannot be both removed and edited", value=both[0])
        return
    for regime in edit_settings(settings, edits).regimes:
        if regime.end is not None and regime.end < regime.start:
            option = "--begin" if regime.id in edits.begin else "--end"
            message = f"would end it on {regime.end}, before it begins on {regime.start}"
            yield Problem(option, message, value=regime.id)


def sentences(case: Case, edits: Edits) -> Iterable[str]:
    """Describe the edits in words."""
    before = {regime.id: regime for regime in case.settings.regimes}
    events = {event.id: event.name or event.id for event in case.settings.events}
    after = {regime.id: regime for regime in edit_settings(case.settings, edits).regimes}
    for name in edits.without:
        if name in events:
            yield f"without the arrivals of “{events[name]}” and its change in visitors"
        else:
            yield f"without the stay rule {name} ({before[name].cap} days, from {day(before[name].start)})"
    for name, regime in after.items():
        if regime.end != before[name].end:
            yield f"{name} in force until {day(regime.end) if regime.end else 'the end'}"
        if regime.start != before[name].start:
            yield f"{name} in force from {day(regime.start)}"
    for name, factor in edits.scale.items():
        yield f"{factor:g} times as many arrivals after “{events[name]}”"
