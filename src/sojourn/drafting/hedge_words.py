"""How figures are qualified in English and Russian, by the hedges of claims.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sojourn.drafting.word_lists import word_list, word_set

_BEFORE: Mapping[str, str] = {
    "exact": "exactly, precisely, ровно, точно",
    "about": "about, around, some, roughly, an average of, average of, on average, approximately, approx, "
    "circa, ca, estimated, perhaps, maybe, say,"
    " something like, in the region of, on the order of, in the order of, ~, ≈, около, примерно, "
    "приблизительно,"
    " порядка, ориентировочно, где-то, в районе, плюс-минус, около порядка, оценочно, в пределах, "
    "somewhere around",
    "almost": "almost, nearly, just under, slightly under, a little under, slightly less than, a little less "
    "than,"
    " just short of, not quite, just below, почти, без малого, чуть менее, чуть меньше, немногим менее,"
    " немногим меньше, едва не, практически",
    "towards": "towards, toward, close to, nearing, approaching, getting on for, под, близко к, ближе к, "
    "подбирается к",
    "just_over": "just over, a little over, slightly over, a little more than, slightly more than, "
    "just above,"
    " slightly above, just more than, a bit more than, a bit over, чуть более, чуть больше, немногим более,"
    " немногим больше, немного более, немного больше, чуть свыше, чуть выше, несколько более",
    "more_than": "more than, over, above, exceeding, exceeded, exceeds, upwards of, in excess of, north of,"
    " greater than, well over, far more than, much more than, более, больше, свыше, более чем, больше "
    "чем, выше,"
    " превысило, превысила, превысил, превышает, гораздо больше",
    "at_least": "at least, no fewer than, not fewer than, no less than, not less than, a minimum of, minimum,"
    " не менее, не меньше, как минимум, по меньшей мере, по крайней мере, минимум, не менее чем",
    "up_to": "up to, as many as, as much as, at most, no more than, not more than, a maximum of, maximum,"
    " not longer than, no longer than, at the most, не более, не больше, максимум, не свыше, не выше, не "
    "дольше,"
    " до, от силы, самое большее, не более чем",
    "less_than": "less than, fewer than, under, below, even less than, even fewer than, well under, "
    "менее, меньше,"
    " ниже, менее чем, меньше чем, не достигает",
}
_AFTER: Mapping[str, str] = {
    "about": "or so, или около того, примерно, где-то",
    "more_than": "or more, plus, +, и более, и больше, с лишним, с гаком, с хвостиком, или больше",
    "at_least": "at least, как минимум, минимум",
    "up_to": "at most, at the most, от силы, максимум",
    "just_over": "с небольшим",
}
NEUTRAL = word_set(
    "only just another the a an total of record peak further even as many already exact now nearly всего "
    "лишь "
    "уже только ещё еще целых рекордные рекордных порядок that which reached числом аж"
)
"""Words between a hedge and its number, or in its place, that do not qualify it."""
INSIDE = {("с", "лишним"): "more_than", ("с", "небольшим"): "just_over", ("с", "чем", "то"): "more_than"}
"""Words between a number and its scale: 64 с лишним тысячи."""


def _phrases(listed: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for hedge, text in listed.items():
        for phrase in text.split(","):
            found[tuple(phrase.replace("-", " - ").split())] = hedge
    return found


BEFORE, AFTER = _phrases(_BEFORE), _phrases(_AFTER)
"""Phrase as lower-case words → hedge."""
LONGEST = max(map(len, BEFORE))
CHANGES = word_list(
    "fell fall rose rise grew grow drop dropped increas decreas decline climb jump halved tripled "
    "doubled снизи "
    "упал вырос сократи увелич подешев подорожа подскочи уменьши выросл поднял повыси раза вдвое втрое times"
)
"""Beginnings of verbs of change: "fell to 30,000" and "снизилось до 30 тысяч" are no upper limits."""


def hedge_before(words: Sequence[str]) -> tuple[str, int]:
    """Return the hedge that ends a list of lower-case words, and how many words it takes; "" and 0 without.

    Words that do not qualify ("another", "всего") may stand between the hedge and the number.

    Example:
        >>> hedge_before(["russia", "no", "more", "than"])
        ('up_to', 3)
        >>> hedge_before(["въехали", "чуть", "более"])
        ('just_over', 2)
    """
    skipped = 0
    while skipped <= 2:
        rest = words[: len(words) - skipped]
        for length in range(min(LONGEST, len(rest)), 0, -1):
            hedge = BEFORE.get(tuple(rest[-length:]))
            if hedge is not None:
                is_change = hedge == "up_to" and rest[-1] == "до" and _follows_change(rest[:-1])
                return ("", 0) if is_change else (hedge, length + skipped)
        if not rest or rest[-1] not in NEUTRAL:
            break
        skipped += 1
    return "", 0


def _follows_change(words: Sequence[str]) -> bool:
    return any(word.startswith(tuple(CHANGES)) for word in words[-8:])


def hedge_after(words: Sequence[str]) -> tuple[str, int]:
    """Return the hedge that begins a list of lower-case words, and how many words it takes."""
    for length in range(min(3, len(words)), 0, -1):
        if hedge := AFTER.get(tuple(words[:length])):
            return hedge, length
    return "", 0
