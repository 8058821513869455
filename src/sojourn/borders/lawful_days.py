"""Stays of a register under a stay rule: lawful and unlawful days, at least and at most.

Where both crossings of a stay were seen, its days are known. Where one is missing, the stay is judged twice,
as short and as long as it can have been. More days are not always worse (leaving and coming back may renew a
permitted stay), so the two are answers for these two courses, not bounds for every one between.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.crossings import Table
from sojourn.borders.engine import translate_backend_errors
from sojourn.borders.errors import BordersError
from sojourn.borders.stages import StageContext, size, step
from sojourn.stay_rules import StayRuleError, assess_register

COURSES = ("least", "most")
NEEDED = ("person", "entry_from", "entry_until", "exit_from", "exit_until")
ANSWER = ("first_unlawful", "unlawful_days", "binding_limit", "used_at_exit")


def assess_lawful_days(
    stays: Table, rules: str, nationality: str, until: date, reading: str | None = None
) -> Table:
    """Two rows per stay from `stays.stays`: `counted` (`least`, `most`), person, entry, exit, and the answer.

    `first_unlawful`, `unlawful_days`, `binding_limit` and `used_at_exit` are those of `assess_register`. Open
    stays count up to the day before `until`. Raises StayRuleError for the rule and the nationality.
    """
    ibis = engine()
    first = ibis.coalesce(stays.entry_from, stays.entry_until)
    courses = {
        "least": {"entry": stays.entry_until, "exit": stays.exit_from},
        "most": {"entry": first, "exit": stays.exit_until},
    }
    last = until - timedelta(days=1)
    parts: list[Table] = []
    for counted in COURSES:
        rows = stays.select("person", **courses[counted])
        found = assess_register(rows, rules, nationality=nationality, until=last, reading=reading)
        found = found.mutate(first_unlawful=found.first_unlawful.cast("date"), counted=ibis.literal(counted))
        parts.append(found.select("counted", "person", "entry", "exit", *ANSWER))
    return ibis.union(*parts)


def of_nationality(stays: Table, word: str) -> Table:
    """The stays of one nationality; all, where the table does not say it. Raises BordersError for columns."""
    lacking = [name for name in NEEDED if name not in stays.columns]
    if lacking:
        raise BordersError(f"stays: column {', '.join(lacking)} is missing; make them with `stays`")
    return stays.filter(stays.nationality == word) if "nationality" in stays.columns else stays


@dataclass(frozen=True)
class Law:
    """A stay rule, and whose stays it is about: `word` is how the register writes the nationality."""

    rules: str
    nationality: str
    until: date
    reading: str | None = None
    word: str | None = None


def lawful_step(desk: StageContext, source: Path, out: Path, law: Law) -> bool:
    """Stays to lawful days; the record tells how many stays and days were unlawful in either course."""
    settings = {**asdict(law), "until": law.until.isoformat()}
    files = [Path(law.rules)] if Path(law.rules).is_file() else []

    def work() -> dict[str, Any]:
        word = law.word or law.nationality
        stays = of_nationality(desk.engine.read(source), word)
        rows = size(desk, stays)
        if rows == 0:
            raise BordersError(
                f"{source}: no stay has the nationality {word!r}; give it as the register has it"
            )
        try:
            with desk.watched("lawful", rows), translate_backend_errors(str(source)):
                made = assess_lawful_days(stays, law.rules, law.nationality, law.until, law.reading)
                desk.engine.write(made, out)
        except StayRuleError as error:
            raise BordersError(str(error)) from None
        except BordersError as error:
            # The rules name the person of a stay that they cannot judge; here nobody is named.
            raise BordersError(re.sub(r"person \S+, ", "a stay, ", str(error))) from None
        return {"in": rows, **_counted(desk, out)}

    return step(desk, "lawful", settings, [source, *files], [out], work)


def _counted(desk: StageContext, out: Path) -> dict[str, Any]:
    made = desk.engine.read(out)
    over = made.unlawful_days > 0
    sums = made.group_by("counted").aggregate(stays=over.sum(), days=made.unlawful_days.sum())
    found = desk.engine.rows(sums.select("counted", "stays", "days").order_by("counted"))
    return {
        str(counted): {"unlawful_stays": int(stays), "unlawful_days": int(days)}
        for counted, stays, days in found
    }
