"""Places in articles: countries by their names in English and Russian, and towns as they are written."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

_COUNTRIES: dict[str, str] = {
    "AE": "united arab emirates|emirates|uae|эмират",
    "AF": "afghanistan|афганистан",
    "AM": "armenia|армени",
    "AR": "argentina|аргентин",
    "AT": "austria|австри",
    "AZ": "azerbaijan|азербайджан",
    "BG": "bulgaria|болгари",
    "BR": "brazil|бразили",
    "BY": "belarus|беларус|белорусси",
    "CD": "congo|конго",
    "CF": "central african republic|центральноафриканск",
    "CL": "chile|чили",
    "CN": "china|китай|китае|китая",
    "CO": "colombia|колумби",
    "CY": "cyprus|кипр",
    "CZ": "czechia|czech republic|czech|чехи",
    "DE": "germany|германи",
    "EC": "ecuador|эквадор",
    "EE": "estonia|эстони",
    "EG": "egypt|египе|египт",
    "ES": "spain|испани",
    "ET": "ethiopia|эфиопи",
    "FI": "finland|финлянди",
    "FR": "france|франци",
    "GB": "united kingdom|britain|uk|великобритани",
    "GE": "georgia|грузи",
    "GR": "greece|греци",
    "HU": "hungary|венгри",
    "IL": "israel|израил",
    "IQ": "iraq|ирак",
    "IR": "iran|иран",
    "IT": "italy|итали",
    "JO": "jordan|иордани",
    "KE": "kenya|кени",
    "KG": "kyrgyzstan|киргизи|кыргызстан",
    "KZ": "kazakhstan|kazakh|казахстан",
    "LB": "lebanon|ливан",
    "LT": "lithuania|литв",
    "LV": "latvia|латви",
    "LY": "libya|ливи",
    "MD": "moldova|молдов|молдави",
    "ME": "montenegro|черногори",
    "MN": "mongolia|монголи",
    "PE": "peru|перу",
    "PL": "poland|польш",
    "RO": "romania|румыни",
    "RS": "serbia|serbian|серби",
    "RU": "russia|росси|рф|российской федерации|российскую федерацию",
    "SD": "sudan|судан",
    "SK": "slovakia|словаки",
    "SS": "south sudan|южный судан|южном судане|южного судана",
    "SY": "syria|сири",
    "TD": "chad|чад",
    "TH": "thailand|таиланд",
    "TJ": "tajikistan|таджикистан",
    "TM": "turkmenistan|туркмени",
    "TR": "turkey|türkiye|турци",
    "UA": "ukraine|украин",
    "UG": "uganda|уганд",
    "US": "united states|usa|сша",
    "UZ": "uzbekistan|узбекистан",
    "VE": "venezuela|венесуэл",
}
_PEOPLE: dict[str, str] = {
    "RU": r"Russians?|россиян\w*|русски[хме]\w*|российск\w+ граждан",
    "UA": r"Ukrainians?|украин(?:ец|ц|к)\w*",
    "SD": r"Sudanese|судан(?:ец|ц)\w*",
    "SY": r"Syrians?|сири(?:ец|йц)\w*",
    "VE": r"Venezuelans?|венесуэльц\w*",
    "AF": r"Afghans?|афганц\w*",
    "BY": r"Belarusians?|белорус(?!си)\w*",
}
_ENDINGS = r"(?:['’]s?|ск\w+|[аеиоуыюяйь]{1,3}|ом|ей|ям|ях)?"
_NAMES = re.compile(
    "|".join(
        rf"(?P<{code}>(?:{names}){_ENDINGS}(?!\w))"
        for code, names in sorted(_COUNTRIES.items(), key=lambda item: -max(map(len, item[1].split("|"))))
    ),
    re.IGNORECASE,
)
_ORIGIN = {code: re.compile(rf"\b(?:{words})", re.I) for code, words in _PEOPLE.items()}
_TOWN = re.compile(
    r"\b(?:in|at|into|around|near|to|reached|[вВ]о?|[иИ]з|около|под)\s+(?:the (?:town|city|village) of\s+"
    r"|город\w* |г\. ?)?"
    r"(?P<town>[A-ZА-ЯЁ][\w’'-]+(?:\s[A-Z][\w’'-]+)?)"
)
_NO_TOWN = re.compile(
    r"(?i)(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|mon|tues|wednes|thurs|fri|satur|sun)|the"
    r"|their|europe|parliament|january"
    r"|мвд|ооо|европ|снг|еаэс|минтруд|сенат|мид|цон|кнб|оон|president|putin|иин|pesel"
)
LOWEST = 4
"""Names of countries shorter than this count only in capitals: UK."""


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A country's code or a town as written, at `text[start:end]`."""

    place: str
    start: int
    end: int
    is_country: bool


