"""What each kind of step does when the run comes to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from openseat.core import calendars
from openseat.core.config import Target, TargetKind
from openseat.core.errors import CoreError
from openseat.core.flows import questions
from openseat.core.flows.actions import (
    Assign,
    Enqueue,
    Fetch,
    PromiseCallback,
    RecordVoice,
    SendTo,
    SetLanguage,
)
from openseat.core.flows.conditions import holds
from openseat.core.flows.run import Frame, Phase
from openseat.core.flows.steps import (
    Announce,
    AssignClient,
    Callback,
    Collect,
    Condition,
    Goto,
    HangUp,
    HttpRequest,
    Language,
    Menu,
    Queue,
    RateService,
    Record,
    Return,
    SayData,
    SetVariables,
    SubFlow,
    Transfer,
    Voicemail,
)
from openseat.core.flows.template import fill
from openseat.core.flows.turn import Failure, Go, Move, Turn

MAX_DEPTH = 50
"""Most sub-flows inside each other."""

FETCH_SLACK_MS = 2_000
"""The adapter answers within its time-out; later than this it never will."""

QUEUE_LIMIT_MS = 4 * 3_600_000
"""Longest wait in a queue for which the step sets no time-out."""

TRANSFER_LIMIT_MS = 180_000
"""A transfer that nobody has answered after this has failed."""

RECORDING_SLACK_MS = 15_000
"""A recording whose end is not reported this long after its limit is over."""

_PHONE = re.compile(r"\+?[0-9]{3,20}")


def phone_number(text: str) -> str:
    """Return a telephone number without blanks, dashes and brackets; empty if it is not one."""
    bare = re.sub(r"[\s().-]", "", text)
    return bare if _PHONE.fullmatch(bare) else ""


def _announce(turn: Turn, step: Announce) -> Move:
    return _play(turn, step.prompt, step.next, barge_in=step.barge_in)


def _play(turn: Turn, media: tuple[str, ...], then: str | None, *, barge_in: bool) -> Move:
    here = (turn.run.flow.flow_id, turn.run.step_id)
    if turn.run.typed and barge_in and here not in turn.skipped:
        turn.skipped.add(here)
        return Go(then)
    return turn.say(media, Phase.SAYING, barge_in=barge_in)


def _say(turn: Turn, step: SayData) -> Move:
    suffix = {
        "money": f"@{step.currency}",
        "date": f"@{step.zone}",
        "time": f"@{step.zone}",
        "datetime": f"@{step.zone}",
    }.get(step.form, "")
    media = (*step.before, f"{step.form}:{step.value}{suffix}", *step.after)
    return _play(turn, media, step.next, barge_in=step.barge_in)


def _condition(turn: Turn, step: Condition) -> Move:
    variables = turn.variables()
    for branch in step.branches:
        if holds(branch, variables, turn.run.library.hours, turn.now):
            return Go(branch.next)
    return Go(step.otherwise)


def _set(turn: Turn, step: SetVariables) -> Move:
    variables = turn.variables()
    for name, text in step.values.items():
        turn.put(name, fill(text, variables))
    for name, amount in step.add.items():
        held = turn.run.variables.get(name, "")
        number = int(held) if re.fullmatch(r"-?[0-9]{1,18}", held) else 0
        turn.put(name, str(number + amount))
    return Go(step.next)


def _http(turn: Turn, step: HttpRequest) -> Move:
    variables = turn.variables()

    def header(value: str) -> str:
        return re.sub(r"[\x00-\x1f\x7f]", "", value)

    headers = {name: fill(text, variables, header) for name, text in step.headers.items()}
    body = ""
    if step.body:
        filled = {name: fill(text, variables) for name, text in step.body.items()}
        body = json.dumps(filled, ensure_ascii=False)
        headers.setdefault("Content-Type", "application/json")
    turn.actions.append(
        Fetch(
            method=step.method,
            url=fill(step.url, variables, lambda value: quote(value, safe="", errors="replace")),
            timeout_ms=step.timeout_ms,
            headers=headers,
            body=body,
        )
    )
    return turn.wait(Phase.FETCHING, step.timeout_ms + FETCH_SLACK_MS)


def _queue(turn: Turn, step: Queue) -> Move:
    if not step.ring:
        turn.answer()
    turn.actions.append(
        Enqueue(
            queue_id=step.queue,
            priority=step.priority,
            skills=step.skills,
            preferred_agent_id=turn.fill(step.preferred_agent),
        )
    )
    return turn.wait(Phase.QUEUED, step.timeout_ms or QUEUE_LIMIT_MS)


def _transfer(turn: Turn, step: Transfer) -> Move:
    kind = TargetKind(step.to)
    target = turn.fill(step.target)
    if kind is TargetKind.FLOW:
        return _enter_flow(turn, target, keep=False, otherwise=step.failed)
    if kind is TargetKind.OUTSIDE:
        target = phone_number(target)
    if not target:
        return Go(step.failed)
    turn.actions.append(SendTo(target=Target(kind=kind, id=target)))
    limit = QUEUE_LIMIT_MS if kind is TargetKind.QUEUE else TRANSFER_LIMIT_MS
    return turn.wait(Phase.SENT, limit)


def _record(turn: Turn, step: Voicemail | Record) -> Move:
    if step.prompt:
        return turn.say(step.prompt, Phase.INTRO, barge_in=True)
    return start_recording(turn, step)


def start_recording(turn: Turn, step: Voicemail | Record) -> Move:
    """Begin the recording of a voicemail or record step, its prompt being over."""
    turn.answer()
    kept = isinstance(step, Voicemail)
    turn.actions.append(
        RecordVoice(
            purpose="voicemail" if kept else "record",
            box=turn.fill(step.box if kept else step.label),
            max_ms=step.max_ms,
            silence_ms=step.silence_ms,
            beep=step.beep,
            terminators=step.terminators,
        )
    )
    return turn.wait(Phase.RECORDING, step.max_ms + RECORDING_SLACK_MS)


def _callback(turn: Turn, step: Callback) -> Move:
    number = phone_number(turn.fill(step.number))
    if not number:
        return Go(step.invalid)
    due = turn.now + step.delay_ms
    hours = turn.run.library.hours.get(step.hours) if step.hours else None
    if hours is not None:
        try:
            due = calendars.next_open(hours, due) or due
        except CoreError:  # an unknown time zone must not cost the caller the call back
            due = turn.now + step.delay_ms
    turn.actions.append(PromiseCallback(number=number, due_at=due, queue_id=step.queue or ""))
    return Go(step.next)


def _assign(turn: Turn, step: AssignClient) -> Move:
    turn.put("client_id", step.client)
    turn.put("project_id", step.project)
    turn.actions.append(Assign(client_id=step.client, project_id=step.project))
    return Go(step.next)


def _language(turn: Turn, step: Language) -> Move:
    turn.run.language = step.language
    turn.actions.append(SetLanguage(language=step.language))
    return Go(step.next)


def _subflow(turn: Turn, step: SubFlow) -> Move:
    return _enter_flow(turn, step.flow, keep=True, otherwise=None)


def _enter_flow(turn: Turn, flow_id: str, *, keep: bool, otherwise: str | None) -> Move:
    """Start another flow, upon the present one (`keep`) or instead of it."""
    run = turn.run
    flow = run.library.find(flow_id)
    if flow is None:
        return turn.fail(Failure.FLOW_GONE) if otherwise is None else Go(otherwise)
    if keep and len(run.frames) >= MAX_DEPTH:
        return turn.fail(Failure.TOO_DEEP)
    if not keep:
        run.frames.clear()
    run.frames.append(Frame(flow, flow.start))
    for name, value in flow.variables.items():
        run.variables.setdefault(name, value)
    return Go(flow.start)


def _return(turn: Turn, _step: Return) -> Move:
    if len(turn.run.frames) == 1:
        return turn.finish("completed", 16)
    turn.run.frames.pop()
    caller = turn.run.flow.steps.get(turn.run.step_id)
    # A new version may have put something else in the place of the sub-flow step.
    return Go(caller.next) if isinstance(caller, SubFlow) else turn.fail(Failure.STEP_GONE)


def _goto(_turn: Turn, step: Goto) -> Move:
    return Go(step.next)


def _hang_up(turn: Turn, step: HangUp) -> Move:
    return turn.finish("completed", step.cause)


ENTER: Mapping[type[Any], Callable[[Turn, Any], Move]] = {
    Announce: _announce,
    Menu: questions.ask,
    Collect: questions.ask,
    SayData: _say,
    Condition: _condition,
    SetVariables: _set,
    HttpRequest: _http,
    Queue: _queue,
    Transfer: _transfer,
    Voicemail: _record,
    Record: _record,
    RateService: questions.ask,
    Callback: _callback,
    AssignClient: _assign,
    Language: _language,
    SubFlow: _subflow,
    Return: _return,
    Goto: _goto,
    HangUp: _hang_up,
}
"""Kind of step → what it does first."""
