"""Fragments become a section of the changelog, by kind."""

from pathlib import Path

import pytest
from tools.changelog import ROOT, fold, read_fragments

BEFORE = "# Changes\n\n## Unreleased\n\n* Old entry.\n"


def test_fragments_become_a_section_in_the_order_of_kinds(tmp_path: Path) -> None:
    (tmp_path / "b.fixed.md").write_text("A fault\nis gone.\n")
    (tmp_path / "a.model.md").write_text("Priors are wider.\n")
    (tmp_path / "README.md").write_text("How to.\n")
    folded = fold(BEFORE, read_fragments(tmp_path), "0.1.0", "2026-12-01")
    assert folded == (
        "# Changes\n\n## Unreleased\n\n## 0.1.0 (2026-12-01)\n\n### Answers change\n\n* Priors are wider.\n"
        "\n### Fixed\n\n* A fault is gone.\n\n* Old entry.\n"
    )


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [("a.md", "x", "NAME.KIND.md"), ("a.news.md", "x", "NAME.KIND.md"), ("a.fixed.md", " ", "is empty")],
)
def test_other_files_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        read_fragments(tmp_path)


def test_a_changelog_without_unreleased_is_refused() -> None:
    with pytest.raises(ValueError, match="Unreleased"):
        fold("# Changes\n", {}, "0.1.0", "2026-12-01")


def test_the_fragments_of_the_project_fold() -> None:
    fragments = read_fragments(ROOT / "changes")
    folded = fold((ROOT / "CHANGELOG.md").read_text(), fragments, "9.9.9", "2026-12-01")
    assert "## 9.9.9 (2026-12-01)" in folded
