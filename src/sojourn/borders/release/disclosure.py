"""Tables that may leave the house: small cells withheld, and others so that totals do not give them away.

A count of people or crossings below the minimum is withheld (a zero is too, where zeros are counts of
people who are known to exist; here a cell that is not in the table is no cell). In each line that adds up
to a total, a single withheld cell could be worked out, so the smallest other cell of the line goes as well,
until no withheld cell can be worked out from the others. What is left is rounded to a base.

The check is exact for what follows from the sums alone: with a node for every row and column of a table,
its total included, and an edge for every withheld cell, a cell can be worked out if and only if its edge is
a bridge. It does not tell how narrowly a cell is confined by the others being no less than zero, nor what
follows from other releases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sojourn.borders.errors import BordersError
from sojourn.borders.release.tables import ALL, MEASURES

Cell = tuple[str, str]
Node = tuple[str, str]
NON_ADDITIVE = ("people", "present")
"""Measures that do not add up over months or categories: no total gives a cell away."""
LEAST_ROUNDING = 3
WITHHELD = "withheld"
"""The word for a cell that is not shown, whatever the cause: a cause would tell something about the count."""
NOT_VERIFIED = "not verified against linked tables: do not publish"
"""The verdict on every release until tables are checked together and against earlier releases."""


@dataclass(frozen=True)
class Release:
    """Least count that is shown, and the base to which counts are rounded."""

    minimum: int = 10
    rounding: int = 5

    def __post_init__(self) -> None:
        """Raises BordersError for numbers that protect nothing."""
        if self.minimum < 2 or self.rounding < LEAST_ROUNDING:
            raise BordersError(
                f"release: minimum {self.minimum}, rounding {self.rounding}; "
                f"needed are at least 2 and {LEAST_ROUNDING}"
            )


@dataclass(frozen=True)
class TableCheck:
    """What the check says of one table and measure."""

    table: str
    measure: str
    cells: int
    small: int
    withheld_for_totals: int
    exposed: int

    @property
    def safe(self) -> bool:
        """Whether no withheld cell can be worked out from the sums."""
        return self.exposed == 0


def suppress(rows: list[tuple[Any, ...]], release: Release) -> tuple[list[dict[str, Any]], list[TableCheck]]:
    """Released cells and a verdict for each table and measure, from the rows of a summary."""
    tables: dict[tuple[str, str], dict[Cell, int]] = defaultdict(dict)
    for table, measure, month, category, value in rows:
        tables[table, measure][month, category] = value
    shown: list[dict[str, Any]] = []
    verdicts: list[TableCheck] = []
    for (table, measure), cells in sorted(tables.items()):
        small = {cell for cell, value in cells.items() if value < release.minimum}
        adds = measure not in NON_ADDITIVE
        hidden = choose_withheld(cells, small) if adds else small
        exposed = find_recoverable(cells, hidden) if adds else set[Cell]()
        verdicts.append(TableCheck(table, measure, len(cells), len(small), len(hidden - small), len(exposed)))
        for (month, category), value in sorted(cells.items()):
            why = WITHHELD if (month, category) in hidden else ""
            rounded = None if why else round(value / release.rounding) * release.rounding
            names = {"table": table, "measure": measure, "month": month, "category": category}
            shown.append({**names, "value": rounded, "withheld": why})
    return shown, verdicts


def check(shown: Iterable[dict[str, Any]], minimum: int, rounding: int) -> dict[tuple[str, str], list[str]]:
    """What is wrong with each table and measure of released cells; an empty list where no fault was found.

    Looks at the cells as they are in the file, whoever wrote it: a count that is negative, below the minimum
    or not rounded, a measure that is not known, a withheld cell that the others and the totals of its table
    give away. It does not look across tables or releases, so that no fault found does not mean safe.

    Args:
        shown: Cells with `table`, `measure`, `month`, `category` and `value` (None where withheld).
        minimum: Least count that may be shown, crossings or people.
        rounding: Base to which counts must be rounded; a base below 3 is itself a fault.
    """
    tables: dict[tuple[str, str], dict[Cell, int | None]] = defaultdict(dict)
    for cell in shown:
        tables[cell["table"], cell["measure"]][cell["month"], cell["category"]] = cell["value"]
    if not tables:
        return {("release", "all"): ["it holds no rows"]}
    return {key: _faults(key[1], cells, minimum, rounding) for key, cells in sorted(tables.items())}


def _faults(measure: str, cells: dict[Cell, int | None], minimum: int, rounding: int) -> list[str]:
    values = [value for value in cells.values() if value is not None]
    hidden = {cell for cell, value in cells.items() if value is None}
    exposed = set[Cell]() if measure in NON_ADDITIVE else find_recoverable(cells, hidden)
    negative = sum(value < 0 for value in values)
    # Rounding may bring a count at the minimum down by half a base.
    small = sum(0 <= value < minimum - rounding / 2 for value in values)
    loose = sum(value % rounding != 0 for value in values)
    faults = [
        (measure not in MEASURES, f"{measure!r} is not a known measure"),
        (rounding < LEAST_ROUNDING, f"a rounding base of {rounding} hides nothing; at least 3 is needed"),
        (negative, f"{negative} counts are negative"),
        (small, f"{small} counts are below {minimum}"),
        (loose, f"{loose} counts are not rounded to {rounding}"),
        (len(exposed), f"{len(exposed)} withheld counts follow from the others and the totals"),
    ]
    return [words for number, words in faults if number]


def choose_withheld(cells: dict[Cell, int], small: set[Cell]) -> set[Cell]:
    """The small cells and those that must go with them, the smallest first."""
    hidden = set(small)
    while exposed := find_recoverable(cells, hidden):
        month, category = min(exposed)
        left = [cell for cell in cells if cell not in hidden]
        line = [cell for cell in left if cell[0] == month or cell[1] == category] or left
        # Inner cells before totals: a total that is withheld hides more than it must.
        line.sort(key=lambda cell: (ALL in cell, cells[cell], cell))
        if not line:
            break
        hidden.add(line[0])
    return hidden


def find_recoverable(cells: Iterable[Cell], hidden: set[Cell]) -> set[Cell]:
    """The withheld cells of a table that the others and the totals give away.

    In a table of months alone the only sum is that over months: it gives away a single cell.
    """
    if {category for _, category in cells} == {ALL}:
        return hidden if len(hidden) == 1 else set()
    return bridges(hidden)


def bridges(hidden: set[Cell]) -> set[Cell]:
    """The withheld cells of a table of months by categories that a sum gives away.

    An edge of a graph is a bridge if nothing beyond it leads back before it (Tarjan, 1974).
    """
    near: dict[Node, list[Node]] = defaultdict(list)
    for month, category in sorted(hidden):
        near["month", month].append(("category", category))
        near["category", category].append(("month", month))
    seen: dict[Node, int] = {}
    found: set[Cell] = set()
    for start in near:
        if start not in seen:
            found |= _bridges_from(start, near, seen)
    return found


def _bridges_from(start: Node, near: dict[Node, list[Node]], seen: dict[Node, int]) -> set[Cell]:
    """The bridges among what hangs together with a node; `seen` gets the number of each node of the walk."""
    seen[start] = len(seen)
    back = {start: seen[start]}  # the first node that one leads back to from beyond this one
    found: set[Cell] = set()
    walk = [(start, start, iter(near[start]))]
    while walk:
        node, origin, rest = walk[-1]
        for other in rest:
            if other not in seen:
                seen[other] = back[other] = len(seen)
                walk.append((other, node, iter(near[other])))
                break
            if other != origin:
                back[node] = min(back[node], seen[other])
        else:
            walk.pop()
            if node != start:
                back[origin] = min(back[origin], back[node])
                if back[node] > seen[origin]:
                    ends = dict((node, origin))
                    found.add((ends["month"], ends["category"]))
    return found
