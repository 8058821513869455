"""The work arrays of a kernel: their names, by shape, and the views that some stages take of them.

Letters of shapes: T steps (T1 bounds), R rows, S states, C cohorts, D places, Q classes of rows,
N visited places, G schemes, M places with permits, W waves, V windows, Z unknowns, B terms, A readings,
I intervals, E meanings, H contact groups, Y ways, U sets of fates, J counts, K followed groups,
P pairs of a window and a group of rows, X features, L the longest of several; digits are numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sojourn._core.arrays import Real
from sojourn.inference.kernel.constants import Arrays

WORK: Mapping[str, str] = {
    "Z": "z gradient",
    "2 Z": "free",
    "Q": "row_share class_push",
    "W T1": "surged surge_density surged_bar",
    "T": "deviation",
    "T1": "waiting",
    "T C": "arrivals arrivals_bar",
    "T R S": "entering movers movers_bar nobody group_movers group_entering_bar",
    "T S": "common_rate fixed_rate settle_rate",
    "T Q S": "leave_rate leave_share half",
    "Q S D": "split",
    "Q D S": "transposed",
    "Q S": "by_class by_class_bar",
    "D": "attraction",
    "T1 R S": "stock moved group_stock_bar",
    "K T1 R S": "group_stock",
    "T D": "arriving excursion_rate staying excursion_pairs excursion_pairs_bar no_arrivals group_arriving",
    "T M": "settling no_permits group_settling",
    "SD": "leaving",
    "T N": "visit_rate visitor_entries visitor_entries_bar remain visit_rate_bar",
    "T1 N": "present entries_total",
    "T G": "into gone holders late issued issued_bar registered registered_bar stale"
    " gone_bar holders_bar late_bar stale_bar",
    "T1 G": "issued_total registered_total",
    "T1 C": "arrivals_total",
    "T1 D": "excursions_total",
    "T1 K": "tracked",
    "3 S": "by_state",
    "2 D": "by_place",
    "V N": "entered grown entered_bar grown_bar",
    "P D D": "moves",
    "D D": "crossed moves_bar",
    "X": "features",
    "B": "whole terms whole_bar",
    "A": "expected unit error location score of_location of_spread",
    "5 I": "interval",
    "E": "meaning",
    "H": "group_score",
    "Y": "way",
    "U J": "rising rising_bar",
    "U": "set_alpha",
    "4 3": "three",
    "R S": "later_bar",
    "R T D": "inflow_bar",
    "S": "people moving_bar settled_bar common_bar fixed_bar settling_sum_bar",
    "L": "later",
}
ZEROED: Mapping[str, str] = {
    "2 Z": "free_bar",
    "X": "features_bar",
    "B": "terms_bar",
    "Q": "row_share_bar",
    "T R S": "entering_bar",
    "T Q S": "leave_share_bar exponent_bar",
    "Q S D": "split_bar",
    "T1 R S": "stock_bar moved_bar",
    "T D": "arriving_bar",
    "T M": "settling_bar",
    "T G": "into_bar",
    "T1 N": "present_bar entries_total_bar",
    "T1 C": "arrivals_total_bar",
    "T1 D": "excursions_total_bar",
    "T1 G": "issued_total_bar registered_total_bar",
    "T1 K": "tracked_bar",
}
"""Derivatives that stages add to, so that they must start at 0: they lie in one block, `bars`."""
RENAMED = {"struck": "struck_share"}
"""Parameters that the kernel names otherwise, because a flow has their name."""


def lay_out(constants: Arrays) -> Arrays:
    """Return new work arrays for the constants of a case, by name, with the parameters and all views."""
    size = find_sizes(constants)
    work = {name: np.zeros(shape) for name, shape in _shapes(WORK, size).items()}
    shapes: dict[str, tuple[int, ...]] = constants["parameter_shapes"]
    own = {RENAMED.get(name, name): shape for name, shape in shapes.items()}
    work["parameters"], views = _in_one_block(own)
    work.update(views)
    bars = _shapes(ZEROED, size) | {f"{name}_bar": shape for name, shape in own.items()}
    work["bars"], views = _in_one_block(bars)
    work.update(views)
    work["parameters_bar"] = work["bars"][len(work["bars"]) - len(work["parameters"]) :]
    windows, (width, stocks) = size["V"], constants["widths"]
    for bar in ("", "_bar"):
        free, features = work[f"free{bar}"], work[f"features{bar}"]
        work[f"x{bar}"], work[f"value{bar}"] = free
        work[f"stratum_value{bar}"] = free[1, slice(*constants["strata"])]
        work[f"free_flat{bar}"] = free.reshape(-1)
        work[f"flow_features{bar}"] = features[: windows * width].reshape(windows, width)
        work[f"stock_features{bar}"] = features[windows * width :].reshape(-1, stocks)
        for name in ("movers", "moved", "stock"):
            table = work[f"{name}{bar}"]
            work[f"{name}_flat{bar}"] = table.reshape(len(table), -1)
    return work


def find_sizes(a: Arrays) -> dict[str, int]:
    """The numbers behind the letters of shapes."""
    strata, (width, stocks) = a["strata"][1] - a["strata"][0], a["widths"]
    size = {
        "T": len(a["weeks"]),
        "R": len(a["row_class"]),
        "S": len(a["place"]),
        "C": len(a["wave"]),
        "D": a["lawless"].shape[1],
        "Q": max(int(a["row_class"].max(initial=0)) + 1, strata + 2 if strata else 1),
        "N": a["season_wave"].shape[1],
        "G": len(a["scheme"]),
        "M": len(a["settles"]),
        "W": len(a["elapsed"]),
        "V": len(a["years"]),
        "Z": len(a["prior_location"]),
        "B": len(a["part"]),
        "A": len(a["reading"]),
        "I": int(a["interval_start"][-1]),
        "E": len(a["meaning_prior"]),
        "H": len(a["group"]),
        "Y": len(a["way_prior"]),
        "U": len(a["fate_set"]),
        "J": a["most"] + 1,
        "K": len(a["groups_followed"]),
        "P": len(a["window_group"]),
        "X": len(a["years"]) * width + len(a["date_at"]) * stocks,
    }
    size |= {"T1": size["T"] + 1, "SD": size["S"] + size["D"]}
    return size | {"L": max(size["R"] * size["S"], *(size[letter] for letter in "CDNG"))}


def _shapes(table: Mapping[str, str], size: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """The shape of every name of a table."""
    return {
        name: tuple(size[letter] if letter in size else int(letter) for letter in letters.split())
        for letters, names in table.items()
        for name in names.split()
    }


def _in_one_block(shapes: Mapping[str, tuple[int, ...]]) -> tuple[Real, dict[str, Any]]:
    """One array of zeros, and views of it with the shapes asked, in order."""
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes.values())])
    block = np.zeros(int(ends[-1]))
    views = {
        name: block[begin:end].reshape(shape)
        for (name, shape), begin, end in zip(shapes.items(), ends, ends[1:], strict=False)
    }
    return block, views
