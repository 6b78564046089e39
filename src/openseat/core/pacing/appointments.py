"""Timed calls: a customer was promised a call at a time, perhaps by a certain agent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Turn(StrEnum):
    """What an appointment needs now."""

    EARLY = "early"
    OWN_AGENT = "own_agent"
    """Its own agent dials."""
    ANY_AGENT = "any_agent"
    """Its own agent is not there, or it has none."""
    MISSED = "missed"
    """Too late to dial: it is planned anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRules:
    """How punctual a promised call is.

    Args:
        early_ms: how long before its time it may be dialled, when its agent is idle.
        own_agent_ms: how long after its time it waits for its own agent.
        late_ms: how long after its time it is still dialled.
    """

    early_ms: int = 60_000
    own_agent_ms: int = 300_000
    late_ms: int = 1_800_000

    def turn(self, at: int, now: int, *, has_agent: bool, agent_serves: bool) -> Turn:
        """Return whose turn it is.

        Args:
            at: the promised time.
            now: the time.
            has_agent: whether a certain agent was promised.
            agent_serves: whether that agent is signed in and serves the campaign.
        """
        if now < at - self.early_ms:
            return Turn.EARLY
        if now > at + self.late_ms:
            return Turn.MISSED
        if has_agent and (agent_serves or now < at) and now < at + self.own_agent_ms:
            return Turn.OWN_AGENT
        return Turn.ANY_AGENT if now >= at else Turn.EARLY
