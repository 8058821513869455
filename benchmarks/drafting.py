"""How well the rules draft claims: recall and precision by field, on known and on held-out articles.

python -m benchmarks.drafting
"""

from __future__ import annotations

import sys

from tests.drafting.articles import read_articles, score_drafts

from sojourn.drafting.rules import draft_by_rules


def main() -> None:
    """Print the scores of both folders and languages."""
    for folder in sys.argv[1:] or ("known", "held_out"):
        for language in ("en", "ru"):
            score = score_drafts(read_articles(folder, language), draft_by_rules)
            print(
                f"{folder} {language}: value recall {score.right}/{score.labels} = {score.recall:.2f}, "
                f"precision "
                f"{score.right}/{score.drafts - score.optional} = {score.precision:.2f}, numerals "
                f"{score.numerals_found}/{score.numerals} = {score.numerals_found / score.numerals:.2f}, "
                f"groups {score.groups_found}/{score.groups} with "
                f"{score.group_counts_right}/{score.group_counts} counts, "
                f"invented {score.invented}, not verbatim {score.not_verbatim}"
            )
            for name, (wanted, said, right) in score.fields.items():
                print(
                    f"    {name}: recall {right}/{wanted} = {right / wanted:.2f}, precision "
                    f"{right}/{said} = {right / said:.2f}"
                )


if __name__ == "__main__":
    main()
