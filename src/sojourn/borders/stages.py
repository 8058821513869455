"""The steps from raw crossings to released tables, each from files to files.

A step writes its outputs whole or not at all, and last two records beside the first of them (see `manifest`):
a public one with settings, version, hashes of what went in and came out, and a private one with counts. A
step whose record agrees with what it would do now has been done, and is not done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sojourn._core.csv_safety import tame_formula
from sojourn._core.ibis_tools import engine as ibis_engine
from sojourn.borders import manifest
from sojourn.borders.cleaning import Cleaning, clean, holds_identifiers
from sojourn.borders.crossings import Table
from sojourn.borders.engine import Engine, Progress, discard, replace, translate_backend_errors
from sojourn.borders.errors import BordersError
from sojourn.borders.materialised import drop_materialised
from sojourn.borders.normal_form import classed, normalised
from sojourn.borders.outcome.classification import classify
from sojourn.borders.outcome.rule import OutcomeRule
from sojourn.borders.private_files import open_to_all
from sojourn.borders.pseudonyms import content_key, fingerprint, pseudonym
from sojourn.borders.release.disclosure import NOT_VERIFIED, Release, suppress
from sojourn.borders.release.link_error_band import LinkErrors, estimate_link_error_band
from sojourn.borders.release.tables import COLUMNS, summarise
from sojourn.borders.stays import pair_stays

Report = Callable[[str, int], Progress | None]
"""Called with the name of a step and its number of rows; returns a progress callback, or None."""


def quiet(_step: str, _rows: int) -> None:
    """No report."""
    return


@dataclass(frozen=True)
class StageContext:
    """What every step needs: the engine, the version, and whom to tell."""

    engine: Engine
    version: str
    report: Report = quiet

    def watched(self, step: str, rows: int) -> AbstractContextManager[None]:
        """Report progress while the block runs."""
        return self.engine.watched(self.report(step, rows))


def step(
    desk: StageContext,
    name: str,
    settings: dict[str, Any],
    inputs: list[str | Path],
    outputs: list[str | Path],
    work: Callable[[], dict[str, Any]],
    verification: str = "",
) -> bool:
    """Do a step unless its record says that it is done; True if it was done now. `work` gives the counts.

    With a word on its `verification` the output is a release: all may read it and its public record.
    """
    went_in = {str(Path(str(path)).name): manifest.digest(_existing(path)) for path in inputs}
    before = manifest.read(outputs[0])
    now = (name, settings, went_in, desk.version)
    known = before is not None and (before.step, before.settings, before.inputs, before.version) == now
    if before is not None and known and manifest.read_counts(outputs[0]) is not None:
        came_out = {Path(path).name: manifest.digest(path) for path in outputs if Path(path).exists()}
        if came_out == before.outputs:
            return False
    manifest.remove(outputs[0])
    with translate_backend_errors(str(inputs[0])):
        try:
            counts = work()
        finally:
            drop_materialised(desk.engine.connection)
    came_out = {Path(path).name: manifest.digest(path) for path in outputs}
    made_by = (desk.engine.version, desk.version, verification)
    record = manifest.Record(name, settings, went_in, came_out, *made_by)
    manifest.write(record, counts, outputs[0], released=bool(verification))
    return True


def _existing(path: str | Path) -> str | Path:
    if not Path(str(path).partition("::")[0]).exists():
        raise BordersError(f"{path}: there is no such file")
    return path


def size(desk: StageContext, table: Table) -> int:
    """How many rows a table has."""
    return int(desk.engine.rows(table.aggregate(size=table.count()))[0][0])


def clean_step(
    desk: StageContext, source: str | Path, out: Path, rejects: Path, how: Cleaning, key: bytes | None
) -> bool:
    """Raw crossings to clean ones and rejects; counts in = counts out + rejects.

    Raises:
        BordersError: The input cannot be read, or every row of it would be rejected; nothing is written.
    """
    settings = {**how.settings(), "key": None if key is None else fingerprint(key)}

    def work() -> dict[str, Any]:
        raw = desk.engine.read_numbered(source)
        rows = size(desk, raw)
        with desk.watched("clean", rows):
            good, bad = clean(raw, how, key)
            if not desk.engine.rows(good.select("day").limit(1)):
                found = (rejects_by_reason(desk, bad), rejected_as(desk, bad))
                raise BordersError(_all_rejected(str(source), rows, *found))
            desk.engine.write(good, out, ordered=True)
            desk.engine.write(bad, rejects, ordered=True)
        written = desk.engine.read(rejects)
        rejected = rejects_by_reason(desk, written)
        kept = size(desk, desk.engine.read(out))
        if rows != kept + sum(rejected.values()):
            raise RuntimeError(f"clean: {rows} rows in, {kept} out and {sum(rejected.values())} rejected")
        return {"in": rows, "out": kept, "rejects": rejected, "rejected_as": rejected_as(desk, written)}

    return step(desk, "clean", settings, [source], [out, rejects], work)


def rejects_by_reason(desk: StageContext, rejects: Table) -> dict[str, int]:
    """How many rows were rejected for each reason."""
    reasons = rejects.group_by("reason").aggregate(rows=rejects.count()).order_by("reason")
    return {str(reason): int(count) for reason, count in desk.engine.rows(reasons)}


def rejected_as(desk: StageContext, rejects: Table) -> dict[str, str]:
    """For each reason the commonest kind of text that was not understood, such as 99.99.9999."""
    rows = rejects.filter(rejects.characters.notnull())
    kinds = rows.group_by("reason", "characters").aggregate(count=rows.count())
    order = ibis_engine().window(group_by=kinds.reason, order_by=[kinds["count"].desc(), kinds.characters])
    first = kinds.mutate(place=ibis_engine().row_number().over(order))
    found = first.filter(first.place == 0).select("reason", "characters")
    return {str(reason): str(kind) for reason, kind in desk.engine.rows(found)}


def explain_reason(reason: str, kinds: Mapping[str, str]) -> str:
    """A reason, with the commonest kind of text that was rejected for it, as `rejected_as` found them."""
    return f"{reason} (most look like {kinds[reason]})" if reason in kinds else reason


def _all_rejected(source: str, rows: int, reasons: dict[str, int], kinds: dict[str, str]) -> str:
    if not rows:
        return f"{source}: holds no rows"
    told = [f"{count} times {explain_reason(reason, kinds)}" for reason, count in reasons.items()]
    return f"{source}: all {rows} rows would be rejected, so nothing was written: {'; '.join(told)}"


def stays_step(desk: StageContext, source: str | Path, out: Path, rule: OutcomeRule) -> bool:
    """Crossings to stays, with how many of each kind."""

    def work() -> dict[str, Any]:
        crossings = read_crossings(desk.engine, source)
        rows = size(desk, crossings)
        with desk.watched("stays", rows):
            desk.engine.write(pair_stays(crossings, rule), out)
        made = desk.engine.read(out)
        kinds = made.group_by("kind").aggregate(rows=made.count()).order_by("kind")
        return {"in": rows, "kinds": {str(kind): int(n) for kind, n in desk.engine.rows(kinds)}}

    return step(desk, "stays", rule.settings(), [source], [out], work)


def classify_step(desk: StageContext, source: str | Path, out: Path, rule: OutcomeRule) -> bool:
    """Crossings with status, answer, its day and chance; a row for every row."""

    def work() -> dict[str, Any]:
        crossings = read_crossings(desk.engine, source)
        rows = size(desk, crossings)
        with desk.watched("classify", rows):
            desk.engine.write(classify(crossings, rule), out)
        made = desk.engine.read(out)
        answer = made.long_term_migrant.cast("string")
        found = made.group_by(answer=answer.fill_null("undetermined")).aggregate(rows=made.count())
        answers = {str(word).lower(): int(n) for word, n in desk.engine.rows(found.order_by("answer"))}
        if rows != sum(answers.values()):
            raise RuntimeError(f"classify: {rows} rows in, {sum(answers.values())} out")
        return {"in": rows, "out": rows, "answers": answers}

    return step(desk, "classify", rule.settings(), [source], [out], work)


def summarise_step(
    desk: StageContext,
    classified: str | Path,
    stayed: str | Path,
    out: Path,
    rule: OutcomeRule,
    by: tuple[str, ...],
    release: Release,
    errors: LinkErrors | None,
) -> bool:
    """The protected summary; the checks of its tables and the link-error band are in its private record."""
    settings: dict[str, Any] = {
        **rule.settings(),
        "by": list(by),
        "release": asdict(release),
        "link_errors": None if errors is None else asdict(errors),
    }

    def work() -> dict[str, Any]:
        rows, spells = desk.engine.read(classified), desk.engine.read(stayed)
        if "day" in rows.columns and not rows.day.type().is_date():
            raise BordersError(f"{classified}, column day: is of type {rows.day.type()}, not date")
        lacking = [name for name in by if name not in rows.columns]
        if lacking:
            raise BordersError(f"{classified}: column {', '.join(lacking)} is missing, asked for by `by`")
        with desk.watched("summarise", size(desk, rows)):
            summary = summarise(rows, spells, rule, by, release.minimum)
            cells = desk.engine.rows(summary.select(*COLUMNS))
            bands = estimate_link_error_band(desk.engine, rows, rule, errors) if errors else []
        shown, verdicts = suppress(cells, release)
        write_cells(shown, out)
        unsafe = [f"{v.table}/{v.measure}" for v in verdicts if not v.safe]
        return {
            "cells": len(shown),
            "withheld": sum(bool(cell["withheld"]) for cell in shown),
            "unsafe": unsafe,
            "verdicts": [{**asdict(v), "safe": v.safe} for v in verdicts],
            "link_error_band": bands,
        }

    return step(desk, "summarise", settings, [classified, stayed], [out], work, NOT_VERIFIED)


def write_cells(cells: list[dict[str, Any]], out: Path) -> None:
    """The released cells, in order, as CSV or Parquet: the same cells give the same bytes."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    words = [(name, pa.string()) for name in ("table", "measure", "month", "category")]
    csv_wanted = out.suffix == ".csv"
    if csv_wanted:
        cells = [{**cell, "category": tame_formula(cell["category"])} for cell in cells]
    table = pa.Table.from_pylist(cells, pa.schema([*words, ("value", pa.int64()), ("withheld", pa.string())]))
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.part")
    try:
        if csv_wanted:
            csv.write_csv(table, part)
        else:
            parquet.write_table(table, part, compression="zstd")
        open_to_all(part)
        replace(part, out)
    finally:
        discard(part)


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Released cells as they were written. Raises BordersError where the file holds none."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    try:
        if path.suffix == ".csv":
            plain = csv.ConvertOptions(
                column_types={"month": pa.string(), "value": pa.int64()}, strings_can_be_null=True
            )
            table = csv.read_csv(path, convert_options=plain)
        else:
            table = parquet.read_table(path)
        cells = table.select(["table", "measure", "month", "category", "value"]).to_pylist()
        return [{**cell, "category": _untamed(cell["category"])} for cell in cells]
    except (OSError, KeyError, pa.ArrowException) as error:
        raise BordersError(f"{path}: holds no released cells: {str(error).splitlines()[0]}") from error


