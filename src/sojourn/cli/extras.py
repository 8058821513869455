"""The optional parts of the package, and the line that says which one a command needs.

In: an error that a command raised. Out: one line with the `pip install` command, or nothing if the
error has another cause.
"""

from __future__ import annotations

EXTRAS = {
    "infer": (
        "arviz_base",
        "arviz_stats",
        "h5netcdf",
        "h5py",
        "jax",
        "numba",
        "numpy",
        "pandas",
        "pyarrow",
        "scipy",
        "threadpoolctl",
        "xarray",
    ),
    "borders": ("duckdb", "ibis", "numpy", "pandas", "pyarrow"),
    "report": ("altair", "jinja2", "jsonschema", "markupsafe", "openpyxl", "vl_convert"),
    "spark": ("ibis", "pyspark"),
    "link": ("splink",),
}
"""The modules that each extra of `pyproject.toml` brings and that sojourn imports."""


def explain_missing_extra(error: BaseException, command: str) -> str | None:
    """Say which extra to install for `command`, if `error` comes from a module that an extra brings.

    Args:
        error: What the command raised; errors that it was raised in place of are examined, too.
        command: The command, such as `estimate`. A module that two extras bring is taken to be
            missing from the extra of the same name, and otherwise from the first one.

    Returns:
        One line, or None if no module of an extra is missing.

    Example:
        >>> error = ModuleNotFoundError("No module named 'duckdb'", name="duckdb")
        >>> explain_missing_extra(error, "borders")
        "sojourn borders needs the package duckdb: pip install 'sojourn[borders]'"
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ModuleNotFoundError):
            # The import of `splink.backends` without Splink fails at `splink`. A name with a dot is
            # a part that an installed package probes for, so it is not in EXTRAS.
            module = cause.name
            owners = [extra for extra, modules in EXTRAS.items() if module in modules]
            if owners:
                extra = command if command in owners else owners[0]
                java = " (Spark also needs a Java runtime)" if extra == "spark" else ""
                return f"sojourn {command} needs the package {module}: pip install 'sojourn[{extra}]'{java}"
        cause = cause.__cause__ or cause.__context__
    return None
