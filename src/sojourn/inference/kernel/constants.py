"""The constants of a compiled case as plain arrays, named as the functions of the kernel name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sojourn._core.arrays import Indices, Real
from sojourn._core.calendar import YEAR_DAYS
from sojourn.case.group_counts import SETS
from sojourn.history import Parameters
from sojourn.history.process import HistoryConstants
from sojourn.inference.density import Model
from sojourn.inference.jax_config import jax_settings
from sojourn.inference.parameters import parameters
from sojourn.measures.operator import Layout
from sojourn.measures.sparse import Sparse

FAMILIES = ("normal", "lognormal", "logitnormal")
MOVE_BLOCKS = ("moves", "moves_out", "moves_in", "crossed", "crossed_out", "crossed_in")
GROUPED = MOVE_BLOCKS[:3]
"""Blocks that are summed for each group of rows."""
TRAVEL_BLOCKS = ("visitors_in", "visitors_out", "visitor_people", "resident_trips", "resident_people")
SHARES = "stratum_share"
"""The only parameters that are not linear in the unknowns and their logarithms."""

Arrays = dict[str, Any]


class KernelError(Exception):
    """The kernel cannot express a model, or computes another density than its definition in JAX."""


@jax_settings()
def collect_constants(model: Model) -> Arrays:
    """Return the constants of a model by name.

    Raises:
        KernelError: the parameters are not linear in the unknowns and their logarithms.
    """
    known = HistoryConstants(model.plan)
    return {
        **_unknowns(model),
        **_history(model, known),
        **_registers(model, known),
        **_features(model),
        **_tracked(model),
        **_readings(model),
        **_contacts(model),
    }


def _unknowns(model: Model) -> Arrays:
    blocks = model.unknowns.blocks
    strata = model.unknowns.slices().get(SHARES, slice(0, 0))
    start, column, weight, shapes = _parameter_map(model)
    return {
        "prior_location": np.concatenate([b.loc for b in blocks]),
        "prior_scale": np.concatenate([b.scale for b in blocks]),
        "family": np.repeat([FAMILIES.index(b.family) for b in blocks], [b.size for b in blocks]),
        "map_start": start,
        "map_column": column,
        "map_weight": weight,
        "parameter_shapes": shapes,
        "strata": (strata.start, strata.stop),
    }


def _parameter_map(model: Model) -> tuple[Indices, Indices, Real, dict[str, tuple[int, ...]]]:
    """The sparse matrix that gives all parameters from [x, values], with the shapes of the parameters.

    A value is doubled and quadrupled in turn: a parameter that is linear in it changes by one and three
    times as much, one that is linear in its logarithm by one and two. Another point checks the result.
    """
    names = {b.name: b.size for b in model.unknowns.blocks}
    ends = np.cumsum(list(names.values()))[:-1]
    fields = [name for name in Parameters._fields if name != SHARES]

    def assemble(values: Real) -> Any:
        v: Any = dict(zip(names, np.split(values, ends), strict=True))
        return parameters(model.plan, v, np)

    def flat(values: Real) -> Real:
        p = assemble(values)
        return np.concatenate([np.ravel(getattr(p, name)) for name in fields])

    rng = np.random.default_rng(1)
    here, there = rng.uniform(0.2, 0.4, (2, model.unknowns.size))
    base, columns = flat(here), []
    for j, value in enumerate(here):
        moved = here.copy()
        moved[j] = 2 * value
        once = flat(moved) - base
        moved[j] = 4 * value
        twice = flat(moved) - base
        linear = np.isclose(twice, 3 * once, rtol=1e-6, atol=1e-12)
        columns.append((np.where(linear, 0.0, once / np.log(2)), np.where(linear, once / value, 0.0)))
    matrix = np.concatenate([np.stack(part, axis=1) for part in zip(*columns, strict=True)], axis=1)
    matrix[np.abs(matrix) < 1e-10] = 0.0
    if not np.allclose(matrix @ np.concatenate([np.log(there), there]), flat(there), rtol=1e-9, atol=1e-9):
        raise KernelError("a parameter is not linear in the unknowns and their logarithms")
    return *_rows_of(matrix), {name: np.shape(getattr(assemble(here), name)) for name in fields}


def _rows_of(matrix: Real) -> tuple[Indices, Indices, Real]:
    """A dense matrix by rows: where each row begins, and the columns and weights of its entries."""
    row, column = np.nonzero(matrix)
    start = np.searchsorted(row, np.arange(len(matrix) + 1))
    return start, column, matrix[row, column]


def _history(model: Model, known: HistoryConstants) -> Arrays:
    plan = model.plan
    waves = range(int(known.wave.max()) + 1)
    elapsed = [known.elapsed[:, known.wave == w] for w in waves]
    if any(np.ptp(one, axis=1).any() for one in elapsed):
        raise KernelError("cohorts of one event begin on different days")
    knot, knot_part = _between(known.walk)
    slow_knot, slow_part = _between(known.slow_walk)
    row_class = 1 + known.strata
    host = [next((h for h in range(len(known.hosts)) if known.host_any[h, s]), -1) for s in range(known.S)]
    return {
        "weeks": np.asarray(known.weeks),
        "elapsed": np.stack([one[:, 0] for one in elapsed]),
        "open_share": known.open,
        "wave": known.wave,
        "knot": knot,
        "knot_part": knot_part,
        "slow_knot": slow_knot,
        "slow_part": slow_part,
        "entry": _entries(model, known, row_class),
        "row_class": row_class,
        "regime": known.regime,
        "regime_state": known.regime_state,
        "regime_staying": known.regime_staying,
        "regime_at": known.regime_at,
        "running_out": known.running_out,
        "lawless": known.lawless,
        "host": np.array(host, dtype=int),
        "lasting": (known.standing != 2).astype(float),
        "standing": known.standing,
        "place": known.of_place,
        "settles": np.array(plan.settles, dtype=int),
        "season_wave": known.season,
        "visitor_shift": known.visitor_shift,
    }


def _entries(model: Model, known: HistoryConstants, row_class: Indices) -> Indices:
    """(row, cohort, staying state, passing state, class) of every cohort in every row."""
    entries: list[tuple[int, ...]] = []
    for r, row in enumerate(model.plan.rows):
        for c in row.cohorts:
            staying = int(np.flatnonzero(known.staying_slot[r, c])[0])
            through = np.flatnonzero(known.passing_slot[r, c] > 0)
            entries.append((r, c, staying, int(through[0]) if len(through) else staying, int(row_class[r])))
    return np.array(entries, dtype=int)


def _between(interpolation: Real) -> tuple[Indices, Real]:
    """The knot before each step and the weight of the knot after it, from an interpolation matrix."""
    knots = interpolation.shape[1]
    before = np.array([min(int(np.flatnonzero(row)[0]), knots - 2) for row in interpolation])
    return before, interpolation[np.arange(len(before)), before + 1]


def _registers(model: Model, known: HistoryConstants) -> Arrays:
    plan, registers = model.plan, known.registers
    schemes = range(len(registers.permit))
    settles = list(plan.settles)

    def position(column: Real, places: Sequence[int] | None = None) -> int:
        found = np.flatnonzero(column)
        if not len(found):
            return -1
        if places is None:
            return int(found[0])
        return places.index(int(found[0])) if int(found[0]) in places else -1

    scheme = [
        (
            int(registers.permit[g]),
            position(registers.settling[:, g], settles),
            position(registers.visits[:, g]),
        )
        for g in schemes
    ]
    purges = [
        (g, t, int(np.flatnonzero(row)[0]))
        for g in schemes
        for t, row in enumerate(registers.purge[g])
        if row.any()
    ]
    return {
        "scheme": np.array(scheme, dtype=int).reshape(-1, 3),
        "scheme_place": np.array([position(registers.place[:, g]) for g in schemes], dtype=int),
        "scheme_delay": np.array(
            [position(registers.delayed[:, g]) if len(registers.delayed) else -1 for g in schemes], dtype=int
        ),
        "holding": registers.holding.T,
        "active": registers.active,
        "purge": np.array(purges, dtype=int).reshape(-1, 3),
    }


def _features(model: Model) -> Arrays:
    operator = model.compiled.operator
    windows, layout, steps = operator.windows, operator.layout, model.plan.calendar.steps
    start, column, weight = _rows_of_sparse(operator.matrix, operator.terms)
    offsets = {name: layout.width(layout.flows[: layout.flows.index(name)]) for name in layout.flows}
    offsets |= {name: layout.width(layout.stocks[: layout.stocks.index(name)]) for name in layout.stocks}
    mover_row = np.zeros((len(windows.groups), len(model.plan.rows)))
    for g, rows in enumerate(windows.groups):
        mover_row[g, list(rows)] = 1.0
    ends, starts = _bounds(windows.end, steps), _bounds(windows.start, steps)
    date_at, date_by = _bounds(windows.date, steps)
    return {
        "term_start": start,
        "term_column": column,
        "term_weight": weight,
        "part": operator.part,
        "of_stock": operator.of_stock.astype(int),
        "window_at": np.concatenate([ends[0], starts[0]], axis=1),
        "window_by": np.concatenate([ends[1], -starts[1]], axis=1),
        "date_at": date_at,
        "date_by": date_by,
        "years": windows.days / YEAR_DAYS,
        "mover_row": mover_row,
        "window_group": _used_moves(model, column, offsets),
        "offsets": offsets,
        "move_offset": np.array([offsets.get(name, -1) for name in MOVE_BLOCKS]),
        "travel_offset": np.array([offsets.get(name, -1) for name in TRAVEL_BLOCKS]),
        "widths": (layout.width(layout.flows), layout.width(layout.stocks)),
    }


def _bounds(position: Real, steps: int) -> tuple[Indices, Real]:
    """The two bounds around each fractional position, and their weights."""
    before = np.minimum(np.floor(position).astype(int), steps - 1)
    part = position - before
    return np.stack([before, before + 1], axis=1), np.stack([1 - part, part], axis=1)


def _used_moves(model: Model, column: Indices, offsets: Mapping[str, int]) -> Indices:
    """Every (window, group of rows) whose moves some term counts."""
    layout, windows = model.compiled.operator.layout, model.compiled.operator.windows
    width = layout.width(layout.flows)
    used = np.zeros((len(windows.start), max(width, 1)), dtype=bool)
    used.reshape(-1)[column[column < used.size]] = width > 0
    pairs: list[tuple[int, int]] = []
    for w in range(len(windows.start)):
        for g in range(len(windows.groups)):
            blocks = [name for name in MOVE_BLOCKS if name in offsets and (g == 0 or name in GROUPED)]
            if any(used[w, _columns(layout, name, offsets[name], g)].any() for name in blocks):
                pairs.append((w, g))
    return np.array(pairs, dtype=int).reshape(-1, 2)


def _columns(layout: Layout, name: str, offset: int, group: int) -> slice:
    """The columns of a block of moves that belong to a group; crossings belong to the group of all rows."""
    size = int(np.prod(layout.shapes[name][1:] if name in GROUPED else layout.shapes[name]))
    return slice(offset + group * size, offset + (group + 1) * size)


def _rows_of_sparse(matrix: Sparse, rows: int) -> tuple[Indices, Indices, Real]:
    entries = sorted(matrix.entries())
    start = np.searchsorted([i for i, _, _ in entries], np.arange(rows + 1))
    column, weight = (np.array([entry[k] for entry in entries]) for k in (1, 2))
    return start, column.astype(int), weight.astype(float)


def _tracked(model: Model) -> Arrays:
    """For every rate: the bound at which its group begins, its members, and the states counted later."""
    rows, states = len(model.plan.rows), len(model.plan.states)
    groups: list[tuple[int, Real, Real]] = []
    for rate in model.compiled.operator.rates:
        members, counted = np.zeros((rows, states)), np.zeros(states)
        members[np.ix_(rate.rows, rate.states_from)] = 1.0
        counted[list(rate.states_to)] = 1.0
        groups.append((rate.start, members, counted))
    return {"groups_followed": groups}


def _readings(model: Model) -> Arrays:
    compiled, wording, slices = model.compiled, model.wording, model.unknowns.slices()
    biases = slices.get("bias", slice(0, 0))
    count = biases.stop - biases.start
    sigma = np.array([slices[f"sigma.{kind}"].start for kind in wording.kinds])[wording.sigma]

    def of_rent(name: str) -> Indices:
        return (
            np.where(compiled.rent >= 0, slices[name].start + compiled.rent, -1)
            if compiled.rent_place
            else (np.full(len(sigma), -1))
        )

    meanings = [members[members < len(sigma)] for members in wording.of_meaning]
    series = [members[members < len(meanings)] for members in wording.of_series]
    reading = np.stack(
        [
            compiled.first,
            compiled.second,
            wording.scale,
            sigma,
            np.where(wording.bias < count, biases.start + wording.bias, -1),
            slices["common"].start + wording.common,
            wording.meaning,
            of_rent("rent_elasticity"),
            of_rent("rent_trend"),
        ],
        axis=1,
    )
    return {
        "claim_of_reading": wording.claim,
        "reading": reading,
        "reading_number": np.stack(
            [3 / np.pi**2 * wording.lone**2, compiled.years, compiled.dwellings], axis=1
        ),
        "interval_start": np.searchsorted(wording.reading, np.arange(len(sigma) + 1)),
        "meaning_prior": wording.log_prior[[members[0] for members in meanings]],
        "series_start": np.cumsum([0, *(len(members) for members in series)]),
        "series_meaning": np.concatenate(series) if series else np.zeros(0, dtype=int),
    }


def _contacts(model: Model) -> Arrays:
    contacts, slices = model.contacts, model.unknowns.slices()
    ways = contacts.ways
    groups, width = contacts.log_weight.shape
    cells = len(SETS) * (ways.most + 1)
    start, counts, prior, entries = [0], [0], [], []
    for g in range(groups):
        for w in np.flatnonzero(np.isfinite(contacts.log_weight[g])):
            row = g * width + int(w)
            used = np.flatnonzero(ways.table.value[row])
            entries.extend((ways.table.column[row, k] - g * cells, ways.table.value[row, k]) for k in used)
            counts.append(len(entries))
            prior.append(ways.coefficient[g, w] + contacts.log_weight[g, w])
        start.append(len(prior))

    def of_kind(name: str) -> Indices:
        return slices[name].start + contacts.kind if groups else np.zeros(0, dtype=int)

    return {
        "group": np.stack([contacts.position, of_kind("concentration"), of_kind("reach")], axis=1),
        "group_reached": contacts.reached,
        "group_row": contacts.rows,
        "group_host": contacts.host,
        "home": contacts.home,
        "fate_set": np.array([[float(i in fates) for i in range(3)] for fates in SETS]),
        "way_start": np.array(start),
        "count_start": np.array(counts),
        "count_cell": np.array([cell for cell, _ in entries], dtype=int),
        "count_sign": np.array([sign for _, sign in entries], dtype=float),
        "way_prior": np.array(prior, dtype=float),
        "most": ways.most,
    }
