"""Agents' sessions, states and phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from openseat.core.events.kinds import AgentState
from openseat.core.events.registry import event


@event("agent.signed_in")
class AgentSignedIn:
    """A session began, in state idle or busy."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    group_id: str
    endpoint: str
    session_id: str
    state: AgentState
    reason: str = ""


@event("agent.state_changed")
class AgentStateChanged:
    """One state ended after `previous_ms`, another began. `counted` is False for a busy spell
    below the minimum. `until` is when after-call work or the grace of a disconnection ends.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    state: AgentState
    previous: AgentState
    previous_ms: int
    reason: str = ""
    call_id: str = ""
    segment_id: str = ""
    forced_by: str = ""
    counted: bool = True
    until: int | None = None


@event("agent.intended")
class AgentIntended:
    """What the agent will be after the contact at hand: busy with a reason, signed out, idle."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    state: AgentState
    reason: str = ""
    by: str = ""


@event("agent.after_call_work_extended")
class AfterCallWorkExtended:
    """After-call work may last until `until`."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    until: int


@event("agent.signed_out")
class AgentSignedOut:
    """The session ended. `cause`: own, forced, grace_expired."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    session_id: str
    previous: AgentState
    previous_ms: int
    session_ms: int
    cause: str
    by: str = ""


@event("agent.phone_changed")
class AgentPhoneChanged:
    """The agent's phone became reachable or unreachable."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    reachable: bool


@event("agent.link_changed")
class AgentLinkChanged:
    """The desktop of a signed-in agent came back or went."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    connected: bool


@event("agent.pin_checked")
class AgentPinChecked:
    """Somebody gave the agent's number and a PIN on a telephone, and were believed or not."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    caller: str
    ok: bool


@event("agent.moved")
class AgentMoved:
    """A signed-in agent goes on at another endpoint; the session goes on."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    endpoint: str


@event("agent.assigned")
class AgentAssigned:
    """What the agent is routed by was changed: skills with levels, and the queues served."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    agent_id: str
    skills: Mapping[str, int]
    queues: tuple[str, ...]
