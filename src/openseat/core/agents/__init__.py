"""Agents: their states, what may happen in each, and time that adds up.

`decide` answers a stimulus with facts, `apply` folds facts into an `Agent`,
`deadline` tells when the next `Tick` is due. The transition table is in
`table`, its picture in docs/reference/agent-states.md.
"""

from __future__ import annotations

from openseat.core.agents.agent import (
    CONVERSING,
    ENGAGED,
    OFFERED,
    Agent,
    apply,
    deadline,
    occupancy,
)
from openseat.core.agents.draft import Draft
from openseat.core.agents.stimuli import (
    STIMULI,
    Connect,
    EndConsult,
    HoldCall,
    JoinConference,
    LinkBack,
    LinkLost,
    OfferOver,
    Release,
    Reserve,
    ResumeCall,
    Ring,
    StartConsult,
    Stimulus,
    Tick,
)
from openseat.core.agents.table import TABLE
from openseat.core.config import AgentConfig
from openseat.core.errors import UnknownTransition
from openseat.core.events import Event
from openseat.core.identity import IdSource, Instant
from openseat.core.inputs import (
    EndpointChanged,
    ExtendWrapUp,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
)

__all__ = [
    "CONVERSING",
    "ENGAGED",
    "OFFERED",
    "STIMULI",
    "TABLE",
    "Agent",
    "Connect",
    "EndConsult",
    "EndpointChanged",
    "ExtendWrapUp",
    "HoldCall",
    "JoinConference",
    "LinkBack",
    "LinkLost",
    "OfferOver",
    "Release",
    "Reserve",
    "ResumeCall",
    "Ring",
    "SetBusy",
    "SetIdle",
    "SetOutboundOnly",
    "SignIn",
    "SignOut",
    "StartConsult",
    "Stimulus",
    "Tick",
    "apply",
    "deadline",
    "decide",
    "occupancy",
]


def decide(
    agent: Agent, stimulus: Stimulus, now: Instant, config: AgentConfig | None, ids: IdSource
) -> tuple[Event, ...]:
    """Say what happens to the agent, without changing it.

    `config` is None for an agent the directory no longer knows; `ids` names a
    new session. Raises `CoreError` for a command that is refused and
    `UnknownTransition` for what cannot happen in the agent's state.
    """
    handler = TABLE[agent.state].get(type(stimulus))
    if handler is None:
        raise UnknownTransition("agent", agent.state, type(stimulus).__name__)
    draft = Draft(agent, now, config, ids)
    handler(draft, stimulus)
    return tuple(draft.events)
