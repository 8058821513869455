"""Drafts of claims by rules: which figures of an article are about movement, and what they seem to count."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sojourn.case.hedges import grain
from sojourn.drafting.counted_words import OTHER, counted_unit
from sojourn.drafting.figures import FoundFigure
from sojourn.drafting.measure_words import DAILY, FAR, NOTHING, Cue, distance, find_cues
from sojourn.drafting.other_numbers import is_covered, join_places, other_number_places
from sojourn.drafting.sentences import Sentence
from sojourn.drafting.tokens import Token, split_tokens

SMALLEST = 10
"""A smaller count is rarely a published figure."""
NEAR = {"small": 7.0, "plain": 14.0, "part": 26.0, "unknown": 18.0}
"""How far the verb may be from a figure without a noun: below 100, from 100, a share in words, with an
unknown noun."""
COUNTED = frozenset({"persons", "families", "documents", "crossings"})
BULLETS = ("-", "–", "—", "•", "*")
DURATIONS = frozenset({"days", "weeks", "months", "years"})


@dataclass(frozen=True, slots=True)
class FoundClaim:
    """A figure that may be a claim, with its sentence, unit and measure."""

    figure: FoundFigure
    sentence: Sentence
    unit: str
    measure: str


@dataclass(frozen=True)
class _Line:
    """A sentence with its tokens, its figures and the first and last token of each."""

    sentence: Sentence
    tokens: list[Token]
    cues: list[Cue]
    figures: list[FoundFigure]
    spans: list[tuple[int, int]]


def find_claims(
    text: str,
    sentences: Sequence[Sentence],
    figures: Sequence[FoundFigure],
    taken: Sequence[tuple[int, int]] = (),
) -> list[FoundClaim]:
    """Return the figures of an article that seem to be claims about movement.

    Args:
        text: the text of an article.
        sentences: its sentences.
        figures: its figures.
        taken: places of figures that belong to contact groups or stay rules.

    Returns:
        The figures in their order. A figure of the headline that the text repeats is left out.

    Example:
        >>> from sojourn.drafting.figures import find_figures
        >>> from sojourn.drafting.sentences import split_sentences
        >>> text = "More than 5,000 people crossed. The queue is 4 kilometres long."
        >>> found = find_claims(text, split_sentences(text), find_figures(text))
        >>> [(item.figure.value, item.unit, item.measure) for item in found]
        [(5000.0, 'persons', 'entries')]
    """
    others = other_number_places(text)
    figures = [item for item in figures if not is_covered(item.start, item.end, others)]
    starts, elsewhere = [item.start for item in figures], join_places(taken)
    found: list[FoundClaim] = []
    for sentence in sentences:
        inside = figures[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        line = _read_line(text, sentence, inside)
        for place, figure in enumerate(line.figures):
            if is_covered(figure.start, figure.end, elsewhere):
                continue
            if claim := _judge(line, place, found):
                found.append(claim)
    return _without_headline(text, found)


def _read_line(text: str, sentence: Sentence, figures: Sequence[FoundFigure]) -> _Line:
    tokens = [
        replace(token, start=token.start + sentence.start, end=token.end + sentence.start)
        for token in split_tokens(text[sentence.start : sentence.end])
    ]
    spans: list[tuple[int, int]] = []
    for figure in figures:
        places = [
            at for at, token in enumerate(tokens) if token.start < figure.end and token.end > figure.start
        ]
        spans.append((places[0], places[-1] + 1))
    return _Line(sentence, tokens, find_cues(tokens), list(figures), spans)


def _judge(line: _Line, place: int, earlier: Sequence[FoundClaim]) -> FoundClaim | None:
    """Return a figure as a claim, or None if it counts something else; `earlier` are the claims before it."""
    figure, (first, after) = line.figures[place], line.spans[place]
    unit = counted_unit([token.text for token in line.tokens[after : after + 8]])[0]
    if unit == "?" and any(after <= cue.first <= after + 1 and cue.measure != NOTHING for cue in line.cues):
        unit = ""  # "700 went back": a verb, and no noun
    if unit == "":
        unit = _unit_before(line, first)
    if unit == OTHER or unit in DURATIONS or (unit == "weeks" and figure.kind == "percent"):
        return None
    if figure.kind == "percent":
        unit = "share" if figure.value is None else "percent"
    cue, cost = _nearest_cue(line, place)
    measure = cue.measure if cue else ""
    is_money = any(item.measure == "rent" for item in line.cues) and unit not in COUNTED
    if is_money and figure.kind == "percent":
        measure, cost = "rent", 0.0
    elif is_money and (cost > 2 or measure not in ("arrivals", "entries", "exits")):
        return None
    if not measure:
        measure, cost = _inherited(line, place, unit, earlier), 12.0
    if measure == NOTHING or not _is_claim(figure, unit, measure, cost):
        return None
    if unit in ("", "?"):
        unit = "persons"
    if measure == "rent":
        if figure.kind != "percent":
            return None
        figure = _signed(line, figure)
    elif measure != "net" and figure.value is not None:
        figure = replace(figure, value=abs(figure.value))
    return FoundClaim(figure, line.sentence, unit, _fitting(measure, unit, line))


def _unit_before(line: _Line, first: int) -> str:
    """Return the unit of "въездов было 1,1 миллиона": crossings or documents before the figure."""
    for back in range(1, 7):
        if first - back < 0 or line.tokens[first - back].text in (";", ".", ","):
            break
        if any(low <= first - back < high for low, high in line.spans):
            break
        unit, _ = counted_unit([line.tokens[first - back].text])
        if unit in ("crossings", "documents") and not line.tokens[first - back].text.startswith(
            ("cross", "entry", "номер")
        ):
            return unit
    return ""


def _nearest_cue(line: _Line, place: int) -> tuple[Cue | None, float]:
    (first, after), is_share = line.spans[place], line.figures[place].kind == "percent"
    starts = [low for low, _ in line.spans]
    scored = [
        (distance(line.tokens, first, after, cue, starts, is_share), cue.first, cue)
        for cue in line.cues
        if cue.after <= first or cue.first >= after
    ]
    inside = [cue for cue in line.cues if first <= cue.first < after]
    if inside:
        return inside[0], 0.0
    if not scored:
        return None, float(FAR)
    cost, _, cue = min(scored, key=lambda item: (item[0], item[1]))
    return (cue, cost) if cost < FAR else (None, float(FAR))


def _inherited(line: _Line, place: int, unit: str, earlier: Sequence[FoundClaim]) -> str:
    """Return the measure of a figure without a verb: that of the figure before it, or entries per day."""
    figure, words = line.figures[place], [token.text for token in line.tokens]
    after = line.spans[place][1]
    if any(words[at : at + len(daily)] == list(daily) for daily in DAILY for at in range(after, after + 3)):
        return "entries"
    if "number" in words[: line.spans[place][0]] or "число" in words[: line.spans[place][0]]:
        return "present"
    if not earlier or not (figure.is_large or figure.kind == "percent" or unit == "persons"):
        return ""
    last = earlier[-1]
    is_near = line.sentence.paragraph - last.sentence.paragraph <= 2
    if last.sentence == line.sentence or _refers_back(line, line.spans[place][0]):
        return last.measure if is_near else ""
    is_next = line.sentence.paragraph - last.sentence.paragraph <= 1
    return last.measure if is_next and (figure.is_large or not figure.is_part) else ""


def _refers_back(line: _Line, first: int) -> bool:
    """Tell whether a sentence begins with "of these", "из них" or a share of what was just said."""
    words = [token.text for token in line.tokens[:8]]
    return (
        bool({"these", "them", "those", "них", "this", "это", "этом", "half", "половина"} & set(words))
        or first <= 3
    )


def _is_claim(figure: FoundFigure, unit: str, measure: str, cost: float) -> bool:
    """Tell whether a figure is one of people, documents or crossings that move or stay."""
    if figure.kind == "percent":
        return bool(measure) and cost <= (NEAR["part"] if figure.is_part else FAR)
    if figure.value is None or abs(figure.value) < SMALLEST:
        return False
    if unit in COUNTED:
        return (bool(measure) and cost < FAR) or (unit == "persons" and figure.is_large)
    if unit == "?":
        return bool(measure) and figure.is_large and cost <= NEAR["unknown"]
    if figure.is_large:
        return True
    return bool(measure) and cost <= NEAR["plain" if figure.value >= 100 else "small"]


def _signed(line: _Line, figure: FoundFigure) -> FoundFigure:
    """Return a change of rents with its sign."""
    falls = (
        "fell",
        "fall",
        "drop",
        "declin",
        "decreas",
        "less",
        "cheap",
        "down",
        "снизи",
        "упал",
        "подешев",
        "дешев",
        "сократ",
    )
    is_fall = any(token.text.startswith(falls) for token in line.tokens)
    if not is_fall or figure.value is None or figure.value < 0:
        return figure
    high = None if figure.high is None else -figure.value
    return replace(figure, value=-(figure.value if figure.high is None else figure.high), high=high)


def _fitting(measure: str, unit: str, line: _Line) -> str:
    """Return the measure that goes with the unit."""
    if unit == "documents" and any(cue.measure == "issued" for cue in line.cues):
        return "issued"
    if unit == "documents" and measure not in ("issued", "register", "settled"):
        return "issued"
    if unit == "crossings" and measure not in ("entries", "exits", "net"):
        return "entries"
    if measure == "entries" and any(
        line.tokens[at].text == "opposite" or line.tokens[at].text.startswith("обратн")
        for at in range(len(line.tokens))
    ):
        return "exits" if len(line.figures) == 1 else measure
    return measure


def _without_headline(text: str, found: list[FoundClaim]) -> list[FoundClaim]:
    """Leave out figures of the first line that the text below repeats, if only rounded."""
    titles = _title_paragraphs(text)
    below = [item.figure for item in found if item.sentence.paragraph not in titles]
    return [
        item
        for item in found
        if item.sentence.paragraph not in titles or not _is_repeated(item.figure, below)
    ]


def _title_paragraphs(text: str) -> set[int]:
    """Return the numbers of the short lines without a full stop before the first line of running text."""
    found: set[int] = set()
    for number, line in enumerate(re.findall(r"[^\n]+", text)):
        bare = line.strip()
        if len(bare.split()) > 20 or bare.endswith((".", ":", ";")) or bare.startswith(BULLETS):
            break
        found.add(number)
    return found


def _is_repeated(figure: FoundFigure, others: Sequence[FoundFigure]) -> bool:
    for other in others:
        if figure.kind != other.kind:
            continue
        if figure.value is None or other.value is None:
            if figure.value == other.value:
                return True
        elif abs(figure.value - other.value) <= grain(figure.value):
            return True
    return False
