"""Flows at work: carrying out what a run asks for, and telling it what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openseat.core import events as e
from openseat.core.calls.model import Call, LegState
from openseat.core.cell import ending, queueing, sending
from openseat.core.cell.turn import Turn
from openseat.core.effects import (
    Answer,
    FetchHttp,
    Hangup,
    Layout,
    Play,
    StartRecording,
    StopMusic,
    StopPlay,
    StopRecording,
)
from openseat.core.errors import CoreError
from openseat.core.events import EndedBy
from openseat.core.flows import actions as a
from openseat.core.flows import interpreter
from openseat.core.flows.run import Phase, Run

FAILED_CAUSE = 31
"""Q.850 "normal, unspecified": how a caller is let go whose flow cannot go on."""

MESSAGE_MAX_MS = 120_000
MESSAGE_SILENCE_MS = 5_000


def enter(turn: Turn, call: Call, flow_id: str) -> None:
    """Begin a flow for the call, in place of any that runs."""
    leave(turn, call, "transferred")
    config = turn.config.flows.get(flow_id)
    turn.record(
        call,
        e.FlowEntered(
            run_id=turn.ids("run"),
            flow_id=flow_id,
            flow_version=config.version if config is not None else 0,
        ),
    )
    run, asked = interpreter.start(
        turn.library,
        flow_id,
        language=call.language,
        now=turn.now,
        given={
            "caller": call.caller,
            "called": call.called,
            "client_id": call.client_id,
            "project_id": call.project_id,
        },
        answered=call.answered_at is not None,
    )
    turn.runs[call.call_id] = run
    _carry_out(turn, call, run, asked)


def run_of(turn: Turn, call: Call) -> Run | None:
    """The call's run, read back from its saved state where this process has not met it."""
    if not call.run_id:
        return None
    run = turn.runs.get(call.call_id)
    if run is None:
        try:
            run = Run.load(call.flow_state, turn.library)
        except CoreError:
            return None
        turn.runs[call.call_id] = run
        if call.last_segment_id:  # the state was saved before a person had the caller
            interpreter.resume(run, a.Connected(), turn.now)
    return run


def audible(turn: Turn, call: Call) -> bool:
    """Whether the caller's leg is answered, or is being answered right now."""
    run = turn.runs.get(call.call_id)
    return call.answered_at is not None or (run is not None and run.answered)


def tell(turn: Turn, call: Call, happened: a.FlowInput) -> None:
    """Tell the call's run what happened and carry out what it wants next."""
    run = run_of(turn, call)
    if run is not None:
        _carry_out(turn, call, run, interpreter.resume(run, happened, turn.now))
    elif call.run_id:
        leave(turn, call, "failed")
        ending.end_call(turn, call, EndedBy.SYSTEM, FAILED_CAUSE)


def repeat(turn: Turn, call: Call) -> None:
    """Ask once more for what an interrupted run waits for."""
    run = run_of(turn, call)
    if run is not None:
        if call.answered_at is None and run.answered:
            turn.do(Answer(leg_id=call.customer_leg_id))
        _carry_out(turn, call, run, interpreter.again(run, turn.now))


def connected(turn: Turn, call: Call, agent_id: str) -> None:
    """A person talks with the caller now: the run's clock stands still."""
    run = run_of(turn, call)
    if run is None:
        return
    known = turn.config.agents.get(agent_id)
    run.variables["agent_id"] = agent_id
    run.variables["agent_number"] = known.number if known is not None else ""
    interpreter.resume(run, a.Connected(), turn.now)


def waits_for_transfer(turn: Turn, call: Call) -> bool:
    """Whether the run itself sent the caller on, or holds them in a queue, and wants them back."""
    run = run_of(turn, call)
    return run is not None and run.phase is not Phase.TALKING


def returned(turn: Turn, call: Call, outcome: str) -> None:
    """Whoever had the caller gives them back to the flow."""
    tell(turn, call, a.Returned(outcome=outcome))


