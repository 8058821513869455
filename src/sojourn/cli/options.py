"""Options that several commands have, as classes whose fields cyclopts shows as options of the command."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sojourn._core.defaults import CHAINS, DRAWS
from sojourn._core.errors import InputError, Problem

Flag = Annotated[bool, Parameter(negative="")]
LEAST = {"seed": 0, "chains": 2, "draws": 25}


@Parameter(name="*")
@dataclass(frozen=True)
class Sampling:
    """How a posterior is drawn."""

    seed: int = 1
    """The same case, seed and version give the same draws on one machine."""
    draws: int = DRAWS
    """Kept draws of each chain."""
    chains: int = CHAINS
    """Markov chains."""


DEFAULT_SAMPLING = Sampling()
TO_ANSWER = Parameter(group="Where TARGET is a case to be answered first")


@Parameter(name="*")
@dataclass(frozen=True)
class Subject:
    """What a command that explains an answer works on, and where its results go."""

    case: str | None = None
    """The folder of the answer's case, where it is not a shipped one."""
    json: Flag = False
    """Print audit.json with these results instead of tables."""
    out: Annotated[Path | None, TO_ANSWER] = None
    """Folder for the answer and these results."""
    sampling: Annotated[Sampling, TO_ANSWER] = DEFAULT_SAMPLING


DEFAULT_SUBJECT = Subject()


def check_answering(sampling: Sampling, out: Path | None) -> None:
    """Refuse numbers that no run can have, and an `out` that is no folder.

    Raises:
        InputError: with all that is wrong.
    """
    problems = too_small(**{name: (value, LEAST[name]) for name, value in asdict(sampling).items()})
    if out is not None and out.exists() and not out.is_dir():
        problems.append(Problem(str(out), "is a file; --out takes a folder"))
    if problems:
        raise InputError(problems)


def too_small(**numbers: tuple[int, int]) -> list[Problem]:
    """Options below the least that is allowed, each given as its value and that least."""
    return [
        Problem("--" + name, f"must be at least {least}", value=str(value))
        for name, (value, least) in numbers.items()
        if value < least
    ]
