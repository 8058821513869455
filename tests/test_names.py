"""Names of the package: each class name once, module names in the words of the glossary, no calques.

The size of functions is checked here, too.

Every list of exceptions may only shrink: a test fails on a new exception, and also on one that is no
longer needed and must be deleted from its list.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "sojourn"

REPEATED_CLASSES = {
    "Array",
    "Cell",
    "Crossings",
    "Many",
    "Numbers",
    "Record",
    "Report",
    "Summary",
    "Table",
}
"""Class and alias names that are defined more than once."""

REPEATED_FUNCTIONS = {
    "audit",
    "backtest",
    "calibrate",
    "case_settings",
    "check",
    "claims",
    "compare",
    "documents",
    "draft",
    "engine",
    "estimate",
    "html",
    "markdown",
    "new",
    "outcomes",
    "parameters",
    "permit",
    "prov",
    "read",
    "report",
    "run",
    "sentences",
    "show",
    "simulate",
    "statements",
    "stays",
    "tables",
    "vintages",
    "whatif",
    "worth",
    "write",
}
"""Public functions that share their name with a module or package."""

OBSCURE_WORDS = {"desk"}
"""Words of module names that say nothing to a newcomer."""

GENERAL_WORDS = {
    "splink",
    "api",
    "classification",
    "extras",
    "hash",
    "missing",
    "model",
    "names",
    "open",
    "short",
    "warnings",
    "arrays",
    "band",
    "baselines",
    "calibrate",
    "charts",
    "claims",
    "clean",
    "cli",
    "columns",
    "compile",
    "commands",
    "common",
    "compare",
    "config",
    "console",
    "contact",
    "core",
    "csv",
    "data",
    "days",
    "default",
    "defaults",
    "document",
    "documents",
    "engine",
    "errors",
    "figures",
    "file",
    "files",
    "final",
    "form",
    "formats",
    "html",
    "ibis",
    "if",
    "inputs",
    "jax",
    "labels",
    "life",
    "markdown",
    "method",
    "new",
    "normal",
    "options",
    "out",
    "package",
    "page",
    "permit",
    "private",
    "progress",
    "protect",
    "read",
    "record",
    "records",
    "results",
    "row",
    "rows",
    "run",
    "safety",
    "sections",
    "sentences",
    "session",
    "settings",
    "show",
    "simulate",
    "sources",
    "status",
    "steps",
    "summary",
    "tables",
    "text",
    "thresholds",
    "tools",
    "value",
    "version",
    "wording",
    "whatif",
    "write",
}
"""Words of general English, of Python and of file formats, which need no entry in the glossary."""

CALQUES = re.compile(
    r"\bis no (?:place|source|country|event|other)\b|\bnoughts?\b|\bso many\b|\b(?:is|are) told\b|\bof ours\b"
    r"|\blacks?\b",
    re.IGNORECASE,
)

ALLOWED_CALQUES: dict[str, int] = {}
"""Package → how many calques its docstrings and messages still have."""


MOST_LINES = 50
"""How many lines a function may have, its signature and docstring aside."""

LONG_FUNCTIONS: set[str] = set()
"""Functions that are longer, by file and name."""


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def module_names() -> set[str]:
    parts = {part for path in modules() for part in path.relative_to(SOURCE).with_suffix("").parts}
    return {part.lstrip("_") for part in parts if not part.startswith("__")}


def words_of(name: str) -> list[str]:
    return name.split("_")


def glossary_words() -> set[str]:
    """The words of the terms in the first column."""
    found: set[str] = set()
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == 4 and cells[3] != "where":
            found |= set(re.findall(r"[a-z]+", cells[0].lower()))
    return found


def is_explained(word: str, known: set[str]) -> bool:
    """Whether a word, its singular or its plural is known."""
    forms = {word, word + "s", word.removesuffix("s"), word.removesuffix("es")}
    if word.endswith("ies"):
        forms.add(word.removesuffix("ies") + "y")
    return bool(forms & known)


def defined_classes() -> dict[str, list[str]]:
    """Class and type-alias names at the top of a module, and where they are defined."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in modules().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            else:
                names = []
            for name in names:
                if re.fullmatch("[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*", name):
                    found[name].append(str(path.relative_to(SOURCE)))
    return found


def texts(tree: ast.Module) -> Iterator[str]:
    """Docstrings, messages and the fixed parts of formatted strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def package_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0] if len(parts) > 1 else "sojourn"


def test_a_class_name_is_defined_once() -> None:
    repeated = {name: places for name, places in defined_classes().items() if len(places) > 1}
    new = {name: places for name, places in repeated.items() if name not in REPEATED_CLASSES}
    assert not new, "give each class or alias its own name"
    assert not REPEATED_CLASSES - repeated.keys(), "delete these from REPEATED_CLASSES"


def test_module_names_use_words_of_the_glossary() -> None:
    known = glossary_words() | GENERAL_WORDS
    used = {word: name for name in module_names() for word in words_of(name)}
    unexplained = {word: name for word, name in used.items() if not is_explained(word, known)}
    new = {word: name for word, name in unexplained.items() if word not in OBSCURE_WORDS}
    assert not new, "add the term to docs/glossary.md, or rename the module"
    assert not OBSCURE_WORDS - unexplained.keys(), "delete these from OBSCURE_WORDS"


def test_a_glossary_term_has_one_entry() -> None:
    rows = [
        line.split("|")[1].strip()
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.endswith("| where |")
    ]
    terms = Counter(term.strip() for row in rows for term in row.split(","))
    assert len(terms) > 100
    assert [term for term, count in terms.items() if count > 1] == []


def test_files_of_the_glossary_exist() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    files = {
        file for file in re.findall(r"`([\w/]+(?:\.py|/))`", text) if not file.startswith(("src/", "tests/"))
    }
    assert len(files) > 50
    assert sorted(file for file in files if not (SOURCE / file).exists()) == []


def test_no_function_hides_a_module() -> None:
    names = module_names()
    shared = {
        node.name: str(path.relative_to(SOURCE))
        for path, tree in modules().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.name in names
    }
    new = {name: place for name, place in shared.items() if name not in REPEATED_FUNCTIONS}
    assert not new, "a function must not share its name with a module or package"
    assert not REPEATED_FUNCTIONS - shared.keys(), "delete these from REPEATED_FUNCTIONS"


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring."""
    first = function.body[0]
    before = first.lineno - 1 if ast.get_docstring(function) is None else first.end_lineno or first.lineno
    return (function.end_lineno or before) - before


def test_a_function_fits_on_a_screen() -> None:
    lines = {
        f"{path.relative_to(SOURCE)}:{node.name}": lines_of(node)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(lines) > 1_000
    long = {name: count for name, count in lines.items() if count > MOST_LINES}
    new = {name: count for name, count in long.items() if name not in LONG_FUNCTIONS}
    assert not new, f"split what has more than {MOST_LINES} lines"
    assert not LONG_FUNCTIONS - long.keys(), "delete these from LONG_FUNCTIONS"


@pytest.mark.parametrize("package", sorted({package_of(path) for path in modules()}))
def test_no_calques(package: str) -> None:
    found = [
        f"{path.relative_to(SOURCE)}: …{text[max(0, match.start() - 30) : match.end() + 30]!r}"
        for path, tree in modules().items()
        if package_of(path) == package
        for text in texts(tree)
        for match in CALQUES.finditer(text)
    ]
    allowed = ALLOWED_CALQUES.get(package, 0)
    assert len(found) <= allowed, "write plain English:\n" + "\n".join(found)
    assert len(found) >= allowed, f"lower ALLOWED_CALQUES[{package!r}] to {len(found)}"
