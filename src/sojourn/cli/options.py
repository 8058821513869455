"""Options shared by several commands, as classes whose fields cyclopts turns into options."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sojourn._core.defaults import CHAINS, LIMIT
from sojourn._core.errors import InputError, Problem

if TYPE_CHECKING:
    from sojourn.case import Case

Flag = Annotated[bool, Parameter(negative="")]
LEAST = {"seed": 0, "chains": 2, "draws": 25}


@Parameter(name="*")
@dataclass(frozen=True)
class Sampling:
    """How the posterior is sampled."""

    seed: int = 1
    """The same case, seed and version give the same draws on one machine."""
    draws: int | None = None
    """Draws to keep from each chain (default: as many as the chains need to converge)."""
    chains: int = CHAINS
    """Number of Markov chains."""
    limit: float = LIMIT
    """Seconds of sampling after which the answer is given even if the chains have not converged."""
    quiet: Flag = False
    """Write no progress to stderr."""


DEFAULT_SAMPLING = Sampling()
TO_ANSWER = Parameter(group="If TARGET is a case that has to be answered first")


@Parameter(name="*")
@dataclass(frozen=True)
class Subject:
    """The case, the output and the sampling of a command that explains an answer."""

    case: str | None = None
    """Folder of the case of the answer, if the case is not a shipped one."""
    json: Flag = False
    """Print the results as JSON, in the form of audit.json, instead of tables."""
    out: Annotated[Path | None, TO_ANSWER] = None
    """Folder for the answer and the results."""
    sampling: Annotated[Sampling, TO_ANSWER] = DEFAULT_SAMPLING


DEFAULT_SUBJECT = Subject()


def check_answering(sampling: Sampling, out: Path | None) -> None:
    """Check the options of a run.

    Raises:
        InputError: a number is too small, or `out` is a file; all problems are named.
    """
    given = {name: value for name, value in asdict(sampling).items() if name in LEAST and value is not None}
    problems = too_small(**{name: (value, LEAST[name]) for name, value in given.items()})
    if not sampling.limit > 0:
        problems.append(Problem("--limit", "must be more than 0 seconds", value=str(sampling.limit)))
    if out is not None and out.exists() and not out.is_dir():
        problems.append(Problem(str(out), "is a file; --out takes a folder"))
    if problems:
        raise InputError(problems)


def too_small(**numbers: tuple[int, int]) -> list[Problem]:
    """Problems of options below their minimum; each number comes with its minimum."""
    return [
        Problem("--" + name, f"must be at least {least}", value=str(value))
        for name, (value, least) in numbers.items()
        if value < least
    ]


def folder_to_write(case: Case) -> Path:
    """Return the folder of a case that `--into` names, for rows to be added there.

    Raises:
        InputError: it is a shipped case, which nobody edits.
    """
    if case.path is None or case.path.resolve().is_relative_to(Path(__file__).parents[1]):
        message = f"is a shipped case; copy it first: sojourn new my-case --like {case.name}"
        raise InputError([Problem("--into", message, value=case.name)])
    return case.path
