"""The error of cases that cannot be read or written."""

from __future__ import annotations

from sojourn._core.errors import InputError


class CaseError(InputError):
    """A case cannot be read or written; `problems` holds every reason found."""
