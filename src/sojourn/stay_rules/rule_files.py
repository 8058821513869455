"""Rule files: the shipped library, and a user's own file or folder."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError

from sojourn._core.settings import explain
from sojourn.stay_rules.errors import RuleFileError, StayRuleError
from sojourn.stay_rules.schema import Rule, RuleFile, Zone

FOLDER = Path(__file__).parent / "rules"
Rules = str | Path | Rule | Sequence[Rule]


class _Loader(yaml.CSafeLoader):
    """A YAML loader in which only true and false are booleans; `NO` (Norway) and dates remain text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^(?:0|[1-9][0-9]*)$"), list("0123456789"))


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} appears twice", key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(text: str) -> object:
    """Parse YAML to plain values; `NO` and dates remain text.

    Raises:
        yaml.YAMLError: the text is not YAML.
    """
    return yaml.load(text, Loader=_Loader)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """Read the rules of a file, or of all `.yaml` files of a folder.

    A file contains either one rule, or `rules:` with a list of rules.

    Raises:
        RuleFileError: a file is invalid; the message has its path, the key, the value and what is allowed.
    """
    if path.is_dir():
        files = sorted(path.glob("*.yaml"))
        if not files:
            raise RuleFileError(f"{path}: no .yaml file in this folder")
        rules = tuple(rule for file in files for rule in read_rules(file))
    else:
        try:
            state = path.stat()
        except OSError as error:
            raise RuleFileError(f"{path}: cannot be read ({error.strerror})") from None
        rules = _read_file(path, (state.st_mtime_ns, state.st_size))
    names = [rule.id for rule in rules]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise RuleFileError(f"{path}: {names.count(twice[0])} rules have the id {twice[0]}")
    return rules


@lru_cache(maxsize=128)
def _read_file(path: Path, state: tuple[int, int]) -> tuple[Rule, ...]:
    """Read the rules of one file, again only if its `state` has changed."""
    try:
        written = read_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RuleFileError(f"{path}: cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise RuleFileError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(written, dict):
        raise RuleFileError(f"{path}: contains no rule; a rule file begins with `id:` or `rules:`")
    file = cast("dict[str, Any]", written)
    content: dict[str, Any] = file if "rules" in file else {"rules": [file]}
    try:
        return RuleFile.model_validate(content).rules
    except ValidationError as error:
        raise RuleFileError(f"{path}: {_explain(error, content)}") from None


def _explain(error: ValidationError, content: dict[str, Any]) -> str:
    """Return the first problem of a rule file in words."""
    first = error.errors()[0]
    places = [str(p) for p in first["loc"] if not str(p).startswith(("function-", "literal[", "constrained"))]
    rule = content["rules"]
    name = ""
    if len(first["loc"]) > 1 and isinstance(rule, list):
        entry = cast("list[Any]", rule)[int(first["loc"][1])]
        name = (
            f"rule {cast('dict[str, Any]', entry).get('id', first['loc'][1])}, "
            if isinstance(entry, dict)
            else ""
        )
        places = places[2:]
    where = f"{name}{'.'.join(places) or 'the rule'}"
    message, show = explain(first, RuleFile)
    shown = show and not isinstance(first["input"], dict | list)
    return f"{where}: {first['input']!r} {message}" if shown else f"{where}: {message}"


def library() -> dict[str, Rule]:
    """Return all shipped rules by id.

    Example:
        >>> library()["KZ.visa_free.EAEU"].zone
        'KZ'
    """
    return {rule.id: rule for rule in read_rules(FOLDER)}


def load(name: str | Path) -> Rule:
    """Load one rule, by its id in the library or from a file.

    Args:
        name: an id, or a path to a rule file; `file.yaml#ID` if the file contains several rules.

    Raises:
        RuleFileError: the id is unknown, or the file is invalid.

    Example:
        >>> load("EU.short_stay").id
        'EU.short_stay'
    """
    found = find_rules(name)
    if len(found) != 1:
        raise RuleFileError(
            f"{name}: there are {len(found)} rules, {', '.join(r.id for r in found)}; choose one"
        )
    return found[0]


def find_rules(rules: Rules) -> list[Rule]:
    """Return the rules that a name may refer to: an id, a zone, a file or folder, or `file.yaml#ID`.

    Raises:
        RuleFileError: the name refers to no rule.
    """
    if isinstance(rules, Rule):
        return [rules]
    if not isinstance(rules, str | Path):
        if not rules:
            raise StayRuleError("rules: the list is empty")
        return list(rules)
    name = str(rules)
    file, _, wanted = name.partition("#")
    if Path(file).exists():
        found = list(read_rules(Path(file).resolve()))
        chosen = [rule for rule in found if rule.id == wanted] if wanted else found
        if not chosen:
            raise RuleFileError(
                f"{name}: there is no rule {wanted}; the file has {', '.join(r.id for r in found)}"
            )
        return chosen
    if file.endswith((".yaml", ".yml")):
        raise RuleFileError(f"{name}: there is no such file")
    return _shipped(name)


def _shipped(name: str) -> list[Rule]:
    file = FOLDER / f"{name.partition('.')[0]}.yaml"
    if file.exists():
        found = [rule for rule in read_rules(file) if name in (rule.id, zone_name(rule))]
        if found:
            return found
    known = library()
    by_zone = [rule for rule in known.values() if zone_name(rule) == name]
    if by_zone:
        return by_zone
    near = difflib.get_close_matches(name, known, 3, 0.4)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise RuleFileError(f"rules: {name!r} is neither a rule of the library, nor a zone, nor a file{hint}")


def zone_name(rule: Rule) -> str:
    """Return the country code, or the name of the zone."""
    return rule.zone.name if isinstance(rule.zone, Zone) else rule.zone
