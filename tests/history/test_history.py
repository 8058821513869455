"""The traced history against plain loops, and what must hold whatever the unknowns are."""

from dataclasses import replace
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import gamma

from sojourn.case.settings import LogNormal
from sojourn.history import History, make_history
from sojourn.history.process import surge
from sojourn.inference.density import build_model
from tests.referees.history_steps import tell

FIELDS = [name for name in History._fields if name != "steps"]


def test_history_equals_the_plain_loops(model, accounts) -> None:
    for _, account in accounts:
        told = tell(model.plan, account.parameters)
        for name in FIELDS:
            np.testing.assert_allclose(
                getattr(account.history, name), getattr(told, name), rtol=1e-9, atol=1e-9, err_msg=name
            )


def test_persons_are_conserved(model, accounts) -> None:
    """At every bound, in every row: whoever has arrived is somewhere, to 1e-9 of the cohort."""
    for _, account in accounts:
        history, p = account.history, account.parameters
        arrived = np.concatenate(
            [np.zeros((1, len(model.plan.cohorts))), np.cumsum(history.arrivals, axis=0)]
        )
        for r, row in enumerate(model.plan.rows):
            share = p.stratum_share[row.stratum] if row.stratum >= 0 else 1.0
            cohort = share * arrived[:, list(row.cohorts)].sum(axis=1)
            np.testing.assert_allclose(
                history.stock[:, r].sum(axis=1), cohort, rtol=0, atol=1e-9 * cohort[-1]
            )
        total = arrived.sum(axis=1)
        np.testing.assert_allclose(history.stock.sum(axis=(1, 2)), total, rtol=0, atol=1e-9 * total[-1])


def test_probabilities(accounts) -> None:
    """Of those who are there all stay, move or settle; nobody does so with a negative probability."""
    for _, account in accounts:
        steps = account.history.steps
        assert all(np.min(part) >= 0 for part in steps)
        np.testing.assert_allclose(steps.stay + steps.move + steps.settle, 1, atol=1e-12)
        assert np.min(account.history.split) >= 0
        np.testing.assert_allclose(account.history.split.sum(axis=2), 1, atol=1e-12)
        assert np.min(account.history.stock) >= 0


def test_days_that_run_out_together(model, accounts) -> None:
    """In the fortnight around 30 November a share `run_out` of those without a permit leave, no others."""
    account = accounts[0][1]
    plan, p = model.plan, account.parameters
    still = p._replace(leave=jnp.full_like(p.leave, -30.0), settle=jnp.full_like(p.settle, -30.0))
    history = make_history(plan)(still._replace(background=jnp.zeros_like(p.background)))
    first, after = (plan.calendar.bounds.index(day) for day in (date(2021, 11, 23), date(2021, 12, 7)))
    here = plan.state("AA", "staying")
    stock = np.asarray(history.stock)[:, :, here].sum(axis=1)
    late = float(np.sum(history.arrivals[first:after]) / stock[first])
    assert late < 1e-3
    assert float(stock[after] / stock[first]) == pytest.approx(1 - float(p.run_out[1]), abs=2 * late)
    assert float(p.run_out[0]) == 0
    gone = np.asarray(history.movers).sum(axis=(1, 2))
    assert gone[first:after].sum() == pytest.approx(gone.sum(), rel=1e-6)


def test_nobody_moves_to_where_they_are(model, accounts) -> None:
    split = accounts[0][1].history.split
    for s, state in enumerate(model.plan.states):
        assert not split[:, s, model.plan.place(state.place)].any()


def test_stocks_change_by_what_flows(model, accounts) -> None:
    """The people in a place grow by arrivals and moves in, less moves out; settling changes nothing."""
    plan = model.plan
    for _, account in accounts:
        h = account.history
        for d, place in enumerate(plan.places):
            here = plan.states_of(place)
            arrived = h.arrivals[:, [c.host == place for c in plan.cohorts]].sum(axis=1)
            moved_in = np.einsum("trs,rs->t", h.movers, h.split[:, :, d])
            moved_out = h.movers[:, :, here].sum(axis=(1, 2))
            present = h.stock[:, :, here].sum(axis=(1, 2))
            np.testing.assert_allclose(
                np.diff(present), arrived + moved_in - moved_out, atol=1e-9 * present.max() + 1e-12
            )


def test_settled_grow_by_permits(model, accounts) -> None:
    plan = model.plan
    settled, staying = plan.state("AA", "settled"), plan.state("AA", "staying")
    for _, account in accounts:
        h = account.history
        change = np.diff(h.stock[:, :, settled].sum(axis=1))
        gone = h.movers[:, :, settled].sum(axis=1)
        np.testing.assert_allclose(change, h.settling[:, staying] - gone, atol=1e-8)
        assert not np.delete(h.settling, staying, axis=1).any()


@pytest.mark.parametrize("scheme", [0, 1])
def test_a_register_never_goes_below_those_who_are_on_it(model, accounts, scheme: int) -> None:
    for _, account in accounts:
        h = account.history
        assert (h.issued[:, scheme] >= 0).all()
        register = np.cumsum(h.issued[:, scheme] - h.struck[:, scheme])
        assert register.min() >= -1e-9 * register.max()


def test_a_purge_removes_all_that_is_stale(model, accounts) -> None:
    """Whoever is on a tax register beyond uptake times those present has left, or was a visitor."""
    plan = model.plan
    (purge,) = model.case.settings.schemes[0].purges
    at = round(plan.calendar.position(purge))
    here = plan.states_of("AA")
    for _, account in accounts:
        h, p = account.history, account.parameters
        register = np.sum((h.issued - h.struck)[:at, 0])
        stale = register - p.uptake[0] * h.stock[at][:, here].sum()
        leavers = p.struck[0] * p.uptake[0] * h.movers[at][:, here].sum()
        assert stale > 0
        assert h.struck[at, 0] == pytest.approx(leavers + stale, rel=1e-9)


def test_surge_is_a_gamma_distribution() -> None:
    x = np.concatenate([[-3.0, 0.0, 1e-9, 1e-4], np.linspace(0.01, 60, 500)])
    np.testing.assert_allclose(surge(jnp.asarray(x)), gamma.cdf(x, 2), rtol=1e-7, atol=1e-17)
    slope = jax.vmap(jax.grad(surge))(jnp.asarray(x[3:]))
    np.testing.assert_allclose(slope, gamma.pdf(x[3:], 2), rtol=1e-9, atol=1e-15)


def test_documents_may_come_late(small, model) -> None:
    """With a delay, as in the plain loops; all who ask have theirs in the end."""
    first, *rest = small.settings.schemes
    late = first.model_copy(update={"delay": LogNormal(median=9, factor=2)})
    case = replace(small, settings=small.settings.model_copy(update={"schemes": (late, *rest)}))
    delayed = build_model(case)
    z = 0.7 * np.random.default_rng(4).normal(size=delayed.unknowns.size)
    account = jax.tree.map(np.asarray, jax.jit(delayed.account)(jnp.asarray(z), delayed.said))
    told = tell(delayed.plan, account.parameters)
    np.testing.assert_allclose(account.history.issued, told.issued, rtol=1e-9, atol=1e-9)
    at_once = told.issued[:, 0].cumsum()
    prompt = replace(delayed.plan, settings=small.settings)
    on_arrival = tell(prompt, account.parameters).issued[:, 0].cumsum()
    assert (at_once <= on_arrival + 1e-6).all()
    assert at_once[len(at_once) // 3] < 0.99 * on_arrival[len(at_once) // 3]
