"""Simulation: agent-based worlds whose truth is known.

Input: the settings of a world and a seed. Output: border registers, the figures that officials
published, as a case, and the true answer to the case's question. Depends on `case`, `stay_rules`
and `borders`.
"""
