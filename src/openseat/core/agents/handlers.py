"""What an agent's state does about a stimulus. The table says when which applies."""

from __future__ import annotations

from openseat.core.agents.draft import Draft
from openseat.core.agents.stimuli import Connect, Release, Reserve, Ring
from openseat.core.errors import CoreError
from openseat.core.events import (
    AfterCallWorkExtended,
    AgentMoved,
    AgentPhoneChanged,
    AgentSignedIn,
    AgentState,
)
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

# -- refusals ----------------------------------------------------------------------


def not_signed_in(draft: Draft, _: object) -> None:
    """Refuse: there is no session."""
    raise CoreError("agent.not_signed_in", agent_id=draft.agent.agent_id)


def already_signed_in(draft: Draft, _: object) -> None:
    """Refuse: there is a session."""
    raise CoreError(
        "agent.already_signed_in",
        agent_id=draft.agent.agent_id,
        endpoint=draft.agent.endpoint,
    )


def engaged(draft: Draft, _: object) -> None:
    """Refuse: there is a contact at hand."""
    raise CoreError("agent.engaged", agent_id=draft.agent.agent_id)


def not_in_after_call_work(draft: Draft, _: object) -> None:
    """Refuse: there is no after-call work to extend."""
    raise CoreError("agent.not_in_after_call_work", agent_id=draft.agent.agent_id)


def nothing(draft: Draft, _: object) -> None:
    """Nothing to do: it is so already, or it does not matter in this state."""


# -- session -----------------------------------------------------------------------


def sign_in(draft: Draft, stimulus: SignIn) -> None:
    """Begin a session, idle."""
    if draft.config is None:
        raise CoreError("agent.unknown", agent_id=draft.agent.agent_id)
    draft.add(
        AgentSignedIn(
            agent_id=draft.agent.agent_id,
            group_id=draft.config.group_id,
            endpoint=stimulus.endpoint,
            session_id=draft.ids("session"),
            state=AgentState.IDLE,
        )
    )


def move(draft: Draft, stimulus: ChangePhone) -> None:
    """Go on at another endpoint."""
    if draft.agent.endpoint != stimulus.endpoint:
        draft.add(AgentMoved(agent_id=draft.agent.agent_id, endpoint=stimulus.endpoint))


def sign_out(draft: Draft, stimulus: SignOut) -> None:
    """End the session now."""
    draft.sign_out("forced" if stimulus.by else "own", stimulus.by)


def sign_out_later(draft: Draft, stimulus: SignOut) -> None:
    """End the session after the contact."""
    draft.intend(AgentState.SIGNED_OUT, by=stimulus.by)


# -- chosen states -----------------------------------------------------------------


def go_idle(draft: Draft, stimulus: SetIdle) -> None:
    """Be ready for contacts."""
    draft.change(AgentState.IDLE, by=stimulus.by)


def go_idle_later(draft: Draft, stimulus: SetIdle) -> None:
    """Take back what was intended."""
    draft.intend(AgentState.IDLE, by=stimulus.by)


def go_busy(draft: Draft, stimulus: SetBusy) -> None:
    """Be busy for a reason, or for another one."""
    reason = _reason(draft, stimulus)
    if draft.agent.state is not AgentState.BUSY or draft.agent.reason != reason:
        draft.change(AgentState.BUSY, reason=reason, by=stimulus.by)


def go_busy_later(draft: Draft, stimulus: SetBusy) -> None:
    """Be busy after the contact."""
    draft.intend(AgentState.BUSY, _reason(draft, stimulus), stimulus.by)


def _reason(draft: Draft, stimulus: SetBusy) -> str:
    if not stimulus.reason:
        raise CoreError("agent.reason_missing", agent_id=draft.agent.agent_id)
    return stimulus.reason


def go_outbound_only(draft: Draft, stimulus: SetOutboundOnly) -> None:
    """Place calls, be offered none."""
    draft.change(AgentState.OUTBOUND_ONLY, by=stimulus.by)


def go_outbound_only_later(draft: Draft, stimulus: SetOutboundOnly) -> None:
    """Place calls only, after the contact."""
    draft.intend(AgentState.OUTBOUND_ONLY, by=stimulus.by)


