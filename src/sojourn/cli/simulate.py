"""`sojourn simulate`: registers and published figures of a world whose truth is known."""

from __future__ import annotations

import sys
from pathlib import Path

from sojourn._core.errors import InputError
from sojourn.cli.options import LEAST, too_small


def simulate(world: Path, /, *, out: Path, seed: int = 1) -> int:
    """Simulate a world of travellers; write its registers and its truth.

    WORLD.toml describes who comes, stays and leaves; see
    docs/howto/simulation.md. The command writes the register of each border
    service (crossings-PLACE.parquet, the input of `sojourn borders`),
    registers.parquet, truth.parquet and truth.toml. If WORLD.toml has a table
    [officials], it also writes a case: what officials, newspapers and
    interviewees said about that world. Exit status: 0 done, 2 WORLD.toml cannot
    be used (nothing is written).

      sojourn simulate WORLD.toml --seed 1 --out worlds/first
      sojourn estimate worlds/first/case

    Parameters
    ----------
    world
        TOML file with the settings of the world.
    out
        Folder for the files.
    seed
        The same settings, seed and version give the same files.
    """
    if problems := too_small(seed=(seed, LEAST["seed"])):
        raise InputError(problems)
    from sojourn.simulation.settings import read_world

    settings = read_world(world)
    from sojourn.simulation.simulate import simulate as run
    from sojourn.simulation.write import write_world

    records = run(settings, seed)
    target = write_world(settings, records, seed, out)
    if settings.officials is not None:
        from sojourn.case import write_case
        from sojourn.simulation.officials import make_case
        from sojourn.simulation.write import write_truth

        write_case(make_case(settings, records, seed)[0], target / "case")
        write_truth(settings, records, target / "case")
    agents, crossings = len(records.passport), len(records.crossings)
    sys.stdout.write(f"{agents:,} people, {crossings:,} crossings; written to {target}\n")
    return 0
