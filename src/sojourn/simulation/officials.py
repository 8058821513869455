"""A case about a world: the figures that officials and others publish, with their typical flaws.

Border counts are nearly correct. Figures about people carry the bias of their source, an
error, and the bias that the host's officials share; some cover a different window, or a
register with outdated entries. The consul overstates returns. A newspaper copies a figure,
and interviewees know circles that over-represent one outcome. The priors of the case use
what could be known before the shock: last year's traffic and a census, rounded and with an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import exp, log

import numpy as np

from sojourn.case import Case, Claim, ContactGroup, Reading
from sojourn.simulation.case_settings import case_settings
from sojourn.simulation.hedging import HedgedFigure, say, say_percent
from sojourn.simulation.records import Records
from sojourn.simulation.settings import Officials, WorldSettings
from sojourn.simulation.statements import SOURCES, Statement, statements
from sojourn.simulation.true_counts import Counts

MEMORY = 30.0
"""Precision of the analyst's weights: the number of earlier figures on which they would be based."""
CIRCLES = (("friend_a", "hostel", 30), ("friend_b", "friends", 14), ("friend_c", "colleagues", 10))


@dataclass(frozen=True)
class PublishedFigure:
    """A claim, its readings with the analyst's weights, and the true reading with its true value."""

    claim: Claim
    readings: tuple[Reading, ...]
    meant: Reading
    true: float


def make_case(world: WorldSettings, records: Records, seed: int) -> tuple[Case, tuple[PublishedFigure, ...]]:
    """Make a case about the world, and the truth behind its figures, which no estimate may use."""
    rng = np.random.default_rng([seed, 0x0FF1C1A1])
    counts = Counts(world, records)
    talk = world.officials or Officials()
    biases = {source.source: rng.normal(0.0, talk.bias_sd) for source in SOURCES}
    told = tuple(_tell(counts, talk, biases, item, rng) for item in statements(world))
    claims = [item.claim for item in told]
    copied = next(claim for claim in claims if claim.claim == "main")
    claims.append(_copy(copied))
    readings = tuple(reading for item in told for reading in item.readings)
    case = Case(
        name=world.name,
        settings=case_settings(world, rng),
        sources=SOURCES,
        claims=tuple(claims),
        readings=readings,
        contacts=_circles(counts, talk, rng),
    )
    return case, told


def _tell(
    counts: Counts, talk: Officials, biases: dict[str, float], item: Statement, rng: np.random.Generator
) -> PublishedFigure:
    """Turn a statement into a published figure."""
    frequency = np.array([reading.weight for reading in item.readings])
    frequency /= frequency.sum()
    meant = item.means or item.readings[rng.choice(len(frequency), p=frequency)]
    remembered = rng.dirichlet(MEMORY * frequency)
    readings = tuple(
        replace(reading, claim=item.claim, weight=float(max(round(weight, 2), 0.01)))
        for reading, weight in zip(item.readings, remembered, strict=True)
    )
    true = counts.figure(meant)
    said = _figure(true, talk, biases[item.source], item, rng)
    claim = Claim(
        claim=item.claim,
        source=item.source,
        published=item.published,
        published_until=item.published,
        value=said.value,
        high=said.high,
        hedge=said.hedge,
        unit=item.unit,
    )
    return PublishedFigure(claim, readings, meant, true)


def _figure(
    true: float, talk: Officials, bias: float, item: Statement, rng: np.random.Generator
) -> HedgedFigure:
    """The figure that the speaker gives: the true value with bias and error, rounded and hedged."""
    if item.topic == "crossings":
        return say(true * exp(rng.normal(0.0, talk.crossing_sd)), item.style, rng)
    off = item.noise * (bias + rng.normal(0.0, talk.error_sd))
    if any(source.source == item.source and source.interest == "host_official" for source in SOURCES):
        off += talk.shared_bias
    if item.overstates:
        off += talk.interest
    if item.topic == "persons":
        return say(true * exp(off), item.style, rng)
    odds = log(max(true, 1e-3) / max(1 - true, 1e-3)) + off
    return say_percent(1 / (1 + exp(-odds)), rng)


def _copy(claim: Claim) -> Claim:
    """A newspaper's copy of a claim, a week later and without its hedge."""
    later = claim.published + timedelta(days=7)
    return replace(
        claim,
        claim=f"{claim.claim}_again",
        source="paper",
        published=later,
        published_until=later,
        hedge="reported",
        high=None,
        copy_of=claim.claim,
        status="copy",
    )


def _circles(counts: Counts, talk: Officials, rng: np.random.Generator) -> tuple[ContactGroup, ...]:
    """Draw the contact groups from people of the interviewee's stratum, preferring those who stayed."""
    world, people = counts.world, counts.records.displaced
    asof = world.until - timedelta(days=30)
    where = counts.whereabouts(world.day(asof))
    host = world.place_ids.index(world.host)
    found: list[ContactGroup] = []
    for number, (source, kind, size) in enumerate(CIRCLES):
        stratum = number % len(world.strata)
        known = np.flatnonzero((people.host == host) & (people.stratum == stratum) & (where >= 0))
        outcome = np.select([where[known] == host, where[known] == 0], [0, 2], 1)
        lean = rng.normal(0.0, talk.taste, 3) + np.array([0.0 if kind == "hostel" else talk.reach, 0.0, 0.0])
        weight = np.exp(lean)[outcome]
        many = min(size, len(known))
        if many < 3:
            continue
        circle = rng.choice(len(known), many, replace=False, p=weight / weight.sum())
        stayed, moved, back = np.bincount(outcome[circle], minlength=3)
        found.append(
            ContactGroup(
                group=f"circle_{number + 1}",
                respondent=source,
                stratum=world.strata[stratum].id,
                kind=kind,
                place=world.host,
                asof=asof,
                size=float(many),
                size_hedge="reported",
                stayed=str(stayed),
                moved_on="half" if moved == many // 2 else str(moved),
                returned="" if number == 1 else str(back),
                unknown="",
                source=source,
                wave=world.wave,
            )
        )
    return tuple(found)
