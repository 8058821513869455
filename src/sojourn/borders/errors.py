"""What can be wrong with a register of crossings, or with how it is to be worked."""

from __future__ import annotations

from sojourn._core.errors import SojournError


class BordersError(SojournError, ValueError):
    """Input or settings that cannot be used: the message names the place, the value and what is allowed."""
