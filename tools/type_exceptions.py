"""Check types with pyright: `python -m tools.type_exceptions [--update]`.

`type_exceptions.json` has the files in which pyright does not know every type yet, with the number of such
places (the rules `reportUnknown…`). The list may only shrink: a file with more places than it has there is
an error, and so is a list that is longer than it must be, until `--update` shortens it. All other errors of
pyright are errors as they are. Exit status: 0 nothing is wrong, 1 otherwise.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".json")
UNKNOWN = "reportUnknown"
COMMAND = "python -m tools.type_exceptions --update"


def run_pyright() -> list[dict[str, Any]]:
    """The errors of pyright for the whole package.

    Raises:
        RuntimeError: pyright does not run to its end.
    """
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["generalDiagnostics"]
    except (ValueError, KeyError):
        raise RuntimeError(f"pyright did not run: {done.stderr or done.stdout}") from None
    return [item for item in found if item["severity"] == "error"]


def count_unknown(errors: Sequence[Mapping[str, Any]], root: Path = ROOT) -> dict[str, int]:
    """Places of unknown type by file, in the order of the names."""
    found = Counter(Path(error["file"]).relative_to(root).as_posix() for error in errors if is_unknown(error))
    return dict(sorted(found.items()))


def is_unknown(error: Mapping[str, Any]) -> bool:
    """Whether an error says that a type is not known."""
    return error.get("rule", "").startswith(UNKNOWN)


def as_line(error: Mapping[str, Any], root: Path = ROOT) -> str:
    """An error with its file and line; only the first line of what pyright says."""
    file = Path(error["file"]).relative_to(root).as_posix()
    message = error["message"].splitlines()[0]
    return f"{file}:{error['range']['start']['line'] + 1}: {message} ({error.get('rule', 'syntax')})"


def compare(
    errors: Sequence[Mapping[str, Any]], allowed: Mapping[str, int], root: Path = ROOT
) -> tuple[list[str], list[str]]:
    """Errors that are not allowed, a line each, and what can be deleted from the list, a line each."""
    found = count_unknown(errors, root)
    more = {file for file, count in found.items() if count > allowed.get(file, 0)}
    wrong: list[str] = []
    for error in errors:
        if not is_unknown(error) or Path(error["file"]).relative_to(root).as_posix() in more:
            wrong.append(as_line(error, root))
    wrong += [
        f"{file}: {found[file]} unknown types, allowed are {allowed.get(file, 0)}" for file in sorted(more)
    ]
    fewer = [
        f"{file}: {found.get(file, 0)} unknown types, the list has {count}"
        for file, count in sorted(allowed.items())
        if found.get(file, 0) < count
    ]
    return wrong, fewer


def main(arguments: Sequence[str]) -> int:
    """Check the types, or shorten the list; return the exit status."""
    errors = run_pyright()
    allowed: dict[str, int] = json.loads(LIST.read_text(encoding="utf-8"))
    wrong, fewer = compare(errors, allowed)
    for line in wrong:
        print(line)
    if wrong:
        return 1
    if "--update" in arguments:
        LIST.write_text(json.dumps(count_unknown(errors), indent=2) + "\n", encoding="utf-8")
        return 0
    for line in fewer:
        print(line)
    if fewer:
        print(f"The list can be shorter: run `{COMMAND}`.")
    return 1 if fewer else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
