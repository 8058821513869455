"""`sojourn draft`: drafts of claims from an article, for a person to read and accept."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sojourn._core.errors import InputError, Problem
from sojourn._core.files import dump_json
from sojourn.cli.options import Flag, folder_to_write

if TYPE_CHECKING:
    from sojourn.case import Case
    from sojourn.drafting import ArticleDrafts, Draft, ModelSettings

MODEL = Parameter(group="A language model, if you have one (default: none)")


def draft(
    article: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    into: str | None = None,
    published: str | None = None,
    url: str = "",
    via: str = "",
    json: Flag = False,
    text: Flag = False,
    model_url: Annotated[str, MODEL] = "",
    model: Annotated[str, MODEL] = "",
    model_timeout: Annotated[float, MODEL] = 120.0,
) -> int:
    """Draft claims from an article in English or Russian: words, figure, hedge, speaker, measure.

    Rules find the figures about movement, contact groups and stay rules; every
    quotation is verbatim. Nothing becomes a claim by itself. On a terminal
    --into asks about each draft; otherwise it writes them to drafts/ARTICLE.csv
    in the folder of the case. Write yes into the column accept there, complete
    the rows, and pass that file: they become claims with status context.
    Exit status: 0 done, 1 nothing was found, 2 cannot be read.

      sojourn draft article.txt
      sojourn draft page.html --json
      sojourn draft article.txt --into my-case --url https://example.org/news
      sojourn draft my-case/drafts/article.csv --into my-case
      sojourn draft article.txt --model-url http://localhost:11434/v1 --model llama3.1

    Parameters
    ----------
    article
        A text (.txt, .md, .html), - for standard input, or a file of drafts (.csv).
    into
        Folder of the case that the drafts are for.
    published
        Day of publication, YYYY-MM-DD (default: the first date in the article).
    url
        Address of the article, for the claims.
    via
        Publisher of the article, for the claims.
    json
        Print a list of JSON objects, for programs; start and end count characters.
    text
        Print the text to which start and end refer, and no drafts.
    model_url
        Address of an OpenAI-style endpoint, up to /v1. The article is sent there. Also SOJOURN_MODEL_URL.
    model
        Name of the model. Also SOJOURN_MODEL; a key goes into SOJOURN_MODEL_KEY.
    model_timeout
        Seconds to wait for the model.
    """
    from sojourn.case import read_case
    from sojourn.drafting import draft_article, model_settings, read_article

    if article.lower().endswith(".csv"):
        return _accept_table(Path(article), into)
    case = None if into is None else read_case(into)
    day = None if published is None else _day(published)
    settings = model_settings(model_url, model, model_timeout)
    content = read_article(article, sys.stdin.buffer.read() if article == "-" else None)
    if text:
        sys.stdout.write(content if content.endswith("\n") else content + "\n")
        return 0
    if settings is not None:
        _announce(settings, content)
    found = draft_article(content, day, settings)
    if found.problem and settings is not None:
        sys.stderr.write(f"{settings.name} at {settings.address}: {found.problem}\n")
    if json:
        sys.stdout.write(dump_json([item.record() for item in found.drafts], indent=2))
    elif case is None:
        _print(found)
    else:
        _into_case(case, article, found, url, via)
    return 0 if found.drafts else 1


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            [Problem("--published", "is not a date; write year-month-day", value=text)]
        ) from None


def _announce(settings: ModelSettings, content: str) -> None:
    """Say where the article goes before it leaves this computer."""
    sys.stderr.write(
        f"Sending the article ({len(content):,} characters) to {settings.name} at {settings.address}\n"
    )
    sys.stderr.flush()


def _print(found: ArticleDrafts) -> None:
    from sojourn.cli.console import TextConsole

    console = TextConsole()
    for item in found.drafts:
        console.print_line(_line(item), style="bold")
        console.print_line(f"  “{' '.join(item.quote.split())}”")
        if item.note or "," in item.drafted_by:
            console.print_line(f"  {item.drafted_by}{': ' if item.note else ''}{item.note}")
    number = len(found.drafts)
    console.print_line(f"{number:,} draft{'' if number == 1 else 's'}; none of them is a claim yet")


def _line(item: Draft) -> str:
    """A draft in a line: figure, measure and place, speaker and day."""
    parts = [
        _figure(item),
        " in ".join(part for part in (item.measure.replace("_", " "), item.place) if part),
    ]
    parts.append(" on ".join(part for part in (item.speaker, item.published) if part))
    return " · ".join(part for part in parts if part)


def _figure(item: Draft) -> str:
    if item.group is not None:
        counts = {name: getattr(item.group, name) for name in ("stayed", "moved_on", "returned", "unknown")}
        told = ", ".join(f"{part} {name.replace('_', ' ')}" for name, part in counts.items() if part)
        size = (
            f" of {item.group.size_hedge.replace('_', ' ')} {item.group.size}".replace("  ", " ")
            if item.group.size
            else ""
        )
        return f"contact group{size}: {told}"
    words = "" if item.hedge in ("reported", "exact", "range") else item.hedge.replace("_", " ") + " "
    number = "" if item.value is None else f"{item.value:,.12g} "
    high = "" if item.high is None else f"to {item.high:,.12g} "
    is_word = item.value is None or (item.hedge == "half" and item.unit == "percent")
    return f"{words.rstrip()} of them" if is_word else f"{words}{number}{high}{item.unit}"


def _into_case(case: Case, article: str, found: ArticleDrafts, url: str, via: str) -> None:
    from sojourn.drafting import draft_cells, propose_ids, write_draft_table

    name = "standard-input" if article == "-" else article
    ids = propose_ids(case, name, len(found.drafts))
    rows = [draft_cells(item, case, claim, url, via) for item, claim in zip(found.drafts, ids, strict=True)]
    if not rows:
        sys.stdout.write("No drafts\n")
        return
    folder = folder_to_write(case)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from sojourn.cli.draft_questions import ask_about_drafts

        ask_about_drafts(case, found.drafts, rows, _line)
    else:
        path = write_draft_table(folder, name, rows)
        sys.stdout.write(
            f"Wrote {len(rows):,} drafts to {path}. Write yes into the column accept of those that are "
            f"right, complete their rows, then run: sojourn draft {path} --into {folder}\n"
        )


def _accept_table(path: Path, into: str | None) -> int:
    """Accept the rows of a file of drafts that a person has marked with yes, and drop them from the file."""
    from sojourn.case import read_case, write_case
    from sojourn.drafting import accept_drafts, keep_open_drafts, read_draft_table

    if into is None:
        raise InputError([Problem("--into", "must name the case for the accepted drafts")])
    case = read_case(into)
    folder = folder_to_write(case)
    sheet, rows = read_draft_table(path)
    chosen = [row for row in rows if row.cells["accept"] == "yes"]
    if not chosen:
        raise InputError([Problem(str(path), "has no row with yes in the column accept")])
    accepted = accept_drafts(case, path.name, chosen)
    write_case(accepted.case, folder)
    left = keep_open_drafts(path, sheet)
    sys.stdout.write(
        f"Added to {folder}: claims (status context): {accepted.claims:,}, contact groups: "
        f"{accepted.groups:,}. Drafts left in {path}: {left:,}. Write readings for the claims, then set "
        "their status to use\n"
    )
    return 0