def find_place_names(text: str) -> list[PlaceName]:
    """Return the countries and the towns that a text names, in their order.

    Example:
        >>> [item.place for item in find_place_names("Они улетели из Казахстана в Белград, then to Peru")]
        ['KZ', 'Белград', 'PE']
    """
    found = [
        PlaceName(match.lastgroup, match.start(), match.end(), True)
        for match in _NAMES.finditer(text)
        if match.lastgroup and _is_name(text, match)
    ]
    for match in _TOWN.finditer(text):
        start, end = match.span("town")
        is_other = any(item.start < end and start < item.end for item in found)
        if not is_other and not _NO_TOWN.match(match["town"]) and not is_people(match["town"]):
            found.append(PlaceName(_base_form(match["town"].rstrip("’'")), start, end, False))
    return sorted(found, key=lambda item: item.start)


def _base_form(town: str) -> str:
    """Return a Russian town in the nominative, where its ending shows it: Белграде → Белград."""
    return re.sub(r"(ск|град|бург|кент|кек|бад|стан|поль|рань)[еаую]$", r"\1", town)


def _is_name(text: str, match: re.Match[str]) -> bool:
    is_whole = match.start() == 0 or not text[match.start() - 1].isalnum()
    return is_whole and text[match.start()].isupper() and not is_people(match[0])


def is_people(words: str) -> bool:
    """Tell whether a word names nationals and no place: Russians, россияне."""
    return any(pattern.fullmatch(words) for pattern in _ORIGIN.values())


def find_origin(text: str) -> str:
    """Return the code of the country whose people an article is about, or an empty string."""
    counts = Counter({code: len(pattern.findall(text)) for code, pattern in _ORIGIN.items()})
    for match in re.finditer(r"\b(?:from|из|с)\s+(?=[A-ZА-ЯЁ])", text):
        if (name := _NAMES.match(text, match.end())) and name.lastgroup:
            counts[name.lastgroup] += 1
    if not counts.total():
        counts.update(
            item.lastgroup
            for item in _NAMES.finditer(text)
            if item.lastgroup and is_return(text, item.start())
        )
    for name in re.finditer(r"(?:citizens|nationals|граждан\w*) (?:of (?:the )?)?(?=\w)", text):
        adjective = _NAMES.match(text, name.end())
        if adjective and adjective.lastgroup:
            counts[adjective.lastgroup] += 1
    counts["RU"] += len(re.findall(r"\bRussian (?:citizens|nationals)", text))
    best = counts.most_common(1)
    return best[0][0] if best and best[0][1] else ""


_RETURN = re.compile(
    r"(?:back|return\w*|went home|вернул\w+|вернувш\w+|уехал\w*|домой|снова)\s(?:[\w-]+\s){0,2}(?:in|to"
    r"|into|в|во)\s$",
    re.I,
)
_ONWARD = re.compile(
    r"(?:(?:continued|moved|left|gone|flew) (?:on )?(?:to|for)|went on to|\b(?:перебра\w+|уехал\w*"
    r"|улетел\w*|двину\w+|дальше),?"
    r"[^.;]{0,30}?\bв|на пути в)\s(?:[\w-]+(?:,| or| and| и| или)\s(?:в )?){0,3}$",
    re.I,
)


def is_return(text: str, start: int) -> bool:
    """Tell whether the place at `text[start:]` is one that people went back to."""
    return _RETURN.search(text[max(0, start - 40) : start]) is not None


def is_destination(text: str, start: int) -> bool:
    """Tell whether the place at `text[start:]` is one that people went on to or back to."""
    return is_return(text, start) or _ONWARD.search(text[max(0, start - 70) : start]) is not None


def find_host(names: list[PlaceName], origin: str) -> str:
    """Return the country that an article names most often, its origin aside; the earliest of several.

    A town is taken if no country is named.
    """
    countries = Counter(item.place for item in names if item.is_country and item.place != origin)
    towns = Counter(item.place for item in names if not item.is_country)
    best = (countries or towns).most_common(1)
    return best[0][0] if best else ""
