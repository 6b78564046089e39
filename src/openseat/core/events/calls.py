"""What happens to a call as a whole."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.kinds import Direction, EndedBy
from openseat.core.events.registry import event


@event("call.started")
class CallStarted:
    """A call's first leg reached the operator. Client and project are empty until the flow tells
    them apart. `agent_id` is the agent who dialled a colleague's number on that leg.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    direction: Direction
    leg_id: str
    caller: str
    called: str
    caller_name: str = ""
    trunk_id: str = ""
    number_id: str = ""
    client_id: str = ""
    project_id: str = ""
    language: str = "zh-CN"
    agent_id: str = ""


@event("call.assigned")
class CallAssigned:
    """It is now known whose call it is."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    client_id: str
    project_id: str


@event("call.language_set")
class CallLanguageSet:
    """The caller chose the language that the call is spoken in from here on."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    language: str


@event("call.refused")
class CallRefused:
    """The call was turned away before anything was done for it; `reason` is stable:
    no_such_number, blacklisted, no_capacity. no_capacity counts as blocked.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    reason: str
    cause: int


@event("call.answered")
class CallAnswered:
    """The customer's leg was answered: charged time begins."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str


@event("call.cut_off")
class CallCutOff:
    """Somebody with power over the floor had the call ended, whoever was in it."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    by: str


@event("call.ended")
class CallEnded:
    """The last leg is gone. `billable_ms` is answered to ended, 0 if never answered."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    ended_by: EndedBy
    cause: int
    answered: bool
    duration_ms: int
    billable_ms: int


@event("call.code_dialled")
class CodeDialled:
    """An agent dialled a code on a phone. `outcome` is done, later (after the contact at hand), or
    the stable code of the refusal.
    """

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    leg_id: str
    agent_id: str
    code: str
    outcome: str
