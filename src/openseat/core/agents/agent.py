"""An agent's live state, as a fold over the agent's facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from openseat.core.events import (
    AfterCallWorkExtended,
    AgentIntended,
    AgentLinkChanged,
    AgentMoved,
    AgentPhoneChanged,
    AgentPinChecked,
    AgentSignedIn,
    AgentSignedOut,
    AgentState,
    AgentStateChanged,
    Event,
)
from openseat.core.identity import Instant, Milliseconds

CONVERSING: Final = frozenset(
    {
        AgentState.TALKING,
        AgentState.HOLDING,
        AgentState.CONSULTING,
        AgentState.CONFERENCING,
    }
)
"""States of an agent who is connected."""

OFFERED: Final = frozenset({AgentState.RESERVED, AgentState.RINGING})
"""States of an agent to whom a contact is proposed."""

ENGAGED: Final = CONVERSING | OFFERED
"""States during which another state can only be intended."""

LASTING: Final = frozenset({AgentState.BUSY, AgentState.OUTBOUND_ONLY})
"""States an agent chose, to which they return after a contact begun in them."""

_TALK: Final = frozenset({AgentState.TALKING, AgentState.CONFERENCING})
_HOLD: Final = frozenset({AgentState.HOLDING, AgentState.CONSULTING})


@dataclass(slots=True, kw_only=True)
class Agent:
    """One agent, signed in or not. Instants and spans are milliseconds.

    Only `apply` changes it, and `no`, which belongs to whoever numbers the facts.
    """

    agent_id: str
    state: AgentState = AgentState.SIGNED_OUT
    reason: str = ""
    """Why the agent is busy; empty in other states."""
    since: Instant = 0
    """When the present state began."""
    session_id: str = ""
    endpoint: str = ""
    signed_in_at: Instant | None = None
    call_id: str = ""
    """The call at hand; empty outside a contact, after-call work included."""
    segment_id: str = ""
    """The segment at hand, kept through its after-call work."""
    intended: AgentState | None = None
    """What the agent will be after the contact and its after-call work; None: idle."""
    intended_reason: str = ""
    intended_by: str = ""
    """The supervisor who asked for it; empty for the agent's own wish."""
    after_call_work_until: Instant | None = None
    grace_until: Instant | None = None
    restored: AgentState = AgentState.IDLE
    """While disconnected: what the agent was, and will be when the link is back."""
    link_lost: bool = False
    """The desktop went and has not come back. An agent without a desktop never loses it."""
    link_lost_at: Instant | None = None
    """When that was; None while the desktop is there."""
    reachable: bool = True
    """The phone can be rung. Assumed until the switch says otherwise."""
    handled: int = 0
    """Segments of this session."""
    talk_ms: Milliseconds = 0
    """Talking and conferencing of this session, up to the last change of state."""
    hold_ms: Milliseconds = 0
    """Holding and consulting of this session."""
    idle_ms: Milliseconds = 0
    """Idle time of this session."""
    last_released_at: Instant | None = None
    """When this session's last conversation ended."""
    wrong_pins: int = 0
    """Wrong PINs given for the agent since the last right one."""
    wrong_pin_at: Instant | None = None
    """When the last of them was."""
    no: int = 0
    """Number of the last fact on the agent's stream."""

    @property
    def engaged(self) -> bool:
        """Whether a contact is offered to the agent or in their hands."""
        return self.state in ENGAGED

    @property
    def signed_in(self) -> bool:
        """Whether a session is open, a disconnected one included."""
        return self.state is not AgentState.SIGNED_OUT


def deadline(agent: Agent) -> Instant | None:
    """When the agent needs a `Tick`: the end of after-call work or of the grace, if any."""
    if agent.state is AgentState.AFTER_CALL_WORK:
        return agent.after_call_work_until
    if agent.state is AgentState.DISCONNECTED:
        return agent.grace_until
    return None


