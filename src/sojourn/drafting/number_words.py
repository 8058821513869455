"""Number words of English and Russian: what each adds, and by what it multiplies."""

from __future__ import annotations

from collections.abc import Iterator

from sojourn.drafting.word_lists import word_set

_ENGLISH = {
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen "
    "eighteen nineteen": range(1, 20),
    "twenty thirty forty fifty sixty seventy eighty ninety": range(20, 100, 10),
}
_RUSSIAN = {
    1: "один одна одно одного одной одну одним одном",
    2: "два две двух двум двумя двое двоих",
    3: "три трёх трех трём трем тремя трое троих",
    4: "четыре четырёх четырех четырём четырем четырьмя четверо четверых",
    5: "пять пяти пятью пятеро пятерых",
    6: "шесть шести шестью шестеро шестерых",
    7: "семь семи семеро семерых",
    8: "восемь восьми восемью восьмеро восьмерых",
    9: "девять девяти девятью девятеро девятерых",
    10: "десять десяти десятью",
    40: "сорок сорока",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот двумстам двумястами",
    300: "триста трёхсот трехсот трёмстам тремстам тремястами",
    400: "четыреста четырёхсот четырехсот четырёмстам четыремстам",
    500: "пятьсот пятисот пятистам",
    600: "шестьсот шестисот шестистам",
    700: "семьсот семисот семистам",
    800: "восемьсот восьмисот восьмистам",
    900: "девятьсот девятисот девятистам",
    1.5: "полтора полторы полутора",
}
_RUSSIAN_STEMS = {
    11: "одиннадцат",
    12: "двенадцат",
    13: "тринадцат",
    14: "четырнадцат",
    15: "пятнадцат",
    16: "шестнадцат",
    17: "семнадцат",
    18: "восемнадцат",
    19: "девятнадцат",
    20: "двадцат",
    30: "тридцат",
}
_RUSSIAN_TENS = {50: ("пят", "пяти"), 60: ("шест", "шести"), 70: ("сем", "семи"), 80: ("восем", "восьми")}


def _cardinals() -> Iterator[tuple[str, float]]:
    for words, numbers in _ENGLISH.items():
        yield from zip(words.split(), map(float, numbers), strict=True)
    for value, words in _RUSSIAN.items():
        yield from ((word, float(value)) for word in words.split())
    for value, stem in _RUSSIAN_STEMS.items():
        yield from ((stem + ending, float(value)) for ending in ("ь", "и", "ью"))
    for value, (plain, oblique) in _RUSSIAN_TENS.items():
        yield plain + "ьдесят", float(value)
        yield oblique + "десяти", float(value)


CARDINALS = dict(_cardinals())
"""Word → the number that it adds."""

SCALES: dict[str, float] = {
    **dict.fromkeys(("hundred",), 1e2),
    **dict.fromkeys(("dozen",), 12.0),
    **dict.fromkeys(
        ("thousand", "k", "тыс", "тысяч", "тысячи", "тысяча", "тысячу", "тысячам", "тысячах"), 1e3
    ),
    **dict.fromkeys(
        ("million", "mn", "mln", "m", "млн", "миллион", "миллиона", "миллионов", "миллионе"), 1e6
    ),
    **dict.fromkeys(("миллионам", "миллионах", "лям", "ляма"), 1e6),
    **dict.fromkeys(("billion", "bn", "млрд", "миллиард", "миллиарда", "миллиардов"), 1e9),
    **dict.fromkeys(("сотня", "сотню", "сотни"), 1e2),
    **dict.fromkeys(("десяток", "десятка"), 10.0),
}
"""Word → the factor by which it multiplies the number before it."""

ATTACHED = frozenset({"k", "m"})
"""Scales that count only if they follow the digits without a space: 1.03m, 40k."""
ALONE = frozenset({"миллион", "тысяча", "тысячу", "сотня", "сотню"})
"""Scales that are a number by themselves, or after "a": миллион, a million."""
HALVES = {
    "полмиллиона": 5e5,
    "полумиллиона": 5e5,
    "полтысячи": 500.0,
    "полсотни": 50.0,
    "полутысячи": 500.0,
}
"""Words that are half of a scale."""
VAGUE = word_set(
    "tens hundreds thousands millions dozens scores several few many couple десятки десятков сотен тысячами "
    "миллионы несколько нескольких многие многих пары парой"
)
"""Words before or in the place of a number that make it too vague for a figure: tens of thousands."""

PARTS: dict[str, float] = {
    **dict.fromkeys(("half", "половина", "половину", "половины", "половине", "половиной"), 50.0),
    **dict.fromkeys(("third", "thirds", "треть", "трети", "третья"), 100 / 3),
    **dict.fromkeys(("quarter", "quarters", "четверть", "четверти", "четвёртая", "четвертая"), 25.0),
    **dict.fromkeys(("fifth", "fifths", "пятая", "пятую"), 20.0),
    **dict.fromkeys(("sixth", "шестая"), 100 / 6),
    **dict.fromkeys(("tenth", "tenths", "десятая", "десятую"), 10.0),
}
"""Word → the percentage of a whole: a third, две трети, пятая часть."""
NEEDS_PART = word_set("третья четвёртая четвертая пятая пятую шестая десятая десятую")
"""Ordinals that are a share only before "часть"."""
EVERY: dict[str, float] = {
    **{"второй": 2, "третий": 3, "четвёртый": 4, "четвертый": 4, "пятый": 5, "шестой": 6, "седьмой": 7},
    **{"восьмой": 8, "девятый": 9, "десятый": 10, "двадцатый": 20},
    **{"второго": 2, "третьего": 3, "пятого": 5, "десятого": 10},
}
"""Ordinals after "каждый": каждый пятый is 20 per cent."""
EVERY_WORDS = frozenset({"каждый", "каждого"})
MOST = frozenset({"majority", "большинство", "большинства"})
"""Words for more than half, without a number."""
PERCENT_WORDS = ("percent", "pct", "процент")
