"""The error of cases that cannot be read or written."""

from __future__ import annotations

from sojourn._core.errors import InputError


class CaseError(InputError):
    """A case cannot be read or written; `problems` holds every reason found.

    Example:
        >>> from sojourn.case import read_case
        >>> try:
        ...     read_case("no-such-case")
        ... except CaseError as error:
        ...     print(len(error.problems))
        1
    """
