"""`sojourn borders clean|link|stays|classify|lawful`: from rows to rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn.cli.borders_desk import (
    HERE,
    USUAL,
    Crossings,
    Many,
    Observed,
    Out,
    Since,
    Threshold,
    Work,
    desk_at,
    print_counts,
    rule_of,
)


def clean(
    source: Annotated[
        str, Parameter(help="Raw crossings: Parquet (file or folder), CSV, FILE.duckdb::TABLE.")
    ],
    out: Out,
    /,
    *,
    rejects: Path | None = None,
    key_file: Path | None = None,
    pseudonymous: Annotated[bool, Parameter(negative="")] = False,
    column: Annotated[tuple[str, ...], Many] = (),
    since: Since = None,
    until: date | None = None,
    label: Annotated[tuple[str, ...], Many] = (),
    least_people: int = 10,
    work: Work = HERE,
) -> int:
    """Raw crossings to clean ones, and rejects with a reason for every row.

    Identifiers are replaced by a keyed hash. The key comes from --key-file or from
    the environment variable SOJOURN_BORDERS_KEY; `sojourn borders key FILE` makes one.
    Exit status: 0 done, 1 some rows were rejected, 2 all were or nothing can be read.

      sojourn borders clean raw.csv crossings.parquet --key-file key
      sojourn borders clean raw.parquet crossings.parquet \\
          --column person=passport day=crossed_at --until 2024-01-01

    Parameters
    ----------
    rejects
        Where rejected rows go (usually: rejects.parquet beside OUT).
    key_file
        File with the key, at least 32 bytes, which only its owner may read.
    pseudonymous
        Persons are whole numbers that stand for nothing else: keep them. Names,
        births and documents are dropped.
    column
        NAME=RAW …: which raw column is person, day, direction …
    until
        First day that is no longer observed.
    label
        NAME=WORD …: words that are kept of border, nationality or purpose; all
        others become `other`.
    least_people
        Without --label: how many people must share a word for it to be kept.
    """
    from sojourn.borders.cleaning import Cleaning
    from sojourn.borders.pseudonyms import read_key
    from sojourn.borders.stages import clean_step

    labels: dict[str, list[str]] = {}
    for name, word in _pairs("--label", label, "NAME=WORD, such as purpose=work"):
        labels.setdefault(name, []).append(word)
    columns = dict(_pairs("--column", column, "NAME=RAW, such as person=passport"))
    how = Cleaning(columns, since=since, until=until, labels=labels, least_people=least_people)
    key = None if pseudonymous else read_key(key_file)
    rejected = rejects or out.with_name("rejects.parquet")
    with desk_at(work, [source], [out, rejected]) as desk:
        return print_counts(out, clean_step(desk, source, out, rejected, how, key))


def _pairs(option: str, texts: Sequence[str], allowed: str) -> list[tuple[str, str]]:
    """The words of an option before and after their first `=`."""
    from sojourn.borders.errors import BordersError

    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise BordersError(f"{option} {wrong[0]!r}: allowed is {allowed}")
    return [(name, word) for name, _, word in (text.partition("=") for text in texts)]


def key(file: Annotated[Path, Parameter(help="File to be written; it must not exist.")], /) -> int:
    """Make a key that replaces identifiers: 32 random bytes that only you may read.

    Who has the key can try every passport number. Keep it apart from the data, and
    destroy it when no new data will be linked.

      sojourn borders key /secure/place/key
    """
    from sojourn.borders.pseudonyms import make_key

    make_key(file)
    print(f"{file}: written, 32 random bytes as 64 hexadecimal digits, for its owner alone")
    return 0


def link(
    source: Annotated[Path, Parameter(help="Clean crossings by document.")],
    out: Out,
    /,
    *,
    links: Path | None = None,
    compare: Annotated[tuple[str, ...], Many] = ("name", "birth", "nationality"),
    block: Annotated[tuple[str, ...], Many] = ("birth", "name"),
    exact: Annotated[tuple[str, ...], Many] = (),
    threshold: float = 0.95,
    work: Work = HERE,
) -> int:
    """Find persons who crossed with several documents (needs the extra `link`).

    Columns compared are hashes, so two documents agree on one or they do not.

      sojourn borders link crossings.parquet linked.parquet --block birth name

    Parameters
    ----------
    links
        Where documents, persons and probabilities go (usually: links.parquet beside OUT).
    compare
        Columns that two documents of one person should share.
    block
        Columns of which at least one must be equal for a pair to be looked at.
    exact
        Columns that link two documents by themselves where they are equal.
    threshold
        Least probability of a match that links.
    """
    from sojourn.borders.linkage.links import Linkage, link_step

    documents = links or out.with_name("links.parquet")
    with desk_at(work, [source], [out, documents]) as desk:
        linkage = Linkage(compare, block, threshold, exact)
        return print_counts(out, link_step(desk, source, out, documents, linkage))


def stays(source: Crossings, out: Out, /, *, observed: Observed, work: Work = HERE) -> int:
    """Crossings paired into stays; a missing crossing is an interval of days.

    sojourn borders stays crossings.parquet stays.parquet --from 2019-01-01 --until 2024-01-01
    """
    from sojourn.borders.stages import stays_step

    with desk_at(work, [source], [out]) as desk:
        return print_counts(out, stays_step(desk, source, out, rule_of(observed)))


def classify(
    source: Crossings, out: Out, /, *, observed: Observed, how: Threshold = USUAL, work: Work = HERE
) -> int:
    """Which crossings are long-term migrations, by the outcome rule.

    SOURCE (CSV or Parquet) has person, day, direction (arrival or departure) and
    optionally initial_status (resident or non_resident) and sequence (order within
    a day). OUT has them and status_before, status_after, long_term_migrant (true,
    false, or null for not yet determined), final_on and p_migrant.

      sojourn borders classify crossings.csv migrants.parquet \\
          --from 2019-01-01 --until 2024-01-01
      sojourn borders classify crossings.parquet migrants.parquet \\
          --threshold 270 --window 365 --until 2024-01-01
    """
    from sojourn.borders.stages import classify_step

    with desk_at(work, [source], [out]) as desk:
        return print_counts(out, classify_step(desk, source, out, rule_of(observed, how)))


def lawful(
    stays: Annotated[Path, Parameter(help="What stays wrote.")],
    out: Out,
    /,
    *,
    rules: str,
    nationality: str,
    until: date,
    word: str | None = None,
    reading: str | None = None,
    work: Work = HERE,
) -> int:
    """How many days of every stay were lawful under a stay rule, at least and at most.

    Of the stays of one nationality (all, where STAYS does not say it). Where a
    crossing is missing, days are counted with the shortest stay that there can have
    been, and with the longest.

      sojourn borders lawful stays.parquet lawful.parquet \\
          --rules EU.short_stay --nationality US --until 2024-01-01

    Parameters
    ----------
    rules
        A rule of the library (EU.short_stay), a zone (KZ), or a rule file of your own.
    nationality
        Two-letter country code.
    until
        First day that is no longer observed: open stays count up to the day before.
    word
        The nationality as STAYS has it, such as USA (usually: the code).
    reading
        One reading of a rule whose sources disagree (usually: the first).
    """
    from sojourn.borders.lawful_days import Law, lawful_step

    with desk_at(work, [stays], [out]) as desk:
        law = Law(rules, nationality, until, reading, word)
        return print_counts(out, lawful_step(desk, stays, out, law))
