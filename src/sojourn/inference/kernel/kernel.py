"""The potential of a case and its gradient, compiled by numba.

The definition of the model is `Model.potential`, in JAX; the kernel computes the same numbers six times
faster. It is a list of stages, each a compiled function with named arrays as arguments, run forwards
for the value, and a list of their reverse passes, run backwards for the gradient.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

import numpy as np

from sojourn._core.arrays import Real
from sojourn.inference.kernel import arrivals as arriving
from sojourn.inference.kernel import (
    chain,
    contacts,
    features,
    leaving,
    readings,
    registers,
    sparse,
    transforms,
)
from sojourn.inference.kernel import visitors as visiting
from sojourn.inference.kernel.constants import Arrays
from sojourn.inference.kernel.workspace import lay_out
from sojourn.inference.likelihood import ClaimIntervals

Stage = tuple[Callable[..., Any], tuple[Any, ...]]


class Kernel:
    """A compiled density with its own work arrays; threads need one each."""

    def __init__(self, constants: Mapping[str, Any], claims: ClaimIntervals, score_all: bool = False) -> None:
        """Lay out the work arrays and the stages.

        Args:
            constants: from `collect_constants`.
            claims: what was said, as data.
            score_all: score readings that have no weight as well; their scores do not change the value.
        """
        self.arrays: Arrays = {name: _in_rows(value) for name, value in constants.items()}
        self.arrays.update(lay_out(self.arrays))
        self.set_claims(claims, score_all)
        self.forward_stages: list[Stage] = []
        self.reverse_stages: list[Stage] = []
        self._connect()

    def set_claims(self, claims: ClaimIntervals, score_all: bool = False) -> None:
        """Replace the claims; their arrays must keep their shapes."""
        reading = self.arrays["claim_of_reading"]
        weight = np.asarray(claims.claim_weight)[reading]
        data = {
            "low": claims.low,
            "high": claims.high,
            "interval_weight": claims.log_weight,
            "reading_weight": weight,
            "scored": np.ones(len(weight), dtype=int) if score_all else (weight != 0).astype(int),
            "group_weight": claims.group_weight,
        }
        for name, value in data.items():
            if name in self.arrays:
                self.arrays[name][:] = np.asarray(value)
            else:
                self.arrays[name] = np.array(value)

    def value_and_gradient(self, z: Real) -> tuple[float, Real]:
        """The potential at z (D,) and its gradient (D,), which the next call overwrites."""
        self.arrays["bars"][:] = 0
        value = self.value(z)
        for function, arguments in self.reverse_stages:
            function(*arguments)
        return value, self.arrays["gradient"]

    def value(self, z: Real) -> float:
        """The potential at z (D,); afterwards `arrays` holds the history and all that follows from it."""
        self.arrays["z"][:] = z
        return float(sum(function(*arguments) or 0.0 for function, arguments in self.forward_stages))

    def _stage(self, function: Callable[..., Any], **given: Any) -> Stage:
        """A function with its arguments: the arrays of its parameters' names, but those given.

        A string stands for the array of that name.
        """
        arguments: list[Any] = []
        for name in signature(function).parameters:
            value = given.get(name, name)
            arguments.append(self.arrays[value] if isinstance(value, str) else value)
        return function, tuple(arguments)

    def _add(self, forward: Stage, *reverse: Stage) -> None:
        """Append a stage and put its reverse pass before those of earlier stages."""
        self.forward_stages.append(forward)
        self.reverse_stages[:0] = reverse

    def _pair(self, forward: Callable[..., Any], back: Callable[..., Any], **given: Any) -> None:
        self._add(self._stage(forward, **given), self._stage(back, **given))

    def _connect(self) -> None:
        """List the stages in the order of the value."""
        self._pair(transforms.transform, transforms.transform_back)
        rows = {"start": "map_start", "column": "map_column", "weight": "map_weight"}
        self._add(
            self._stage(sparse.multiply, **rows, vector="free_flat", product="parameters"),
            self._stage(
                sparse.multiply_back, **rows, product_bar="parameters_bar", vector_bar="free_flat_bar"
            ),
        )
        self._pair(transforms.break_stick, transforms.break_stick_back)
        self._pair(arriving.arrive, arriving.arrive_back)
        self._pair(arriving.enter, arriving.enter_back)
        self._pair(leaving.split_movers, leaving.split_movers_back)
        self._add(
            self._stage(leaving.compute_hazards),
            self._stage(leaving.compute_hazards_back, settling_bar="settling_sum_bar"),
        )
        self._add(
            self._stage(chain.propagate, begin=0),
            self._stage(chain.propagate_back, begin=0, settle_bar="settled_bar"),
        )
        for number, group in enumerate(self.arrays["groups_followed"]):
            self._follow(number, *group)
        self._pair(visiting.visit, visiting.visit_back)
        self._pair(registers.leave_briefly, registers.leave_briefly_back)
        if len(self.arrays["scheme"]):
            self._pair(registers.find_holders, registers.find_holders_back)
            self._pair(registers.delay_documents, registers.delay_documents_back)
            self._pair(registers.issue_documents, registers.issue_documents_back)
        self._connect_features()
        self._connect_claims()

    def _follow(self, number: int, begin: int, members: Real, counted: Real) -> None:
        """Add the group of a rate, which goes through the same chain from bound `begin` on."""
        own = self.arrays["group_stock"][number]
        flows = {"entering": "nobody", "stock": own, "movers": "group_movers"}
        follow = self._stage(
            chain.propagate, begin=begin, **flows, arriving="group_arriving", settling="group_settling"
        )
        self.forward_stages += [
            self._stage(chain.begin_group, begin=begin, members=members, group_stock=own),
            follow,
            self._stage(chain.count_group, number=number, begin=begin, counted=counted, group_stock=own),
        ]
        silent = {"movers_bar": "nobody", "arriving_bar": "no_arrivals", "settling_bar": "no_permits"}
        back = self._stage(
            chain.propagate_back,
            begin=begin,
            **flows,
            **silent,
            stock_bar="group_stock_bar",
            entering_bar="group_entering_bar",
            settle_bar="settled_bar",
        )
        self.reverse_stages[:0] = [
            self._stage(chain.count_group_back, number=number, counted=counted),
            follow,  # once more, since the next group has overwritten its movers
            back,
            self._stage(chain.begin_group_back, begin=begin, members=members),
        ]

    def _connect_features(self) -> None:
        """Add running sums and the features that the readings use."""
        totals = {
            "movers_flat": "moved_flat",
            "arrivals": "arrivals_total",
            "excursion_pairs": "excursions_total",
            "visitor_entries": "entries_total",
            "issued": "issued_total",
            "registered": "registered_total",
        }
        for flow, total in totals.items():
            self._add(
                self._stage(sparse.accumulate, flow=flow, total=total),
                self._stage(sparse.accumulate_back, flow_bar=f"{flow}_bar", total_bar=f"{total}_bar"),
            )
        self._combine("window", "entries_total", features="entered")
        self._combine("window", "present", features="grown")
        self._pair(
            features.count_travellers,
            features.count_travellers_back,
            features="flow_features",
            features_bar="flow_features_bar",
        )
        if len(self.arrays["window_group"]):
            self._pair(
                features.count_moves,
                features.count_moves_back,
                features="flow_features",
                features_bar="flow_features_bar",
            )
        offsets = self.arrays["offsets"]
        flows = {"arrivals": "arrivals_total", "excursions": "excursions_total", "issued": "issued_total"}
        stocks = {
            "stock": "stock_flat",
            "visitors": "present",
            "register": "registered_total",
            "tracked": "tracked",
        }
        for name, series in flows.items():
            if name in offsets:
                self._combine("window", series, offsets[name], "flow_features")
        for name, series in stocks.items():
            if name in offsets:
                self._combine("date", series, offsets[name], "stock_features")
        if "residents" in offsets:
            self._pair(
                features.state_residents,
                features.state_residents_back,
                features="stock_features",
                features_bar="stock_features_bar",
                offset=offsets["residents"],
            )

    def _combine(self, kind: str, series: str, offset: int = 0, features: str = "") -> None:
        given = {"at": f"{kind}_at", "by": f"{kind}_by", "offset": offset}
        self._add(
            self._stage(sparse.combine, **given, series=series, features=features),
            self._stage(
                sparse.combine_back, **given, series_bar=f"{series}_bar", features_bar=f"{features}_bar"
            ),
        )

    def _connect_claims(self) -> None:
        """Add the terms, the readings and the contact groups."""
        rows = {"start": "term_start", "column": "term_column", "weight": "term_weight"}
        self._add(
            self._stage(sparse.multiply, **rows, vector="features", product="whole"),
            self._stage(sparse.multiply_back, **rows, product_bar="whole_bar", vector_bar="features_bar"),
        )
        self._pair(features.take_parts, features.take_parts_back)
        self._add(self._stage(readings.expect), self._stage(readings.expect_back))
        self.forward_stages.append(self._stage(readings.score_readings))
        self.forward_stages.append(self._stage(readings.mix_meanings))
        if len(self.arrays["group"]):
            self.forward_stages.append(self._stage(contacts.describe_groups))


def _in_rows(value: Any) -> Any:
    """An array with its rows in order, so that every function is compiled for one layout only."""
    return np.ascontiguousarray(value) if isinstance(value, np.ndarray) else value
