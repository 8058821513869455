"""Articles with labels: what `sojourn draft` should find in each, and a score of what it found.

An article is a text file whose first line is `@published DAY`. A figure that should be found is marked

    [[words|value|hedge|unit|measure|place|speaker]]

`value` is a number, a range `low-high`, or empty (most, some). `measure`, `place`, `speaker` and `unit` may
name alternatives, separated by `/`. `[[words|?]]` may be found or not. A contact group is
`[[words|group|counts|kind|speaker]]` with counts such as `size=40 about;stayed=3`. Everything else must not
be found. The articles of `held_out/` were committed, with their hash in `held_out.sha256`, before the rules.
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


@dataclass
class Score:
    """Counts over articles: labels, drafts, and how many of each field are right among the labels found."""

    labels: int = 0
    numerals: int = 0
    numerals_found: int = 0
    drafts: int = 0
    right: int = 0
    optional: int = 0
    invented: int = 0
    not_verbatim: int = 0
    groups: int = 0
    groups_found: int = 0
    group_counts: int = 0
    group_counts_right: int = 0
    fields: dict[str, list[int]] = field(default_factory=dict)

    def count(self, name: str, said: bool, right: bool) -> None:
        """Count a field of a label that was found: [labels with it, drafts with it, right]."""
        cell = self.fields.setdefault(name, [0, 0, 0])
        cell[1] += said
        cell[2] += right

    @property
    def recall(self) -> float:
        """The share of the labels that were found with their value."""
        return self.right / self.labels

    @property
    def precision(self) -> float:
        """The share of the drafts that are labelled, those that are optional aside."""
        return self.right / (self.drafts - self.optional)


FIELDS = ("hedge", "unit", "measure", "place", "speaker")


def score_drafts(articles: list[Article], draft) -> Score:
    """Compare the drafts of articles with their labels; `draft` is a function of text and day."""
    score = Score()
    for article in articles:
        drafts = draft(article.text)
        score.drafts += len(drafts)
        score.not_verbatim += sum(item.quote != article.text[item.start : item.end] for item in drafts)
        score.invented += sum(not _is_said(item) for item in drafts)
        free = list(drafts)
        for label in sorted(article.labels, key=lambda item: item.optional):
            found = next((item for item in free if _is_found(label, item)), None)
            if found is not None:
                free.remove(found)
            _count(score, article, label, found)
    return score


def _is_said(draft) -> bool:
    """Whether the value and the upper end of a draft are numbers of its quotation, read by another module."""
    from sojourn.drafting.check import is_said

    return is_said(draft)


def _is_found(label: Label, draft) -> bool:
    if draft.end <= label.start or draft.start >= label.end:
        return False
    if label.optional:
        return True
    if (label.group is None) != (draft.group is None):
        return False
    if label.group is not None:
        return (draft.group.size or "") == label.group.get("size", "").split(" ")[0]
    return _same(label.value, draft.value) and _same(label.high, draft.high)


def _same(said: float | None, found: float | None) -> bool:
    if said is None or found is None:
        return said is found
    return abs(said - found) <= (0.5 if abs(said) <= 100 and said % 1 > 0.2 else 1e-6)


def _count(score: Score, article: Article, label: Label, found) -> None:
    if label.optional:
        score.optional += found is not None
        return
    score.labels += 1
    score.right += found is not None
    if any(character.isdigit() for character in label.words) and label.group is None:
        score.numerals += 1
        score.numerals_found += found is not None
    if label.group is not None:
        score.groups += 1
        score.groups_found += found is not None
        counts = {name: part for name, part in label.group.items() if name != "size"}
        score.group_counts += len(counts)
        if found is not None:
            score.group_counts_right += sum(
                getattr(found.group, name) == part for name, part in counts.items()
            )
    wanted = (
        {"speaker": label.speakers}
        if label.group is not None
        else {
            "hedge": tuple(label.hedge.split("/")),
            "unit": label.units,
            "measure": label.measures,
            "place": label.places,
            "speaker": label.speakers,
        }
    )
    for name, allowed in wanted.items():
        score.fields.setdefault(name, [0, 0, 0])[0] += bool(allowed)
        if found is not None:
            value = getattr(found, name)
            is_right = is_same_name(value, allowed) if name == "speaker" else value in allowed
            score.count(name, bool(value), bool(allowed) and is_right)
    if found is not None:
        score.fields.setdefault("published", [0, 0, 0])[0] += 1
        score.count("published", bool(found.published), found.published == article.published)


def is_same_name(name: str, allowed: tuple[str, ...]) -> bool:
    """Whether a name shares half of its longer words with one of the allowed ones, endings aside."""
    words = _stems(name)
    for other in map(_stems, allowed):
        shared = len(words & other)
        if shared and shared >= len(other) / 2 and shared >= len(words) / 2:
            return True
    return False


def _stems(name: str) -> set[str]:
    return {word[:4] for word in re.findall(r"\w+", name.casefold()) if len(word) > 2 or len(word) == 1}
