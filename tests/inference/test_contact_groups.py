"""Counts of acquaintances: what words allow, and how likely each count is."""

from datetime import date
from itertools import product

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln, logsumexp

from sojourn.case import ContactGroup
from sojourn.case.group_counts import SETS, allowed_counts
from sojourn.inference.contact_groups import (
    compile_contacts,
    dirichlet_multinomial,
    lay_out,
    log_likelihood,
    shares,
)


def group(**more: object) -> ContactGroup:
    given = {
        "size": 60,
        "size_hedge": "exact",
        "stayed": "",
        "moved_on": "",
        "returned": "",
        "unknown": "",
        **more,
    }
    return ContactGroup(  # pyright: ignore
        group="g",
        respondent="Ada",
        stratum="",
        kind="hostel",
        place="AA",
        asof=date(2021, 12, 10),
        source="s",
        **given,
    )


def counted(found: list[tuple[dict[int, int], float]]) -> dict[tuple[tuple[int, ...], ...], float]:
    """Ways as {((set, count), …): weight}."""
    ways = [(tuple(sorted((SETS[key], n) for key, n in way.items())), weight) for way, weight in found]
    assert len({way for way, _ in ways}) == len(ways)
    return dict(ways)


def test_the_hostel() -> None:
    """Of about sixty five stayed and half moved on: half of the sixty, or half of those who did not stay."""
    found = counted(allowed_counts(group(size_hedge="about", stayed="5", moved_on="half")))
    expected = {}
    for size in range(58, 63):
        for moved in range(size - 5 + 1):
            of_all, of_leavers = moved / size, moved / (size - 5)
            if 0.4 <= of_all <= 0.6 or 0.4 <= of_leavers <= 0.6:
                expected[((0,), 5), ((1,), moved), ((2,), size - 5 - moved)] = 1 / 5
    assert found == pytest.approx(expected)
    assert {moved for (_, (_, moved), (_, rest)) in found if moved + rest == 55} == set(range(22, 37))


def test_the_hostel_of_the_small_case(small) -> None:
    """Of twenty three stayed, half moved on, of none is the fate unknown: 7 to 12 moved on."""
    found = counted(allowed_counts(small.contacts[0]))
    assert found == {(((0,), 3), ((1,), k), ((2,), 17 - k)): 1.0 for k in range(7, 13)}


def test_nothing_said_of_two_outcomes_is_one_set() -> None:
    assert counted(allowed_counts(group(stayed="5"))) == {(((0,), 5), ((1, 2), 55)): 1.0}
    assert counted(allowed_counts(group(returned="20", stayed="40"))) == {
        (((0,), 40), ((1,), 0), ((2,), 20)): 1.0
    }


def test_unknown_fates_are_left_out() -> None:
    found = counted(allowed_counts(group(size=10, stayed="2", moved_on="3", returned="4", unknown="1")))
    assert found == {(((0,), 2), ((1,), 3), ((2,), 4)): 1.0}


def test_counts_that_do_not_fit_are_no_way() -> None:
    assert allowed_counts(group(size=10, stayed="2", moved_on="3", returned="4")) == []
    assert allowed_counts(group(size=10, stayed="12")) == []


def test_a_case_may_change_what_words_stand_for() -> None:
    found = counted(allowed_counts(group(size=10, moved_on="half"), {"half": (0.5, 0.5)}))
    assert found == {(((0, 2), 5), ((1,), 5)): 1.0}


def test_an_unsaid_size_is_tried_at_several() -> None:
    found = allowed_counts(group(size=None, size_hedge="", stayed="4"))
    assert sorted((sum(way.values()), weight) for way, weight in found) == [
        (n, pytest.approx(1 / 3)) for n in (10, 20, 40)
    ]


alphas = st.tuples(*[st.floats(0.05, 30)] * 3)


def by_gamma_functions(counts: list[int], alpha: list[float]) -> float:
    n, total = sum(counts), sum(alpha)
    pieces = sum(gammaln(a + k) - gammaln(a) - gammaln(k + 1) for a, k in zip(alpha, counts, strict=True))
    return float(gammaln(n + 1) + gammaln(total) - gammaln(total + n) + pieces)


def three(size: int) -> list[dict[int, int]]:
    """Every count vector of a group."""
    return [
        {0: a, 1: b, 2: size - a - b} for a, b in product(range(size + 1), range(size + 1)) if a + b <= size
    ]


VECTORS = three(9)
THREE = lay_out([VECTORS])
LUMPED = lay_out([[{0: k, SETS.index((1, 2)): 9 - k} for k in range(10)]])


@settings(max_examples=20, deadline=None)
@given(alphas)
def test_dirichlet_multinomial(alpha: tuple[float, float, float]) -> None:
    """The formula with gamma functions; all count vectors sum to 1; lumped cells are sums over them."""
    found = np.asarray(dirichlet_multinomial(THREE, jnp.asarray([alpha])))[0]
    expected = [by_gamma_functions(list(vector.values()), list(alpha)) for vector in VECTORS]
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)
    assert logsumexp(found) == pytest.approx(0, abs=1e-9)
    lumped = np.asarray(dirichlet_multinomial(LUMPED, jnp.asarray([alpha])))[0]
    for k in range(10):
        same = [x for vector, x in zip(VECTORS, found, strict=True) if vector[0] == k]
        assert lumped[k] == pytest.approx(logsumexp(same), rel=1e-8, abs=1e-9)


def test_groups_of_unlike_size_do_not_mix() -> None:
    ways = lay_out([three(2), three(4)])
    alpha = jnp.asarray([[1.0, 2.0, 3.0], [0.5, 5.0, 1.0]])
    found = np.asarray(dirichlet_multinomial(ways, alpha))
    for g, size in enumerate((2, 4)):
        expected = [by_gamma_functions(list(v.values()), alpha[g].tolist()) for v in three(size)]
        np.testing.assert_allclose(found[g, : len(expected)], expected, atol=1e-10)


def test_words_about_the_small_case(small, model, accounts) -> None:
    """Shares of the stratum that is met, tilted to those who stayed; then the sum over allowed counts."""
    compiled = compile_contacts(small, model.plan)
    plan = model.plan
    for _, account in accounts:
        history, reach = account.history, np.array([0.7, 0.4])
        found = np.asarray(shares(compiled, history, jnp.asarray(reach)))
        concentration = np.array([4.0, 12.0])
        logs = np.asarray(log_likelihood(compiled, history, jnp.asarray(concentration), jnp.asarray(reach)))
        assert [compiled.kinds[k] for k in compiled.kind] == ["hostel", "friends"]
        for g, (stratum, tilt) in enumerate(((0, 0.0), (1, 0.4))):
            (row,) = [i for i, r in enumerate(plan.rows) if r.cohorts == (1,) and r.stratum == stratum]
            persons = history.stock[round(plan.calendar.end_of(date(2021, 12, 10))), row]
            stayed = np.exp(tilt) * persons[plan.states_of("AA")].sum()
            back = persons[plan.states_of("OO")].sum()
            away = persons[plan.states_of("BB") + plan.states_of("XX")].sum()
            expected = np.array([stayed, away, back]) / (stayed + away + back)
            np.testing.assert_allclose(found[g], expected, rtol=1e-9)
            alpha = expected * concentration[g]
            total = 0.0
            for way, weight in allowed_counts(small.contacts[g]):
                cells, counts = zip(
                    *((alpha[list(SETS[key])].sum(), n) for key, n in way.items()), strict=True
                )
                total += weight * np.exp(by_gamma_functions(list(counts), list(cells)))
            assert logs[g] == pytest.approx(np.log(total), rel=1e-9)
