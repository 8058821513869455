"""The reference page of default priors, as Markdown.

To update the page, run: python -m sojourn.inference.priors_page > docs/reference/priors.md
"""

from __future__ import annotations

import sys

from sojourn.case.settings import LogitNormal, LogNormal
from sojourn.inference.default_priors import DEFAULTS, LESS_RELIABLE, Prior

HEAD = """\
# Default priors

A case can override any of these priors by name in `[priors]` of `case.toml`; `sojourn check` lists its
overrides. `median × factor` is log-normal (68 % between median ÷ factor and median × factor), `low – high` is
logit-normal (90 % between the two), and `mean ± sd` is normal. Rates are per week. Priors that a case states
itself (sizes of waves, visitors, parts of a country, schemes) are described in [its reference](case.md).

| name | prior | why |
|---|---|---|
"""
TAIL = """
## Width of a source's bias, by interest

The sd of a source's own bias is the default of its kind times this factor; an anchor replaces it.

| interest | factor on the sd of the bias |
|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    rows = "".join(f"| `{name}` | {words(prior)} | {prior.why} |\n" for name, prior in DEFAULTS.items())
    factors = "".join(f"| `{interest}` | {factor:g} |\n" for interest, factor in LESS_RELIABLE.items())
    return HEAD + rows + TAIL + factors


def words(prior: Prior) -> str:
    """A prior as it is written in the table.

    Example:
        >>> words(LogNormal(median=0.05, factor=1.8))
        '0.05 × 1.8'
    """
    if isinstance(prior, LogNormal):
        return f"{prior.median:g} × {prior.factor:g}"
    if isinstance(prior, LogitNormal):
        return f"{prior.low:g} – {prior.high:g}"
    return f"{prior.mean:g} ± {prior.sd:g}"


if __name__ == "__main__":
    sys.stdout.write(page())