def occupancy(agent: Agent) -> int:
    """Share of the session spent with customers, in millionths; 0 before any work.

    (talk + hold) ÷ (talk + hold + idle), the definition of the KPI of that name.
    """
    worked = agent.talk_ms + agent.hold_ms
    whole = worked + agent.idle_ms
    return worked * 1_000_000 // whole if whole else 0


def apply(agent: Agent, event: Event, at: Instant) -> None:
    """Change the agent by one fact of its stream; facts of other kinds change nothing.

    An instant before the present state began counts as that beginning: a clock
    that jumps back makes a state of no length, never a negative one.
    """
    at = max(at, agent.since)
    match event:
        case AgentStateChanged():
            _change(agent, event, at)
        case AgentSignedIn():
            _sign_in(agent, event, at)
        case AgentSignedOut():
            _sign_out(agent, at)
        case AgentIntended():
            _intend(agent, event.state, event.reason, event.by)
        case AfterCallWorkExtended():
            agent.after_call_work_until = event.until
        case AgentLinkChanged():
            agent.link_lost = not event.connected
            agent.link_lost_at = None if event.connected else at
        case AgentPhoneChanged():
            agent.reachable = event.reachable
        case AgentMoved():
            agent.endpoint = event.endpoint
        case AgentPinChecked():
            agent.wrong_pins = 0 if event.ok else agent.wrong_pins + 1
            agent.wrong_pin_at = None if event.ok else at
        case _:
            pass


def _sign_in(agent: Agent, event: AgentSignedIn, at: Instant) -> None:
    agent.session_id = event.session_id
    agent.endpoint = event.endpoint
    agent.signed_in_at = agent.since = at
    agent.state, agent.reason = event.state, event.reason
    agent.link_lost = False
    agent.link_lost_at = None
    agent.handled = 0
    agent.talk_ms = agent.hold_ms = agent.idle_ms = 0
    agent.last_released_at = None


def _sign_out(agent: Agent, at: Instant) -> None:
    agent.state, agent.reason, agent.since = AgentState.SIGNED_OUT, "", at
    agent.session_id = agent.endpoint = agent.call_id = agent.segment_id = ""
    agent.signed_in_at = agent.after_call_work_until = agent.grace_until = None
    agent.link_lost = False
    agent.link_lost_at = None
    _intend(agent, None)


def _change(agent: Agent, event: AgentStateChanged, at: Instant) -> None:
    before, state = agent.state, event.state
    spent = at - agent.since
    if before in _TALK:
        agent.talk_ms += spent
    elif before in _HOLD:
        agent.hold_ms += spent
    elif before is AgentState.IDLE:
        agent.idle_ms += spent
    if state in ENGAGED:
        _begin_contact(agent)
    elif state is AgentState.DISCONNECTED:
        agent.restored = before
        if before in LASTING:
            _intend(agent, before, agent.reason)
    elif state is not AgentState.AFTER_CALL_WORK:
        _intend(agent, None)
    if before in CONVERSING and state not in CONVERSING:
        agent.last_released_at = at
    if event.segment_id and event.segment_id != agent.segment_id:
        agent.handled += 1
    agent.state, agent.reason, agent.since = state, event.reason, at
    agent.call_id = event.call_id if state in ENGAGED else ""
    agent.segment_id = event.segment_id
    if state is AgentState.AFTER_CALL_WORK:
        agent.after_call_work_until = event.until
    elif state is not AgentState.DISCONNECTED:
        agent.after_call_work_until = None
    agent.grace_until = event.until if state is AgentState.DISCONNECTED else None


def _begin_contact(agent: Agent) -> None:
    """A contact begun from a state the agent chose leads back to it, unless they ask otherwise."""
    if agent.state in LASTING:
        _intend(agent, agent.state, agent.reason)


def _intend(agent: Agent, state: AgentState | None, reason: str = "", by: str = "") -> None:
    agent.intended = None if state is AgentState.IDLE else state
    agent.intended_reason = reason
    agent.intended_by = by
