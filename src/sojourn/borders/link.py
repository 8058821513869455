"""Documents to persons: probabilistic linkage with Splink, under the constraint of this field.

Two documents belong to one person only if their crossings, put together in order, alternate as well as they
do apart: one person is in one place at a time. The columns compared are pseudonyms by now, so they agree or
they do not; how much each agreement is worth Splink learns from the register itself (Fellegi and Sunter,
1969, by expectation maximisation). Groups that break the constraint as a whole are not linked at all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sojourn.borders.days import engine
from sojourn.borders.engine import Engine
from sojourn.borders.errors import BordersError
from sojourn.borders.order import Table, numbered
from sojourn.borders.steps import Desk, read_crossings, size, step

SEED = 1
PAIRS = 1e7


@dataclass(frozen=True)
class Linkage:
    """What is compared, which pairs are looked at, from which probability they are linked.

    `recall` is the share of true pairs that agree on everything compared, as far as one knows: it gives
    Splink the prior probability of a match.
    """

    compare: Sequence[str] = ("name", "birth", "nationality")
    block: Sequence[str] = ("birth",)
    threshold: float = 0.95
    recall: float = 0.7

    def __post_init__(self) -> None:
        """Raises BordersError for settings that link nothing or everything."""
        if len(self.compare) < 2 or not self.block or not 0 < self.threshold < 1:
            raise BordersError(
                f"link: compare {list(self.compare)}, block {list(self.block)}, threshold {self.threshold}; "
                "allowed are at least two columns to compare, one to block by, and 0 < threshold < 1"
            )


def documents(crossings: Table, linkage: Linkage) -> Table:
    """A row per document (`person` of the crossings): what is compared, as text."""
    lacking = [name for name in (*linkage.compare, *linkage.block) if name not in crossings.columns]
    if lacking:
        raise BordersError(
            f"link: column {', '.join(lacking)} is missing; there are {', '.join(crossings.columns)}"
        )
    names = sorted({*linkage.compare, *linkage.block})
    columns = {name: crossings[name].cast("string").max() for name in names}
    return crossings.group_by(unique_id=crossings.person).aggregate(**columns)


def added_gaps(crossings: Table, groups: Table) -> Table:
    """`group` and `added`: the crossings that a group of documents lacks together beyond what each lacks.

    `groups` has `group` and `document`. Nought is a history that one person may have.
    """
    ibis = engine()
    rows = numbered(crossings).inner_join(groups, [("person", "document")])
    together = ibis.window(group_by="group", order_by=["d", "sequence", "document"])
    apart = ibis.window(group_by=["group", "document"], order_by=["d", "sequence"])
    rows = rows.mutate(
        joint=(rows.arr.lag().over(together) == rows.arr).fill_null(False).cast("int32"),
        own=(rows.arr.lag().over(apart) == rows.arr).fill_null(False).cast("int32"),
    )
    return rows.group_by("group").aggregate(added=rows.joint.sum() - rows.own.sum())


def link_step(desk: Desk, source: str | Path, out: Path, links: Path, linkage: Linkage) -> bool:
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

    settings = {**asdict(linkage), "compare": list(linkage.compare), "block": list(linkage.block)}
    return step(desk, "link", settings, [source], [out, links], work)


def _links(worker: Engine, crossings: Table, linkage: Linkage) -> tuple[Table, dict[str, Any]]:
    """Document, person and probability; and what is expected to be wrong with them."""
    ibis = engine()
    documented = documents(crossings, linkage)
    pairs, clusters = _splink(worker, documented, linkage)
    groups = clusters.select(group="cluster_id", document="unique_id")
    sizes = groups.group_by("group").aggregate(size=groups.count())
    groups = groups.inner_join(sizes.filter(sizes["size"] > 1), "group").select("group", "document")
    added = added_gaps(crossings.select("person", "day", "direction", "sequence"), groups)
    good = groups.semi_join(added.filter(added.added <= 0), "group")
    strong = pairs.filter(pairs.match_probability >= linkage.threshold)
    ends = strong.select(document="unique_id_l", p="match_probability").union(
        strong.select(document="unique_id_r", p="match_probability")
    )
    best = ends.group_by("document").aggregate(match_probability=ends.p.max())
    every = documented.select(document="unique_id")
    good_ones = good.select("group", linked="document")
    named = every.left_join(good_ones, [("document", "linked")])
    best = best.select("match_probability", which="document")
    named = named.left_join(best, [("document", "which")])
    linked = named.group.notnull()
    found = named.select(
        document=named.document,
        person=ibis.coalesce(named.group, named.document),
        match_probability=linked.ifelse(named.match_probability, ibis.null("float64")),
    )
    return found, _expected(worker, linkage, pairs, good, groups)


def _expected(worker: Engine, linkage: Linkage, pairs: Table, good: Table, groups: Table) -> dict[str, Any]:
    strong = pairs.filter(pairs.match_probability >= linkage.threshold)
    weak = pairs.filter(pairs.match_probability < linkage.threshold)
    kept = strong.semi_join(good, [("unique_id_l", "document")])
    false = worker.rows(kept.aggregate(links=kept.count(), false=(1 - kept.match_probability).sum()))[0]
    missed = worker.rows(weak.aggregate(missed=weak.match_probability.sum()))[0]
    refused = worker.rows(groups.aggregate(all=groups.group.nunique()))[0][0] or 0
    linked = worker.rows(good.aggregate(all=good.group.nunique()))[0][0] or 0
    return {
        "links": int(false[0] or 0),
        "expected_false_links": round(float(false[1] or 0), 3),
        "expected_missed_links": round(float(missed[0] or 0), 3),
        "persons_of_several_documents": int(linked),
        "groups_refused_because_directions_do_not_alternate": int(refused - linked),
    }


def _splink(worker: Engine, documented: Table, linkage: Linkage) -> tuple[Table, Table]:
    """Scored pairs and groups of documents, as tables of the engine."""
    try:
        import splink.comparison_library as compare
        from splink import Linker, SettingsCreator, block_on
    except ImportError:
        raise BordersError("link: install sojourn[link]") from None
    logging.getLogger("splink").setLevel(logging.ERROR)
    name = f"sojourn_{uuid4().hex}"
    sql = str(worker.connection.compile(documented))
    if worker.name == "duckdb":
        from splink.backends.duckdb import DuckDBAPI

        worker.connection.raw_sql(f"CREATE TEMP TABLE {name} AS {sql}")
        api: Any = DuckDBAPI(connection=worker.connection.con)
    else:
        from splink.backends.spark import SparkAPI

        worker.connection._session.sql(sql).createOrReplaceTempView(name)
        api = SparkAPI(spark_session=worker.connection._session)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[compare.ExactMatch(column) for column in linkage.compare],
        blocking_rules_to_generate_predictions=[block_on(column) for column in linkage.block],
    )
    linker = Linker(api.register(name), settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*linkage.compare)], recall=linkage.recall
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS, seed=SEED)
    for column in linkage.block:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(column))
    predicted = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, linkage.threshold)
    return tuple(worker.connection.table(each.physical_name) for each in (predicted, clusters))  # pyright: ignore[reportReturnType]
