"""From border crossings to people.

In: crossings (person, day, direction, and what else a border service writes down), hundreds of millions.
Out: stays, people, long-term migrants by the outcome rule, tables for release, and claims of a ledger. One
set of expressions runs on DuckDB or Spark. Depends on `case` and `stay_rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sojourn._core.lazy_names import load_on_use
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

# Reading settings must not load an engine.
__getattr__, __dir__ = load_on_use(__name__, _MODULES, __all__)
