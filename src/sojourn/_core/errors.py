"""The errors of sojourn, all under one base.

    SojournError
    ├── InputError          input that is wrong in one or more places: `problems`
    │   └── CaseError       a case folder, or a file that is read with it
    ├── StayRuleError       a question about stay rules
    │   ├── RuleFileError   a rule file
    │   ├── StayError       the stays of a traveller
    │   └── NotCovered      a day or a traveller that no version of a rule covers
    ├── BordersError        a register of crossings, or settings for it
    └── ReadingError        a reading that the model of its case cannot express

The command line prints these and ends with status 2; any other exception is a bug.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class SojournError(Exception):
    """Base of every error that input can cause.

    Example:
        >>> import sojourn
        >>> try:
        ...     sojourn.read_case("no-such-folder")
        ... except sojourn.SojournError as error:
        ...     print(type(error).__name__)
        CaseError
    """


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input, and where it is.

    `file` may also be an option of the command line. `row` counts as a spreadsheet does: 1 is the
    header. `column` is the column of a table or the dotted key of a TOML file. `message` says what
    is allowed.
    """

    file: str
    message: str
    row: int | None = None
    column: str = ""
    value: str | None = None

    def __str__(self) -> str:
        """The problem in one line."""
        where = self.file
        if self.row is not None:
            where += f" {'line' if self.file.endswith('.toml') else 'row'} {self.row}"
        if self.column:
            where += f", {'key' if self.file.endswith('.toml') else 'column'} {shorten(self.column)}"
        what = self.message if self.value is None else f'"{shorten(self.value)}" {self.message}'
        return f"{where}: {what}"


class InputError(SojournError):
    """Input cannot be used; `problems` holds every reason found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order in which they were found."""
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def lines(self, limit: int = 50) -> list[str]:
        """One line per problem, at most `limit`, then the number of the remaining ones."""
        shown = [str(problem) for problem in self.problems[:limit]]
        if len(self.problems) > limit:
            shown.append(f"… and {len(self.problems) - limit:,} more")
        return shown

    def __str__(self) -> str:
        """The first problems, a line each."""
        return "\n".join(self.lines())


def shorten(text: str, width: int = 60) -> str:
    """One printable line of at most `width` characters."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


def one_of(words: Iterable[str], value: str = "") -> str:
    """`one of: a, b (did you mean "a"?)`, for messages."""
    allowed = list(words)
    return f"one of: {', '.join(allowed) or '(none is defined)'}{did_you_mean(value, allowed)}"


def did_you_mean(value: str, words: Iterable[str]) -> str:
    """A hint in brackets, with a leading space, or nothing if no word is similar."""
    from difflib import get_close_matches

    folded = {word.casefold(): word for word in words}
    near = get_close_matches(value.casefold(), folded, n=1, cutoff=0.6)
    return f' (did you mean "{folded[near[0]]}"?)' if near else ""