def hung_up(turn: Turn, call: Call) -> None:
    """The caller is gone: the run ends."""
    leave(turn, call, "hung_up")


def leave(turn: Turn, call: Call, outcome: str) -> None:
    """End the run, if there is one."""
    if call.run_id:
        turn.record(call, e.FlowLeft(run_id=call.run_id, outcome=outcome))
        turn.runs.pop(call.call_id, None)
        turn.playbacks.pop(call.call_id, None)


def playback_ended(turn: Turn, call: Call, playback_id: str, ok: bool) -> None:
    """A prompt is over; only the latest one matters."""
    if turn.playbacks.get(call.call_id) == playback_id:
        del turn.playbacks[call.call_id]
        tell(turn, call, a.PlayFinished(ok=ok))


def _carry_out(turn: Turn, call: Call, run: Run, asked: tuple[a.FlowAction, ...]) -> None:
    run_id = call.run_id
    last = len(run.visits) - 1
    for number, visit in enumerate(run.visits):
        turn.record(
            call,
            e.FlowStepped(
                run_id=run_id,
                step_id=visit.step_id,
                kind=visit.kind,
                state=run.save() if number == last and not run.done else {},
            ),
        )
    if run.deadline is not None:
        turn.deadlines.add(run.deadline, "flow", call.call_id)
    for action in asked:
        if call.run_id != run_id or call.customer is None:
            return
        ACTIONS[type(action)](turn, call, action)


def _answer(turn: Turn, call: Call, _action: a.AnswerCall) -> None:
    if call.answered_at is None:
        turn.do(Answer(leg_id=call.customer_leg_id))


def _say(turn: Turn, call: Call, action: a.Say) -> None:
    playback_id = turn.ids("say")
    turn.playbacks[call.call_id] = playback_id
    turn.do(
        Play(
            leg_id=call.customer_leg_id,
            playback_id=playback_id,
            media=action.media,
            language=call.language,
        )
    )


def _stop_saying(turn: Turn, call: Call, _action: a.StopSaying) -> None:
    playback_id = turn.playbacks.pop(call.call_id, "")
    if playback_id:
        turn.do(StopPlay(leg_id=call.customer_leg_id, playback_id=playback_id))


def _fetch(turn: Turn, call: Call, action: a.Fetch) -> None:
    request_id = turn.ids("request")
    turn.requests[request_id] = call.call_id
    turn.do(
        FetchHttp(
            request_id=request_id,
            method=action.method,
            url=action.url,
            timeout_ms=action.timeout_ms,
            headers=action.headers,
            body=action.body,
        )
    )


def _stop_recording(turn: Turn, call: Call, _action: a.StopRecordingVoice) -> None:
    for recording_id in call.voices:
        turn.do(StopRecording(recording_id=recording_id, leg_id=call.customer_leg_id))


def _set_language(turn: Turn, call: Call, action: a.SetLanguage) -> None:
    if action.language != call.language:
        turn.record(call, e.CallLanguageSet(language=action.language))


def _assign(turn: Turn, call: Call, action: a.Assign) -> None:
    turn.record(call, e.CallAssigned(client_id=action.client_id, project_id=action.project_id))


def _rate(turn: Turn, call: Call, action: a.Rate) -> None:
    turn.record(
        call,
        e.RatingGiven(
            score=action.score,
            scale=action.scale,
            agent_id=call.last_agent_id,
            segment_id=call.last_segment_id,
        ),
    )


def _promise(turn: Turn, call: Call, action: a.PromiseCallback) -> None:
    turn.record(
        call,
        e.CallbackPromised(
            callback_id=turn.ids("callback"),
            number=action.number,
            due_at=action.due_at,
            reason="requested",
            queue_id=action.queue_id,
        ),
    )


def _finish(turn: Turn, call: Call, action: a.Finish) -> None:
    leave(turn, call, action.outcome)
    if action.hang_up_cause is not None:
        by = EndedBy.SYSTEM if action.outcome == "failed" else turn.parted or EndedBy.FLOW
        ending.end_call(turn, call, by, action.hang_up_cause)


