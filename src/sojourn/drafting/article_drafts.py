"""All drafts of an article: those of the rules, joined with those of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sojourn.drafting.dates import find_publication_day
from sojourn.drafting.draft import Draft
from sojourn.drafting.language_model import ModelSettings, draft_by_model
from sojourn.drafting.rules import draft_by_rules

COMPARED = ("hedge", "unit", "measure", "speaker", "place")
FILLED = ("measure", "speaker", "place")
"""Fields that a model fills if the rules left them empty."""


@dataclass(frozen=True, slots=True)
class ArticleDrafts:
    """The drafts of an article in the order of the text, and what went wrong with the model."""

    drafts: tuple[Draft, ...]
    problem: str = ""


def draft_article(
    text: str, published: date | None = None, model: ModelSettings | None = None
) -> ArticleDrafts:
    """Draft the claims of an article.

    Args:
        text: the text of the article, in English or Russian.
        published: day of publication; left out: the first date near the beginning of the text.
        model: a language model to ask as well; left out: rules alone.

    Returns:
        The drafts. If the model fails, those of the rules and one line that says why.

    Example:
        >>> found = draft_article("More than 300 people were registered, the mayor said.")
        >>> [(draft.value, draft.hedge, draft.drafted_by) for draft in found.drafts]
        [(300.0, 'more_than', 'rules')]
    """
    by_rules = draft_by_rules(text, published)
    if model is None:
        return ArticleDrafts(tuple(by_rules))
    day = published or find_publication_day(text)
    answer = draft_by_model(text, model, day.isoformat() if day else "")
    return ArticleDrafts(tuple(merge_drafts(by_rules, answer.drafts)), answer.problem)


def merge_drafts(by_rules: Sequence[Draft], by_model: Sequence[Draft]) -> list[Draft]:
    """Join the drafts of rules and model: the same figure at the same place is one draft.

    The rules' fields stand, the model fills what they left empty, and `note` says where they differ.
    """
    merged = list(by_rules)
    for draft in by_model:
        same = next((place for place, item in enumerate(merged) if _is_same(item, draft)), None)
        if same is None:
            merged.append(draft)
        else:
            merged[same] = _joined(merged[same], draft)
    return sorted(merged, key=lambda item: (item.start, item.end))


def _is_same(one: Draft, other: Draft) -> bool:
    is_near = one.start < other.end and other.start < one.end
    return (
        is_near and one.value == other.value and one.high == other.high and one.drafted_by != other.drafted_by
    )


def _joined(rules: Draft, model: Draft) -> Draft:
    filled = {name: getattr(model, name) for name in FILLED if not getattr(rules, name)}
    differing = [
        f"{name}: {getattr(model, name)}"
        for name in COMPARED
        if name not in filled and getattr(model, name) and getattr(model, name) != getattr(rules, name)
    ]
    notes = [
        part for part in (rules.note, f"the model says {', '.join(differing)}" if differing else "") if part
    ]
    by = f"{rules.drafted_by}, {model.drafted_by}"
    return replace(rules, **filled, drafted_by=by, note="; ".join(notes))
