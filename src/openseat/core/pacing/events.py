"""What a pacer is told: facts about one campaign's calls and its agents.

Times are the floor's, in whole milliseconds. The floor makes these from what it journals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

IDLE: Final = "idle"
"""The one state in which an agent can take a call; every other name is a kind of work."""
AWAY: Final = "away"
"""A state that does not lead back by itself: a break, another campaign, a disconnected phone."""
TALKING: Final = "talking"
WRAPPING: Final = "after-call work"


class Cell(NamedTuple):
    """What an answer depends on before the number rings: the list's segment, the hour there."""

    segment: str
    hour: int


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """A number was dialled."""

    at: int
    call_id: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class CallRang:
    """The other side says that the telephone there rings."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """A person answered (the answer scan, where there is one, has decided)."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallConnected:
    """The person who answered hears an agent."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallMissed:
    """Nobody answered: busy, unreachable, a machine, or it rang until its time was out."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallWithdrawn:
    """A ringing call was given up by this side before its time was out."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallLost:
    """A person answered and the call ended before an agent was there."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The conversation with an agent is over."""

    at: int
    call_id: str


@dataclass(frozen=True, slots=True)
class AgentTurned:
    """An agent came into a state: idle, away, or any kind of work, a script's stage included."""

    at: int
    agent_id: str
    state: str


@dataclass(frozen=True, slots=True)
class AgentLeaving:
    """An agent will not be back after the work in hand."""

    at: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentLeft:
    """An agent serves the campaign no longer."""

    at: int
    agent_id: str


@dataclass(frozen=True, slots=True)
class WindowBegan:
    """A new day window of the nuisance limit began: what was answered before counts no more."""

    at: int


CallFact = (
    CallPlaced
    | CallRang
    | CallAnswered
    | CallConnected
    | CallEnded
    | CallMissed
    | CallWithdrawn
    | CallLost
)
AgentFact = AgentTurned | AgentLeaving | AgentLeft
PacingFact = CallFact | AgentFact | WindowBegan
