"""The cell and what it stands on: switch, trunks, floor, directory."""

from __future__ import annotations

from typing import ClassVar

from openseat.core.events.registry import event


@event("switch.lost")
class SwitchWasLost:
    """The switch cannot be reached."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]


@event("switch.restored")
class SwitchWasRestored:
    """The switch is reachable; `restarted` tells that its calls are gone."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    live_legs: int
    restarted: bool


@event("trunk.changed")
class TrunkWasChanged:
    """A trunk's OPTIONS health changed."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    trunk_id: str
    reachable: bool


@event("floor.took_over")
class FloorTookOver:
    """A floor process became the cell's writer."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    token: int
    node: str


@event("cell.configured")
class CellConfigured:
    """A new picture of the directory is in force."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    config_version: int


@event("trunk.tested")
class TrunkWasTested:
    """A test call through a trunk is over; `heard` tells that sound came back."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    test_id: str
    trunk_id: str
    number: str
    by: str
    call_id: str
    answered: bool
    cause: int
    ring_ms: int
    """From the first signal to the answer, or to the end without one."""
    talk_ms: int
    heard: bool


@event("phone.registered")
class PhoneWasRegistered:
    """A phone can be reached at `address` (host and port), or, with none, no longer at all."""

    TYPE: ClassVar[str]
    VERSION: ClassVar[int]
    endpoint: str
    address: str
