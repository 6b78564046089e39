"""What a campaign lays down for its pacing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mode(StrEnum):
    """Who or what decides when a number is dialled, and who talks when a person answers."""

    MANUAL = "manual"
    PREVIEW = "preview"
    PROGRESSIVE = "progressive"
    PREDICTIVE = "predictive"
    TIMED = "timed"
    NOTICE = "notice"
    SURVEY = "survey"


BY_HAND: Final = frozenset({Mode.MANUAL, Mode.PREVIEW, Mode.TIMED})
"""Each call is asked for by an agent or an appointment."""
WITHOUT_AGENTS: Final = frozenset({Mode.NOTICE, Mode.SURVEY})
"""A flow talks to who answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacingRules:
    """The settings of one campaign.

    Raises:
        ValueError: a limit outside 0 to 1, a time or number below zero, or a
            campaign without agents that has no number of lines.
    """

    mode: Mode = Mode.PREDICTIVE
    nuisance_limit: float = 0.03
    """Share of live answers that may stay without an agent in time, in a day window."""
    agent_within_ms: int = 2_000
    """Until when an agent has to be there after a person answered."""
    ring_time_out_ms: int = 30_000
    least_ring_ms: int | None = 15_000
    """How long it has to ring there before a call may be given up for want of agents; None: it
    never is. Nor is a call of which nobody says that it rings."""
    lines: int | None = None
    """Most calls at once, ringing, waiting or talking."""
    calls_per_s: float | None = None
    """Most calls placed in a second."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.mode in WITHOUT_AGENTS and self.lines is None:
            raise ValueError("a campaign without agents needs a number of lines")
        numbers = (
            self.agent_within_ms,
            self.ring_time_out_ms,
            self.least_ring_ms or 0,
            self.lines or 0,
            self.calls_per_s or 0,
        )
        if not 0 <= self.nuisance_limit <= 1 or min(numbers) < 0:
            raise ValueError("a limit is a share from 0 to 1; times and numbers are not negative")
