"""A hash of the compiled model, by which draws of another model are recognised.

It covers what gives a vector of unknowns its meaning: the plan of places, cohorts and dates, the
readings as measures, the priors, the claims and the contact groups, and the version of sojourn,
since the equations are those of a version. Floats enter with twelve significant digits, so that
the last bits, which differ between machines, do not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import jax
import numpy as np
from pydantic import BaseModel

from sojourn._core.version import __version__
from sojourn.inference.density import Model
from sojourn.measures.operator import Layout

PARTS = ("plan", "compiled", "contacts", "unknowns", "wording", "said")
"""The fields of a `Model` that are hashed; the files of its case have hashes of their own."""


def hash_model(model: Model) -> str:
    """The SHA-256 digest of a compiled model, 64 hexadecimal digits.

    Raises:
        TypeError: the model holds a value of a type that has no stable bytes.

    Example:
        >>> from sojourn.case import read_case
        >>> from sojourn.inference.estimation import compile_case
        >>> model = compile_case(read_case("poland-2022"))
        >>> hash_model(model) == hash_model(compile_case(model.case))
        True
    """
    digest = hashlib.sha256(__version__.encode())
    for name in PARTS:
        for piece in _pieces(getattr(model, name)):
            digest.update(f"{len(piece)}:".encode() + piece)
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    """The bytes of a value, each structure opened by its kind and length. Names of classes and fields do not
    enter, so that renaming them does not change a hash. The order of a layout's names does not matter.
    """
    if value is None or isinstance(value, str | bool | int | date):
        yield f"{type(value).__name__} {value}".encode()
    elif isinstance(value, float):
        yield f"float {value:.12g}".encode()
    elif isinstance(value, np.ndarray | np.generic | jax.Array):
        yield from _array(np.asarray(value))
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key in sorted(value, key=str):
            yield from _pieces(key)
            yield from _pieces(value[key])
    elif isinstance(value, tuple | list | frozenset):
        members = sorted(value, key=str) if isinstance(value, frozenset) else value
        yield f"sequence {len(members)}".encode()
        for member in members:
            yield from _pieces(member)
    elif isinstance(value, Layout):
        yield from _pieces((frozenset(value.names), value.shapes, value.windows, value.dates))
    else:
        yield from _record(value)


def _record(value: Any) -> Iterator[bytes]:
    if isinstance(value, BaseModel):
        names = list(type(value).model_fields)
    elif is_dataclass(value):
        names = [field.name for field in fields(value)]
    else:
        raise TypeError(f"a {type(value).__name__} in a compiled model has no stable bytes")
    yield f"record {len(names)}".encode()
    for name in names:
        yield from _pieces(getattr(value, name))


def _array(array: np.ndarray[Any, Any]) -> Iterator[bytes]:
    yield f"array {array.dtype.kind} {array.shape}".encode()
    if array.dtype.kind == "f":
        yield " ".join(f"{x:.12g}" for x in array.reshape(-1).tolist()).encode()
    elif array.dtype.kind in "biu":
        yield array.astype("<i8").tobytes()
    else:
        yield " ".join(map(str, array.reshape(-1).tolist())).encode()