def _untamed(label: str | None) -> str | None:
    """A label without the apostrophe that keeps a spreadsheet from running it."""
    if label is not None and label.startswith("'") and tame_formula(label[1:]) == label:
        return label[1:]
    return label


def read_crossings(engine: Engine, path: str | Path) -> Table:
    """Crossings from a file, with days and places in the day that were written as text read.

    Identifiers that are not whole numbers are replaced by pseudonyms under a key that is derived from the
    file itself: nobody without the file can compute it, and two steps over one file agree.

    Raises:
        BordersError: A day or place in the day cannot be read; the text itself is not told.
    """
    table = engine.read(path)
    for name, kind in (("day", "date"), ("sequence", "int64")):
        if name in table.columns and table[name].type().is_string():
            table = _parsed(engine, table, name, kind, path)
    if "person" in table.columns and table.person.type().is_string() and holds_identifiers(table):
        key = content_key(path)
        table = table.mutate(person=pseudonym(normalised(table.person), key, "person"))
    if "initial_status" in table.columns and table.initial_status.type().is_string():
        table = table.mutate(initial_status=table.initial_status.nullif(""))
    return table


def _parsed(engine: Engine, table: Table, name: str, kind: str, path: str | Path) -> Table:
    """The table with a text column read as dates or whole numbers."""
    text = normalised(table[name])
    parsed = text.try_cast(kind)
    wrong = table.filter(text.notnull(), parsed.isnull())
    kinds = wrong.select(kind=classed(wrong[name]))
    ((count, example),) = engine.rows(kinds.aggregate(count=kinds.count(), example=kinds.kind.min()))
    if count:
        allowed = "dates such as 2023-01-31" if kind == "date" else "whole numbers"
        raise BordersError(
            f"{path}, column {name}: {count} values such as {example} cannot be read; allowed are {allowed}"
        )
    return table.mutate(**{name: parsed})
