"""Drafts of claims from articles, by rules for English and Russian, and by a model if one is configured.

Input: the text of an article. Output: drafts, each with a verbatim quotation; none is a claim until a
person has accepted it.
"""

from sojourn.drafting.acceptance import Accepted, accept_drafts
from sojourn.drafting.article_drafts import ArticleDrafts, draft_article, merge_drafts
from sojourn.drafting.article_text import read_article, visible_text
from sojourn.drafting.draft import Draft, Group
from sojourn.drafting.draft_table import (
    DraftRow,
    draft_cells,
    keep_open_drafts,
    propose_ids,
    read_draft_table,
    write_draft_table,
)
from sojourn.drafting.language_model import ModelSettings, draft_by_model, model_settings
from sojourn.drafting.rules import draft_by_rules

__all__ = [
    "Accepted",
    "ArticleDrafts",
    "Draft",
    "DraftRow",
    "Group",
    "ModelSettings",
    "accept_drafts",
    "draft_article",
    "draft_by_model",
    "draft_by_rules",
    "draft_cells",
    "keep_open_drafts",
    "merge_drafts",
    "model_settings",
    "propose_ids",
    "read_article",
    "read_draft_table",
    "visible_text",
    "write_draft_table",
]
