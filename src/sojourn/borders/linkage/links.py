"""Documents to persons: exact keys first, then probabilistic linkage, under the constraint of this field.

Rows with the same `person` (one document) are one person, and so are documents that share an exact key, such
as a personal number. Other documents are compared (`match`); pairs that cannot be one person since they would
be in two places at a time are never linked, whatever agrees, and not to clash counts in favour (`clash`).
Columns are pseudonyms by now, so they agree or they do not. What hangs together is one person; a group that
clashes as a whole is not linked at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sojourn._core.ibis_tools import engine
from sojourn.borders.column_names import list_columns
from sojourn.borders.crossings import Table
from sojourn.borders.engine import Engine
from sojourn.borders.errors import BordersError
from sojourn.borders.linkage.consistency import Rates, added_gaps, clash_rates
from sojourn.borders.linkage.splink_model import Matcher
from sojourn.borders.materialised import materialise
from sojourn.borders.stages import StageContext, read_crossings, size, step


@dataclass(frozen=True)
class Linkage:
    """What is compared, which pairs are looked at, from which probability they are linked.

    Pairs are looked at that agree on one of the columns `block`, which are compared too; with one column
    alone it cannot be told how many pairs of one person agree on none. Documents that agree on one of the
    columns `exact` are linked without comparing.
    """

    compare: Sequence[str] = ("name", "birth", "nationality")
    block: Sequence[str] = ("birth", "name")
    threshold: float = 0.95
    exact: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raises BordersError for settings that link nothing or everything."""
        if len({*self.compare, *self.block}) < 3 or not self.block or not 0 < self.threshold < 1:
            raise BordersError(
                f"link: compare {list(self.compare)}, block {list(self.block)}, threshold {self.threshold}; "
                "allowed are at least three columns to compare, one to block by, and 0 < threshold < 1"
            )

    @property
    def columns(self) -> list[str]:
        """Every column that is read."""
        return sorted({*self.compare, *self.block, *self.exact})


def documents(crossings: Table, linkage: Linkage) -> Table:
    """A row per document (`person` of the crossings): what is compared, as text."""
    lacking = [name for name in linkage.columns if name not in crossings.columns]
    if lacking:
        raise BordersError(f"link: column {', '.join(lacking)} is missing; {list_columns(crossings)}")
    columns = {name: crossings[name].cast("string").max() for name in linkage.columns}
    return crossings.group_by(unique_id=crossings.person).aggregate(**columns)


def link_step(desk: StageContext, source: str | Path, out: Path, links: Path, linkage: Linkage) -> bool:
    """Crossings by person; `links` has document, person and the probability of its best link."""

    def work() -> dict[str, Any]:
        crossings = read_crossings(desk.engine, source)
        rows = size(desk, crossings)
        with desk.watched("link", rows):
            found, counts = _links(desk.engine, crossings, linkage)
            desk.engine.write(found, links)
            made = desk.engine.read(links)
            joined = crossings.left_join(made.select("document", of="person"), [("person", "document")])
            linked = joined.mutate(person=joined.of).select(crossings.columns)
            if "sequence" in linked.columns:
                linked = linked.order_by(["person", "day", "sequence"])  # as `lane` wants it
            desk.engine.write(linked, out)
        kept = size(desk, desk.engine.read(out))
        if kept != rows:
            raise RuntimeError(f"link: {rows} rows in, {kept} out")
        return {"in": rows, "out": kept, **counts}

    lists = {name: list(getattr(linkage, name)) for name in ("compare", "block", "exact")}
    settings = {**asdict(linkage), **lists}
    return step(desk, "link", settings, [source], [out, links], work)


def _links(worker: Engine, crossings: Table, linkage: Linkage) -> tuple[Table, dict[str, Any]]:
    """Document, person and probability; and what is expected to be wrong with them."""
    ibis = engine()
    documented = materialise(documents(crossings, linkage))
    given = [name for name in ("sequence",) if name in crossings.columns]
    paths = crossings.select("person", "day", "direction", *given)
    matcher = Matcher(worker, documented, list(linkage.compare), list(linkage.block))
    learnt = matcher.learn()
    pairs, rates = _with_evidence(worker, paths, matcher.pairs(learnt))
    exact = _exact(paths, documented, linkage.exact)
    strong = pairs.filter(~pairs.clash, pairs.p >= linkage.threshold).select("l", "r", "p")
    edges = materialise(strong.union(exact))
    groups = matcher.groups(edges)
    sizes = groups.group_by("group").aggregate(size=groups.count())
    groups = materialise(groups.semi_join(sizes.filter(sizes["size"] > 1), "group"))
    added = added_gaps(paths, groups)
    good = materialise(groups.semi_join(added.filter(added.added <= 0), "group"))
    ends = edges.select(document="l", p="p").union(edges.select(document="r", p="p"))
    best = ends.group_by(which="document").aggregate(match_probability=ends.p.max())
    named = documented.select(document="unique_id").left_join(
        good.select("group", linked="document"), [("document", "linked")]
    )
    named = named.left_join(best, [("document", "which")])
    linked = named.group.notnull()
    found = named.select(
        document=named.document,
        person=ibis.coalesce(named.group, named.document),
        match_probability=linked.ifelse(named.match_probability, ibis.null("float64")),
    )
    counts = _expected(worker, pairs, edges, good, matcher.unseen(learnt))
    refused = worker.rows(groups.aggregate(n=groups.group.nunique()))[0][0]
    counts["groups_refused_because_directions_do_not_alternate"] = (
        int(refused) - counts["persons_of_several_documents"]
    )
    return found, {**counts, "pairs_that_clash": {"of_one_person": rates.same, "of_two": rates.other}}


