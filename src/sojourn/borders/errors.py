"""What can be wrong with a register of crossings, or with how it is to be worked."""

from __future__ import annotations


class BordersError(ValueError):
    """Input or settings that cannot be used: the message names the place, the value and what is allowed."""
