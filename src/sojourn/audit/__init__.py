"""Audit: why an answer is what it is, what each figure counts, who contradicts whom, what would settle it.

In: a case and the draws of its answer. Out: an `Audit` (`audit.json`, with its tables as Parquet).
Knows `inference` and the packages below it.
"""