def extend_after_call_work(draft: Draft, stimulus: ExtendAfterCallWork) -> None:
    """Move the end of after-call work."""
    if stimulus.extra_ms <= 0:
        raise CoreError("agent.extension_invalid", agent_id=draft.agent.agent_id)
    until = (
        draft.now
        if draft.agent.after_call_work_until is None
        else draft.agent.after_call_work_until
    )
    draft.add(AfterCallWorkExtended(agent_id=draft.agent.agent_id, until=until + stimulus.extra_ms))


# -- contacts ----------------------------------------------------------------------


def reserve(draft: Draft, stimulus: Reserve) -> None:
    """Keep the agent for a contact that is about to ring."""
    draft.change(AgentState.RESERVED, call_id=stimulus.call_id, segment_id="")


def ring(draft: Draft, stimulus: Ring) -> None:
    """The phone rings."""
    draft.change(AgentState.RINGING, call_id=stimulus.call_id, segment_id="")


def connect(draft: Draft, stimulus: Connect) -> None:
    """The agent talks; during a conversation: in which call and segment."""
    agent = draft.agent
    same = (agent.call_id, agent.segment_id) == (stimulus.call_id, stimulus.segment_id)
    if agent.state is not AgentState.TALKING or not same:
        draft.change(AgentState.TALKING, call_id=stimulus.call_id, segment_id=stimulus.segment_id)


def hold(draft: Draft, _: object) -> None:
    """The customer waits."""
    draft.change(AgentState.HOLDING)


def talk(draft: Draft, _: object) -> None:
    """With the customer again."""
    draft.change(AgentState.TALKING)


def consult(draft: Draft, _: object) -> None:
    """The customer waits while the agent asks somebody."""
    draft.change(AgentState.CONSULTING)


def confer(draft: Draft, _: object) -> None:
    """Talk with several parties."""
    draft.change(AgentState.CONFERENCING)


def release(draft: Draft, stimulus: Release) -> None:
    """The conversation is over: after-call work if there is any, else on at once."""
    if stimulus.after_call_work_ms > 0:
        draft.change(AgentState.AFTER_CALL_WORK, until=draft.now + stimulus.after_call_work_ms)
        draft.keep_if_lost()
    else:
        draft.settle()


def settle(draft: Draft, _: object) -> None:
    """The offer is over: back, or on to what is intended."""
    draft.settle()


# -- link and time -----------------------------------------------------------------


def lose_link(draft: Draft, _: object) -> None:
    """The desktop is away: keep session and counters for the grace time."""
    draft.link(connected=False)
    draft.keep_if_lost()


def note_link_lost(draft: Draft, _: object) -> None:
    """The desktop is away during a contact, which goes on."""
    draft.link(connected=False)


def note_link_back(draft: Draft, _: object) -> None:
    """The desktop is here, and the agent where they were."""
    draft.link(connected=True)


def restore(draft: Draft, _: object) -> None:
    """Back within the grace time: what the agent was before, or what was asked for since."""
    draft.link(connected=True)
    until = draft.agent.after_call_work_until
    if (
        draft.agent.restored is AgentState.AFTER_CALL_WORK
        and until is not None
        and until > draft.now
    ):
        draft.change(AgentState.AFTER_CALL_WORK, until=until)
    else:
        draft.settle()


def phone_changed(draft: Draft, stimulus: EndpointChanged) -> None:
    """Note whether the phone can be rung."""
    if draft.agent.reachable is not stimulus.reachable:
        draft.add(AgentPhoneChanged(agent_id=draft.agent.agent_id, reachable=stimulus.reachable))


def end_after_call_work(draft: Draft, _: object) -> None:
    """After-call work ends by itself when its time is over."""
    until = draft.agent.after_call_work_until
    if until is None or until <= draft.now:
        draft.settle()


def end_grace(draft: Draft, _: object) -> None:
    """Nobody came back in time."""
    until = draft.agent.grace_until
    if until is None or until <= draft.now:
        draft.sign_out("grace_expired")
