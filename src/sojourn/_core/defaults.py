"""How much is computed unless somebody asks for more or less. Loads nothing: the command line shows it."""

CHAINS = 4
"""Markov chains of an answer."""
TRIAL_DRAWS = 200
"""Kept draws of each chain in a trial of a calibration."""
LIMIT = 600.0
"""Seconds after which the drawing of an answer ends, converged or not."""
REFITS = 10
"""Posteriors without a claim or a source that an audit draws again where importance weights fail."""
