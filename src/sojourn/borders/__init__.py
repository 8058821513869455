"""From border crossings to people.

In: crossings (person, day, direction, and what else a border service writes down), hundreds of millions.
Out: stays, persons, long-term migrants by the outcome rule, tables that may leave the house, and claims of
a ledger. One set of expressions, worked by DuckDB or Spark. Knows the rooms `case` and `permits`.
"""

from sojourn.borders.classify import classify
from sojourn.borders.errors import BordersError
from sojourn.borders.rule import OutcomeRule

__all__ = ["BordersError", "OutcomeRule", "classify"]
