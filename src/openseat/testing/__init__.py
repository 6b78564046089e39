"""Helpers for tests, public and tested themselves: fakes, clusters, scenarios."""
