"""The command line: parse, call, print. One module per command, imported when it runs.

In: arguments. Out: text on stdout, problems on stderr, and an exit status: 0 for done,
1 for done with findings or warnings, 2 for what cannot be read or understood, 130
after Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts import App

HELP = """\
Where did they go: stayed, moved on, returned?

An account of a displaced population, with its uncertainty, from published
figures that contradict one another. A CASE is a folder, or the name of a
shipped case.

Try it:

  sojourn estimate kazakhstan-2022      the answer for a shipped case
  sojourn check kazakhstan-2022         what is odd about its figures
  sojourn new my-case                   a small case of your own to edit
  sojourn check my-case                 what is wrong with it, all at once
"""

COMMANDS = (
    (
        "audit",
        "sojourn.cli.audit:audit",
        "Explain an answer: what figures count, which conflict.",
    ),
    ("backtest", "sojourn.cli.backtest:backtest", "Compare an answer with what became known later."),
    ("borders", "sojourn.cli.borders:app", "From a register of border crossings to people."),
    (
        "calibrate",
        "sojourn.cli.calibrate:calibrate",
        "Test the intervals on simulated worlds.",
    ),
    ("check", "sojourn.cli.check:check", "Check a case before any model runs."),
    ("compare", "sojourn.cli.compare:compare", "Compare two answers, and find the edit that moved most."),
    ("draft", "sojourn.cli.draft:draft", "Draft claims from an article, for you to accept."),
    ("estimate", "sojourn.cli.estimate:estimate", "Answer the question of a case."),
    ("import", "sojourn.cli.table_import:import_file", "Make claims from a published table."),
    ("new", "sojourn.cli.new:new", "Make a small case to start from."),
    ("permit", "sojourn.cli.permit:permit", "Until when may one stay, when come back?"),
    ("report", "sojourn.cli.report:report", "Write an answer as a page, tables or interchange files."),
    ("show", "sojourn.cli.show:show", "Show a saved answer."),
    ("simulate", "sojourn.cli.simulate:simulate", "Simulate a world whose truth is known."),
    ("vintages", "sojourn.cli.vintages:vintages", "The answer as it would have been at every date."),
    ("whatif", "sojourn.cli.whatif:whatif", "What if a stay rule or an event had been different?"),
    ("worth", "sojourn.cli.worth:worth", "Rank new statistics by the uncertainty that they would remove."),
)
"""Name, where the function is, and its line in the help: a new command needs a line here."""

FLAGS = ("--help", "-h", "--version", "--install-completion")


def build_app(called: str = "") -> App:
    """The command line application; only the command that is `called` is imported.

    The help shows the others by their line in COMMANDS, the one called by its docstring.
    `--install-completion` imports all of them, since a completion script holds their options.
    """
    from cyclopts import App

    import sojourn

    app = App(
        name="sojourn",
        help=HELP,
        help_format="plaintext",
        version=sojourn.__version__,
        result_action="return_int_as_exit_code_else_zero",
    )
    for name, path, line in COMMANDS:
        # A group of commands brings its own help once it is imported: when it is called, or when
        # all commands are imported to write their names into a completion script.
        own = path.endswith(":app") and called in {name, "--install-completion"}
        words = {} if own else {"help": None if name == called else line, "help_format": "plaintext"}
        app.command(path, name=name, **words)
    if called not in {name for name, _, _ in COMMANDS}:
        app.register_install_completion_command(help="Let the shell complete commands and options.")
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A figure quoted in Kazakh must not end the program on a terminal that lacks the letters.
            stream.reconfigure(errors="backslashreplace")
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    called = tokens[0] if tokens else ""
    try:
        code = build_app(called)(tokens) if _known(called) else _unknown(called)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader (`| head`) has left: nothing more to say, and no complaint at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = refuse(error, called)
    sys.exit(code)


def _known(first: str) -> bool:
    return first in {"", *FLAGS, *(name for name, _, _ in COMMANDS)}


def _unknown(first: str) -> int:
    """An error of our own, since the library's would import every command to suggest one."""
    from difflib import get_close_matches

    names = [name for name, _, _ in COMMANDS]
    near = get_close_matches(first, [*names, *FLAGS], n=1)
    hint = f' Did you mean "sojourn {near[0]}"?' if near else ""
    what = "option" if first.startswith("-") else "command"
    sys.stderr.write(f'Unknown {what} "{first}".{hint} Commands: {", ".join(names)}; see sojourn --help\n')
    return 2


def refuse(error: Exception, command: str = "") -> int:
    """Print what is wrong with the input, or which extra is not installed, and return 2.

    Any other error is a bug, and is raised.
    """
    from sojourn._core.errors import SojournError
    from sojourn.cli.extras import explain_missing_extra

    line = explain_missing_extra(error, command)
    if line is None and not isinstance(error, SojournError):
        raise error
    sys.stderr.write(f"{line or error}\n")
    return 2
