"""Public names of a package that are imported when they are first used (PEP 562)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any


def load_on_use(
    package: str, modules: Mapping[str, str], names: Iterable[str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The `__getattr__` and the `__dir__` of a package whose names load their modules on first use.

    Args:
        package: Full name of the package.
        modules: Module of each lazy name, relative to the package.
        names: All public names.

    Example:
        >>> get, names = load_on_use("sojourn._core", {"OUTCOMES": "outcomes"}, ["OUTCOMES"])
        >>> get("OUTCOMES")[0], names()
        ('arrived', ['OUTCOMES'])
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return get, lambda: sorted(names)
