"""Words of a register that may be written down: borders, nationalities, purposes of a journey.

Such a column may hold free text about a person ("visiting Anna K., +7 701 …"). A word is kept if it is in the
list given, or else if enough different people have it; every other word becomes `other`. Words are counted by
a hash with a random prefix of this run, so that no temporary file of the engine can hold a rare one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.normal_form import normal_text, normalised
from sojourn.borders.small_tables import all_rows

LABELLED = ("border", "nationality", "purpose")
OTHER = "other"
LEAST_PEOPLE = 10
MOST_WORDS = 5_000
FIRST_ROWS = 50_000
COUNTRY_CODE = r"^[A-Za-z]{2,3}$"


def with_known_labels(
    table: Table, names: Sequence[str], given: Mapping[str, Collection[str]], least_people: int
) -> Table:
    """The table with every word of the columns `names` in normal form, or `other`.

    Args:
        table: Crossings with `person` as text in normal form.
        names: Columns to look at.
        given: For some columns the words that are kept, whoever has them.
        least_people: How many people must share a word that no list names.
    """
    table = table.mutate(**{name: normalised(table[name]) for name in names})
    for name in names:
        word = table[name]
        if name in given:
            is_known = word.isin([normal_text(each) for each in given[name]])
        else:
            is_known = word.isin(frequent_words(table, name, least_people))
            if name == "nationality":  # two or three letters name a country, not a person
                is_known = is_known | word.re_search(COUNTRY_CODE)
        kept = engine().cases((word.isnull(), word), (is_known, word), else_=OTHER)
        table = table.mutate(**{name: kept})
    return table


def frequent_words(table: Table, name: str, least_people: int) -> list[str]:
    """The words of a column that at least `least_people` people have, the 5,000 most frequent at most.

    Most words are frequent among the first rows already, so that people are counted over all rows for the
    others only.
    """
    rows = table.filter(table[name].notnull(), table.person.notnull())
    salt = secrets.token_hex(16) + "/"
    found = _counted(rows.limit(FIRST_ROWS), name, least_people, salt)
    others = rows.filter(~rows[name].isin(found)) if found else rows
    return sorted({*found, *_counted(others, name, least_people, salt)})


def _counted(rows: Table, name: str, least_people: int, salt: str) -> list[str]:
    """The words of these rows that enough people have."""
    hashed = rows.select(word=_salted(rows[name], salt), person=_salted(rows.person, salt))
    counts = hashed.group_by("word").aggregate(people=hashed.person.nunique())
    frequent = counts.filter(counts.people >= least_people).order_by(counts.people.desc(), counts.word)
    hashes = [row[0] for row in all_rows(frequent.limit(MOST_WORDS).select("word"))]
    if not hashes:
        return []
    words = rows.filter(_salted(rows[name], salt).isin(hashes)).select(word=name).distinct()
    return [str(row[0]) for row in all_rows(words)]


def _salted(text: Any, salt: str) -> Any:
    return (engine().literal(salt) + text).hash()
