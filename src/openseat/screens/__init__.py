"""Wallboards that people lay out, and the links that show them."""
