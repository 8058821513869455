"""Documents to people: exact keys, then probabilistic linkage that never puts a person in two places."""
