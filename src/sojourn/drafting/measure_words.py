"""Which measure a figure may have, from the verbs and nouns around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sojourn.drafting.tokens import Token

NOTHING = "nothing"
"""A cue that a figure is no claim about movement: a survey, a budget, a call-up."""
_CUES: dict[str, str] = {
    "entries": "enter*, entry, entries, entrants, came in, come in, crossed, cross, crossing*, crosses, "
    "cleared, let in,"
    " въех*, въезж*, въезд*, пересек*, пересеч*, заех*, приток*, inflow*",
    "arrivals": "arriv*, came, come to, coming, flood*, flock*, fled to, flee*, fled, went to, immigra*, "
    "relocated,"
    " poured, headed to, прибы*, приех*, приезж*, прилет*, хлын*, иммигрир*, переех*",
    "exits": "left, leave, leaving, leaves, exit, exits, exited, depart*, went out, emigrat*, opposite "
    "direction,"
    " выех*, выезд*, выезж*, покин*, убы*, уех*, уезж*, улет*, вылет*, отбы*, обратную сторону, обратном "
    "направлении",
    "moved_on": "moved on, move on, went on, gone on, flew on, travelled on, third countr*, other countries, "
    "transit,"
    " continued to, onward, moved to, went further, other states,"
    " третьи стран*, третью стран*, третьих стран*, транзит*, дальше, другие стран*, другую стран*, перебра*",
    "returned": "returned, return, returning, went back, gone back, went home, go home, gone home, "
    "going home, "
    "back in,"
    " back home, вернул*, вернут*, возвращ*, вернувш*, снова в росси*, обратно, домой",
    "stayed": "still here, still in, stayed, stay, staying, remain*, are left, stays, came to live, "
    "settled in,"
    " остал*, остаю*, остает*, остаёт*, осталось, всё ещё, до сих пор, ещё здесь, еще здесь, остающ*",
    "present": "live, living, lived, lives, present, are in, were in, is in, resid*, hosted, hosts, hosting, "
    "camped, waiting,"
    " slept, sleeping, sheltered, accommodated, currently in, in the country, находил*, находит*, "
    "находят*, живут,"
    " жил, жило, жили, проживает, проживают, пребывает, пребывают, размещ*, ночева*, ночующ*, за "
    "рубежом, здесь,"
    " numbered, people in, displaced, diaspora, диаспор*, учились, учатся, приезжих",
    "settled": "residence permit*, temporary residence, permanent residence, work contract*, employment "
    "contract*,"
    " permit holders, regular papers, citizenship, трудоустро*, трудовым договорам, вид на жительство, "
    "внж, рвп,"
    " постоянное место жительства, работают, гражданство",
    "issued": "issued, issue, granted, grant, assigned, handed, delivered, obtained, received, approved, "
    "opened, applied for,"
    " выдан*, выдал*, получил*, оформил*, оформлен*, присвоен*, предоставлен*, попросил*, обратил*, "
    "взяли, подан*,"
    " подано, подал*, подав*, открыл*",
    "register": "registered, registration*, on the register, enrolled, pesel, recorded as, на учёте, "
    "на учете, "
    "учёте, состоит,"
    " состоят, зарегистрир*, регистраци*, отметил*",
    "net": "net migration, net balance, difference between, the balance, разниц*, сальдо, чистый прирост",
    "rent": "rent, rents, rental*, аренд*",
    NOTHING: "survey*, respondent*, interviewed, polled, funded, budget, appeal, call up, called up, "
    "mobilise,"
    " mobilize, reservist*, subscribers, built for, seats, cost, costs, fee, price*, dollars, fine, "
    "population of,"
    " опрос*, опрош*, респондент*, бюджет*, штраф*, пособи*, подписчик*, привлеч*, очеред*, призва*, "
    "зарплат*,"
    " пенси*, стоит, налог*, площад*, дешевле, дороже, подешев*, подорож*, скидк*, queue, salary, wage*, "
    "students were,"
    " мобилизова*, tested positive, killed, wounded, погиб*, ранен*",
}
DAILY = (
    ("a", "day"),
    ("per", "day"),
    ("daily",),
    ("в", "сутки"),
    ("в", "день"),
    ("ежедневно",),
    ("a", "week"),
)
"""Words that show a flow; without another cue it is one of entries."""
WHOLE = 14.0
"""What a cue costs more if it describes the whole that a share is of: a third of those who entered."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that suggest a measure, at `tokens[first:after]`."""

    measure: str
    first: int
    after: int


