"""Checks of `case.toml` as a whole, and the priors in it that differ from their defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sojourn._core.errors import Problem, one_of
from sojourn.case.cell_parsers import ID
from sojourn.case.cross_checks import ELSEWHERE, calendar_limits
from sojourn.case.hedges import override_problem
from sojourn.case.schema import KINDS
from sojourn.case.settings import CaseSettings, LogitNormal, LogNormal, Normal, Settings

FILE = "case.toml"
PRIORS = (LogNormal, LogitNormal, Normal)


@dataclass(frozen=True, slots=True)
class PriorChange:
    """A prior that a case sets to another value than its default."""

    key: str
    default: str
    now: str
    why: str

    def __str__(self) -> str:
        """The change in one line."""
        was = f" (default {self.default})" if self.default else ""
        return f"{self.key} = {self.now}{was}" + (f": {self.why}" if self.why else "")


def settings_problems(settings: CaseSettings, sources: Iterable[str] | None) -> Iterator[Problem]:
    """Yield inconsistent names, dates and ids of case.toml.

    Args:
        settings: the settings.
        sources: ids of sources.csv; None if it could not be read.
    """
    for key, value, message in _all(settings, sources):
        yield Problem(FILE, message, None, key, value)


def _all(settings: CaseSettings, sources: Iterable[str] | None) -> Iterator[tuple[str, str | None, str]]:
    yield from _question(settings)
    yield from _places(settings)
    yield from _events(settings)
    yield from _rules(settings)
    yield from _ids(settings)
    for place, anchor in enumerate(settings.anchors, 1):
        if sources is not None and anchor.source not in (known := list(sources)):
            yield (
                f"anchors[{place}].source",
                anchor.source,
                f"is not a source of sources.csv; {one_of(known, anchor.source)}",
            )
        if anchor.kind not in KINDS:
            yield f"anchors[{place}].kind", anchor.kind, f"is not allowed; {one_of(KINDS, anchor.kind)}"
    for word, (below, above) in settings.hedges.items():
        if message := override_problem(word, below, above):
            yield f"hedges.{word}", f"[{below:g}, {above:g}]", message


def _question(settings: CaseSettings) -> Iterator[tuple[str, str | None, str]]:
    hosts = _countries(settings)
    origin = settings.places.get(settings.origin)
    if origin is None or origin.parent:
        countries = [place for place, about in settings.places.items() if not about.parent]
        yield "origin", settings.origin, f"is not a country of [places]; {one_of(countries, settings.origin)}"
    if settings.host not in hosts:
        yield (
            "host",
            settings.host,
            f"is not a country of [places] other than the origin; {one_of(hosts, settings.host)}",
        )
    for key, day in (("asof", settings.asof), ("claims_until", settings.claims_until)):
        if day < settings.start:
            yield key, str(day), f"is before start ({settings.start})"
    if not settings.events:
        yield "events", None, "must have at least one event with arrivals"
    waves = {event.id: event for event in settings.events}
    if settings.wave and settings.wave not in waves:
        yield "wave", settings.wave, f"is not the id of an event; {one_of(waves, settings.wave)}"
    elif settings.wave and settings.host not in waves[settings.wave].arrivals:
        yield "wave", settings.wave, f"has no arrivals in the host {settings.host}"


def _countries(settings: CaseSettings) -> list[str]:
    """Return the countries in which displaced people may live: all but the origin and `elsewhere`."""
    return [
        place
        for place, about in settings.places.items()
        if not about.parent and place not in (settings.origin, ELSEWHERE)
    ]


def _places(settings: CaseSettings) -> Iterator[tuple[str, str | None, str]]:
    known = settings.places
    for name, place in settings.places.items():
        key = f"places.{name}"
        if place.parent:
            parent = settings.places.get(place.parent)
            if parent is None:
                yield (
                    f"{key}.parent",
                    place.parent,
                    f"is not a place of [places]; {one_of(_countries(settings), place.parent)}",
                )
            elif place.parent == name or parent.parent:
                yield f"{key}.parent", place.parent, "must be a country, not a part"
        elif place.arrivals or place.stock:
            yield key, None, "has arrivals or stock, which are shares of a parent country; add its parent"
        for other in place.excursions_to:
            if other not in known or other == name:
                yield (
                    f"{key}.excursions_to",
                    other,
                    f"is not another place of [places]; {one_of([p for p in known if p != name], other)}",
                )
    for name in settings.visitors:
        if name not in _countries(settings):
            yield (
                f"visitors.{name}",
                name,
                f"is not a country of [places]; {one_of(_countries(settings), name)}",
            )


def _events(settings: CaseSettings) -> Iterator[tuple[str, str | None, str]]:
    hosts = _countries(settings)
    for place, event in enumerate(settings.events, 1):
        key = f"events[{place}]"
        yield from _within(f"{key}.date", event.date, settings)
        hosted: Mapping[str, Any]
        for field, hosted in (
            ("arrivals", event.arrivals),
            ("visitors", event.visitors),
            ("passing", event.passing),
        ):
            allowed = list(event.arrivals) if field == "passing" else hosts
            for host in hosted:
                if host not in allowed:
                    what = "a host with arrivals" if field == "passing" else "a country of [places]"
                    yield f"{key}.{field}", host, f"is not {what}; {one_of(allowed, host)}"


def _rules(settings: CaseSettings) -> Iterator[tuple[str, str | None, str]]:
    for place, regime in enumerate(settings.regimes, 1):
        key = f"regimes[{place}]"
        if regime.place not in settings.places:
            yield (
                f"{key}.place",
                regime.place,
                f"is not a place of [places]; {one_of(settings.places, regime.place)}",
            )
        if regime.end is not None and regime.end < regime.start:
            yield f"{key}.end", str(regime.end), f"is before the start ({regime.start})"
        if regime.kind == "rolling" and (regime.days is None or regime.days < regime.cap):
            value = None if regime.days is None else str(regime.days)
            yield f"{key}.days", value, f"must be at least cap ({regime.cap}) for a rolling window"
    for place, stay_rule in enumerate(settings.stay_rules, 1):
        if stay_rule.place not in settings.places:
            allowed = one_of(settings.places, stay_rule.place)
            yield f"stay_rules[{place}].place", stay_rule.place, f"is not a place of [places]; {allowed}"
    for place, scheme in enumerate(settings.schemes, 1):
        if scheme.place not in settings.places:
            yield (
                f"schemes[{place}].place",
                scheme.place,
                f"is not a place of [places]; {one_of(settings.places, scheme.place)}",
            )
        for day in scheme.purges:
            yield from _within(f"schemes[{place}].purges", day, settings)
    for place, stratum in enumerate(settings.strata, 1):
        if stratum.share is None and place < len(settings.strata):
            yield (
                f"strata[{place}].share",
                None,
                "is missing; only the last stratum takes the rest and needs no share",
            )


def _within(key: str, day: date, settings: CaseSettings) -> Iterator[tuple[str, str, str]]:
    first, last = calendar_limits(settings)
    if not first <= day <= last:
        yield key, str(day), f"is outside the calendar of the case, {first} to {last}"


def _ids(settings: CaseSettings) -> Iterator[tuple[str, str | None, str]]:
    lists: dict[str, list[str]] = {
        "events": [event.id for event in settings.events],
        "regimes": [regime.id for regime in settings.regimes],
        "stay_rules": [rule.id for rule in (*settings.regimes, *settings.stay_rules)],
        "schemes": [scheme.id for scheme in settings.schemes],
        "strata": [stratum.id for stratum in settings.strata],
        "anchors": [f"{anchor.source}, {anchor.kind}" for anchor in settings.anchors],
    }
    for name, ids in lists.items():
        for place, item in enumerate(ids, 1):
            if item in ids[: place - 1]:
                yield f"{name}[{place}]", item, f"is already the id of {name}[{ids.index(item) + 1}]"
            elif name != "anchors" and not ID.fullmatch(item):
                yield (
                    f"{name}[{place}].id",
                    item,
                    "is not an id; use letters, digits and _ . : - without spaces",
                )
    for key, item in (
        ("origin", settings.origin),
        *((f"places.{place}", place) for place in settings.places),
    ):
        if not ID.fullmatch(item):
            yield key, item, "is not an id; use letters, digits and _ . : - without spaces"


def changed_priors(
    settings: CaseSettings, defaults: Mapping[str, Settings] | None = None
) -> list[PriorChange]:
    """Return the priors of a case that differ from their defaults.

    Args:
        settings: the settings of the case.
        defaults: defaults of the priors in `[priors]`, by name.

    Example:
        >>> from sojourn.case import read_case
        >>> [change.key for change in changed_priors(read_case("kazakhstan-2022").settings)][:2]
        ['visitors.KZ.stay', 'visitors.KZ.trips']
    """
    found = list(_changes("", settings))
    for name, prior in settings.priors.items():
        default = (defaults or {}).get(name)
        if default is None or _numbers(default) != _numbers(prior):
            found.append(
                PriorChange(
                    f"priors.{name}", _numbers(default) if default else "", _numbers(prior), prior.why
                )
            )
    return found


def _changes(key: str, node: Any) -> Iterator[PriorChange]:
    if isinstance(node, Settings):
        for name, field in type(node).model_fields.items():
            value = getattr(node, name)
            path = f"{key}.{name}" if key else name
            if isinstance(value, PRIORS):
                if isinstance(field.default, PRIORS) and _numbers(field.default) != _numbers(value):
                    yield PriorChange(path, _numbers(field.default), _numbers(value), value.why)
            elif name != "priors":
                yield from _changes(path, value)
    elif isinstance(node, tuple):
        for item in cast("tuple[Any, ...]", node):
            yield from _changes(f"{key}.{getattr(item, 'id', '')}", item)
    elif isinstance(node, Mapping):
        for name, item in cast("Mapping[str, Any]", node).items():
            yield from _changes(f"{key}.{name}", item)


def _numbers(prior: Settings) -> str:
    values = prior.model_dump(exclude={"why"})
    return "{ " + ", ".join(f"{name} = {value:g}" for name, value in values.items()) + " }"
