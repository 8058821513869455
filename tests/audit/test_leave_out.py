"""Leaving out: weights against drawing again, and bookkeeping of what is left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sojourn._core.thresholds import K_HAT
from sojourn.audit import leave_out
from sojourn.audit.checkpoints import Checkpoints
from sojourn.audit.influence import influences, shift_error
from sojourn.audit.leave_out import (
    LeaveOut,
    Target,
    targets_of_claims,
    targets_of_groups,
    targets_of_sources,
    zero_weights,
)
from sojourn.audit.posterior import Posterior
from sojourn.case.small_groups import FOLDED
from sojourn.inference.density import Model
from sojourn.inference.importance_weights import moments
from sojourn.inference.preconditioner import Metric
from sojourn.inference.sampler import Adaptation


def test_sources_hold_all_claims_and_groups_once(posterior: Posterior) -> None:
    claims, groups = targets_of_claims(posterior), targets_of_groups(posterior)
    sources = targets_of_sources(posterior)
    assert sorted(k for s in sources for k in s.claims) == sorted(t.claims[0] for t in claims)
    assert sorted(g for s in sources for g in s.groups) == sorted(g for t in groups for g in t.groups)
    # Copies and context carry nothing, so they cannot be left out.
    assert not {"c11", "c12"} & {t.name for t in claims}
    # The friends are too few to be shown by themselves.
    assert {"hostel", FOLDED} == {t.name for t in groups}


def test_weights_are_the_ratio_of_the_densities(posterior: Posterior) -> None:
    """Up to a constant; referee: the compiled density, with and without the claims."""
    model = posterior.model
    target = next(s for s in targets_of_sources(posterior) if s.name == "consul")
    silent = zero_weights(model.said, target)
    some = posterior.z[:: len(posterior.z) // 8][:8]
    ratio = np.array([float(model.potential(z, model.said) - model.potential(z, silent)) for z in some])
    from sojourn.inference.pointwise import log_heard

    ours = log_heard(model, posterior.points, silent) - log_heard(model, posterior.points, model.said)
    chosen = ours[:: len(posterior.z) // 8][:8]
    assert chosen - chosen[0] == pytest.approx(ratio - ratio[0], abs=1e-8)


def test_nothing_left_out_changes_nothing(posterior: Posterior) -> None:
    without = LeaveOut(posterior).by_weights(Target("nothing", ()))
    found = influences(posterior, [without])[0]
    assert found.distance == pytest.approx(0, abs=1e-12)
    assert found.method == "weights"


def test_weights_agree_with_drawing_again(posterior: Posterior) -> None:
    """The claim with the best weights, drawn again without it: means within Monte-Carlo error.

    Seven shifts of which none may be off by five standard errors; both runs are short, so
    that the error is large. On the shipped case: benchmarks/audit.py.
    """
    leaver = LeaveOut(posterior, chains=2, draws=50)
    found = [leaver.by_weights(target) for target in targets_of_claims(posterior)]
    best = min(found, key=lambda w: w.k_hat)
    assert best.k_hat < K_HAT
    again = leaver.refit(best.target, best)
    for name, full in posterior.quantities.items():
        one, _ = moments(best.quantities[name], best.weights.weight)
        other, sd = moments(again.quantities[name], again.weights.weight)
        error = shift_error(posterior, again, name, sd) * full.std()
        assert abs(one - other) < 5 * error, name


def test_a_refit_that_was_made_is_not_made_again(
    posterior: Posterior, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was stopped goes on from the draws that it kept, if they are those of this answer."""
    target = targets_of_claims(posterior)[0]
    kept = Checkpoints(tmp_path / "partial", "answer 1")
    leaver = LeaveOut(posterior, chains=2, draws=25, checkpoints=kept)
    start = leaver.by_weights(target)
    first = leaver.refit(target, start)
    (file,) = (tmp_path / "partial").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(LeaveOut, "sampler", None)
        again = LeaveOut(posterior, chains=2, draws=25, checkpoints=kept).refit(target, start)
    assert again.weights.effective == first.weights.effective
    for name, value in first.quantities.items():
        assert (again.quantities[name] == value).all()
    assert Checkpoints(tmp_path / "partial", "answer 2").load(f"without {target.claims} ()") is None
    file.write_bytes(file.read_bytes()[:200])
    assert kept.load(f"without {target.claims} ()") is None
    kept.clear()
    assert not (tmp_path / "partial").exists()


def test_chains_that_disagree_learn_their_metric_anew(
    posterior: Posterior, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A metric that does not fit: the chains stay where they are, which R̂ shows."""
    size = posterior.z.shape[1]
    stuck = Adaptation(Metric(np.zeros(size), np.zeros((size, 0)), np.zeros(0)), 1e-9, posterior.z[:2])
    leaver = LeaveOut(posterior, chains=2, draws=25)
    starts: list[str] = []
    sample = leaver._sample
    monkeypatch.setattr(
        leaver, "_sample", lambda said, **start: (starts.extend(start), sample(said, **start))[1]
    )
    monkeypatch.setattr(leave_out, "worst_rhat", lambda quantities, chains: 2.0 if len(starts) < 2 else 1.0)
    found = leaver.draw("all", posterior.model.said, stuck, posterior.z[:4])
    assert starts == ["start", "metric", "schedule"]
    assert found.rhat == 1.0


def test_refits_are_rationed(posterior: Posterior, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    leaver = LeaveOut(posterior)
    monkeypatch.setattr(leaver, "refit", lambda target, start: (asked.append(target.name), start)[1])
    targets = [*targets_of_claims(posterior), *targets_of_sources(posterior)]
    found = leaver.leave(targets, 2)
    assert [w.target for w in found] == targets
    assert len(asked) == min(2, sum(w.k_hat > K_HAT for w in found))


def test_silence_keeps_the_rest(model: Model) -> None:
    silent = zero_weights(model.said, Target("two", (0, 3), (1,)))
    changed = np.flatnonzero(np.asarray(silent.claim_weight) != np.asarray(model.said.claim_weight))
    assert changed.tolist() == [0, 3]
    assert np.asarray(silent.group_weight).tolist() == [1.0, 0.0]
