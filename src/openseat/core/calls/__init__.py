"""Calls: their parts and the fold that builds them from events."""

from openseat.core.calls.model import (
    Call,
    Consult,
    Entry,
    Leg,
    LegState,
    Offer,
    Segment,
    Supervision,
)

__all__ = ["Call", "Consult", "Entry", "Leg", "LegState", "Offer", "Segment", "Supervision"]
