"""Questions about drafts on a terminal: accept, reject, or stop; accepted ones are written at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from sojourn.case import Case, CaseError, Source, read_case, write_case
from sojourn.case.schema import INTERESTS
from sojourn.cli.reading_answers import Ask, add_reading
from sojourn.drafting import Draft, DraftRow, accept_drafts
from sojourn.drafting.draft import STAY_RULE
from sojourn.drafting.draft_table import GROUP_COLUMNS

HELP = "y accept, n reject, q stop"


def ask_about_drafts(
    case: Case,
    drafts: Sequence[Draft],
    rows: Sequence[dict[str, str]],
    describe: Callable[[Draft], str],
    ask: Ask = input,
) -> int:
    """Ask about each draft in turn; write each accepted one into the case before the next question.

    Args:
        case: the case.
        drafts: the drafts.
        rows: their cells for the case, in the same order.
        describe: a line about a draft.
        ask: reads an answer; a test gives its own.

    Returns:
        How many drafts were accepted.
    """
    accepted = 0
    for place, (draft, cells) in enumerate(zip(drafts, rows, strict=True), 1):
        sys.stdout.write(f"\n[{place} of {len(rows)}] {describe(draft)}\n  “{cells['quote']}”\n")
        answer = _answer(ask, f"Accept? ({HELP}) ", ("y", "n", "q"))
        if answer == "q":
            break
        if answer == "n":
            continue
        complete, sources = _completed(case, cells, ask)
        try:
            whole = accept_drafts(case, "answers", [DraftRow(place, complete)], sources).case
            write_case(whole, case.path or case.name)
        except CaseError as error:
            sys.stdout.write(f"Not accepted:\n{error}\n")
            continue
        case = read_case(case.path or case.name)
        accepted += 1
        sys.stdout.write(f"Added {complete['claim']}\n")
        is_claim = complete["claim"] in case.claims_by_id and draft.measure != STAY_RULE
        if is_claim and _answer(ask, "Write its reading now? (y, n) ", ("y", "n")) == "y":
            add_reading(case, complete["claim"], ask, complete["place"])
            case = read_case(case.path or case.name)
    sys.stdout.write(f"\n{accepted} accepted; claims without a reading have status context\n")
    return accepted


def _answer(ask: Ask, question: str, allowed: Sequence[str]) -> str:
    while True:
        try:
            answer = ask(question).strip().lower()[:1]
        except EOFError:
            return "q"
        if answer in allowed:
            return answer


def _completed(case: Case, cells: dict[str, str], ask: Ask) -> tuple[dict[str, str], list[Source]]:
    """Ask for what a draft does not have: its day and source, of a group the pseudonym and place."""
    complete = dict(cells)
    is_group = any(cells[name] for name in GROUP_COLUMNS)
    wanted = ["published", *(("respondent", "kind", "place") if is_group else ())]
    for name in wanted:
        if not complete[name]:
            hint = " (a pseudonym, never a real name)" if name == "respondent" else ""
            complete[name] = ask(f"{name}{hint}: ").strip()
    known = [source.source for source in case.sources]
    hint = f" [{cells['source']}]" if cells["source"] else ""
    said = f" for {cells['speaker']}" if cells["speaker"] else ""
    complete["source"] = (
        ask(f"Source{said}{hint}: an id of sources.csv, or a new one: ").strip() or cells["source"]
    )
    if complete["source"] in known or not complete["source"]:
        return complete, []
    source = Source(complete["source"], ask("Its full name: ").strip() or cells["speaker"], "", "media")
    interest = ask(f"Whom it speaks for ({', '.join(INTERESTS)}): ").strip()
    return complete, [replace(source, interest=interest)]  # type: ignore[arg-type]