def _compile() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Index the cues by the first three letters of their first word."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for measure, text in _CUES.items():
        for phrase in text.split(","):
            words = tuple(phrase.replace("-", " - ").split())
            found.setdefault(words[0][:3].rstrip("*"), []).append((words, measure))
    return found


_INDEX = _compile()


def find_cues(tokens: Sequence[Token]) -> list[Cue]:
    """Return the cues among tokens, the longest at each place.

    Example:
        >>> from sojourn.drafting.tokens import split_tokens
        >>> [cue.measure for cue in find_cues(split_tokens("5,300 came in, 6,100 left for third countries"))]
        ['entries', 'exits', 'moved_on']
    """
    found: list[Cue] = []
    place = 0
    while place < len(tokens):
        best: Cue | None = None
        key = tokens[place].text[:3]
        for words, measure in _INDEX.get(key, []):
            if _matches(tokens, place, words) and (best is None or len(words) > best.after - best.first):
                best = Cue(measure, place, place + len(words))
        if best is not None:
            found.append(best)
        place = best.after if best else place + 1
    return found


def _matches(tokens: Sequence[Token], place: int, words: Sequence[str]) -> bool:
    if place + len(words) > len(tokens):
        return False
    pairs = zip(tokens[place : place + len(words)], words, strict=True)
    return all(
        token.text.startswith(word[:-1]) if word.endswith("*") else token.text == word
        for token, word in pairs
    )


_COST = {",": 2, ";": 12, "and": 3, "и": 3, "а": 4, "while": 5, "but": 5, "но": 5, "—": 3, "–": 3, ":": 2}
FAR = 40
"""A cue that costs more than this is not used."""


def _is_whole(tokens: Sequence[Token], cue: Cue) -> bool:
    """Tell whether a cue says of which people a share is: those who entered, приехавших, arrivals."""
    word, before = tokens[cue.first].text, [token.text for token in tokens[max(0, cue.first - 4) : cue.first]]
    if word.endswith(("вших", "вшихся", "ющих", "entrants", "holders")):
        return True
    who = next((at for at, item in enumerate(before) if item in ("who", "that", "которые")), None)
    return (who is not None and bool({"those", "of", "тех", "из"} & set(before[: who + 1]))) or before[
        -2:
    ] == ["of", "the"]


def distance(
    tokens: Sequence[Token], first: int, after: int, cue: Cue, figures: Sequence[int], is_share: bool = False
) -> float:
    """Return how far a cue is from the tokens of a figure; clauses and other figures between cost more.

    Args:
        tokens: the tokens of the sentence.
        first: first token of the figure.
        after: the place after its last token.
        cue: the cue.
        figures: first tokens of all figures of the sentence.
        is_share: the figure is a share, so that the whole that it is of is no cue.
    """
    low, high = (cue.after, first) if cue.first < first else (after, cue.first)
    between = range(low, high)
    cost = float(max(0, high - low))
    cost += sum(_COST.get(tokens[place].text, 0) for place in between)
    cost += 5 * sum(1 for place in figures if low <= place < high)
    if is_share and _is_whole(tokens, cue):
        cost += WHOLE
    if is_share and cue.first < first and after < len(tokens) and tokens[after].text == "of":
        cost += 5  # "a third of … remain" is a subject, whose verb follows
    return cost - (2 if cue.measure in ("moved_on", "returned", "net", "rent") else 0)
