"""What every room needs and no room owns: the version, errors, files, settings, outcomes, thresholds.

In: nothing. Out: small modules that import no other part of sojourn.
"""
