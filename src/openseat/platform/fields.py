"""Field types of the API: bounded, and free of what PostgreSQL cannot store."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

# No control characters (a NUL cannot be stored, a line break in a name breaks every list).
_LINE = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


class Strict(BaseModel):
    """A request body: unknown fields are errors, not silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("time_zone", "not an IANA time zone")
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""An identifier."""
Label = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=100)]
"""A name that people read."""
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
"""A name that programs read."""
Line = Annotated[str, StringConstraints(pattern=_LINE, max_length=200)]
"""One line of text, may be empty."""
Text = Annotated[str, StringConstraints(pattern=_LINES, max_length=4000)]
"""Text of several lines, may be empty."""
E164 = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,20}$")]
"""A telephone number as the network gives it."""
Zone = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
    AfterValidator(_known_zone),
    Field(description="IANA time zone", examples=["Asia/Shanghai"]),
]
Day = Annotated[int, Field(ge=0, le=86_400)]
"""A span of up to a day, in seconds."""
Count = Annotated[int, Field(ge=0, le=1_000_000)]
"""How many of something."""
Level = Annotated[int, Field(ge=1, le=10)]
"""How well an agent knows a skill."""
