"""Run the fast tests of the core on every Python that is found: `python -m tools.matrix SDIST`.

Each Python gets a new environment with the sdist and no extra. Its tests come from the sdist, too, so that
nothing which the sdist leaves out can help. Exit status: 0 all pass, 1 some fail or no Python is found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")
TOOLS = ("hypothesis", "jsonschema", "pytest", "python-dateutil")
"""What the fast tests of the core need beside the package itself."""


def find_pythons() -> dict[str, str]:
    """The interpreters on the path that start, by version."""
    found: dict[str, str] = {}
    for version in VERSIONS:
        program = shutil.which(f"python{version}")
        if program and subprocess.run([program, "-V"], capture_output=True, check=False).returncode == 0:
            found[version] = program
    return found


def run_tests(python: str, sdist: Path, folder: Path) -> bool:
    """Install the sdist into a new environment in `folder`, run its tests, and say whether they pass."""
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    source = next(item for item in folder.iterdir() if item.is_dir())
    subprocess.run([python, "-m", "venv", folder / "env"], check=True)
    program = folder / "env" / "bin" / "python"
    pip = [program, "-m", "pip", "--disable-pip-version-check", "-q", "install"]
    subprocess.run([*pip, sdist, *TOOLS], check=True)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [program, "-m", "pytest", "-q", "-m", "fast", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=source, env=environment, check=False).returncode == 0


def main(sdist: Path) -> int:
    """Run the tests on every Python, print a line for each, and return the exit status."""
    pythons = find_pythons()
    passed: dict[str, bool] = {}
    for version, python in pythons.items():
        with tempfile.TemporaryDirectory() as folder:
            passed[version] = run_tests(python, sdist, Path(folder))
    for version in VERSIONS:
        state = "not found" if version not in passed else "passed" if passed[version] else "failed"
        print(f"Python {version}: {state}")
    return 0 if passed and all(passed.values()) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
