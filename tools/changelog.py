"""Fold the fragments in `changes/` into the changelog: `python -m tools.changelog VERSION DATE`.

A fragment is `changes/NAME.KIND.md`, one entry in a sentence or a few. The kinds are `model` (answers
change), `added`, `changed` and `fixed`. Fragments are removed once they are in `CHANGELOG.md`.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = {"model": "Answers change", "added": "Added", "changed": "Changed", "fixed": "Fixed"}
START = "## Unreleased\n"
WIDTH = 120


def read_fragments(folder: Path) -> dict[Path, str]:
    """The fragments by file, in the order of their names.

    Raises:
        ValueError: A file is not named NAME.KIND.md, or is empty.
    """
    found: dict[Path, str] = {}
    for file in sorted(folder.glob("*.md")):
        if file.name == "README.md":
            continue
        parts = file.name.split(".")
        text = file.read_text(encoding="utf-8").strip()
        if len(parts) != 3 or parts[1] not in KINDS:
            raise ValueError(f"{file.name}: the name must be NAME.KIND.md, KIND one of {', '.join(KINDS)}")
        if not text:
            raise ValueError(f"{file.name}: is empty")
        found[file] = text
    return found


def fold(changelog: str, fragments: Mapping[Path, str], version: str, day: str) -> str:
    """The changelog with a section for the version, which also holds the entries under Unreleased.

    Raises:
        ValueError: The changelog has no section "Unreleased".
    """
    if START not in changelog:
        raise ValueError("CHANGELOG.md has no section Unreleased")
    head, rest = changelog.split(START, 1)
    lines: list[str] = []
    for kind, title in KINDS.items():
        entries = [text for file, text in fragments.items() if file.name.split(".")[1] == kind]
        if entries:
            lines += ["", f"### {title}", "", *(_entry(text) for text in entries)]
    return f"{head}{START}\n## {version} ({day})\n" + "\n".join([*lines, ""]) + rest


def _entry(text: str) -> str:
    words = " ".join(text.split())
    return textwrap.fill(
        words,
        WIDTH,
        initial_indent="* ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def main(version: str, day: str) -> None:
    """Write the changelog, then remove the fragments."""
    page = ROOT / "CHANGELOG.md"
    fragments = read_fragments(ROOT / "changes")
    page.write_text(fold(page.read_text(encoding="utf-8"), fragments, version, day), encoding="utf-8")
    for file in fragments:
        file.unlink()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tools.changelog VERSION DATE")
    main(sys.argv[1], sys.argv[2])
