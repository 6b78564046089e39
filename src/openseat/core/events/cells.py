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
