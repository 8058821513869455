"""Articles from files: what a reader sees, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sojourn._core.errors import InputError
from sojourn.drafting import draft_by_rules, read_article, visible_text

PAGE = """<!DOCTYPE html><html><head><title>9,999 people</title><style>p{width:7000px}</style></head>
<body><nav>12,000 readers</nav><h1>Border</h1>
<p>About <b>5,300</b> people&nbsp;crossed,
the police said.</p><p hidden>8,000 left</p><div style="display: none">9,000 left<br>more</div>
<script>var people = 4000;</script><!-- 3,000 people left --><ul><li>700 went <i>back</i></li></ul>
<p>Half-open <b>tags and 1 &lt; 2</body></html>"""


def test_hidden_parts_of_a_page_are_not_read() -> None:
    assert visible_text(PAGE).splitlines() == [
        "Border",
        "About 5,300 people\xa0crossed, the police said.",
        "700 went back",
        "Half-open tags and 1 < 2",
    ]


def test_offsets_refer_to_the_visible_text(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    text = read_article(str(tmp_path / "page.html"))
    drafts = draft_by_rules(text)
    assert [draft.value for draft in drafts] == [5300, 700]
    assert all(draft.quote == text[draft.start : draft.end] for draft in drafts)


def test_offsets_are_those_of_the_text_as_python_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes("\ufeffАстана.\r\n\r\nВъехало 98 тыс. россиян.\r\n".encode())
    text = path.read_text(encoding="utf-8")
    (draft,) = draft_by_rules(read_article(str(path)))
    assert draft.quote == text[draft.start : draft.end] == "Въехало 98 тыс. россиян."


def test_markdown_and_standard_input_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# News\n\n* **5,300** people crossed\n", encoding="utf-8")
    assert read_article(str(tmp_path / "a.md")).startswith("# News")
    assert read_article("-", b"plain 1 < 2") == "plain 1 < 2"
    assert read_article("-", b"<html><p>seen</p></html>") == "seen"


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("a.pdf", b"%PDF", "is no article"),
        ("a.txt", b"", "has no text"),
        ("a.txt", b"  \n", "has no text"),
        ("a.html", b"<script>1</script>", "has no text"),
        ("a.txt", "ok\nçedilla".encode("latin-1"), "row 2: is not UTF-8"),
        ("a.txt", b"a" * 500_001, "has 500,001 bytes"),
    ],
)
def test_what_is_no_article_is_refused(tmp_path: Path, name: str, data: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=problem):
        read_article(str(tmp_path / name))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_article(str(tmp_path / "none.txt"))
    with pytest.raises(InputError, match="is a folder"):
        read_article(str(tmp_path))
