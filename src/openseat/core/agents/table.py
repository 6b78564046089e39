"""The agents' transition table: every state against every stimulus.

A pair that is not here cannot happen: `UnknownTransition`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from openseat.core.agents import handlers as h
from openseat.core.agents.draft import Draft
from openseat.core.agents.stimuli import (
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
from openseat.core.events import AgentState
from openseat.core.inputs import (
    ChangePhone,
    EndpointChanged,
    ExtendAfterCallWork,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
)

Handler = Callable[[Draft, Any], None]
Row = dict[type[Stimulus], Handler]

_SIGNED_OUT: Row = {
    SignIn: h.sign_in,
    ChangePhone: h.not_signed_in,
    SignOut: h.not_signed_in,
    SetIdle: h.not_signed_in,
    SetBusy: h.not_signed_in,
    SetOutboundOnly: h.not_signed_in,
    ExtendAfterCallWork: h.not_signed_in,
    EndpointChanged: h.phone_changed,
    LinkLost: h.nothing,
    LinkBack: h.nothing,
    Tick: h.nothing,
}

_FREE: Row = {
    SignIn: h.already_signed_in,
    ChangePhone: h.move,
    SignOut: h.sign_out,
    SetIdle: h.go_idle,
    SetBusy: h.go_busy,
    SetOutboundOnly: h.go_outbound_only,
    ExtendAfterCallWork: h.not_in_after_call_work,
    EndpointChanged: h.phone_changed,
    Ring: h.ring,
    Connect: h.connect,
    LinkLost: h.lose_link,
    LinkBack: h.note_link_back,
    Tick: h.nothing,
}
"""No contact at hand: commands take effect at once, and the agent may place a call."""

_ENGAGED: Row = {
    SignIn: h.already_signed_in,
    ChangePhone: h.engaged,
    SignOut: h.sign_out_later,
    SetIdle: h.go_idle_later,
    SetBusy: h.go_busy_later,
    SetOutboundOnly: h.go_outbound_only_later,
    ExtendAfterCallWork: h.not_in_after_call_work,
    EndpointChanged: h.phone_changed,
    Connect: h.connect,
    LinkLost: h.note_link_lost,
    LinkBack: h.note_link_back,
    Tick: h.nothing,
}
"""A contact at hand: commands wait for its end, and a lost desktop does not disturb it."""

_OFFERED: Row = _ENGAGED | {
    Ring: h.ring,
    Release: h.settle,
    OfferOver: h.settle,
}

_CONVERSING: Row = _ENGAGED | {
    HoldCall: h.hold,
    ResumeCall: h.talk,
    StartConsult: h.consult,
    EndConsult: h.talk,
    JoinConference: h.confer,
    Release: h.release,
}

TABLE: Final[Mapping[AgentState, Row]] = {
    AgentState.SIGNED_OUT: _SIGNED_OUT,
    AgentState.IDLE: _FREE | {SetIdle: h.nothing, Reserve: h.reserve},
    AgentState.BUSY: _FREE,
    AgentState.OUTBOUND_ONLY: _FREE | {SetOutboundOnly: h.nothing, Reserve: h.reserve},
    AgentState.AFTER_CALL_WORK: _FREE
    | {ExtendAfterCallWork: h.extend_after_call_work, Tick: h.end_after_call_work},
    AgentState.DISCONNECTED: _FREE
    | {
        SetIdle: h.go_idle_later,
        SetBusy: h.go_busy_later,
        SetOutboundOnly: h.go_outbound_only_later,
        LinkLost: h.nothing,
        LinkBack: h.restore,
        Tick: h.end_grace,
    },
    AgentState.RESERVED: _OFFERED,
    AgentState.RINGING: _OFFERED | {Ring: h.nothing},
    AgentState.TALKING: _CONVERSING | {ResumeCall: h.nothing, EndConsult: h.nothing},
    AgentState.HOLDING: _CONVERSING | {HoldCall: h.nothing},
    AgentState.CONSULTING: _CONVERSING | {StartConsult: h.nothing},
    AgentState.CONFERENCING: _CONVERSING | {JoinConference: h.nothing},
}
