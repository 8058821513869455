"""Audit: why this answer, what each figure counts, who contradicts whom, what would settle it.

In: a case and the draws of its answer. Out: an `Audit` (`audit.json`, its tables as Parquet).
Knows `belief` and the rooms below it.
"""
