"""The reference page of the Python interface, from the code: `python -m sojourn.cli.api_page`.

In: nothing. Out: `docs/reference/api.md`, the signature and the docstring of every public name; a
test keeps it current.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

MODULES = ("sojourn", "sojourn.stay_rules", "sojourn.borders")
"""The packages whose `__all__` is the public interface."""
WIDTH = 100
HEAD = """\
# Python interface

Every public name of `sojourn`, `sojourn.stay_rules` and `sojourn.borders`: its signature and its docstring.
Whatever is not on this page may change without notice. This page is made from the code.
"""


FUNCTION = re.compile(r"<function (?:[\w.]+\.)?(\w+|<lambda>) at 0x[0-9a-f]+>")
"""How Python shows a default that is a function; its address differs from run to run."""


def page() -> str:
    """The page as Markdown."""
    text = "".join(_module(import_module(name)) for name in MODULES)
    return HEAD + FUNCTION.sub(lambda found: found[1].strip("<>"), text)


def _module(module: ModuleType) -> str:
    summary = (inspect.getdoc(module) or "").split("\n\n")[0]
    parts = [f"\n## {module.__name__}\n\n{summary}\n"]
    for name in sorted(module.__all__, key=str.casefold):
        lines = "\n".join(_entry(name, getattr(module, name))).rstrip()
        parts.append(f"\n### {module.__name__}.{name}\n\n```text\n{lines}\n```\n")
    return "".join(parts)


def _entry(name: str, value: Any) -> Iterator[str]:
    """The lines of one public name: a class with its members, a function, or a constant."""
    if inspect.isclass(value):
        yield from f"class {_call(name, value)}".splitlines()
        yield from _text(value)
        for member, of in sorted(_members(value).items()):
            yield ""
            yield from (f"    {line}".rstrip() for line in _member(member, of))
    elif callable(value):
        yield from _call(name, value).splitlines()
        yield from _text(value)
    else:
        yield from textwrap.wrap(f"{name} = {value!r}", WIDTH)


def _members(owner: type[Any]) -> dict[str, Any]:
    """The public methods and properties that sojourn defines, in the class or in its bases."""
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.partition(".")[0] == "sojourn":
            found |= {
                name: of for name, of in vars(base).items() if not name.startswith("_") and _is_member(of)
            }
    return found


def _is_member(of: Any) -> bool:
    return inspect.isfunction(of) or isinstance(of, property | classmethod | staticmethod)


def _member(name: str, of: Any) -> Iterator[str]:
    if isinstance(of, property):
        kind = inspect.signature(of.fget).return_annotation if of.fget else inspect.Signature.empty
        yield name if kind is inspect.Signature.empty else f"{name}: {kind}"
        yield from _text(of)
    else:
        function = getattr(of, "__func__", of)
        yield from _call(name, function, bound=not isinstance(of, staticmethod)).splitlines()
        yield from _text(function)


def _call(name: str, value: Any, *, bound: bool = False) -> str:
    """The name with its parameters, one a line where they are many."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return name
    parameters = [
        parameter.replace(annotation=_unquoted(parameter.annotation))
        for parameter in signature.parameters.values()
    ]
    signature = signature.replace(
        parameters=parameters[bound:], return_annotation=_unquoted(signature.return_annotation)
    )
    line = f"{name}{signature}"
    if len(line) <= WIDTH:
        return line
    result = signature.return_annotation
    end = ")" if result is inspect.Signature.empty else f") -> {result}"
    return "\n".join([f"{name}(", *(f"    {part}," for part in _parameters(signature)), end])


class _Name(str):
    """An annotation that is shown without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _unquoted(annotation: Any) -> Any:
    return _Name(annotation) if isinstance(annotation, str) else annotation


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    """The parameters as they are written, with the `*` before those that have to be named."""
    named = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            named = True
        elif parameter.kind is parameter.KEYWORD_ONLY and not named:
            named = True
            yield "*"
        yield str(parameter)


def _text(value: Any) -> Iterator[str]:
    """The docstring, indented; that of a built-in base is not ours."""
    own = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    yield from (f"    {line}".rstrip() for line in inspect.cleandoc(own or "").splitlines())


if __name__ == "__main__":
    print(page(), end="")
