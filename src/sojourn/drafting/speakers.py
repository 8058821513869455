"""Who says a figure: the name or the office nearest to a verb of speech, or the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sojourn.drafting.place_names import find_place_names, is_people
from sojourn.drafting.sentences import Sentence
from sojourn.drafting.word_lists import word_set

_SAID = re.compile(
    r"\b(?:said|says|told|tells|announced|announces|reported|reports|estimates?|estimated that|thinks?"
    r"|reckons?|puts? it|warned|wrote|writes|"
    r"added|adds|noted|notes|explained|according to|repeated|believes?|suspects?|suspect|figures that"
    r"|calculates?|claims?|claimed|spoke of|"
    r"shows?|lists?|found|replied|stated|state|agrees?|admits?|admitted|expects?|confirmed|confirms"
    r"|has registered|counts|counted|say)\b"
    r"|\b(?:сообщил\w*|сообща[ею]т|заявил\w*|заявля\w+|сказал\w*|отметил\w*|рассказал\w*|добавил\w*"
    r"|уточнил\w*|подсчитал\w*|посчитал\w*|"
    r"счита[ею]т|называ[ею]т|назвал\w*|оценива[ею]т|отвеча[ею]т|говор[ия]т|уверя[ею]т|полага[ею]т"
    r"|подтвержда\w+|прикидыва\w+|вспомина\w+|"
    r"по данным|по словам|по оценк\w+|по её|по его|по расчетам|по расчётам|из данных|отчитал\w+"
    r"|разъяснил\w*|утвержда\w+|пояснил\w*|"
    r"признал\w*|следует из|у нас за год|по информации|согласно)\b",
    re.IGNORECASE,
)
_PREPOSED = re.compile(
    r"according to|по данным|по словам|по оценк|по расч|из данных|следует из|по информации|согласно", re.I
)
_OFFICE_EN = (
    r"(?:(?:[A-Z][\w’'-]+|migration|interior|foreign|labour|economy|health|mayor’s|mayor's|border"
    r"|statistics|national|deputy|state|home)\s+){0,4}"
    r"(?:(?:[Mm]inistry|[Cc]ommittee|[Aa]gency|[Ss]ervice|[Oo]ffice|[Pp]olice|[Gg]uard|[Dd]epartment"
    r"|[Cc]ommission|[Bb]ureau|[Cc]ouncil|"
    r"[Ee]mbassy|[Uu]niversity|[Cc]onsulate|[Oo]rgani[sz]ation|[Mm]inister|[Cc]harities|Red Cross)\b"
    r"(?:\s+(?:of|for)\s+(?:the\s+)?[A-Z][\w’'-]+(?:\s(?:of|and|the"
    r"|[A-Z][\w’'-]+))*(?<!\sof)(?<!\sand)(?<!\sthe))?)"
    r"|UNHCR|IOM|Frontex|Eurostat"
)
_OFFICE_RU = (
    r"(?:(?:[А-ЯЁ]\w+|государственн\w+|национальн\w+|миграционн\w+|пограничн\w+)\s+){0,3}"
    r"(?:[Мм]инистерств\w+|[Кк]омитет\w*|[Сс]лужб\w+|[Пп]ресс-служб\w+|[Вв]едомств\w+|[Аа]гентств\w+"
    r"|[Оо]тдел\w*|[Уу]правлени\w+|"
    r"[Дд]епартамент\w*|[Мм]интруд\w*|ЦОН\w*|МВД|МИД|УВКБ|МОМ)(?:\s(?:ООН|миграции|статистики"
    r"|[А-ЯЁ]\w+(?!\s?[А-ЯЁ])))*"
)
_PERSON = (
    r"(?:(?:Ms|Mr|Mrs|Dr)\.?\s)?(?:[A-Z][\w’'-]+(?:\s(?:de|van|al|el|bin|von))?\s){1,4}(?:[A-Z][\w’'-]+"
    r"|[A-Z]\.)(?=\W|$)"
    r"|(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s){1,4}(?:[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?|[А-ЯЁ]\.)(?=\W|$)"
    r"|(?:[А-ЯЁ]\.\s?){1,2}[А-ЯЁ][а-яё]+"
)
_OFFICE = re.compile(rf"{_OFFICE_RU}|{_OFFICE_EN}")
_FULL_NAME = re.compile(_PERSON)
_SINGLE = re.compile(r"(?P<person>[A-ZА-ЯЁ][\w’-]+)")
_TITLE = re.compile(
    r"(?:Prime )?(?:Minister|Director|President|Professor|Chair|Chairman|Chairwoman|Deputy|Spokeswoman"
    r"|Spokesman|Prefect|Mayor|Governor|"
    r"General|Colonel|Senator|Consul|Secretary|Министр|Президент|Премьер-министр|Директор|Профессор"
    r"|Консул|Депутат|Генерал)",
)
_PATRONYMIC = re.compile(r"(?:вич|вна|чна)а?$")
_LABEL = re.compile(r"^\W{0,4}(?:Q\d+\s)?(?P<name>(?:Ms |Mr |Mrs |Dr )?[A-ZА-ЯЁ][\w.’ -]{1,60}?):\s")
_PRONOUN = re.compile(r"\b(?:he|she|they|it|он|она|они|его|её|ее|министр|ведомство|ведомства)\b", re.I)
_NO_NAME = word_set(
    "on in the of by and a at today since before under from after this that these their president our "
    "key what who how some most "
    "more less about visa there published press bar january february march april may june july august "
    "september october november december "
    "monday tuesday wednesday thursday friday saturday sunday russian russians ukrainian ukrainians "
    "sudanese venezuelans "
    "в на по с о из за от это его её год россия россиян россияне казахстан республика российской рф "
    "грузия польша всего"
)
NEAR_WORDS = 9


@dataclass(frozen=True, slots=True)
class Attribution:
    """A verb of speech at `text[start:end]`, and who speaks."""

    start: int
    end: int
    speaker: str


def find_speakers(text: str, sentences: Sequence[Sentence]) -> list[list[Attribution]]:
    """Return the attributions of each sentence; one without a verb of speech has those of its paragraph.

    Example:
        >>> from sojourn.drafting.sentences import split_sentences
        >>> text = "More than 5,000 came, Interior Minister Marat Sultanov said. He added that 300 left."
        >>> [[item.speaker for item in found] for found in find_speakers(text, split_sentences(text))]
        [['Marat Sultanov'], ['Marat Sultanov']]
    """
    found: list[list[Attribution]] = []
    names = _full_names(text)
    last, label, paragraph, spoken = "", "", -1, ""
    title = _title_office(text, sentences)
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        if sentence.paragraph != paragraph:
            is_list = words.lstrip()[:1] in ("-", "—", "–", "•")
            colon = found and text[: sentence.start].rstrip().endswith(":")
            label, last = "", last if is_list or colon else ""
            paragraph = sentence.paragraph
            if (match := _LABEL.match(words)) and len(match["name"].split()) <= 9:
                label = _in_label(match["name"])
        attributions = list(_attributions(text, sentence, last or label or spoken, names))
        if attributions:
            last = spoken = attributions[-1].speaker
        elif last or label or title:
            attributions = [Attribution(sentence.start, sentence.start, last or label or title)]
        found.append(attributions)
    return _backwards(text, sentences, found)


def _title_office(text: str, sentences: Sequence[Sentence]) -> str:
    """Return the office that published a press release or a bulletin, by its first lines."""
    head = text[: sentences[3].end if len(sentences) > 3 else len(text)]
    lines = [
        line for line in head.splitlines()[:4] if len(line.split()) <= 12 and not line.rstrip().endswith(".")
    ]
    if not re.search(r"press release|bulletin|пресс-служба|пресс-релиз|ответ на", head, re.I):
        return ""
    return next((match[0].strip() for line in lines if (match := _OFFICE.search(line))), "")


def _in_label(name: str) -> str:
    """Return the name in a label such as "Глава службы Бакыт Жолдошев — журналистам:"."""
    persons = list(_persons(name))
    is_name = all(word[:1].isupper() for word in name.split()) and len(name.split()) <= 3
    return persons[-1] if persons else name.strip() if is_name or _OFFICE.search(name) else ""


def _persons(words: str) -> Iterator[str]:
    """Yield the full names in some words, without titles and countries before them."""
    offices = list(_OFFICE.finditer(words))
    for match in _FULL_NAME.finditer(words):
        parts = match[0].split()
        titles = [place for place, part in enumerate(parts) if _TITLE.fullmatch(part)]
        parts = parts[titles[-1] + 1 :] if titles else parts
        while len(parts) > 1 and (
            parts[0].lower() in _NO_NAME or find_place_names(parts[0]) or is_people(parts[0])
        ):
            parts = parts[1:]
        name = " ".join(parts)
        is_office = any(
            item.start() < match.end() and match.start() < item.end() and name in item[0] for item in offices
        )
        if len(parts) > 1 and not is_office and not any(part.lower() in _NO_NAME for part in parts):
            yield name


def _full_names(text: str) -> dict[str, str]:
    """Return surname → full name of the persons that a text names in full."""
    found: dict[str, str] = {}
    for name in _persons(text):
        if not _PATRONYMIC.search(name):
            found.setdefault(name.split()[-1], name)
    return found


def _attributions(text: str, sentence: Sentence, last: str, names: dict[str, str]) -> Iterator[Attribution]:
    for verb in _SAID.finditer(text, sentence.start, sentence.end):
        speaker = _speaker_at(text, sentence, verb, last, names)
        if speaker:
            yield Attribution(verb.start(), verb.end(), speaker)


def _speaker_at(text: str, sentence: Sentence, verb: re.Match[str], last: str, names: dict[str, str]) -> str:
    """Return who speaks: the name close after the verb, else the one before it, else the last one."""
    after = text[verb.end() : sentence.end]
    before = text[sentence.start : verb.start()]
    is_preposed = _PREPOSED.match(verb[0]) is not None
    stop = re.search(r"[;:«“\"]|, (?:что|that|которы)|\bthat\b|\d", after)
    near_after = after[: stop.start() if stop else None]
    near_after = " ".join(near_after.split(" ")[: NEAR_WORDS + 1])
    is_close = is_preposed or re.match(r"[\s,]*(?:на \w+ |журналистам |on \w+,? )?", near_after) is not None
    right = _pick(near_after, names, first=True) if is_close else ""
    left = _pick(re.split(r"[;«“]", before)[-1], names, first=False)
    if is_preposed:
        return right or (last if _PRONOUN.search(near_after[:20]) else "")
    cyrillic = re.match(r"[а-яё]", verb[0], re.I) is not None
    is_inverted = re.match(r"\s*(?:the |an? )?(?:[\w-]+\s){0,4}[A-Z]", near_after) is not None and re.search(
        r"[”\"»,]\s*[—–-]?\s*$", before
    )
    if (cyrillic and right and not left) or (is_inverted and right):
        return right
    if cyrillic and right and re.search(r"[,»]\s*[—–-]?\s*$", before):
        return right
    if left:
        return left
    return last if _PRONOUN.search(before[-25:] + " " + near_after[:25]) else right


def _pick(words: str, names: dict[str, str], first: bool) -> str:
    """Return the first or the last name in some words; persons before offices, surnames in full."""
    persons = list(_persons(words))
    offices = [match[0].removeprefix("The ").removeprefix("the ") for match in _OFFICE.finditer(words)]
    singles = [match["person"] for match in _SINGLE.finditer(words) if match["person"] in names]
    if singles and not persons:
        persons = [names[singles[0 if first else -1]]]
    for listed in (persons, offices):
        if listed:
            return _in_full(listed[0 if first else -1].strip().rstrip(","), names)
    others = [match["person"] for match in _SINGLE.finditer(words) if _is_first_name(words, match)]
    return others[0 if first else -1] if others else ""


def _in_full(name: str, names: dict[str, str]) -> str:
    """Return the full name of a person who is addressed by first name and patronymic: Игорь Львович."""
    if not _PATRONYMIC.search(name):
        return name
    return next((full for full in names.values() if full.split()[0] == name.split()[0]), name)


def _is_first_name(words: str, match: re.Match[str]) -> bool:
    """Tell whether a capitalised word is a name: not the first of a sentence, unless a comma follows."""
    name = match["person"]
    if name.lower() in _NO_NAME or len(name) < 3 or name.isupper():
        return False
    if re.search(r"\b(?:in|at|to|from|of|в|во|на|из)\s(?:the\s)?$", words[: match.start()], re.I):
        return False
    return match.start() > 1 or words[match.end() : match.end() + 1] == ","


def _backwards(
    text: str, sentences: Sequence[Sentence], found: list[list[Attribution]]
) -> list[list[Attribution]]:
    """Give a sentence without a speaker the one that follows in its paragraph."""
    for place in range(len(found) - 2, -1, -1):
        here, following = sentences[place], sentences[place + 1]
        if not found[place] and found[place + 1] and here.paragraph == following.paragraph:
            nearest = found[place + 1][0]
            found[place] = [Attribution(here.end, here.end, nearest.speaker)]
    return found


def speaker_of(attributions: Sequence[Attribution], text: str, start: int, end: int) -> str:
    """Return the speaker of the figure at `text[start:end]`: the one with the nearest verb."""
    best, least = "", float("inf")
    for item in attributions:
        low, high = (item.end, start) if item.end <= start else (end, item.start)
        between = text[low:high] if low < high else ""
        cost = max(0, high - low) + 200 * between.count(";") + (30 if item.start > start else 0)
        if cost < least:
            best, least = item.speaker, cost
    return best


def find_first_name(text: str, start: int, end: int) -> str:
    """Return a person introduced without a surname, such as "Grigory, 26,", or nothing."""
    match = re.search(
        r"(?<![.!?]\s)\b([A-ZА-ЯЁ][a-zа-яё]{2,}), (?:\d|an?\b|[а-яё])|^([A-ZА-ЯЁ][a-zа-яё]{2,}), \d",
        text[start:end],
    )
    name = (match[1] or match[2]) if match else ""
    return (
        ""
        if not name
        or name.lower() in _NO_NAME
        or (find_place_names(f"in {name}")[:1] != [] and find_place_names(name))
        else name
    )
