"""What a flow does in a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from openseat.core.events.registry import event


@event("flow.entered")
class FlowEntered:
    """A flow began to run for the call; `resumes` tells that it goes on after a queue or a sub-
    flow.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    flow_id: str
    flow_version: int


@event("flow.stepped")
class FlowStepped:
    """The run came to a step; `state` is all that is needed to go on from here."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    step_id: str
    kind: str
    state: Mapping[str, Any] = field(default_factory=dict[str, Any])


@event("flow.left")
class FlowLeft:
    """The run is over: completed, hung_up, transferred, failed, queued."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    run_id: str
    outcome: str
