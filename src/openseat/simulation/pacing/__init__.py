"""Worlds, opponents and a virtual clock for outbound pacing."""
