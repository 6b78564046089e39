"""An agent dialling codes: what is being asked of them on the telephone.

It lives in the process alone: a floor that takes over ends such calls, and the
agent dials again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from openseat.core.inputs import CheckTrunk


class Phase(StrEnum):
    """What the agent is asked for."""

    AGENT = "agent"
    """Their agent number."""
    PIN = "pin"
    CODE = "code"
    COLLEAGUE = "colleague"
    """Nothing: a colleague is called, or talks with them."""
    LAST = "last"
    """Nothing more: the last words are said, and the call ends."""


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """One agent at a phone of this switch, or (`endpoint` empty) at any telephone."""

    call_id: str
    leg_id: str
    caller: str
    endpoint: str
    dialled: str = ""
    """The code that was dialled on the phone itself; empty on the service line."""
    agent_id: str = ""
    known: bool = False
    """Whether they have shown who they are; a phone of their own shows it."""
    language: str = "zh-CN"
    phase: Phase = Phase.CODE
    keys: str = ""
    tries: int = 0
    """Wrong or missing answers so far."""
    said: int = 0
    """How many playbacks there were: each has a name of its own."""
    due: int | None = None
    """When silence counts as an answer."""
    test: CheckTrunk | None = None
    """The call is a trunk's test: nobody is asked anything."""
    heard: bool = False
    """Whether sound came from the party of a test."""
    echo: bool = False
    """After the last words the phone hears itself."""
