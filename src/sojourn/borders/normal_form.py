"""One normal form of identifiers, names and words, and the character class of what was not understood.

Two spellings of one passport number or name must give one pseudonym, and pseudonyms cannot be compared
afterwards. So text is brought to Unicode normal form C, characters without width (soft hyphens, direction
marks) are dropped, runs of white space of any kind become one blank, and blanks at the ends are cut. Names
and the words for directions are case-folded too.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from typing import Any

from sojourn._core.ibis_tools import engine

DESCRIPTION = "Unicode NFC, no characters without width, single blanks, trimmed; names case-folded"
"""What the record of a run says of it."""
ASCII_BLANKS = r"[\t\n\x0b\x0c\r\x1c-\x20]+"
LONGEST_CLASS = 40
PLAIN_MARKS = frozenset(" -/.,:;+_")


def normal_text(text: str) -> str:
    r"""The normal form of an identifier or a word.

    Examples:
        >>> normal_text(" AB\u00a0123 ")
        'AB 123'
        >>> normal_text("E\u0301va") == normal_text("\u00c9va")
        True
    """
    visible = (char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", " ".join("".join(visible).split()))


def normal_name(text: str) -> str:
    """The normal form of a name or of a word for a direction, without regard to case.

    Examples:
        >>> normal_name("IVAN  Petrov")
        'ivan petrov'
    """
    return unicodedata.normalize("NFC", normal_text(text).casefold())


def character_class(text: str) -> str:
    """The kinds of characters of a text: A and a for letters, 9 for digits, * for unusual marks.

    It tells an operator what went wrong (`99.99.9999` where `9999-99-99` is read) and not what stood there.

    Examples:
        >>> character_class("N1234567")
        'A9999999'
        >>> character_class("31.12.2022")
        '99.99.9999'
    """
    kinds = "".join(_kind_of(char) for char in text[: LONGEST_CLASS + 1])
    return kinds if len(kinds) <= LONGEST_CLASS else kinds[:LONGEST_CLASS] + "…"


def _kind_of(char: str) -> str:
    category = unicodedata.category(char)
    if category[0] == "L":
        return "A" if category == "Lu" else "a"
    if category[0] in "NM":
        return "9" if category[0] == "N" else "a"
    if category == "Zs":
        return " "
    return char if char in PLAIN_MARKS else "*"


def normalised(value: Any, fold_case: bool = False) -> Any:
    """A text column in its normal form, as an expression of the engine; an empty text becomes null.

    ASCII is normalised by the engine itself, everything else by the functions above.
    """
    ibis = engine()
    value = value.cast("string")
    other = per_value(normal_name if fold_case else normal_text, value)
    if value.get_backend().name == "pyspark":
        return other.nullif("")  # Spark calls it for every row anyway, and plans short expressions faster
    is_normal = value.re_search("^[!-~]*$")  # as nearly all values are, and cheap to see
    is_ascii = ~value.re_search(r"[^\x00-\x7f]")
    plain = value.re_replace(ASCII_BLANKS, " ").strip()
    same, plain = (value.lower(), plain.lower()) if fold_case else (value, plain)
    found = ibis.cases(
        (value.isnull(), ibis.null("string")), (is_normal, same), (is_ascii, plain), else_=other
    )
    return found.nullif("")


def classed(value: Any) -> Any:
    """The character class of a text column, as an expression of the engine."""
    return per_value(character_class, value.cast("string"))


def per_value(function: Callable[[str], str], value: Any) -> Any:
    """A Python function of one text for every value of a text column; null stays null."""
    ibis, backend = engine(), value.get_backend()
    name = f"sojourn_{function.__name__}"
    if backend.name == "pyspark":
        _register_with_spark(backend._session, name, function)
    elif not backend.raw_sql(f"FROM duckdb_functions() WHERE function_name = '{name}'").fetchall():
        backend.con.create_function(name, _of_column(function), ["VARCHAR"], "VARCHAR", type="arrow")

    def of_text(text: str) -> str: ...

    of_text.__name__ = name
    return ibis.udf.scalar.builtin(of_text, name=name, signature=(("string",), "string"))(value)


def _register_with_spark(session: Any, name: str, function: Callable[[str], str]) -> None:
    """Make a function known to Spark, sent whole to its workers, which need not have this package."""
    from pyspark import cloudpickle

    for module in {__name__, function.__module__}:
        cloudpickle.register_pickle_by_value(sys.modules[module])
    session.udf.register(name, lambda text: None if text is None else function(text), "string")


def _of_column(function: Callable[[str], str]) -> Callable[[Any], Any]:
    """The function of a column as Arrow, which is how DuckDB hands over many values at a time."""
    import pyarrow as pa

    def of_column(column: Any) -> Any:
        texts = column.to_pylist()
        return pa.array([None if text is None else function(text) for text in texts], pa.string())

    return of_column
