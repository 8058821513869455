"""Audit: why this answer, what each figure counts, who contradicts whom, what would settle it.

In: a case and the draws of its answer. Out: an `Audit` (`audit.json`, its tables as Parquet).
Knows `inference` and the rooms below it.
"""
