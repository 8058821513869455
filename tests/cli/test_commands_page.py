"""The page of commands is what `--help` prints, and every command has words of its own."""

from pathlib import Path

import pytest

from sojourn.cli import COMMANDS
from sojourn.cli.commands_page import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"


def test_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8") == page()
    assert current, "run: python -m sojourn.cli.commands_page > docs/reference/commands.md"


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_command_shows_an_example(name: str) -> None:
    section = page().split(f"## sojourn {name}\n")[1].split("\n## ")[0]
    assert f"\n  sojourn {name} " in section
