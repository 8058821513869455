"""The page of default priors is made from the code."""

from pathlib import Path

from sojourn.inference.default_priors import DEFAULTS
from sojourn.inference.priors_page import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "priors.md"


def test_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m sojourn.inference.priors_page"


def test_every_default_has_a_reason() -> None:
    assert [name for name, prior in DEFAULTS.items() if not prior.why] == []
