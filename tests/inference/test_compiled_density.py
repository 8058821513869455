"""What an answer needs of each draw: by the kernel as by JAX; and a wrong kernel is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sojourn.inference import compiled_density
from sojourn.inference.compiled_density import CompiledDensity, check_kernel, compile_density
from sojourn.inference.density import Model
from sojourn.inference.kernel.constants import KernelError
from sojourn.inference.quantities import make_quantities


@pytest.fixture(scope="module")
def density(model: Model) -> CompiledDensity:
    return compile_density(model)


def test_records_are_those_of_the_definition(model: Model, density: CompiledDensity) -> None:
    z = 0.7 * np.random.default_rng(2).standard_normal((3, model.unknowns.size))
    by_kernel = density.record_draws(z, model.said)
    by_definition = replace(density, constants=None).record_draws(z, model.said)
    for name, one, other in zip(by_kernel._fields, by_kernel, by_definition, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-8, err_msg=name)
    assert by_kernel.potential == pytest.approx([density.make_gradient(model.said)(one)[0] for one in z])


def test_quantities_have_one_row_for_each_draw(model: Model, density: CompiledDensity) -> None:
    z = 0.7 * np.random.default_rng(2).standard_normal((3, model.unknowns.size))
    found = make_quantities(model, density)(z, model.said)
    assert all(len(part) == 3 for part in found)
    alone = make_quantities(model, density)(z[1:2], model.said)
    for part, one in zip(found, alone, strict=True):
        np.testing.assert_allclose(part[1], one[0], rtol=1e-12, atol=1e-12)


def test_a_right_kernel_passes(density: CompiledDensity) -> None:
    check_kernel(density)


@pytest.mark.parametrize(("name", "words"), [("weeks", "potential"), ("term_weight", "potential")])
def test_a_wrong_kernel_is_found_out(density: CompiledDensity, name: str, words: str) -> None:
    assert density.constants is not None
    wrong = replace(density, constants=density.constants | {name: density.constants[name] * (1 + 1e-6)})
    with pytest.raises(KernelError, match=words):
        check_kernel(wrong)


def test_a_wrong_slope_is_found_out(density: CompiledDensity, monkeypatch: pytest.MonkeyPatch) -> None:
    right = density.make_gradient(density.model.said)

    def wrong(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = right(z)
        return value, gradient * (1 + 1e-4)

    monkeypatch.setattr(CompiledDensity, "make_gradient", lambda self, claims: wrong)
    with pytest.raises(KernelError, match="slope"):
        check_kernel(density)


def test_a_model_beyond_the_kernel_is_computed_by_jax(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(model: Model) -> None:
        raise KernelError("a parameter is not linear")

    monkeypatch.setattr(compiled_density, "collect_constants", refuse)
    with pytest.warns(RuntimeWarning, match="six times slower: a parameter is not linear"):
        density = compile_density(model)
    z = np.zeros(model.unknowns.size)
    value, gradient = density.make_gradient(model.said)(z)
    assert density.record_draws(z[None], model.said).potential[0] == pytest.approx(value)
    assert gradient.shape == z.shape
