"""The answer as of a date: what was known, and what weights make of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sojourn._core.arrays import Real
from sojourn.audit.leave_out import LeaveOut, OtherDraws, worst_rhat
from sojourn.audit.posterior import Posterior, efficiency, quantities_of
from sojourn.audit.vintages import VintageDraws, find_vintages, publication_dates, said_by, weigh
from sojourn.inference.draw_summary import summarise
from sojourn.inference.estimation import with_dates
from sojourn.inference.likelihood import ClaimIntervals
from sojourn.inference.preconditioner import Metric
from sojourn.inference.sampler import Adaptation


def test_every_date_of_publication_once(posterior: Posterior) -> None:
    dates = publication_dates(posterior)
    assert dates[0] == date(2021, 8, 1)
    assert dates[-1] == date(2021, 12, 30)
    assert dates == sorted(set(dates))
    assert date(2021, 9, 15) not in dates  # context


def test_what_was_said_by_a_day_is_what_a_case_of_that_day_counts(posterior: Posterior) -> None:
    for day in publication_dates(posterior):
        early = with_dates(posterior.case, None, day)
        said = np.asarray(said_by(posterior, day).claim_weight)
        expected = [float(early.is_counted(claim)) for claim in posterior.model.wording.claims]
        assert said.tolist() == expected


def test_the_last_moment_is_the_answer(posterior: Posterior) -> None:
    last = find_vintages(posterior, [date(2021, 12, 30)])[0]
    assert last.method == "weights"
    for name, draws in posterior.quantities.items():
        assert last.asked[name]["mean"] == pytest.approx(summarise(draws)["mean"], rel=1e-5)
    assert last.then["stayed"] is not None
    assert set(last.new) >= {"c01", "c17", "hostel"}


def test_weights_of_a_stand_are_what_was_said_since(posterior: Posterior) -> None:
    """From draws that stand for an early date to the posterior: the potential's own difference."""
    model, early = posterior.model, said_by(posterior, date(2021, 12, 20))
    own = dict(posterior.quantities)
    learned = Adaptation(Metric(np.zeros(1), np.zeros((1, 0)), np.zeros(0)), 1.0, posterior.z[:4])
    draws = OtherDraws(posterior.z, posterior.points, own, 1.0, 1.0, learned)
    stand = VintageDraws(draws, early)
    weights = weigh(model, stand, model.said)
    some = [0, len(posterior.z) // 2, len(posterior.z) - 1]
    gained = [
        float(model.potential(posterior.z[i], early) - model.potential(posterior.z[i], model.said))
        for i in some
    ]
    order = np.argsort(gained)
    assert np.all(np.diff(weights.weight[np.array(some)[order]]) >= 0)


def test_draws_are_moved_where_weights_fail(posterior: Posterior) -> None:
    """From nothing to the first date, and on: what was said later is not known yet."""
    leaver = LeaveOut(posterior, chains=2, draws=25)
    first, second = date(2021, 8, 1), date(2021, 11, 1)
    moments = find_vintages(posterior, [first, second], leaver=leaver)
    assert [m.date for m in moments] == [str(first), str(second)]
    assert moments[0].method != "weights"
    assert (moments[0].new, moments[1].new) == (("c01", "c02"), ("c03", "c04"))
    assert [m.claims for m in moments] == [2, 4]
    assert moments[0].then["arrived"] is not None
    assert moments[0].then["arrived"]["q50"] < moments[0].asked["arrived"]["q50"]
    # Of two claims the answer knows less than of all.
    assert moments[0].asked["share stayed"]["sd"] > posterior.quantities["share stayed"].std()


class Dealt(LeaveOut):
    """Deals the posterior's own draws to two chains: in the order of those who stayed, or at random."""

    apart: bool

    def draw(
        self, key: str, said: ClaimIntervals, learned: Adaptation | None = None, near: Real | None = None
    ) -> OtherDraws:
        stayed, z = self.posterior.quantities["share stayed"], self.posterior.z
        order = np.argsort(stayed) if self.apart else np.random.default_rng(1).permutation(len(stayed))
        dealt = z[order[: len(order) // 2 * 2]]
        found = quantities_of(self.posterior.model, points := self.points(dealt, said))
        nothing = Adaptation(Metric(z[0], np.zeros((len(z[0]), 0)), np.zeros(0)), 1.0, z[:2])
        return OtherDraws(dealt, points, found, efficiency(found, 2), worst_rhat(found, 2), nothing)


@pytest.mark.parametrize(("apart", "method"), [(True, "unreliable"), (False, "moved")])
def test_chains_that_did_not_meet_are_called_unreliable(
    posterior: Posterior, apart: bool, method: str
) -> None:
    leaver = Dealt(posterior)
    leaver.apart = apart
    moment = find_vintages(posterior, [date(2021, 8, 1)], leaver=leaver)[0]
    assert moment.method == method
    assert 1 < moment.effective <= len(posterior.z)
