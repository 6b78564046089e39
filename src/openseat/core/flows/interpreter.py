"""Runs a flow: inputs in, actions out.

A table says for every phase and every kind of input what happens; what comes
too late or does not matter in a phase is ignored on purpose, since the caller,
the switch and the clock race each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from openseat.core.flows import questions
from openseat.core.flows.actions import (
    Connected,
    Deadline,
    Digit,
    Fetched,
    FlowAction,
    FlowInput,
    HungUp,
    LeaveQueue,
    PlayFinished,
    Returned,
    StopRecordingVoice,
    StopSaying,
)
from openseat.core.flows.entering import ENTER, start_recording
from openseat.core.flows.library import Library
from openseat.core.flows.replies import pick
from openseat.core.flows.run import Frame, Phase, Run, Visit
from openseat.core.flows.steps import (
    KEYS,
    KINDS,
    Announce,
    Collect,
    HttpRequest,
    Menu,
    Queue,
    RateService,
    Record,
    SayData,
    Transfer,
    Voicemail,
)
from openseat.core.flows.turn import WAIT, Failure, Go, Move, Turn
from openseat.core.identity import Instant

STEP_BUDGET = 1_000
"""Most steps in one turn."""

RUN_BUDGET = 20_000
"""Most steps in the life of a run."""


def start(
    library: Library,
    flow_id: str,
    *,
    language: str,
    now: Instant,
    given: Mapping[str, str] | None = None,
    answered: bool = False,
) -> tuple[Run, tuple[FlowAction, ...]]:
    """Begin a flow for a call, and return its run with the first actions.

    `given` are the variables known about the call (see `template.GIVEN`);
    `answered` tells that the caller's leg is up already. A flow that is not in
    the library gives a run that has failed with `flow.gone`.
    """
    run = Run(library=library, language=language, frames=[], answered=answered)
    run.variables.update(given or {})
    turn = Turn(run, now)
    flow = library.find(flow_id)
    if flow is None:
        turn.fail(Failure.FLOW_GONE)
        return run, tuple(turn.actions)
    run.frames.append(Frame(flow, flow.start))
    for name, value in flow.variables.items():
        run.variables.setdefault(name, value)
    _walk(turn, Go(flow.start))
    return run, tuple(turn.actions)


def resume(run: Run, happened: FlowInput, now: Instant) -> tuple[FlowAction, ...]:
    """Feed one input to a run and return what it asks for. Never raises.

    A `Deadline` that comes before `run.deadline` is from an earlier wait, and ignored.
    """
    run.visits.clear()
    if isinstance(happened, Deadline) and (run.deadline is None or now < run.deadline):
        return ()
    turn = Turn(run, now)
    if isinstance(happened, HungUp):
        _hung_up(turn, happened)
    elif not run.done and not _stands(run):
        turn.fail(Failure.STEP_GONE)
    else:
        if isinstance(happened, Digit) and run.swallow:
            late, run.swallow = run.swallow == happened.digit, ""
            if late:
                return ()
        _walk(turn, TABLE[run.phase, type(happened)](turn, happened))
    return tuple(turn.actions)


def again(run: Run, now: Instant) -> tuple[FlowAction, ...]:
    """Ask once more for what a loaded run waits for.

    For a run whose writer died: prompts are played and web services asked again
    (a web service must bear that), the caller's time for a key begins anew.
    Queues, transfers and recordings go on by themselves and are not asked for twice.
    """
    run.visits.clear()
    turn = Turn(run, now)
    if run.done:
        return ()
    if not _stands(run):
        turn.fail(Failure.STEP_GONE)
    elif run.phase in {Phase.SAYING, Phase.INTRO, Phase.FETCHING}:
        typed, run.typed = run.typed, ""
        _walk(turn, ENTER[type(run.step)](turn, run.step))
        run.typed = typed
    elif run.phase is Phase.ASKING:
        step = cast("questions.Question", run.step)
        turn.say(step.prompt, Phase.ASKING, barge_in=True)
    elif run.phase is Phase.LISTENING:
        questions.asked(turn, cast("questions.Question", run.step))
    return tuple(turn.actions)


def _walk(turn: Turn, move: Move) -> None:
    """Go from step to step until one waits or the run ends."""
    run = turn.run
    while isinstance(move, Go):
        if move.to is None:
            move = turn.fail(Failure.DEAD_END)
            continue
        step = run.flow.steps.get(move.to)
        if step is None:
            move = turn.fail(Failure.STEP_GONE)
            continue
        run.steps += 1
        if len(run.visits) >= STEP_BUDGET:
            move = turn.fail(Failure.RUNAWAY)
            continue
        if run.steps > RUN_BUDGET:
            move = turn.fail(Failure.TOO_LONG)
            continue
        run.frames[-1].step_id = move.to
        run.attempt = 0
        run.digits = ""
        flow = run.flow
        run.visits.append(Visit(flow.flow_id, flow.version, move.to, KINDS[type(step)]))
        move = ENTER[type(step)](turn, step)


# -- one handler for each thing that can happen in a phase ---------------------------

Handler = Callable[[Turn, Any], Move]


def _ignore(_turn: Turn, _input: FlowInput) -> Move:
    return WAIT


def _hung_up(turn: Turn, _input: HungUp) -> Move:
    return WAIT if turn.run.done else turn.finish("hung_up", None)


def _said(turn: Turn, _input: PlayFinished) -> Move:
    turn.run.swallow = ""
    return Go(cast("Announce | SayData", turn.run.step).next)


def _keep_digit(turn: Turn, happened: Digit) -> Move:
    if happened.digit in KEYS:
        questions.keep(turn, happened.digit)
    return WAIT


def _digit_while_saying(turn: Turn, happened: Digit) -> Move:
    _keep_digit(turn, happened)
    step = cast("Announce | SayData", turn.run.step)
    if not step.barge_in or not turn.run.typed:
        return WAIT
    turn.actions.append(StopSaying())
    return Go(step.next)


def _saying_too_long(turn: Turn, _input: Deadline) -> Move:
    turn.actions.append(StopSaying())
    return Go(cast("Announce | SayData", turn.run.step).next)


def _asked(turn: Turn, _input: PlayFinished) -> Move:
    turn.run.swallow = ""
    return questions.asked(turn, cast("questions.Question", turn.run.step))


def _asking_too_long(turn: Turn, _input: Deadline) -> Move:
    turn.actions.append(StopSaying())
    return questions.asked(turn, cast("questions.Question", turn.run.step))


def _digit_while_asking(turn: Turn, happened: Digit) -> Move:
    if happened.digit not in KEYS:
        return WAIT
    step = cast("questions.Question", turn.run.step)
    return questions.pressed_while_asking(turn, step, happened.digit)


def _digit_while_listening(turn: Turn, happened: Digit) -> Move:
    if happened.digit not in KEYS:
        return WAIT
    return questions.pressed(turn, cast("questions.Question", turn.run.step), happened.digit)


def _silent(turn: Turn, _input: Deadline) -> Move:
    return questions.silent(turn, cast("questions.Question", turn.run.step))


def _fetched(turn: Turn, happened: Fetched) -> Move:
    step = cast("HttpRequest", turn.run.step)
    turn.put("http_status", str(happened.status))
    if not 200 <= happened.status < 300:
        return Go(step.failed)
    saved = pick(happened.body, step.save) if step.save else {}
    if saved is None:
        return Go(step.failed)
    for name, value in saved.items():
        turn.put(name, value)
    return Go(step.next)


def _never_fetched(turn: Turn, _input: Deadline) -> Move:
    return _fetched(turn, Fetched(status=0))


def _digit_while_queued(turn: Turn, happened: Digit) -> Move:
    edge = cast("Queue", turn.run.step).keys.get(happened.digit)
    if edge is None:
        return WAIT
    turn.put("outcome", "key")
    turn.actions.append(LeaveQueue())
    return Go(edge)


def _queued_too_long(turn: Turn, _input: Deadline) -> Move:
    turn.actions.append(LeaveQueue())
    return _back(turn, Returned(outcome="timeout"))


def _connected(turn: Turn, _input: Connected) -> Move:
    return turn.wait(Phase.TALKING, None)


def _back(turn: Turn, happened: Returned) -> Move:
    """A queue or transfer gives the caller back."""
    turn.put("outcome", happened.outcome)
    step = cast("Queue | Transfer", turn.run.step)
    if isinstance(step, Transfer):
        if happened.outcome == "failed":
            return Go(step.failed)
        return turn.finish("completed", 16) if step.done is None else Go(step.done)
    if happened.outcome == "served":
        return turn.finish("completed", 16) if step.served is None else Go(step.served)
    edges = {"timeout": step.timeout, "full": step.full, "unstaffed": step.unstaffed}
    return Go(edges.get(happened.outcome) or step.overflowed)


def _sent_too_long(turn: Turn, _input: Deadline) -> Move:
    turn.actions.append(LeaveQueue())
    return _back(turn, Returned(outcome="failed"))


def _introduced(turn: Turn, _input: PlayFinished) -> Move:
    turn.run.swallow = ""
    return start_recording(turn, cast("Voicemail | Record", turn.run.step))


def _cut_intro(turn: Turn, _input: Digit | Deadline) -> Move:
    turn.actions.append(StopSaying())
    return start_recording(turn, cast("Voicemail | Record", turn.run.step))


def _recorded(turn: Turn, happened: Returned) -> Move:
    step = cast("Voicemail | Record", turn.run.step)
    turn.put("outcome", happened.outcome)
    return Go(step.next if happened.outcome == "done" else step.failed or step.next)


def _recording_too_long(turn: Turn, _input: Deadline) -> Move:
    turn.actions.append(StopRecordingVoice())
    return _recorded(turn, Returned(outcome="done"))


_HANDLED: dict[tuple[Phase, type[Any]], Handler] = {
    (Phase.SAYING, PlayFinished): _said,
    (Phase.SAYING, Digit): _digit_while_saying,
    (Phase.SAYING, Deadline): _saying_too_long,
    (Phase.ASKING, PlayFinished): _asked,
    (Phase.ASKING, Digit): _digit_while_asking,
    (Phase.ASKING, Deadline): _asking_too_long,
    (Phase.LISTENING, Digit): _digit_while_listening,
    (Phase.LISTENING, Deadline): _silent,
    (Phase.FETCHING, Fetched): _fetched,
    (Phase.FETCHING, Digit): _keep_digit,
    (Phase.FETCHING, Deadline): _never_fetched,
    (Phase.QUEUED, Digit): _digit_while_queued,
    (Phase.QUEUED, Deadline): _queued_too_long,
    (Phase.QUEUED, Connected): _connected,
    (Phase.QUEUED, Returned): _back,
    (Phase.SENT, Deadline): _sent_too_long,
    (Phase.SENT, Connected): _connected,
    (Phase.SENT, Returned): _back,
    (Phase.TALKING, Returned): _back,
    (Phase.INTRO, PlayFinished): _introduced,
    (Phase.INTRO, Digit): _cut_intro,
    (Phase.INTRO, Deadline): _cut_intro,
    (Phase.RECORDING, Returned): _recorded,
    (Phase.RECORDING, Deadline): _recording_too_long,
}

INPUTS: tuple[type[Any], ...] = (
    PlayFinished, Digit, Deadline, Fetched, Connected, Returned, HungUp
)  # fmt: skip

TABLE: Mapping[tuple[Phase, type[Any]], Handler] = {
    (phase, kind): _HANDLED.get((phase, kind), _hung_up if kind is HungUp else _ignore)
    for phase in Phase
    for kind in INPUTS
}
"""Phase and kind of input → what happens. A pair that `_HANDLED` leaves out is ignored."""

_PHASES: Mapping[type[Any], frozenset[Phase]] = {
    Announce: frozenset({Phase.SAYING}),
    SayData: frozenset({Phase.SAYING}),
    Menu: frozenset({Phase.ASKING, Phase.LISTENING}),
    Collect: frozenset({Phase.ASKING, Phase.LISTENING}),
    RateService: frozenset({Phase.ASKING, Phase.LISTENING}),
    HttpRequest: frozenset({Phase.FETCHING}),
    Queue: frozenset({Phase.QUEUED, Phase.TALKING}),
    Transfer: frozenset({Phase.SENT, Phase.TALKING}),
    Voicemail: frozenset({Phase.INTRO, Phase.RECORDING}),
    Record: frozenset({Phase.INTRO, Phase.RECORDING}),
}
"""What each kind of step can be waiting for; the others never wait."""


def _stands(run: Run) -> bool:
    """Tell whether the step at hand can be waiting for what the run waits for.

    It always can, but for a run that was loaded into another version of its flow.
    """
    step = run.flow.steps.get(run.step_id) if run.frames else None
    return run.phase in _PHASES.get(type(step), frozenset())
