"""Supervisors at an agent's conversation: listening, whispering, barging in, taking over.

A supervisor's ear is a leg to the phone they are signed in at; it belongs to the agent's call and
ends with it. The supervision is about the agent: through hold and consultation it hears what the
agent hears. When the call changes hands it goes on with the next agent, if they are of a group it
may follow to; a supervisor who has barged in keeps a customer whose agent hangs up.
"""

from __future__ import annotations

from openseat.core import events as e
from openseat.core import inputs as i
from openseat.core.agents import Agent
from openseat.core.calls.model import Call, Leg, LegState, Segment, Supervision
from openseat.core.cell import ending, ringing, talking
from openseat.core.cell.turn import Turn
from openseat.core.effects import (
    Bridge,
    DropBridge,
    Hangup,
    Overhear,
    StopOverhearing,
    Unbridge,
)
from openseat.core.errors import CoreError
from openseat.core.events import AgentState, SupervisionMode

RING_MS = 20_000
"""How long a supervisor's own phone rings."""

SUPERVISING = "supervising"
"""Busy reason of a supervisor whose phone is at somebody else's conversation."""

_AT_REST = frozenset({AgentState.IDLE, AgentState.AFTER_CALL_WORK})
"""States in which a supervisor would be offered contacts, now or soon."""

_FREE = _AT_REST | {AgentState.BUSY, AgentState.OUTBOUND_ONLY}

_NOT_ANSWERED = {17: "refused", 21: "refused", 18: "timed_out", 19: "timed_out"}
"""What a phone's Q.850 cause says about a supervision that never began; else `failed`."""


def supervise(turn: Turn, asked: i.Supervise) -> None:
    """Go to an agent's conversation, or change what is done there.

    Raises `supervision.own_call`, `supervision.elsewhere`, `supervision.not_free`,
    `supervision.phone_unreachable`, `agent.no_call`, `agent.not_signed_in` or `agent.unknown`.
    """
    if asked.supervisor_id == asked.agent_id:
        raise CoreError("supervision.own_call", agent_id=asked.agent_id)
    supervisor = turn.agent(asked.supervisor_id)
    call, segment = talking.current(turn, asked.agent_id)
    if asked.call_id not in ("", call.call_id):
        raise CoreError("agent.no_call", agent_id=asked.agent_id)
    at = turn.state.supervising.get(asked.supervisor_id)
    if at is None:
        _begin(turn, call, segment, supervisor, asked)
        return
    running = call.supervision_by(asked.supervisor_id)
    if running is None:
        raise CoreError("supervision.elsewhere", call_id=at)
    _change(turn, call, running, asked)


def end_by_command(turn: Turn, asked: i.EndSupervision) -> None:
    """Leave the conversation.

    Raises `supervision.none`.
    """
    if not end_of(turn, asked.supervisor_id, "left", asked.by):
        raise CoreError("supervision.none", agent_id=asked.supervisor_id)


def end_of(turn: Turn, supervisor_id: str, reason: str, by: str = "") -> bool:
    """End what a supervisor has under way; tells whether there was anything."""
    call = turn.state.calls.get(turn.state.supervising.get(supervisor_id, ""))
    running = call.supervision_by(supervisor_id) if call is not None else None
    if call is None or running is None:
        return False
    _end(turn, call, running, reason, by)
    return True


def _begin(turn: Turn, call: Call, segment: Segment, supervisor: Agent, asked: i.Supervise) -> None:
    if supervisor.state not in _FREE:
        raise CoreError("supervision.not_free", state=supervisor.state)
    if not supervisor.reachable:
        raise CoreError("supervision.phone_unreachable", endpoint=supervisor.endpoint)
    leg_id = turn.ids("leg")
    turn.record(
        call,
        e.SupervisionStarted(
            supervision_id=turn.ids("supervision"),
            supervisor_id=asked.supervisor_id,
            agent_id=segment.agent_id,
            leg_id=leg_id,
            mode=asked.mode,
            group_ids=asked.group_ids,
            by=asked.by,
        ),
    )
    if supervisor.state in _AT_REST:
        resting = i.SetBusy(agent_id=asked.supervisor_id, reason=SUPERVISING, by="system")
        turn.stimulate(supervisor, resting)
    watched = turn.config.agents.get(segment.agent_id)
    own = turn.config.agents.get(asked.supervisor_id)
    ringing.ring(
        turn,
        call,
        supervisor,
        leg_id,
        kind=e.LegKind.SUPERVISOR,
        timeout_ms=RING_MS,
        caller_number=watched.number if watched else "",
        caller_name=watched.name if watched else "",
        auto_answer=own.auto_answer if own else False,
    )