def _enqueue(turn: Turn, call: Call, action: a.Enqueue) -> None:
    queue = turn.queue(action.queue_id)
    if queue is None:
        returned(turn, call, "overflowed")
        return
    queueing.enqueue(
        turn,
        call,
        queue,
        priority=queue.priority + action.priority,
        skills={**queue.skills, **action.skills},
        preferred_agent_id=_agent_named(turn, action.preferred_agent_id),
    )


def _agent_named(turn: Turn, name: str) -> str:
    """An agent's id from an id or an agent number; empty if there is none."""
    if not name or name in turn.config.agents:
        return name
    for agent in turn.config.agents.values():
        if agent.number == name:
            return agent.agent_id
    return ""


def _send_to(turn: Turn, call: Call, action: a.SendTo) -> None:
    """Send the caller on; the run waits for what becomes of it."""
    sending.send_to(turn, call, action.target, keep_run=True)


def _stop_waiting(turn: Turn, call: Call, _action: a.LeaveQueue) -> None:
    """Take the caller back from a queue, an offer or a number that is being dialled."""
    if call.entry is not None:
        queueing.leave_queue(turn, call, e.QueueExit.OVERFLOWED)
    for offer in list(call.offers.values()):
        queueing.withdraw(turn, call, offer)
    for leg in list(call.legs.values()):
        if leg.kind is e.LegKind.OUTSIDE and leg.state is not LegState.UP:
            turn.do(Hangup(leg_id=leg.leg_id))
            ending.record_leg_end(turn, call, leg, cause=16)
    turn.do(StopMusic(leg_id=call.customer_leg_id))


# -- voices ------------------------------------------------------------------------


def _record(turn: Turn, call: Call, action: a.RecordVoice) -> None:
    recording_id = turn.ids("recording")
    box = (action.box or "default") if action.purpose == "voicemail" else ""
    turn.record(
        call,
        e.RecordingStarted(
            recording_id=recording_id, leg_id=call.customer_leg_id, layout="voice", box=box
        ),
    )
    turn.do(
        StartRecording(
            recording_id=recording_id,
            leg_id=call.customer_leg_id,
            layout=Layout.VOICE,
            max_ms=action.max_ms,
            silence_ms=action.silence_ms,
            beep=action.beep,
            terminators=action.terminators,
        )
    )


def record_message(turn: Turn, call: Call, box: str) -> None:
    """Take a message without a flow; the call ends after it."""
    leave(turn, call, "transferred")
    if call.answered_at is None:
        turn.do(Answer(leg_id=call.customer_leg_id))
    turn.do(StopMusic(leg_id=call.customer_leg_id))
    _record(
        turn,
        call,
        a.RecordVoice(
            purpose="voicemail", box=box, max_ms=MESSAGE_MAX_MS, silence_ms=MESSAGE_SILENCE_MS
        ),
    )


def voice_recorded(turn: Turn, call: Call, ok: bool) -> None:
    """A recording of one voice is over: go on with the flow, or end a call that has none."""
    if call.ended_at is not None or call.customer is None:
        return
    if call.run_id:
        returned(turn, call, "done" if ok else "failed")
    elif not call.segments and call.entry is None:
        ending.end_call(turn, call, EndedBy.FLOW)


ACTIONS: Mapping[type[Any], Callable[[Turn, Call, Any], None]] = {
    a.AnswerCall: _answer,
    a.Say: _say,
    a.StopSaying: _stop_saying,
    a.Fetch: _fetch,
    a.Enqueue: _enqueue,
    a.LeaveQueue: _stop_waiting,
    a.SendTo: _send_to,
    a.RecordVoice: _record,
    a.StopRecordingVoice: _stop_recording,
    a.SetLanguage: _set_language,
    a.Assign: _assign,
    a.Rate: _rate,
    a.PromiseCallback: _promise,
    a.Finish: _finish,
}
"""Total over `core.flows.actions.FlowAction`; a test holds it to that."""
