"""The reference page of default priors.

python -m sojourn.inference.priors_page > docs/reference/priors.md
"""

from __future__ import annotations

import sys

from sojourn.case.settings import LogitNormal, LogNormal
from sojourn.inference.default_priors import DEFAULTS, LESS_RELIABLE, Prior

HEAD = """\
# Default priors

Any of them can be changed by name in `[priors]` of `case.toml`; `sojourn check` prints what a case changed.
`median × factor` is log-normal (68 % within median ÷ factor and median × factor), `low – high` is
logit-normal (90 % between the two), `mean ± sd` is normal. Rates are per week. What a case states itself
(sizes of waves, visitors, parts, schemes) is in [its own file](case.md).

| name | prior | why |
|---|---|---|
"""
TAIL = """
## How much wider a source's bias is, by interest

| interest | factor on the sd of its bias |
|---|---|
"""


def page() -> str:
    """The page as Markdown."""
    rows = "".join(f"| `{name}` | {words(prior)} | {prior.why} |\n" for name, prior in DEFAULTS.items())
    factors = "".join(f"| `{interest}` | {factor:g} |\n" for interest, factor in LESS_RELIABLE.items())
    return HEAD + rows + TAIL + factors


def words(prior: Prior) -> str:
    """A prior in a few characters."""
    if isinstance(prior, LogNormal):
        return f"{prior.median:g} × {prior.factor:g}"
    if isinstance(prior, LogitNormal):
        return f"{prior.low:g} – {prior.high:g}"
    return f"{prior.mean:g} ± {prior.sd:g}"


if __name__ == "__main__":
    sys.stdout.write(page())
