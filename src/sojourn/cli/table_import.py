"""`sojourn import`: the rows of a published table become claims, by a mapping that is kept in the case."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from sojourn._core.errors import InputError, Problem
from sojourn.cli.options import Flag, folder_to_write


def import_file(
    file: Path,
    /,
    *,
    mapping: Path | None = None,
    into: str | None = None,
    sketch: Flag = False,
    update: Flag = False,
) -> int:
    """Make claims from a published table: UNHCR, HDX with HXL tags, SDMX-CSV, World Bank, or any CSV.

    The mapping is a TOML file that says which rows are wanted, and what source,
    date, address and candidate readings their claims have; --sketch prints a
    first one for a table. The case keeps the mapping in imports/, so that you can
    repeat the import with a later edition of the table: new rows are added,
    readings that you edited stay, and revised figures are an error without
    --update. Exit status: 0 done, 2 something is wrong, and nothing was written.

      sojourn import unhcr.csv --sketch > unhcr.toml
      sojourn import unhcr.csv --mapping unhcr.toml --into my-case
      sojourn import unhcr-2024.csv --mapping my-case/imports/unhcr.toml --into my-case --update

    Parameters
    ----------
    file
        The table: CSV, UTF-8.
    mapping
        The mapping file.
    into
        Folder of the case.
    sketch
        Print a mapping for the table, to be completed, and import nothing.
    update
        Let figures that the table has revised replace those of the case.
    """
    from sojourn.case import read_case, write_case
    from sojourn.imports import import_table, read_mapping, read_table, sketch_mapping
    from sojourn.imports.kept_mappings import keep_mapping

    if sketch:
        sys.stdout.write(sketch_mapping(file))
        return 0
    if mapping is None or into is None:
        missing = [name for name, value in (("--mapping", mapping), ("--into", into)) if value is None]
        raise InputError(Problem(name, "must be given, unless --sketch is") for name in missing)
    case = read_case(into)
    folder = folder_to_write(case)
    read, data = read_mapping(mapping)
    found = import_table(case, read_table(file, read), read, str(mapping), update)
    write_case(found.case, folder)
    counts = (len(found.added), len(found.revised), found.unchanged)
    kept = keep_mapping(folder, mapping, data, file, counts, date.today())
    sys.stdout.write(
        f"{file.name} into {folder}: {counts[0]:,} claims added with {found.readings:,} readings, "
        f"{counts[1]:,} revised, {counts[2]:,} unchanged; {found.missing:,} cells without a figure, "
        f"{found.left_out:,} rows not asked for. The mapping is kept in {kept}\n"
    )
    return 0
