"""Articles with labels: what `sojourn draft` should find in each, and a score of what it found.

An article is a text file whose first line is `@published DAY`. A figure that should be found is marked

    [[words|value|hedge|unit|measure|place|speaker]]

`value` is a number, a range `low-high`, or empty (most, some). `measure`, `place`, `speaker` and `unit` may name
alternatives, separated by `/`. `[[words|?]]` may be found or not. A contact group is `[[words|group|counts|kind|speaker]]`
with counts such as `size=40 about;stayed=3`. Everything else must not be found. `held_out/` was written, committed and hashed
(`held_out.sha256`) before the rules were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ARTICLES = Path(__file__).parents[1] / "data" / "articles"
LABEL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Label:
    """A figure that should be drafted, or may be (`optional`)."""

    words: str
    start: int
    end: int
    optional: bool = False
    value: float | None = None
    high: float | None = None
    hedge: str = ""
    units: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    group: dict[str, str] | None = None


@dataclass(frozen=True)
class Article:
    """A text and its labels."""

    name: str
    published: str
    text: str
    labels: list[Label] = field(default_factory=list)


def read_articles(folder: str, language: str) -> list[Article]:
    """The articles of one language in `known` or `held_out`."""
    return [read_article(path) for path in sorted((ARTICLES / folder).glob(f"{language}*.txt"))]


def read_article(path: Path) -> Article:
    """Separate the text of an article from its labels."""
    head, _, marked = path.read_text(encoding="utf-8").partition("\n")
    text, labels, last = "", [], 0
    for match in LABEL.finditer(marked):
        text += marked[last : match.start()]
        words, *cells = match[1].split("|")
        labels.append(_label(words, len(text), cells, f"{path.name}: {match[1]}"))
        text += words
        last = match.end()
    return Article(path.stem, head.removeprefix("@published "), text + marked[last:], labels)


def _label(words: str, start: int, cells: list[str], where: str) -> Label:
    end = start + len(words)
    if cells == ["?"]:
        return Label(words, start, end, optional=True)
    if cells[0] == "group":
        _, counts, _, speaker = cells
        group = dict(part.split("=") for part in counts.split(";"))
        return Label(words, start, end, group=group, speakers=_any_of(speaker))
    if len(cells) != 6:
        raise ValueError(f"{where}: a label has 6 cells, not {len(cells)}")
    value, hedge, unit, measure, place, speaker = cells
    low, high = re.fullmatch(r"(-?[\d.]*)(?:-(\d[\d.]*))?", value).groups()
    return Label(
        words,
        start,
        end,
        value=float(low) if low else None,
        high=float(high) if high else None,
        hedge=hedge,
        units=_any_of(unit),
        measures=_any_of(measure),
        places=_any_of(place),
        speakers=_any_of(speaker),
    )


def _any_of(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("/") if part)
