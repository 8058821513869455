"""Withheld cells against brute force: a cell that only one table of whole numbers fits is given away."""

from __future__ import annotations

import random

import pytest

from sojourn.borders import BordersError
from sojourn.borders.release.disclosure import Release, bridges, check, choose_withheld, suppress
from sojourn.borders.release.tables import ALL

MONTHS, WORDS = ("1", "2", "3"), ("a", "b", "c")


def table_of(rng: random.Random) -> dict[tuple[str, str], int]:
    cells = {(m, w): rng.choice([0, 1, 3, 30, 80]) for m in MONTHS for w in WORDS}
    cells |= {(m, ALL): sum(cells[m, w] for w in WORDS) for m in MONTHS}
    cells |= {(ALL, w): sum(cells[m, w] for m in MONTHS) for w in (*WORDS,)}
    cells[ALL, ALL] = sum(cells[m, ALL] for m in MONTHS)
    return cells


def rank(rows: list[list[int]]) -> int:
    """Rank over a prime field, by elimination."""
    prime, rows, found = 1_000_003, [row[:] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column] % prime), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        inverse = pow(rows[found][column], -1, prime)
        rows[found] = [value * inverse % prime for value in rows[found]]
        for r in range(len(rows)):
            if r != found and rows[r][column] % prime:
                factor = rows[r][column]
                rows[r] = [(a - factor * b) % prime for a, b in zip(rows[r], rows[found], strict=True)]
        found += 1
    return found


def worked_out(hidden: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The cells that the sums of rows and columns determine, by linear algebra."""
    cells = sorted(hidden)
    lines: list[list[int]] = []
    for w in (*WORDS, ALL):
        lines.append([(-1 if m == ALL else 1) if word == w else 0 for m, word in cells])
    for month in (*MONTHS, ALL):
        lines.append([(-1 if w == ALL else 1) if m == month else 0 for m, w in cells])
    whole = rank(lines)
    return {
        cell
        for n, cell in enumerate(cells)
        if rank([*lines, [int(k == n) for k in range(len(cells))]]) == whole
    }


def test_bridges_are_the_cells_that_linear_algebra_works_out() -> None:
    rng, exposed = random.Random("bridges"), 0
    for _ in range(300):
        cells = table_of(rng)
        hidden = set(rng.sample(sorted(cells), rng.randint(1, 9)))
        assert bridges(hidden) == worked_out(hidden)
        exposed += bool(worked_out(hidden))
    assert 50 < exposed < 300


def test_nothing_withheld_can_be_worked_out() -> None:
    rng = random.Random("withheld")
    for _ in range(300):
        cells = table_of(rng)
        small = {cell for cell, value in cells.items() if value < 10}
        hidden = choose_withheld(cells, small)
        assert small <= hidden
        assert not worked_out(hidden) or hidden == set(cells)


def test_release_withholds_and_rounds() -> None:
    rows = [("t", "entries", m, w, v) for (m, w), v in table_of(random.Random(3)).items()]
    shown, verdicts = suppress(rows, Release(10, 5))
    truth = {(m, w): v for _, _, m, w, v in rows}
    for cell in shown:
        value = truth[cell["month"], cell["category"]]
        assert cell["value"] is None if value < 10 else cell["value"] in (None, round(value / 5) * 5)
    assert verdicts[0].safe
    assert verdicts[0].withheld_for_totals > 0
    assert {cell["withheld"] for cell in shown} == {"", "withheld"}
    for minimum, rounding in ((1, 5), (10, 2), (10, 1), (10, 0)):
        with pytest.raises(BordersError, match=f"release: minimum {minimum}, rounding {rounding}"):
            Release(minimum, rounding)


def test_the_check_finds_what_was_done_to_a_released_table() -> None:
    rows = [("t", "entries", m, w, v) for (m, w), v in table_of(random.Random(3)).items()]
    shown, _ = suppress(rows, Release(10, 5))
    assert check(shown, 10, 5) == {("t", "entries"): []}
    assert check(shown, 40, 5)["t", "entries"][0].endswith("counts are below 40")
    truth = {(m, w): v for _, _, m, w, v in rows}

    def told(extra: int) -> list[str]:
        """As if only the small cells had been withheld."""
        cells = [
            {**cell, "value": truth[cell["month"], cell["category"]] // 5 * 5 + extra}
            if cell["withheld"] and truth[cell["month"], cell["category"]] >= 10
            else cell
            for cell in shown
        ]
        return check(cells, 10, 5)["t", "entries"]

    assert any("follow from the others" in wrong for wrong in told(0))
    assert any("not rounded to 5" in wrong for wrong in told(1))
