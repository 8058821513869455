"""What a figure counts: people, documents, crossings, days, or things that are no claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sojourn.drafting.word_lists import word_set

_NOUNS: Mapping[str, str] = {
    "persons": "idp displaced people person persons russian ukrainian sudanese syrian venezuelan belarusian "
    "afghan "
    "armenian "
    "eritrean "
    "somali colombian citizen national refugee migrant immigrant emigrant returnee resident visitor "
    "foreigner "
    "entrant newcomer arrival traveller compatriot holder child children women men student worker "
    "employee staff "
    "specialist individuals relocat asylum exile evacuee civilian adult beneficiar recipient others souls "
    "человек люд россиян граждан гражданин украин белорус беженц мигрант иммигрант эмигрант иностран "
    "приезж приехавш "
    "прибывш релокант переселен студент специалист дет женщин мужчин лиц ребят русски сирийц суданц венесуэл "
    "афганц соотечественник вернувш ночующ работник сотрудник школьник получател",
    "families": "family families семей семья семьи семьям",
    "documents": "permit visa document registration certificate application card account passport "
    "residenc number "
    "разрешени виз внж рвп иин документ заявлени регистраци карт патент паспорт справк удостоверен номер "
    "свидетельств",
    "crossings": "crossing entries exits trip journey пересечени въезд выезд поездк проезд раз times",
    "days": "day days сутки суток дней дня день дни",
    "weeks": "week weeks недел",
    "months": "month months месяц",
    "years": "year years год лет",
}
_OTHER = (
    "km kilomet metre meter mile kg kilo litre liter ton hour minute second degree dollar euro crown "
    "tenge zlot lari "
    "rouble ruble pound cent peso dram lei usd eur car bus buses vehicle truck seat table office "
    "universit checkpoint "
    "respondent subscriber follower shelter inhabitant household bed school hotel hostel compan firm "
    "enterprise flat "
    "apartment room page index building reservist soldier troop troops casualt job volunteer interview "
    "attempt portion "
    "cat suitcase country countries town village point child-seat km2 "
    "км километр метр миля кг литр тонн час минут секунд градус доллар евро крон тенге злот лари рубл "
    "фунт драм "
    "лей гривен сом машин автобус автомобил фур мест столик пост отделени вуз университет подписчик "
    "домохозяйств "
    "школ гостиниц хостел компани предприяти фирм квартир комнат страниц мрп дом резервист военнослужащ "
    "солдат погибш "
    "вакансий порци кошк чемодан страна стран город пунктов этаж собак класс респондент опрошен читател"
)
OTHER = "other"
"""The unit of what is no claim: kilometres, money, cars, seats."""
_STEMS = {**{stem: unit for unit, text in _NOUNS.items() for stem in text.split()}}
_OTHERS = tuple(_OTHER.split())
_WHOLE = word_set(
    "day days year years week weeks month months national men women others staff number лет год дня день "
    "дни дней "
    "люд лиц дет виз карт раз час пост дом сом мест лей car bus cent euro ton second point room cat bed "
    "km kg кг км job "
    "flat page ton lei adult"
)
"""Stems that must be a whole word, with an ending of at most three letters."""
STOPS = word_set(
    ', ; : . ! ? ( ) — – » ” " and or but who that which while between among before after until over under '
    "within about in to into from by at on of for with "
    "since during has have "
    "had were was are is had would could a per every и а но или что кто которые которых в во на из с со "
    "по к за от для "
    "last this next now then today yesterday there here again so also each more less fewer compared "
    "сейчас теперь уже тогда там здесь назад больше меньше ранее при у же это лишь то чтобы если как"
)
"""Words and marks at which the search for the counted noun ends."""
FARTHEST = 6


def unit_of_word(word: str) -> str:
    """Return the unit that a lower-case noun names, `other`, or an empty string.

    Example:
        >>> [unit_of_word(word) for word in ("refugees", "россиянина", "permits", "kilometres", "of")]
        ['persons', 'persons', 'documents', 'other', '']
    """
    for length in range(len(word), 1, -1):
        stem = word[:length]
        if stem in _WHOLE and len(word) - length > (1 if stem.isascii() else 3):
            continue
        if stem in _STEMS:
            return _STEMS[stem]
        if stem in _OTHERS and (len(stem) > 3 or len(word) - length <= 2):
            return OTHER
    return ""


def counted_unit(words: Sequence[str]) -> tuple[str, int]:
    """Return the unit that the words after a figure name, and how far the noun is from it.

    Returns:
        The unit, `other`, `?` for a noun that is not known, or an empty string if no noun follows.

    Example:
        >>> counted_unit(["individual", "identification", "numbers", "to"])
        ('documents', 3)
        >>> counted_unit([",", "сообщил", "министр"])
        ('', 0)
    """
    unknown = 0
    for distance, word in enumerate(words[:FARTHEST], 1):
        if (
            word == "of"
            and distance == 1
            and words[1:2]
            and words[1] in ("the", "our", "their", "these", "them")
        ):
            continue
        if word in STOPS:
            break
        if word in ("-", "'", "’", "«", "“", "the"):
            continue
        unit = unit_of_word(word)
        if (
            unit == "persons"
            and word.isascii()
            and unit_of_word("".join(words[distance : distance + 1])) == "documents"
        ):
            continue  # "Russian residence permits" are permits
        if unit:
            return unit, distance
        unknown = unknown or distance
    return ("?", unknown) if unknown else ("", 0)
