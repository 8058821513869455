"""Check types with pyright: strict everywhere, with a list of files that still have unknown types.

    python -m tools.check_types PYRIGHT [OPTION ...]

A file in `tools/unknown_types.txt` may have `reportUnknown…` errors and no others; a file that has none
has to leave the list, so the list can only get shorter. Exit status: 0 clean, 1 errors.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_name("unknown_types.txt")
UNKNOWN = "reportUnknown"


def read_list(text: str) -> list[str]:
    """The files of the list; lines that begin with # are remarks."""
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def find_faults(errors: Mapping[str, Sequence[Mapping[str, str]]], listed: Iterable[str]) -> list[str]:
    """What keeps the types from being clean, a line each.

    Args:
        errors: For each file, the `rule` and the `text` of its errors.
        listed: The files that may have unknown types.
    """
    known = set(listed)
    faults = [
        error["text"]
        for file, found in sorted(errors.items())
        for error in found
        if not (file in known and error["rule"].startswith(UNKNOWN))
    ]
    clean = {
        file for file in known if not any(error["rule"].startswith(UNKNOWN) for error in errors.get(file, ()))
    }
    return [
        *faults,
        *(f"{file} has no unknown types any more: remove it from {LIST.name}" for file in sorted(clean)),
    ]


def run_pyright(command: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The errors that pyright reports, by file, relative to the root of the project."""
    done = subprocess.run([*command, "--outputjson"], capture_output=True, text=True, cwd=ROOT, check=False)
    errors: dict[str, list[dict[str, str]]] = defaultdict(list)
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        if found["severity"] == "error":
            file = Path(found["file"]).relative_to(ROOT).as_posix()
            place = f"{file}:{found['range']['start']['line'] + 1}"
            rule = found.get("rule", "syntax")
            errors[file].append({"rule": rule, "text": f"{place}: {found['message']} ({rule})"})
    return errors


def main(command: Sequence[str]) -> int:
    """Run pyright, print what is wrong, and return the exit status."""
    faults = find_faults(run_pyright(command), read_list(LIST.read_text(encoding="utf-8")))
    print("\n".join(faults) or "no errors")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
