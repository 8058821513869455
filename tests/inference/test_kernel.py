"""The compiled density against its definition in JAX, its reverse passes, and its own exp and log."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sojourn.case import Case, read_case
from sojourn.case.settings import LogNormal, Stratum
from sojourn.history import plan as plans
from sojourn.inference.density import Model
from sojourn.inference.estimation import compile_case
from sojourn.inference.jax_config import OPTIONS
from sojourn.inference.kernel.compilation import FAST, compile_function
from sojourn.inference.kernel.constants import collect_constants
from sojourn.inference.kernel.elementary import exp, log
from sojourn.inference.kernel.kernel import Kernel
from tests.conftest import SMALL
from tests.inference.test_likelihood import CHOSEN, plain

POINTS = (0.0, 0.3, 0.7, 1.0, 1.5)
"""Standard deviations of the points at which the two are compared."""
VALUE, GRADIENT = 1e-9, 1e-8
"""Largest relative error; that of a derivative is relative to it and to a thousandth of the largest."""


def reference(model: Model) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    compiled = jax.jit(jax.value_and_grad(model.potential), compiler_options=OPTIONS)

    def at(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = compiled(jnp.asarray(z), model.said)
        return float(value), np.asarray(gradient)

    return at


def points(model: Model) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [spread * rng.standard_normal(model.unknowns.size) for spread in POINTS]


def errors(found: tuple[float, np.ndarray], wanted: tuple[float, np.ndarray]) -> tuple[float, float]:
    value = abs(found[0] - wanted[0]) / abs(wanted[0])
    scale = np.abs(wanted[1]) + 1e-3 * np.abs(wanted[1]).max()
    return value, float((np.abs(found[1] - wanted[1]) / scale).max())


def with_more_features(case: Case) -> Case:
    """The small case with three strata, a delayed document, two purges, and shares by every route."""
    settings = case.settings
    strata = (
        *settings.strata[:1],
        Stratum(id="idle", share=settings.strata[0].share),
        settings.strata[1].model_copy(update={"id": "well_off"}),
    )
    tax = settings.schemes[0].model_copy(
        update={
            "delay": LogNormal(median=20, factor=2),
            "purges": (date(2021, 9, 1), date(2021, 11, 1)),
        }
    )
    settings = settings.model_copy(update={"strata": strata, "schemes": (tax, *settings.schemes[1:])})
    rate = next(r for r in case.readings if r.measure == "rate")
    more = (
        replace(rate, claim="c12", reading="beta", place="AA-1", of_place="BB", start=date(2021, 8, 31)),
        *(replace(r, claim="c12") for r in case.readings if r.reading in ("departed", "beta", "last")),
    )
    there = tuple(replace(r, counterpart="BB") for r in more if r.measure == "departures")
    claims = tuple(replace(c, status="use") if c.claim == "c12" else c for c in case.claims)
    named = tuple(replace(r, reading=f"r{i}") for i, r in enumerate((*more[:2], *there)))
    return replace(case, settings=settings, claims=claims, readings=(*case.readings, *named))


def weighted(model: Model) -> Model:
    """The model with weights between 0 and 1, as tempered and partly withdrawn claims have."""
    rng = np.random.default_rng(4)
    weight = rng.choice([0.0, 0.3, 1.0, 1.7], len(model.said.claim_weight))
    groups = rng.choice([0.0, 0.5, 1.0], len(model.said.group_weight))
    said = model.said._replace(claim_weight=jnp.asarray(weight), group_weight=jnp.asarray(groups))
    return replace(model, said=said)


def coarse(case: Case, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The model on a calendar so coarse that windows and dates fall inside its steps."""
    made = plans.build_calendar
    monkeypatch.setattr(plans, "build_calendar", lambda *args, **kwargs: made(*args, **kwargs, max_steps=1))
    return compile_case(case)


