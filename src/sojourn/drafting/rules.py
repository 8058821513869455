"""Drafts of an article by rules: claims, contact groups and stay rules, in the order of the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace
from datetime import date

from sojourn.drafting.check import is_said, is_verbatim
from sojourn.drafting.claim_drafts import FoundClaim, find_claims
from sojourn.drafting.contact_groups import FoundGroup, find_contact_groups
from sojourn.drafting.dates import day_said, find_publication_day
from sojourn.drafting.draft import STAY_RULE, Draft, quote_around
from sojourn.drafting.figures import find_figures
from sojourn.drafting.place_names import PlaceName, find_host, find_origin, find_place_names, is_destination
from sojourn.drafting.sentences import Sentence, split_sentences
from sojourn.drafting.speakers import Attribution, find_first_name, find_speakers, speaker_of
from sojourn.drafting.stay_limits import StayLimit, find_stay_limits


class ArticleReading:
    """What is known of an article as a whole: its day, its places and who speaks in each sentence."""

    def __init__(self, text: str, published: date | None = None) -> None:
        """Read a text; `published` is the day of publication if it is known from elsewhere."""
        self.text = text
        self.sentences = split_sentences(text)
        self.published = published or find_publication_day(text)
        self.names = find_place_names(text)
        self.origin = find_origin(text)
        self.host = find_host(self.names, self.origin)
        self.speakers = find_speakers(text, self.sentences)
        self._places = {sentence.start: place for place, sentence in enumerate(self.sentences)}
        self._name_starts = [item.start for item in self.names]

    def draft(self, start: int, end: int, first: int, last: int, sentence: Sentence) -> Draft:
        """Return a draft for `text[first:last]` with the quotation around it, its speaker and day."""
        low, high = quote_around(self.text, start, end, first, last)
        place = self._places[sentence.start]
        spoken: list[Attribution] = self.speakers[place]
        day = day_said(self.text[sentence.start : sentence.end], self.published)
        return Draft(
            quote=self.text[low:high],
            start=low,
            end=high,
            speaker=speaker_of(spoken, self.text, first, last),
            published=day.isoformat() if day else "",
        )

    def place_of(self, sentence: Sentence, first: int, last: int, measure: str) -> str:
        """Return the place that a figure is about: the nearest in its sentence, else the host."""
        near = [
            (self._far(item, first, last), item.place)
            for item in self.names[
                bisect_left(self._name_starts, sentence.start) : bisect_left(self._name_starts, sentence.end)
            ]
            if self._is_candidate(item, measure)
        ]
        return min(near)[1] if near else self.host

    def _is_candidate(self, item: PlaceName, measure: str) -> bool:
        left = self.text[max(0, item.start - 12) : item.start].rstrip().lower()
        if item.place == self.origin:
            is_left = left.endswith(("left", "leave", "покинули", "покинуло", "flee", "fled"))
            return is_left or (
                measure in ("exits", "departures") and re.search(r"\b(?:from|с|из)$", left) is not None
            )
        if measure in ("moved_on", "returned") and re.search(r"\b(?:to|for|in|в|во)$", left):
            return item.place == self.host
        return not is_destination(self.text, item.start)

    def _far(self, item: PlaceName, first: int, last: int) -> int:
        low, high = (item.end, first) if item.end <= first else (last, item.start)
        between = self.text[low:high] if low < high else ""
        return max(0, high - low) + 40 * between.count(";") + 15 * between.count(",")


def draft_by_rules(text: str, published: date | None = None) -> list[Draft]:
    """Draft the claims, contact groups and stay rules of an article by rules.

    Args:
        text: the text of an article, in English or Russian.
        published: day of publication; left out: the first date near the beginning of the text.

    Returns:
        Drafts in the order of the text; each quotation is a stretch of the text, and its figure is in it.

    Example:
        >>> draft = draft_by_rules("About 5,000 people crossed into Peru, the police said.")[0]
        >>> draft.value, draft.hedge, draft.measure, draft.place, draft.speaker
        (5000.0, 'about', 'entries', 'PE', 'police')
    """
    article = ArticleReading(text, published)
    figures = find_figures(text)
    groups = find_contact_groups(text, article.sentences)
    limits = find_stay_limits(text, article.sentences, figures)
    taken = [(item.start, item.end) for item in groups] + [
        (item.figure.start, item.figure.end) for item in limits
    ]
    drafts = [
        *(_claim(article, item) for item in find_claims(text, article.sentences, figures, taken)),
        *(_group(article, item) for item in groups),
        *(_limit(article, item) for item in limits),
    ]
    kept = (draft for draft in drafts if is_verbatim(draft, text) and is_said(draft))
    return sorted(kept, key=lambda draft: (draft.start, draft.end))


def _claim(article: ArticleReading, found: FoundClaim) -> Draft:
    return _of_figure(article, found, found.measure)


def _limit(article: ArticleReading, found: StayLimit) -> Draft:
    note = f"in any {found.window} days" if found.window else ""
    return replace(_of_figure(article, found, STAY_RULE), note=note)


def _of_figure(article: ArticleReading, found: FoundClaim | StayLimit, measure: str) -> Draft:
    figure, sentence = found.figure, found.sentence
    draft = article.draft(sentence.start, sentence.end, figure.start, figure.end, sentence)
    return replace(
        draft,
        value=figure.value,
        high=figure.high,
        hedge=figure.hedge,
        unit=found.unit,
        measure=measure,
        place=article.place_of(sentence, figure.start, figure.end, measure),
    )


def _group(article: ArticleReading, found: FoundGroup) -> Draft:
    """Return a group; its quotation holds all its numbers, so that it may be longer than others."""
    place = article.place_of(found.sentence, found.start, found.start + 1, "returned")
    draft = article.draft(found.start, found.start + 1, found.start, found.start + 1, found.sentence)
    value = None if found.figure is None else found.figure.value
    hedge = "most" if found.figure is None else found.figure.hedge
    same = [item for item in article.sentences if item.paragraph == found.sentence.paragraph]
    speaker = draft.speaker or find_first_name(article.text, same[0].start, same[-1].end)
    return replace(
        draft,
        speaker=speaker,
        quote=article.text[found.start : found.end],
        start=found.start,
        end=found.end,
        value=value,
        hedge=hedge,
        unit="persons" if value is not None else "share",
        place=place,
        group=found.group,
    )