def _with_evidence(worker: Engine, paths: Table, pairs: Table) -> tuple[Table, Rates]:
    """The pairs with `clash`, and `p` as it is once that is known."""
    ibis = engine()
    pairs = materialise(pairs.mutate(pair=ibis.row_number().over(ibis.window(order_by=[pairs.l, pairs.r]))))
    both = pairs.select(group="pair", document="l").union(pairs.select(group="pair", document="r"))
    added = added_gaps(paths, both)
    pairs = pairs.inner_join(added, [("pair", "group")])
    pairs = materialise(pairs.select("l", "r", "p", clash=pairs.added > 0))
    cells = pairs.group_by("p", "clash").aggregate(n=pairs.count()).order_by("p", "clash")
    rates = clash_rates([(float(p), bool(clash), int(n)) for p, clash, n in worker.rows(cells)])
    same = pairs.clash.ifelse(rates.same, 1 - rates.same)
    other = pairs.clash.ifelse(rates.other, 1 - rates.other)
    ones, twos = pairs.p * same, (1 - pairs.p) * other
    return materialise(pairs.mutate(p=ones / (ones + twos))), rates


def _exact(paths: Table, documented: Table, names: Sequence[str]) -> Table:
    """Documents next to each other among those that share an exact key and do not clash, with certainty."""
    ibis = engine()
    nothing = documented.filter(ibis.literal(False)).select(l="unique_id", r="unique_id", p=ibis.literal(1.0))
    parts: list[Table] = [nothing]
    for name in names:
        told = documented.filter(documented[name].notnull())
        order = ibis.window(group_by=told[name], order_by=told.unique_id)
        chain = told.select(l=told.unique_id.lag().over(order), r=told.unique_id)
        parts.append(chain.filter(chain.l.notnull()).mutate(p=ibis.literal(1.0)))
    return ibis.union(*parts, distinct=True) if names else nothing


def _expected(
    worker: Engine, pairs: Table, edges: Table, good: Table, unseen: float | None
) -> dict[str, Any]:
    """Pairs of documents that are linked, and how many are expected to be wrong or missing.

    Pairs of one person that no edge joins (by way of a third document) count as the mean edge of their
    person, twice.
    """
    ones = good.select("group", document="document")
    mine = edges.inner_join(ones, [("l", "document")])
    persons = ones.group_by("group").aggregate(size=ones.count())
    links = mine.group_by(of="group").aggregate(made=mine.count(), wrong=(1 - mine.p).sum())
    persons = persons.inner_join(links, [("group", "of")])
    every = persons["size"] * (persons["size"] - 1) / 2
    share = persons.wrong / persons.made
    false = persons.wrong + (every - persons.made) * (1 - (1 - share) * (1 - share))
    made, wrong, count = worker.rows(
        persons.aggregate(made=every.sum(), wrong=false.sum(), persons=persons.count())
    )[0]
    of = ones.select(l_group="group", l_document="document")
    ends = pairs.left_join(of, [("l", "l_document")])
    ends = ends.left_join(ones.select(r_group="group", r_document="document"), [("r", "r_document")])
    apart = (ends.l_group != ends.r_group).fill_null(True)
    missed, all_true = worker.rows(
        ends.aggregate(missed=apart.ifelse(ends.p, 0.0).sum(), every=ends.p.sum())
    )[0]
    beyond = None if unseen is None or unseen >= 1 else float(all_true or 0) * unseen / (1 - unseen)
    return {
        "links": int(made or 0),
        "expected_false_links": round(float(wrong or 0), 3),
        "expected_missed_links": round(float(missed or 0), 3),
        "expected_missed_links_never_compared": None if beyond is None else round(beyond, 3),
        "persons_of_several_documents": int(count),
    }
