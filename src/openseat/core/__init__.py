"""The decision core: pure rules, no IO, no clock, no randomness of its own.

Time, identifiers and configuration come in as arguments; decisions go out as
events (facts for the journal) and effects (instructions for adapters).
"""
