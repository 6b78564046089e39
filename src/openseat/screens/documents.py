"""What the API takes and tells of wallboards and their links."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from openseat.directory.brands import Brand
from openseat.platform.fields import Id, Label, Line, Strict

COLUMNS, ROWS = 12, 8
"""The grid of a page."""


class TileKind(StrEnum):
    """What a tile shows."""

    FIGURE = "figure"
    QUEUES = "queues"
    AGENTS = "agents"
    STATES = "states"
    TREND = "trend"
    ALARMS = "alarms"
    CLOCK = "clock"
    TEXT = "text"
    LOGO = "logo"


class Figure(StrEnum):
    """A figure of the live floor."""

    WAITING = "waiting"
    LONGEST = "longest"
    TALKING = "talking"
    IDLE = "idle"
    SIGNED_IN = "signedIn"
    SERVICE_LEVEL = "serviceLevel"
    ABANDON_RATE = "abandonRate"
    AVERAGE_ANSWER = "averageAnswer"
    OFFERED = "offered"
    ANSWERED = "answered"


class Tile(Strict):
    """One tile on the grid; what it is about is narrowed by queue or group."""

    kind: TileKind
    x: Annotated[int, Field(ge=0, lt=COLUMNS)]
    y: Annotated[int, Field(ge=0, lt=ROWS)]
    w: Annotated[int, Field(ge=1, le=COLUMNS)]
    h: Annotated[int, Field(ge=1, le=ROWS)]
    figure: Figure | None = None
    queue_id: Id | None = None
    group_id: Id | None = None
    text: Line = ""

    @model_validator(mode="after")
    def _inside(self) -> Tile:
        if self.x + self.w > COLUMNS or self.y + self.h > ROWS:
            raise PydanticCustomError("tile", "reaches over the edge")
        if (self.kind is TileKind.FIGURE) != (self.figure is not None):
            raise PydanticCustomError("tile", "a figure for figures, none for all else")
        return self


class WallPage(Strict):
    """One page; several take turns."""

    seconds: Annotated[int, Field(ge=5, le=600)] = 20
    tiles: Annotated[list[Tile], Field(default_factory=list, max_length=40)]


class WallboardFields(Strict):
    """A wallboard."""

    name: Label
    pages: Annotated[list[WallPage], Field(min_length=1, max_length=10)]


class Wallboard(BaseModel):
    """A wallboard of the caller's, or for administrators anybody's."""

    id: str
    name: str
    owner_name: str
    own: bool
    pages: list[WallPage]
    version: int


class LinkFields(Strict):
    """A link for one screen."""

    name: Label = Field(description="Where the screen hangs")


class Link(BaseModel):
    """A link to a wallboard, without its secret."""

    id: str
    name: str
    created_at: datetime
    seen_at: datetime | None = Field(description="When a screen last asked with it")


class NewLink(Link):
    """A link with its secret, shown this once."""

    secret: str


class Shown(BaseModel):
    """What a screen shows."""

    name: str
    language: str
    pages: list[WallPage]
    groups: dict[str, str] = Field(description="What the agent groups are called")
    brand: Brand = Field(description="Whose board it is")
