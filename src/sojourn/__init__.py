"""Where did they go: stayed, moved on, returned, from figures that contradict one another."""

__version__ = "0.1.0.dev0"
