"""Tools for the developers of sojourn, which are no part of the package."""
