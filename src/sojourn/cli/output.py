"""Text for people: styled on a terminal, plain anywhere else."""

from __future__ import annotations

import os
import sys

STYLES = {"bold": "1", "green": "32", "yellow": "33", "cyan": "36"}


def styled(text: str, style: str) -> str:
    """Text in a style of `STYLES` if stdout is a terminal that wants it (see no-color.org)."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if wanted else text
