"""The code blocks of a Markdown page, and what its author says of them in HTML comments.

`<!-- not run: REASON -->` before a block keeps it from running; `<!-- not run (audit, worth): REASON -->`
does so for these commands of the block. Their options are checked all the same.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMENT = re.compile(r"<!-- not run(?: \(([^)]*)\))?: (\S[^>]*) -->\s*\Z")
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Step:
    """A command of a console block, and the lines that the page shows as its output."""

    words: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A code block: `skipped` names the commands that are not run, `*` stands for all."""

    page: str
    line: int
    language: str
    text: str
    skipped: frozenset[str]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    def is_skipped(self, command: str = "") -> bool:
        return "*" in self.skipped or command in self.skipped

    def steps(self) -> Iterator[Step]:
        """Every `$ command` with its output; a backslash continues a command, a # begins a remark."""
        for part in re.split(r"^\$ ", self.text.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield Step(tuple(shlex.split(command, comments=True)), tuple(shown))


def blocks_of(page: Path) -> list[Block]:
    """The code blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found: list[Block] = []
    for match in FENCE.finditer(text):
        note = COMMENT.search(text[: match.start()])
        named = (note[1] or "*").replace(",", " ").split() if note else ()
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(str(page.relative_to(ROOT)), line, match[1], match[2], frozenset(named)))
    return found
