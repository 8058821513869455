"""Drafts of claims from articles, by rules for English and Russian, and by a model if one is configured."""
