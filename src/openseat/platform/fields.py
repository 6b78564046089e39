"""Field types of the API: bounded, and free of what PostgreSQL cannot store."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

# No control characters (a NUL cannot be stored, a line break in a name breaks every list).
_LINE = r"^[^\x00-\x1f\x7f]*$"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

_DEEPEST = 40
"""Levels of nesting that a JSON value may have."""


class Strict(BaseModel):
    """A request body: unknown fields are errors, not silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("time_zone", "not an IANA time zone")
    return value


def _storable(value: Any, depth: int = 0) -> bool:
    """Tell whether PostgreSQL can keep a JSON value: no NUL, no half characters, not too deep."""
    match value:
        case str():
            return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
        case float():
            return isfinite(value)
        case int():
            return abs(value) < 2**63
        case dict():
            return depth < _DEEPEST and all(
                _storable(key) and _storable(one, depth + 1) for key, one in value.items()
            )
        case list():
            return depth < _DEEPEST and all(_storable(one, depth + 1) for one in value)
        case _:
            return True


def _storable_object(value: dict[str, Any]) -> dict[str, Any]:
    if not _storable(value):
        raise PydanticCustomError("json_value", "holds what cannot be stored")
    return value


JsonObject = Annotated[dict[str, Any], AfterValidator(_storable_object)]
"""Any JSON object that can be stored."""
LEAST_PASSWORD = 10
Password = Annotated[
    str, StringConstraints(pattern=_LINE, min_length=LEAST_PASSWORD, max_length=200)
]
"""A password to be set; one that is only compared may be shorter."""
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
