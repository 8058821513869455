"""How much is computed unless somebody asks for more or less. Loads nothing: the command line shows it."""

CHAINS = 4
"""Markov chains of an answer."""
DRAWS = 2000
"""Kept draws of each chain."""
REFITS = 10
"""Posteriors without a claim or a source that an audit draws again where importance weights fail."""
