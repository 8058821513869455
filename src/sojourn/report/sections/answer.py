"""The sections of the answer itself: how many people, over time, and where they went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sojourn._core.headline_labels import NOTHING_SPEAKS, ON_ASSUMPTIONS, headlines_of, state_basis
from sojourn._core.thresholds import PRIOR_ONLY, PRIOR_ONLY_LABEL
from sojourn.report import charts
from sojourn.report.document import NUMBERS, SHARES, Cell, Column, Figure, Section, Table, numbers
from sojourn.report.flow_diagram import Flow, flow_svg
from sojourn.report.inputs import ReportInputs
from sojourn.report.wording import OUTCOMES, day, number, sentence, span

LEAST_FLOW = 0.01
"""Flows below this share of those who arrived are drawn as one band."""
SMALL = "small flows"
SHORT = {PRIOR_ONLY_LABEL: "prior only", NOTHING_SPEAKS: "what is left over"}
"""Labels as short as a chart needs them."""
PRIOR = Column("label", "rests on")
MOVERS = Column("claims", "figures that matter most", "figures")


def answer_section(material: ReportInputs) -> Section:
    """The answer as a sentence, a figure, and a table each of numbers and of shares."""
    outcomes, shares = material.answer["outcomes"], material.answer["shares"]
    named = {"arrived": "arrived", **OUTCOMES}
    rows = [_row(label, outcomes[name], material.label(name)) for name, label in named.items()]
    colours = {"arrived": charts.GREY, **charts.OUTCOME}
    alt = "; ".join(
        f"{label} {number(outcomes[n]['q50'])} ({span(outcomes[n])})" for n, label in named.items()
    )
    figure = Figure(
        "answer",
        f"People on {day(material.answer['asof'])}: median (dot), 50% (thick) and 90% interval (thin).",
        f"Interval plot of numbers of people, median and 90% interval: {alt}.",
        lambda: charts.intervals(rows, "people", colours=colours),
    )
    counts = Table(
        "outcomes",
        f"People on {day(material.answer['asof'])}",
        (Column("outcome", "outcome"), *NUMBERS, PRIOR, MOVERS),
        tuple(
            (label, *numbers(outcomes[n]), material.label(n), tuple(material.movers(n)))
            for n, label in named.items()
        ),
    )
    of_arrived = Table(
        "shares",
        "Shares of those who arrived",
        (Column("outcome", "outcome"), *SHARES, PRIOR, MOVERS),
        tuple(
            (label, *numbers(shares[n]), material.label(f"share {n}"), tuple(material.movers(f"share {n}")))
            for n, label in OUTCOMES.items()
        ),
    )
    tables = (counts, of_arrived, *_prior_ledger(material))
    return Section("answer", "The answer", (sentence(material),), (figure,), tables)


def _prior_ledger(material: ReportInputs) -> Iterator[Table]:
    """Each headline before and after the figures; no table for an answer of an earlier version."""
    headlines = headlines_of(material.answer)
    if not headlines:
        return
    names = ("median", "from", "to")
    ranges = [
        Column(f"{when}_{name}", f"{title}{', 90%' if name == 'from' else ''}", "measured", upto=name == "to")
        for when, title in (("prior", "before the figures"), ("posterior", "after"))
        for name in names
    ]
    columns = (
        Column("quantity", "number"),
        *ranges,
        Column("assumed", "share of the variance assumed", "share"),
        Column("others_from", "had others read", "measured"),
        Column("others_to", "had others read, to", "measured", upto=True),
        Column("basis", "rests on"),
    )
    yield Table("basis", _ledger_caption(material), columns, tuple(_ledger_rows(material)))


def _ledger_caption(material: ReportInputs) -> str:
    ledger = material.answer["prior_ledger"]
    caption = (
        f"What the numbers rest on: the figures do not touch {ledger['untouched']} of {ledger['unknowns']} "
        "unknowns, and the share of the variance that these explain is assumed"
    )
    return ". ".join([caption, *ledger["remarks"]])


def _ledger_rows(material: ReportInputs) -> Iterator[tuple[Cell, ...]]:
    for quantity, headline in headlines_of(material.answer).items():
        summaries = (headline[when][key] for when in ("prior", "posterior") for key in ("q50", "q05", "q95"))
        others = headline.get("had_others_read", (None, None))
        share = headline.get("untouched_share")
        yield (material.labels.quantity(quantity), *summaries, share, *others, state_basis(headline))


def _named(material: ReportInputs, place: str) -> str:
    """Name of a place; a part of the host country is marked as such."""
    name = material.labels.place(place)
    return f"of whom in {name}" if place in material.answer["parts"] else name


def _row(label: str, summary: Mapping[str, float], note: str, group: str = "") -> dict[str, Any]:
    shown = f"{label} ({SHORT.get(note, note)})" if note else label
    return {**summary, "label": shown, "note": note or "figures and prior", "group": group or label}


def time_section(material: ReportInputs) -> Section:
    """Stayed, moved on and returned at the end of every day or week, with the events marked."""
    timeline = material.answer["timeline"]
    dates = [moment["date"] for moment in timeline]
    events = [e for e in material.ledger["events"] if dates and dates[0] <= e["date"] <= dates[-1]]
    marks = [_mark(i, event) for i, event in enumerate(events, 1)]
    assumed = [f" No. {m['number']} {m['note']}." for m in marks if m["note"]]
    rows = [
        {**moment[name], "date": moment["date"], "group": label, "note": material.label(name)}
        for name, label in OUTCOMES.items()
        for moment in timeline
    ]
    last: Mapping[str, Any] = timeline[-1] if timeline else {}
    ends = "; ".join(
        f"{label} {number(last[n]['q50'])} ({span(last[n])})" for n, label in OUTCOMES.items() if last
    )
    figure = Figure(
        "time",
        "People by outcome at the end of each day or week: median (line), 50% and 90% bands. "
        f"The numbers on top refer to the events listed below.{''.join(assumed)}",
        f"Lines with bands{f' from {dates[0]} to {dates[-1]}. On the last day: {ends}' if dates else ''}.",
        lambda: charts.bands(rows, marks, "people"),
    )
    listed = tuple(
        (int(mark["number"].rstrip("*")), event["date"], event["kind"], mark["name"])
        for mark, event in zip(marks, events, strict=True)
    )
    columns = (
        Column("number", "no.", "plain"),
        Column("date", "date", "date"),
        Column("kind", "kind"),
        Column("name", "event"),
    )
    table = tuple(
        (moment["date"], label, *numbers(moment[name]), material.label(name))
        for moment in timeline
        for name, label in OUTCOMES.items()
    )
    by_date = (Column("date", "date", "date"), Column("outcome", "outcome"), *NUMBERS, PRIOR)
    return Section(
        "time",
        "Stayed, moved on, returned over time",
        tuple(_labels(material)),
        (figure,),
        (
            Table("events", "Events marked in the figure", columns, listed),
            Table("timeline", "People by date and outcome", by_date, table),
        ),
    )


def _mark(number: int, event: Mapping[str, str]) -> dict[str, str]:
    """The mark of an event in the chart; a star says that what happens then rests on assumptions."""
    note = event.get("note", "")
    name = f"{event['name']} ({ON_ASSUMPTIONS})" if note else event["name"]
    return {"date": event["date"], "number": f"{number}{'*' if note else ''}", "name": name, "note": note}


def _labels(material: ReportInputs) -> Iterator[str]:
    for name, label in OUTCOMES.items():
        if material.label(name):
            yield f"The number who {label}: {material.label(name)}."


def place_section(material: ReportInputs) -> Section:
    """Flows between places until the date of the question, and where people are on that date."""
    answer = material.answer
    drawn, small = _drawn(material)
    title = f"People who moved between places until {day(answer['asof'])}"
    totals = _describe(drawn)
    svg = tuple(flow_svg(drawn, width, height, title, totals) for width, height in ((920, 520), (360, 560)))
    caption = (
        "Moves from left to right; the width of a band is the mean number of people. Hover over a band, or "
        "reach it with the Tab key, for its median and 90% interval. Someone who moved twice appears in two "
        "bands."
    )
    if small:
        caption += f" One band combines {small} flows, each below {LEAST_FLOW:.0%} of those who arrived."
    figures = (Figure("flows", caption, title, svg=svg), _places_figure(material))
    columns = (Column("from", "from"), Column("to", "to"), Column("kind", "kind"), *NUMBERS, PRIOR)
    flows = Table("flows", "People who moved between places", columns, tuple(_flow_rows(material)))
    where = Table(
        "places",
        f"People by place on {day(answer['asof'])}",
        (Column("place", "place"), *NUMBERS, PRIOR),
        tuple((_named(material, p), *numbers(n), material.label(f"in {p}")) for p, n in _where(material)),
    )
    return Section("places", "Where they went", (), figures, (flows, where))


def _where(material: ReportInputs) -> Iterator[tuple[str, Mapping[str, float]]]:
    """Places by number of people; the parts of the host country follow it."""
    for place, summary in sorted(material.answer["by_place"].items(), key=lambda item: -item[1]["q50"]):
        yield place, summary
        if place == material.answer["host"]:
            yield from material.answer["parts"].items()


def _places_figure(material: ReportInputs) -> Figure:
    answer = material.answer
    kinds = {
        answer["host"]: "stayed",
        answer["origin"]: "returned",
        **dict.fromkeys(answer["parts"], "stayed"),
    }
    rows = [
        _row(_named(material, p), n, material.label(f"in {p}"), kinds.get(p, "moved on"))
        for p, n in _where(material)
    ]
    alt = "; ".join(f"{_named(material, p)} {number(n['q50'])} ({span(n)})" for p, n in _where(material))
    return Figure(
        "where",
        f"People who came, by place on {day(answer['asof'])}: median, 50% and 90% interval.",
        f"Interval plot by place: {alt}.",
        lambda: charts.intervals(rows, "people", colours=charts.OUTCOME),
    )


def _drawn(material: ReportInputs) -> tuple[list[Flow], int]:
    """Flows sorted by place and size, and the number of small flows that the last band combines."""
    flows = sorted(material.answer["flows"], key=lambda flow: -flow["persons"]["mean"])
    least = LEAST_FLOW * material.answer["outcomes"]["arrived"]["mean"]
    wide = [flow for flow in flows if flow["persons"]["mean"] >= least]
    small = flows[len(wide) :]
    starts, ends = (list(dict.fromkeys(flow[side] for flow in wide)) for side in ("from", "to"))
    wide.sort(key=lambda flow: (starts.index(flow["from"]), flow["kind"], ends.index(flow["to"])))
    drawn = [_flow(material, flow) for flow in wide]
    if small:
        people = sum(flow["persons"]["mean"] for flow in small)
        text = f"{len(small)} smaller flows together: about {number(people)} people; intervals in the table"
        drawn.append(Flow(SMALL, SMALL, people, "other", text))
    return drawn, len(small)


def _flow(material: ReportInputs, flow: Mapping[str, Any]) -> Flow:
    start, end, persons = (
        material.labels.place(flow["from"]),
        material.labels.place(flow["to"]),
        flow["persons"],
    )
    what = "first arrivals" if flow["kind"] == "arrival" else "moves"
    text = f"{start} to {end}, {what}: {number(persons['q50'])} people, 90% interval {span(persons)}"
    home = "home" if flow["to"] == material.answer["origin"] else "other"
    kind = "away" if flow["from"] == material.answer["host"] and home == "other" else home
    return Flow(start, end, persons["mean"], "arrival" if flow["kind"] == "arrival" else kind, text)


def _describe(flows: list[Flow]) -> dict[str, str]:
    totals: dict[str, float] = {}
    for flow in flows:
        for key in (f"from {flow.start}", f"to {flow.end}"):
            totals[key] = totals.get(key, 0.0) + flow.persons
    verbs = {"from": "left", "to": "came"}
    return {
        key: number(persons) if key.endswith(SMALL) else f"{number(persons)} {verbs[key.split()[0]]}"
        for key, persons in totals.items()
    }


def _flow_rows(material: ReportInputs) -> Iterator[tuple[Cell, ...]]:
    for flow in sorted(material.answer["flows"], key=lambda flow: -flow["persons"]["q50"]):
        label = PRIOR_ONLY_LABEL if flow["contraction"] < PRIOR_ONLY else ""
        places = (material.labels.place(flow["from"]), material.labels.place(flow["to"]))
        yield (
            *places,
            "first arrivals" if flow["kind"] == "arrival" else "moves",
            *numbers(flow["persons"]),
            label,
        )
