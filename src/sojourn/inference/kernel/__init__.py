"""The compiled density of a case."""