def _change(turn: Turn, call: Call, running: Supervision, asked: i.Supervise) -> None:
    same = (running.agent_id, running.mode) == (asked.agent_id, asked.mode)
    if running.agent_id != asked.agent_id:
        _move(turn, call, running, asked.agent_id)
    if running.mode is not asked.mode:
        turn.record(
            call,
            e.SupervisionModeChanged(
                supervision_id=running.supervision_id,
                supervisor_id=running.supervisor_id,
                agent_id=running.agent_id,
                mode=asked.mode,
                by=asked.by,
            ),
        )
    if not same:
        _take_effect(turn, call, running)


# -- the ear -----------------------------------------------------------------------


def ear_answered(turn: Turn, call: Call, leg: Leg) -> None:
    """The supervisor picked up."""
    running = call.supervision_by(leg.agent_id)
    if running is None:
        talking.leave_conversation(turn, call, leg.leg_id)
    else:
        _take_effect(turn, call, running)


def ear_ended(turn: Turn, call: Call, leg: Leg, cause: int, at: int | None = None) -> None:
    """The supervisor hung up, or never answered."""
    running = call.supervision_by(leg.agent_id)
    ending.record_leg_end(turn, call, leg, cause, at)
    if running is not None:
        answered = leg.state is LegState.UP
        _finish(turn, call, running, "left" if answered else _NOT_ANSWERED.get(cause, "failed"))


def overhearing_failed(turn: Turn, call: Call, ear_id: str) -> None:
    """The switch could not let the ear hear: there is no use in staying."""
    for running in list(call.supervisions.values()):
        if running.leg_id == ear_id and call.segment_of(running.agent_id) is not None:
            _end(turn, call, running, "failed")


def resume(turn: Turn, call: Call) -> None:
    """Let every ear hear again, after the switch or the floor was away."""
    for running in list(call.supervisions.values()):
        if running.mode is not SupervisionMode.BARGE:
            _take_effect(turn, call, running)


def _take_effect(turn: Turn, call: Call, running: Supervision) -> None:
    """Do what the mode says, once the ear is up and the agent is there."""
    ear = call.legs.get(running.leg_id)
    segment = call.segment_of(running.agent_id)
    if ear is None or ear.state is not LegState.UP or segment is None:
        return
    match running.mode:
        case SupervisionMode.INTERCEPT:
            _take_over(turn, call, running, segment)
        case SupervisionMode.BARGE:
            _stop_overhearing(turn, running)
            turn.record(call, e.BridgeJoined(bridge_id=call.talk_bridge_id, legs=(ear.leg_id,)))
            turn.do(Bridge(bridge_id=call.talk_bridge_id, legs=(ear.leg_id,)))
        case SupervisionMode.LISTEN | SupervisionMode.WHISPER:
            _leave_talk(turn, call, ear)
            turn.do(
                Overhear(
                    overhear_id=running.supervision_id,
                    leg_id=segment.leg_id,
                    ear_id=ear.leg_id,
                    speaks=running.mode is SupervisionMode.WHISPER,
                )
            )


def _stop_overhearing(turn: Turn, running: Supervision) -> None:
    turn.do(StopOverhearing(overhear_id=running.supervision_id, ear_id=running.leg_id))


def _leave_talk(turn: Turn, call: Call, ear: Leg) -> None:
    if ear.bridge_id:
        turn.record(call, e.BridgeLeft(bridge_id=ear.bridge_id, legs=(ear.leg_id,)))
        turn.do(Unbridge(bridge_id=call.talk_bridge_id, legs=(ear.leg_id,)))


# -- the call moves on -------------------------------------------------------------


def agent_left(turn: Turn, call: Call, agent_id: str) -> None:
    """The agent's segment is over: there is nothing to be heard until somebody else has one."""
    for running in call.supervisions.values():
        if running.agent_id == agent_id and running.mode is not SupervisionMode.BARGE:
            _stop_overhearing(turn, running)


def stand_aside(turn: Turn, call: Call) -> None:
    """The customer goes elsewhere: who barged in waits for the next agent, out of the way."""
    for running in call.supervisions.values():
        ear = call.legs.get(running.leg_id)
        if ear is not None:
            _leave_talk(turn, call, ear)


