"""Generate `docs/reference/commands.md`, the output of `--help` for every command.

Run `python -m sojourn.cli.commands_page > docs/reference/commands.md`. A test keeps the page current.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from cyclopts import App
from rich.console import Console

from sojourn.cli import COMMANDS, build_app

WIDTH = 100
OPTIONS = ("--help", "-h", "--version", "--install-completion")
HEAD = """\
# Commands

The output of `sojourn COMMAND --help`. Exit status: 0 done, 1 done with findings or warnings, 2 the input
cannot be read or understood, 130 after Ctrl-C. `--json` is for programs. This page is generated from the
code.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for name, _, _ in COMMANDS:
        app = build_app(name)
        for tokens in ((name,), *((name, child) for child in _children(app[name]))):
            parts.append(f"\n## sojourn {' '.join(tokens)}\n\n```text\n{_help(app, tokens)}\n```\n")
    return "".join(parts)


def _children(app: App) -> Iterator[str]:
    """Commands of a group."""
    yield from (name for name in app if name not in OPTIONS)


def _help(app: App, tokens: tuple[str, ...]) -> str:
    out = io.StringIO()
    app.help_print(list(tokens), console=Console(file=out, width=WIDTH, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").splitlines())


if __name__ == "__main__":
    print(page(), end="")
