"""The text of an article from a file: plain text and Markdown as they are, of HTML what a reader sees."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from sojourn._core.errors import InputError, Problem
from sojourn.drafting.word_lists import word_set

PLAIN, HTML = (".txt", ".md", ".text", ""), (".html", ".htm", ".xhtml")
LARGEST = 500_000
"""Most bytes of an article; a longer file is no article."""
_HIDDEN = word_set("script style head template noscript svg nav iframe object select textarea button")
_BLOCKS = word_set(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 tr table section article header footer blockquote figure "
    "figcaption aside main "
    "dt dd dl pre hr td th body time"
)
_INLINE = frozenset({"td", "th", "time"})
_EMPTY = word_set("br hr img input meta link wbr source area base col embed track param")


def read_article(name: str, data: bytes | None = None) -> str:
    """Return the text of an article.

    Line ends become `\\n`, as when Python reads a text file; nothing else changes in plain text and
    Markdown. Of HTML the visible text is returned: paragraphs on lines of their own.

    Args:
        name: path of the file; its ending says what it is: .txt, .md, .html or .htm.
        data: the bytes, if they were read already (standard input); HTML is then recognised by its
            beginning.

    Raises:
        InputError: the file cannot be read, is no such text, is too large, or is empty.

    Example:
        >>> read_article("page.html", "<p>About <b>5,000</b> came.</p><script>1</script>".encode())
        'About 5,000 came.'
    """
    path = Path(name)
    suffix = path.suffix.lower()
    if data is None:
        if suffix not in (*PLAIN, *HTML):
            allowed = ", ".join((*PLAIN[:2], *HTML[:2]))
            raise InputError(
                [Problem(name, f"is no article; allowed are {allowed}, or - for standard input")]
            )
        data = _bytes_of(path)
    if len(data) > LARGEST:
        raise InputError([Problem(name, f"has {len(data):,} bytes; an article has at most {LARGEST:,}")])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError([Problem(name, "is not UTF-8 text; save the file as UTF-8", line)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if suffix in HTML or (
        suffix not in PLAIN[:3] and text.lstrip()[:15].lower().startswith(("<!doctype", "<html"))
    ):
        text = visible_text(text)
    if not text.strip():
        raise InputError([Problem(name, "has no text")])
    return text


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError([Problem(str(path), "does not exist")]) from None
    except IsADirectoryError:
        raise InputError([Problem(str(path), "is a folder; it must be a file")]) from None
    except OSError as error:
        raise InputError([Problem(str(path), f"cannot be read: {error.strerror}")]) from None


class _VisibleText(HTMLParser):
    """Collects the text outside hidden elements, with a line break around every block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            if tag in _BLOCKS and not self.hidden:
                self.parts.append("\n")
            return
        style = (dict(attrs).get("style") or "").replace(" ", "").lower()
        is_hidden = tag in _HIDDEN or "hidden" in dict(attrs) or "display:none" in style
        if self.hidden or is_hidden:
            self.hidden.append(tag)
        elif tag in _BLOCKS:
            self.parts.append(" " if tag in _INLINE else "\n")

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            if tag in self.hidden:
                while self.hidden.pop() != tag:
                    pass
        elif tag in _BLOCKS:
            self.parts.append(" " if tag in _INLINE else "\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(" ".join(data.split("\n")))


def visible_text(html: str) -> str:
    """Return the text that a reader of a page sees, a block per line, without repeated spaces.

    Example:
        >>> visible_text("<h1>News</h1><p>98&nbsp;000 came,<br>64,000 left</p>").split("\\n")
        ['News', '98\\xa0000 came,', '64,000 left']
    """
    parser = _VisibleText()
    parser.feed(html)
    parser.close()
    lines = (" ".join(part for part in line.split(" ") if part) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line.replace("\t", " ") for line in lines if line.strip())
