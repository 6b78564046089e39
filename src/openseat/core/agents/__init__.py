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
from openseat.core.agents.decision import decide
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
from openseat.core.inputs import (
    EndpointChanged,
    ExtendAfterCallWork,
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
    "ExtendAfterCallWork",
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
