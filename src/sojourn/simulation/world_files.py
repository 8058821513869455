"""A simulated world as a folder: its registers, its truth and the case that its officials published."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from sojourn.case import write_case
from sojourn.simulation.officials import make_case
from sojourn.simulation.settings import WorldSettings, read_world
from sojourn.simulation.simulate import simulate
from sojourn.simulation.write import write_truth, write_world


def simulate_world(
    world: str | PathLike[str] | WorldSettings, folder: str | PathLike[str], *, seed: int = 1
) -> Path:
    """Simulate a world of travellers, and write its registers and its truth into a folder.

    The same settings, seed and version of sojourn write the same files.

    Args:
        world: settings, or the TOML file that holds them.
        folder: gets the register of each border service, the other registers and the truth; and, if
            the world has officials, the folder `case` with the figures that they published.
        seed: seed of all random numbers.

    Returns:
        The folder.

    Raises:
        CaseError: the settings are invalid, nobody arrives, or the folder cannot be written.

    Example:
        >>> import sojourn
        >>> from sojourn.simulation.scenarios import draw_world
        >>> folder = sojourn.simulate_world(draw_world("plain", 1), "my-world")
        >>> (folder / "truth.toml").is_file(), (folder / "case" / "claims.csv").is_file()
        (True, True)
    """
    settings = world if isinstance(world, WorldSettings) else read_world(world)
    records = simulate(settings, seed)
    target = write_world(settings, records, seed, Path(folder))
    if settings.officials is not None:
        write_case(make_case(settings, records, seed)[0], target / "case")
        write_truth(settings, records, target / "case")
    return target
