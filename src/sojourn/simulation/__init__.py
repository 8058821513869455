"""Simulation: agent-based worlds whose truth is known.

In: the settings of a world and a seed. Out: border registers, the figures that officials published
as a case, and the truth of the case's question. Knows `case`, `stay_rules` and `borders`.
"""
