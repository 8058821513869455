"""How likely two documents are of one person: Splink, taught by the register itself.

Columns agree, disagree or are empty (Fellegi and Sunter, 1969). How often two documents agree on a column is
counted, not sampled: among n documents of which n_v say v, Σ n_v (n_v − 1) / n (n − 1) of the pairs agree. In
a small register many of these are of one person; what they add is taken away once expectation maximisation
has said how many there are. How often documents of one person agree, and how many pairs of a block are of one
person, expectation maximisation finds; the register's owner need not guess it.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from uuid import uuid4

from sojourn.borders.crossings import Table
from sojourn.borders.engine import Engine
from sojourn.borders.errors import BordersError

PAIRS = 1e7
"""Pairs of a block from which Splink learns, at most; a hash picks them, so the same ones every time."""
LOOKED = 0.001
"""Pairs less likely than this to be of one person are not looked at again."""
ROUNDS = 2
"""How often one learns, each time with agreement by chance freed of the matches learnt before."""
FIRST = 0.95
"""Where expectation maximisation begins, for the share of pairs of one person that agree on a column."""


@dataclass(frozen=True)
class Agreement:
    """Of all pairs of documents, the share of which both say something, and how many of these agree."""

    told: float
    pairs: float
    share: float


@dataclass(frozen=True)
class Learnt:
    """Parameters of the Fellegi-Sunter model: the share of pairs that belong to one person, and by column the
    share of agreeing pairs among those of one person (m) and of two people (u), where both values are known.

    `same` has no entry for a column whose m cannot be estimated.
    """

    prior: float
    other: dict[str, float]
    same: dict[str, float] = field(default_factory=dict[str, float])


class Matcher:
    """Splink on the engine's own tables, for documents (`unique_id` and columns of text)."""

    def __init__(self, worker: Engine, documented: Table, compare: list[str], block: list[str]) -> None:
        """`documented` stays with the engine. Raises BordersError where Splink is not installed."""
        self.worker, self.compare, self.block = worker, sorted({*compare, *block}), block
        self.agreement = {name: agreement(worker, documented, name) for name in self.compare}
        self.api = _splink(worker)
        self.documents = self.api.register(documented.get_name())

    def learn(self) -> Learnt:
        """What the register says of its columns."""
        learnt = Learnt(1e-4, {name: found.share for name, found in self.agreement.items()})
        for _ in range(ROUNDS):
            learnt = self._learnt_from(learnt)
        return learnt

    def pairs(self, learnt: Learnt) -> Table:
        """`l`, `r` (documents) and `p` of the pairs that agree on a column of `block`, from `LOOKED` on."""
        predicted = self._linker(learnt).inference.predict(threshold_match_probability=LOOKED)
        table = self.worker.connection.table(predicted.physical_name)
        return table.select(l="unique_id_l", r="unique_id_r", p="match_probability")

    def groups(self, edges: Table) -> Table:
        """`group` and `document`: what hangs together by `edges` (a table held by the engine: `l`, `r`)."""
        from splink.clustering import cluster_pairwise_predictions_at_threshold

        found = cluster_pairwise_predictions_at_threshold(
            self.documents, self.api.register(edges.get_name()), self.api, "unique_id", "l", "r"
        )
        table = self.worker.connection.table(found.physical_name)
        return table.select(group="cluster_id", document="unique_id")

    def unseen(self, learnt: Learnt) -> float | None:
        """The share of pairs of one person that agree on no column of `block`; None if it cannot be learnt.

        Columns are taken to be empty or wrong independently of one another.
        """
        if any(name not in learnt.same for name in self.block):
            return None
        return math.prod(1 - self.agreement[name].told * learnt.same[name] for name in self.block)

    def _linker(self, learnt: Learnt) -> Any:
        import splink.comparison_library as library
        from splink import Linker, SettingsCreator, block_on

        def compared(name: str) -> Any:
            same, other = _inside(learnt.same.get(name, FIRST)), _inside(learnt.other[name])
            return library.ExactMatch(name).configure(
                m_probabilities=[same, 1 - same], u_probabilities=[other, 1 - other]
            )

        settings = SettingsCreator(
            link_type="dedupe_only",
            comparisons=[compared(name) for name in self.compare],
            blocking_rules_to_generate_predictions=[block_on(name) for name in self.block],
            probability_two_random_records_match=_inside(learnt.prior),
            linker_uid=uuid4().hex[:8],
        )
        return Linker(self.documents, settings, log_level=logging.ERROR)

    def _learnt_from(self, before: Learnt) -> Learnt:
        """One round of expectation maximisation in every block, and agreement by chance freed of matches."""
        from splink import block_on

        linker = self._linker(before)
        matching: dict[str, float] = {}
        for name in self.block:
            if self.agreement[name].pairs * self.agreement[name].share < 1:
                continue  # no two documents agree, so the block is empty
            session = linker.training.estimate_parameters_using_expectation_maximisation(
                block_on(name), estimate_without_term_frequencies=True, max_pairs=PAIRS
            )
            matching[name] = session.core_model_settings.probability_two_random_records_match
        trained = {
            each["output_column_name"]: each for each in linker.misc.save_model_to_json()["comparisons"]
        }
        same: dict[str, float] = {}
        for name in self.compare:
            share = trained[name]["comparison_levels"][1].get("m_probability")
            # A block says nothing of its own column, on which all its pairs agree.
            if share is not None and set(matching) - {name}:
                same[name] = share
        return self._freed(matching, same)

    def _freed(self, matching: dict[str, float], same: dict[str, float]) -> Learnt:
        """`matching` is the share of pairs of one person in each block."""
        shares = {name: found.share for name, found in self.agreement.items()}
        priors = [share * shares[name] / same.get(name, FIRST) for name, share in matching.items()]
        prior = _inside(median(priors)) if priors else 0.0
        other: dict[str, float] = {}
        for name, share in shares.items():
            matched = matching[name] * share if name in matching else prior * same.get(name, FIRST)
            # Agreement by chance is not known more narrowly than its count of pairs tells.
            least = math.sqrt(share / max(1.0, self.agreement[name].pairs))
            other[name] = max((share - matched) / (1 - prior), least)
        return Learnt(prior, other, same)


def _inside(share: float) -> float:
    """Clip a share into the open interval from 0 to 1, which Splink requires."""
    return min(max(share, 1e-12), 1 - 1e-9)


def agreement(worker: Engine, documented: Table, name: str) -> Agreement:
    """Counted over all pairs of documents."""
    told = documented.filter(documented[name].notnull())
    counts = told.group_by(name).aggregate(n=told.count())
    n = counts.n.cast("float64")
    said, agreeing = worker.rows(counts.aggregate(said=n.sum(), agreeing=(n * (n - 1)).sum()))[0]
    said, agreeing = float(said or 0), float(agreeing or 0)
    every = float(worker.rows(documented.aggregate(n=documented.count()))[0][0])
    pairs = said * (said - 1) / 2
    return Agreement(pairs / max(1.0, every * (every - 1) / 2), pairs, agreeing / 2 / pairs if pairs else 0.0)


def _splink(worker: Engine) -> Any:
    try:
        if worker.name == "duckdb":
            from splink.backends.duckdb import DuckDBAPI

            return DuckDBAPI(connection=worker.connection.con)
        from splink.backends.spark import SparkAPI
    except ImportError:
        raise BordersError("link: install sojourn[link]") from None
    # The functions of Splink's archive are for spelling variants, which pseudonyms do not have.
    return SparkAPI(
        spark_session=worker.connection._session,
        break_lineage_method="persist",
        register_udfs_automatically=False,
    )
