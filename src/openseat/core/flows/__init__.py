"""Flows (IVR): graphs of steps that a call walks through before, instead of or after an agent.

`parse` makes a `Flow` of a definition, `check` says what keeps it from being
published, `Library` holds the published ones, and `interpreter` runs them:

    run, actions = interpreter.start(library, flow_id, language="zh-CN", now=now, given={...})
    actions = interpreter.resume(run, Digit(digit="1"), now)

A run asks to be fed a `Deadline` at `run.deadline`. While an agent or a
transfer's target talks with the caller it must be told so by `Connected`, or
its time in the queue goes on counting. `run.save()` and `Run.load` carry a run
over a restart, `interpreter.again` asks once more for what it waited for.
"""

from openseat.core.flows import interpreter
from openseat.core.flows.actions import (
    AnswerCall,
    Assign,
    Connected,
    Deadline,
    Digit,
    Enqueue,
    Fetch,
    Fetched,
    Finish,
    FlowAction,
    FlowInput,
    HungUp,
    LeaveQueue,
    PlayFinished,
    PromiseCallback,
    Rate,
    RecordVoice,
    Returned,
    Say,
    SendTo,
    SetLanguage,
    StopRecordingVoice,
    StopSaying,
)
from openseat.core.flows.check import Environment, check, examine, publishable
from openseat.core.flows.library import Library
from openseat.core.flows.parse import parse
from openseat.core.flows.problems import FlowInvalid, Problem, Severity
from openseat.core.flows.run import Phase, Run, Visit
from openseat.core.flows.steps import Flow

__all__ = [
    "AnswerCall", "Assign", "Connected", "Deadline", "Digit", "Enqueue", "Environment", "Fetch",
    "Fetched", "Finish", "Flow", "FlowAction", "FlowInput", "FlowInvalid", "HungUp",
    "LeaveQueue", "Library", "Phase", "PlayFinished", "Problem", "PromiseCallback", "Rate",
    "RecordVoice", "Returned", "Run", "Say", "SendTo", "SetLanguage", "Severity",
    "StopRecordingVoice", "StopSaying", "Visit", "check", "examine", "interpreter", "parse",
    "publishable",
]  # fmt: skip
