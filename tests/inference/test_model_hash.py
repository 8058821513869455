"""The hash of a compiled model: the same in every process, another for another model."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sojourn.case import Case
from sojourn.case.settings import LogNormal
from sojourn.inference.density import Model, build_model
from sojourn.inference.model_hash import hash_model

SMALL = Path(__file__).parents[1] / "data" / "small"


def test_the_hash_is_the_same_in_another_process(model: Model) -> None:
    lines = (
        "from sojourn.case import read_case",
        "from sojourn.inference.density import build_model",
        "from sojourn.inference.model_hash import hash_model",
        f"print(hash_model(build_model(read_case({str(SMALL)!r}))))",
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", "\n".join(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == hash_model(model)


def test_a_prior_a_figure_and_a_day_change_the_hash(small: Case, model: Model) -> None:
    priors = {"sigma.crossings": LogNormal(median=0.5, factor=2)}
    of_prior = replace(small, settings=small.settings.model_copy(update={"priors": priors}))
    first = small.claims[0]
    assert first.value is not None
    of_figure = replace(small, claims=(replace(first, value=first.value + 1000), *small.claims[1:]))
    day = small.readings[0].end
    assert day is not None
    of_day = replace(
        small, readings=(replace(small.readings[0], end=day.replace(day=1)), *small.readings[1:])
    )
    hashes = {hash_model(build_model(case)) for case in (of_prior, of_figure, of_day)}
    assert len(hashes) == 3
    assert hash_model(model) not in hashes


def test_a_value_without_stable_bytes_is_refused(model: Model) -> None:
    with pytest.raises(TypeError, match="no stable bytes"):
        hash_model(replace(model, wording=object()))  # pyright: ignore[reportArgumentType]