def test_the_kernel_has_the_density_of_its_definition(
    small: Case, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    more = compile_case(with_more_features(small))
    between = coarse(with_more_features(small), monkeypatch)
    assert (between.compiled.operator.windows.start % 1).any()
    monkeypatch.undo()
    assert more.compiled.operator.rates
    assert "moves" in more.compiled.operator.layout.names
    models = {
        "small": compile_case(small),
        "without regimes, schemes, strata, visitors": compile_case(plain(small, *CHOSEN)),
        "weighted": weighted(more),
        "coarse": between,
        "kazakhstan-2022": compile_case(read_case("kazakhstan-2022")),
        "poland-2022": compile_case(read_case("poland-2022")),
    }
    for name, model in models.items():
        with subtests.test(name):
            wanted = reference(model)
            kernel = Kernel(collect_constants(model), model.said)
            for z in points(model):
                value, gradient = errors(kernel.value_and_gradient(z), wanted(z))
                assert value < VALUE
                assert gradient < GRADIENT


def spoil(kernel: Kernel) -> None:
    """Leave nothing of the last call in the derivatives."""
    for name, array in kernel.arrays.items():
        if name.endswith("_bar"):
            array[...] = 1.0


def test_each_reverse_pass_matters(small: Case) -> None:
    """Leaving out any of them changes the gradient by more than the tolerance."""
    model = weighted(compile_case(with_more_features(small)))
    kernel = Kernel(collect_constants(model), model.said)
    z = points(model)[2]
    right = kernel.value_and_gradient(z)
    right = right[0], right[1].copy()
    stages = list(kernel.reverse_stages)
    assert len(stages) > 25
    repeated = [function.__name__ for function, _ in stages].count("propagate")
    for i, (function, _) in enumerate(stages):
        if function.__name__ == "propagate":
            continue  # run again for its movers, which matters only where several groups are followed
        kernel.reverse_stages[:] = stages[:i] + stages[i + 1 :]
        spoil(kernel)
        _, wrong = errors(kernel.value_and_gradient(z), right)
        assert wrong > GRADIENT, function.__name__
    kernel.reverse_stages[:] = stages
    spoil(kernel)
    assert errors(kernel.value_and_gradient(z), right) == (0.0, 0.0)
    assert repeated == 2


def test_exp_and_log_are_exact_to_the_last_bits() -> None:
    rng = np.random.default_rng(0)
    for x in (*rng.uniform(-700, 700, 5000), *rng.normal(0, 1, 5000), 0.0):
        assert exp(x) == pytest.approx(math.exp(x), rel=3e-16, abs=0)
    for x in np.exp(rng.uniform(-700, 700, 5000)):
        assert log(x) == pytest.approx(math.log(x), rel=3e-16, abs=3e-16)
    assert exp(-1e4) < 1e-300
    assert log(1.0) == 0.0


def test_kernels_share_nothing(small: Case) -> None:
    """Two kernels of one case can run in threads: neither changes the other's arrays."""
    model = compile_case(small)
    constants = collect_constants(model)
    one, two = Kernel(constants, model.said), Kernel(constants, model.said)
    z = points(model)
    first = one.value_and_gradient(z[1])
    value, gradient = first[0], first[1].copy()
    two.value_and_gradient(z[2])
    two.set_claims(model.said._replace(claim_weight=0 * model.said.claim_weight))
    assert one.value_and_gradient(z[1])[0] == value
    assert (one.value_and_gradient(z[1])[1] == gradient).all()


def test_indices_stay_within_their_arrays() -> None:
    """The kernel as plain Python, which checks every index, gives the same potential."""
    program = (
        "from tests.inference.test_kernel import *\n"
        "model = compile_case(with_more_features(read_case(SMALL)))\n"
        "kernel = Kernel(collect_constants(model), model.said)\n"
        "print(kernel.value_and_gradient(points(model)[1])[0])\n"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    model = compile_case(with_more_features(read_case(SMALL)))
    value, _ = Kernel(collect_constants(model), model.said).value_and_gradient(points(model)[1])
    assert float(done.stdout) == pytest.approx(value, rel=1e-12)


def test_arrays_are_compiled_as_not_overlapping() -> None:
    """The private options of numba still work: no counting of references, and arrays that do not overlap."""

    def plain(a: np.ndarray, b: np.ndarray) -> None:
        for i in range(a.size):
            a[i] += b[i]

    add = compile_function(plain, FAST, cache=False)
    one = np.ones(4)
    add(one, np.ones(4))
    assert one.tolist() == [2.0] * 4
    (code,) = add.inspect_llvm().values()
    assert "NRT_incref" not in code
    body = next(line for line in code.splitlines() if line.startswith("define") and "test_arrays" in line)
    assert body.count("noalias") > 4, body
