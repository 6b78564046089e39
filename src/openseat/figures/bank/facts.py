"""Calls of the file as the facts that a floor would have written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from openseat.core import events as e
from openseat.core.identity import Instant, Milliseconds
from openseat.figures.bank.rows import BankCall, Outcome

CLIENT = "bank"


def facts(
    calls: Iterable[BankCall],
    day: date,
    zone: ZoneInfo,
    *,
    service_level_ms: Milliseconds,
    short_abandon_ms: Milliseconds,
) -> list[e.Fact]:
    """Return the calls' facts in the order in which they happened, numbered by stream."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * 1000
    told: list[tuple[Instant, str, e.Event]] = []
    for call in calls:
        for second, event in _events(call, service_level_ms, short_abandon_ms):
            told.append((midnight + 1000 * second, f"call:{call.name}", event))
    told.sort(key=lambda one: one[0])
    numbers: dict[str, int] = {}
    found: list[e.Fact] = []
    for at, stream, event in told:
        numbers[stream] = numbers.get(stream, 0) + 1
        found.append(
            e.Fact(stream=stream, no=numbers[stream], at=at, client_id=CLIENT, event=event)
        )
    return found


def _events(
    call: BankCall, service_level_ms: Milliseconds, short_abandon_ms: Milliseconds
) -> Iterator[tuple[int, e.Event]]:
    leg_id = f"{call.name}-customer"
    yield (
        call.started,
        e.CallStarted(
            direction=e.Direction.INBOUND,
            leg_id=leg_id,
            caller="",
            called="",
            trunk_id=call.line,
            client_id=CLIENT,
            project_id=call.kind,
        ),
    )
    yield call.started, e.CallAnswered(leg_id=leg_id)
    run_id = f"{call.name}-run"
    yield call.started, e.FlowEntered(run_id=run_id, flow_id="vru", flow_version=1)
    if call.offered is None:
        yield call.ended, e.FlowLeft(run_id=run_id, outcome="hung_up")
    else:
        yield call.offered, e.FlowLeft(run_id=run_id, outcome="queued")
        yield from _queue(call, call.offered, service_level_ms, short_abandon_ms)
    connected_ms = 1000 * (call.ended - call.started)
    yield (
        call.ended,
        e.CallEnded(
            ended_by=e.EndedBy.CUSTOMER,
            cause=16,
            answered=True,
            duration_ms=connected_ms,
            billable_ms=connected_ms,
        ),
    )


def _queue(
    call: BankCall, offered: int, service_level_ms: Milliseconds, short_abandon_ms: Milliseconds
) -> Iterator[tuple[int, e.Event]]:
    entry_id, queue_id = f"{call.name}-entry", call.kind
    yield (
        offered,
        e.QueueEntered(
            entry_id=entry_id, queue_id=queue_id, priority=0, service_level_ms=service_level_ms
        ),
    )
    wait_ms = 1000 * call.wait_s
    if call.outcome is Outcome.ANSWERED:
        outcome = e.QueueExit.ANSWERED
    elif wait_ms < short_abandon_ms:
        outcome = e.QueueExit.SHORT_ABANDONED
    else:
        outcome = e.QueueExit.ABANDONED
    left = offered + call.wait_s
    yield (
        left,
        e.QueueLeft(entry_id=entry_id, queue_id=queue_id, outcome=outcome, wait_ms=wait_ms),
    )
    if call.outcome is not Outcome.ANSWERED:
        return
    segment_id = f"{call.name}-segment"
    yield (
        left,
        e.SegmentStarted(
            segment_id=segment_id,
            agent_id=call.server,
            group_id="bank",
            leg_id=f"{call.name}-agent",
            via=e.Via.QUEUE,
            queue_id=queue_id,
        ),
    )
    yield (
        left + call.service_s,
        e.SegmentEnded(
            segment_id=segment_id,
            agent_id=call.server,
            talk_ms=1000 * call.service_s,
            hold_ms=0,
            ended_by=e.EndedBy.CUSTOMER,
            queue_id=queue_id,
        ),
    )
