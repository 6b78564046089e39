"""Routing: who waits, who is free, and who gets whom."""

from __future__ import annotations

from openseat.core.routing.contact import (
    FULL,
    TIMEOUT,
    UNSTAFFED,
    Announcement,
    Contact,
    Match,
    Overflow,
)
from openseat.core.routing.router import Router

__all__ = [
    "FULL",
    "TIMEOUT",
    "UNSTAFFED",
    "Announcement",
    "Contact",
    "Match",
    "Overflow",
    "Router",
]