def settle(turn: Turn, call: Call) -> None:
    """Go on with the agents who have the call now, where that is allowed; else leave."""
    for running in list(call.supervisions.values()):
        if call.segment_of(running.agent_id) is not None:
            continue
        following = [
            segment
            for segment in call.segments.values()
            if segment.group_id in running.group_ids and segment.agent_id != running.supervisor_id
        ]
        if not following:
            _end(turn, call, running, "agent_left")
        else:
            _move(turn, call, running, following[0].agent_id)
            _take_effect(turn, call, running)


def _move(turn: Turn, call: Call, running: Supervision, agent_id: str) -> None:
    if running.mode is not SupervisionMode.BARGE:
        _stop_overhearing(turn, running)
    turn.record(
        call,
        e.SupervisionMoved(
            supervision_id=running.supervision_id,
            supervisor_id=running.supervisor_id,
            agent_id=agent_id,
        ),
    )


def inherit(turn: Turn, call: Call) -> bool:
    """The last agent hung up on the customer: whoever barged in has the conversation now.

    Tells whether there is such a supervisor.
    """
    for running in list(call.supervisions.values()):
        ear = call.legs.get(running.leg_id)
        present = ear is not None and ear.bridge_id == call.talk_bridge_id
        if ear is not None and present and _may_take(turn, running):
            _seat(turn, call, running, ear, call.last_queue_id)
            return True
    return False


def _take_over(turn: Turn, call: Call, running: Supervision, segment: Segment) -> None:
    if not _may_take(turn, running):
        _end(turn, call, running, "signed_out")
        return
    ear = call.legs[running.leg_id]
    _stop_overhearing(turn, running)
    consult = call.consult
    if consult is not None and consult.joined and consult.segment_id == segment.segment_id:
        turn.record(
            call,
            e.ConsultEnded(
                segment_id=consult.segment_id,
                agent_id=consult.agent_id,
                leg_id=consult.leg_id,
                outcome="left",
            ),
        )
    talking.end_segment(turn, call, segment, e.EndedBy.SUPERVISOR)
    talking.leave_conversation(turn, call, segment.leg_id)
    _seat(turn, call, running, ear, segment.queue_id)


def _may_take(turn: Turn, running: Supervision) -> bool:
    supervisor = turn.state.agents.get(running.supervisor_id)
    return supervisor is not None and supervisor.state in _FREE


def _seat(turn: Turn, call: Call, running: Supervision, ear: Leg, queue_id: str) -> None:
    """Make the supervisor the agent of this call."""
    _finish(turn, call, running, "taken_over")
    alone = len(call.legs) == len((call.customer_leg_id, ear.leg_id))
    if alone and ear.bridge_id != call.talk_bridge_id:
        # A new conversation, not the old one with another voice.
        talking.unbridge_customer(turn, call)
        turn.do(DropBridge(bridge_id=call.talk_bridge_id))
    talking.begin_segment(turn, call, ear, via=e.Via.INTERCEPT, queue_id=queue_id)


# -- the end -----------------------------------------------------------------------


def call_over(turn: Turn, call: Call) -> None:
    """The call is ending, and with it everything a supervisor did there."""
    for running in list(call.supervisions.values()):
        _finish(turn, call, running, "call_over")


def _end(turn: Turn, call: Call, running: Supervision, reason: str, by: str = "") -> None:
    ear = call.legs.get(running.leg_id)
    _finish(turn, call, running, reason, by)
    if ear is not None:
        turn.do(Hangup(leg_id=ear.leg_id))
        ending.record_leg_end(turn, call, ear, cause=16)


def _finish(turn: Turn, call: Call, running: Supervision, reason: str, by: str = "") -> None:
    """Record the end, take the ear off, and give the supervisor back to themselves."""
    turn.record(
        call,
        e.SupervisionEnded(
            supervision_id=running.supervision_id,
            supervisor_id=running.supervisor_id,
            agent_id=running.agent_id,
            mode=running.mode,
            reason=reason,
            by=by,
        ),
    )
    if running.mode is not SupervisionMode.BARGE:
        _stop_overhearing(turn, running)
    supervisor = turn.state.agents.get(running.supervisor_id)
    if supervisor is None or not supervisor.signed_in:
        return
    resting = supervisor.state is AgentState.BUSY and supervisor.reason == SUPERVISING
    if resting or supervisor.intended_reason == SUPERVISING:
        turn.stimulate(supervisor, i.SetIdle(agent_id=supervisor.agent_id, by="system"))
