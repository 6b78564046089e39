"""Where something happened: the dimensions by which figures are cut."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Dimension(StrEnum):
    """What figures can be grouped by."""

    CLIENT = "client"
    PROJECT = "project"
    QUEUE = "queue"
    AGENT = "agent"
    GROUP = "group"
    LINE = "line"
    """A trunk."""


class Place(NamedTuple):
    """The finest place of an event; an empty name means that it concerns none.

    Every count is kept in exactly one place, so figures by any dimension are plain sums over the
    places whose name in that dimension is not empty, and nothing is counted twice.
    """

    client_id: str = ""
    project_id: str = ""
    queue_id: str = ""
    agent_id: str = ""
    group_id: str = ""
    trunk_id: str = ""
    call_id: str = ""
    """Which call it was, so that every number can be opened down to the calls behind it."""

    def without_call(self) -> Place:
        """Return the place that all its calls share."""
        return self._replace(call_id="")

    def key(self, dimension: Dimension) -> str:
        """Return the name of this place in a dimension."""
        return getattr(self, COLUMNS[dimension])


COLUMNS: dict[Dimension, str] = {
    Dimension.CLIENT: "client_id",
    Dimension.PROJECT: "project_id",
    Dimension.QUEUE: "queue_id",
    Dimension.AGENT: "agent_id",
    Dimension.GROUP: "group_id",
    Dimension.LINE: "trunk_id",
}
"""The field of a place that a dimension looks at."""
