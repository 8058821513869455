"""From border crossings to people.

In: crossings (person, day, direction, and what else a border service writes down), hundreds of millions.
Out: stays, people, long-term migrants by the outcome rule, tables for release, and claims of a ledger. One
set of expressions runs on DuckDB or Spark. Depends on `case` and `stay_rules`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sojourn.borders.errors import BordersError

if TYPE_CHECKING:
    from sojourn.borders.cleaning import clean
    from sojourn.borders.outcome.classification import classify
    from sojourn.borders.outcome.rule import OutcomeRule
    from sojourn.borders.pipeline import run_pipeline
    from sojourn.borders.release.disclosure import suppress
    from sojourn.borders.release.tables import summarise
    from sojourn.borders.settings import read_config
    from sojourn.borders.stays import pair_stays

__all__ = [
    "BordersError",
    "OutcomeRule",
    "classify",
    "clean",
    "pair_stays",
    "read_config",
    "run_pipeline",
    "summarise",
    "suppress",
]
_MODULES = {
    "OutcomeRule": "outcome.rule",
    "classify": "outcome.classification",
    "clean": "cleaning",
    "pair_stays": "stays",
    "read_config": "settings",
    "run_pipeline": "pipeline",
    "summarise": "release.tables",
    "suppress": "release.disclosure",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: reading settings must not load an engine."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"sojourn.borders.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
