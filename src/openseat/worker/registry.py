"""Which projections the worker drives. An area adds its own here and nowhere else."""

from __future__ import annotations

from openseat.billing.usage import UsageCalls, UsageStorage
from openseat.figures.projection import Figures
from openseat.history.agent_calls import AgentCalls
from openseat.history.agent_time import AgentTime
from openseat.history.callbacks import Callbacks
from openseat.history.calls import Calls
from openseat.history.notes import CallNotes
from openseat.history.segments import Segments
from openseat.journal.projection import Projection
from openseat.recordings.projections import RecordingFiles, Recordings


def projections() -> tuple[Projection, ...]:
    """Return all projections; names are unique."""
    return (
        Calls(),
        Segments(),
        CallNotes(),
        AgentCalls(),
        Callbacks(),
        AgentTime(),
        Recordings(),
        RecordingFiles(),
        Figures(),
        UsageCalls(),
        UsageStorage(),
    )
