"""Shapes: what a field of a step may hold.

One description serves four readers: the parser, the published JSON schema,
the checks before publishing and the reference page. A shape never recurses
into what it does not expect, so that hostile input costs no more than its size
limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, Protocol, cast

from openseat.core.flows.template import VARIABLE_NAME

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class Unreadable(Exception):
    """A value that does not fit its shape; becomes a `Problem`."""

    def __init__(self, code: str, path: str, **arguments: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.path = path
        self.arguments = arguments


@dataclass(frozen=True, slots=True)
class Leaf:
    """A plain value inside a step, with the shape that says what it means."""

    path: str
    shape: Shape
    value: Any


class Shape(Protocol):
    """What one field may hold."""

    def read(self, value: object, path: str) -> Any:
        """Return the value as the model keeps it, or raise `Unreadable`."""
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the field."""
        ...

    def leaves(self, value: Any, path: str) -> Iterator[Leaf]:
        """Yield the plain values inside a value that was read."""
        ...


class Plain:
    """A shape without parts."""

    def leaves(self, value: Any, path: str) -> Iterator[Leaf]:
        """Yield the value itself."""
        yield Leaf(path, cast("Shape", self), value)


def _wrong_type(value: object, path: str, wanted: str) -> Unreadable:
    return Unreadable(
        "flow.wrong_type", path, field=path, wanted=wanted, found=type(value).__name__
    )


@dataclass(frozen=True, slots=True)
class Text(Plain):
    """Text of at most `longest` characters; `{{name}}` stands for a variable if `template`."""

    longest: int = 200
    shortest: int = 0
    template: bool = False
    pattern: str = ""

    def read(self, value: object, path: str) -> str:
        if not isinstance(value, str):
            raise _wrong_type(value, path, "text")
        if not self.shortest <= len(value) <= self.longest:
            raise Unreadable(
                "flow.wrong_length", path, field=path, lowest=self.shortest, highest=self.longest
            )
        if _CONTROL.search(value) or (self.pattern and not re.fullmatch(self.pattern, value)):
            raise Unreadable("flow.wrong_text", path, field=path, pattern=self.pattern)
        return value

    def schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "string", "maxLength": self.longest}
        if self.shortest:
            made["minLength"] = self.shortest
        if self.pattern:
            made["pattern"] = f"^(?:{self.pattern})$"
        return made


@dataclass(frozen=True, slots=True)
class Whole(Plain):
    """A whole number within bounds."""

    lowest: int
    highest: int

    def read(self, value: object, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise _wrong_type(value, path, "whole number")
        if not self.lowest <= value <= self.highest:
            raise Unreadable(
                "flow.out_of_range", path, field=path, lowest=self.lowest, highest=self.highest
            )
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True, slots=True)
class Flag(Plain):
    """True or false."""

    def read(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            raise _wrong_type(value, path, "true or false")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Plain):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: object, path: str) -> str:
        if not isinstance(value, str):
            raise _wrong_type(value, path, "text")
        if value not in self.words:
            raise Unreadable("flow.unknown_word", path, field=path, wanted=", ".join(self.words))
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.words)}


STEP_ID = "[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
REFERENCE = "[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}"


@dataclass(frozen=True, slots=True)
class Edge(Text):
    """The step to go on with. A missing one is legal in a draft, not in a published flow."""

    longest: int = 64
    shortest: int = 1
    pattern: str = STEP_ID
    optional: bool = False
    """Never needed: the documentation of the field says what happens without it."""


@dataclass(frozen=True, slots=True)
class Reference(Text):
    """The id of something in the directory."""

    longest: int = 100
    shortest: int = 1
    pattern: str = REFERENCE
    to: str = ""
    """queue, flow, hours, client or project."""


@dataclass(frozen=True, slots=True)
class Variable(Text):
    """The name of a variable that the step sets."""

    longest: int = 40
    shortest: int = 1
    pattern: str = VARIABLE_NAME


MEDIA_KINDS = ("prompt", "number", "digits", "money", "date", "time", "datetime", "silence")
"""What a flow may play; see `openseat.core.flows.say`."""

_MEDIA = (
    r"prompt:[a-z0-9][a-z0-9_-]{0,63}"
    r"|silence:[1-9][0-9]{1,4}"
    r"|(?:number|digits|money|date|time|datetime):[^\n]{1,150}"
)


@dataclass(frozen=True, slots=True)
class Media(Text):
    """One thing to play: a prompt by name, or data spoken by the language's grammar."""

    longest: int = 160
    shortest: int = 1
    template: bool = True
    pattern: str = _MEDIA


@dataclass(frozen=True, slots=True)
class ListOf:
    """Several values of one shape, in order."""

    of: Shape
    most: int
    least: int = 0

    def read(self, value: object, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise _wrong_type(value, path, "list")
        items = cast("list[object]", value)
        if not self.least <= len(items) <= self.most:
            raise Unreadable(
                "flow.wrong_length", path, field=path, lowest=self.least, highest=self.most
            )
        return tuple(self.of.read(item, f"{path}[{n}]") for n, item in enumerate(items))

    def schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "array", "items": self.of.schema(), "maxItems": self.most}
        if self.least:
            made["minItems"] = self.least
        return made

    def leaves(self, value: Sequence[Any], path: str) -> Iterator[Leaf]:
        for n, item in enumerate(value):
            yield from self.of.leaves(item, f"{path}[{n}]")


@dataclass(frozen=True, slots=True)
class MapOf:
    """Values of one shape under keys of another."""

    key: Text
    of: Shape
    most: int
    least: int = 0

    def read(self, value: object, path: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise _wrong_type(value, path, "object")
        items = cast("dict[object, object]", value)
        if not self.least <= len(items) <= self.most:
            raise Unreadable(
                "flow.wrong_length", path, field=path, lowest=self.least, highest=self.most
            )
        return {
            self.key.read(name, path): self.of.read(item, f"{path}.{name}")
            for name, item in items.items()
        }

    def schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "object",
            "propertyNames": self.key.schema(),
            "additionalProperties": self.of.schema(),
            "maxProperties": self.most,
        }
        if self.least:
            made["minProperties"] = self.least
        return made

    def leaves(self, value: Mapping[str, Any], path: str) -> Iterator[Leaf]:
        for name, item in value.items():
            yield from self.key.leaves(name, path)
            yield from self.of.leaves(item, f"{path}.{name}")


@dataclass(frozen=True, slots=True)
class Group:
    """An object of a fixed kind: a dataclass whose fields carry shapes."""

    cls: type[Any]

    def read(self, value: object, path: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong_type(value, path, "object")
        return read_fields(self.cls, cast("dict[object, object]", value), path)

    def schema(self) -> dict[str, Any]:
        return object_schema(self.cls)

    def leaves(self, value: Any, path: str) -> Iterator[Leaf]:
        for item in fields(self.cls):
            held = getattr(value, item.name)
            if held is not None:
                yield from shape_of(item).leaves(held, f"{path}.{item.name}")


@dataclass(frozen=True, slots=True)
class Tagged:
    """One of several kinds of object, told apart by their field `kind`."""

    kinds: Mapping[str, type[Any]]

    def read(self, value: object, path: str) -> Any:
        if not isinstance(value, dict):
            raise _wrong_type(value, path, "object")
        items = dict(cast("dict[object, object]", value))
        kind = OneOf(tuple(self.kinds)).read(items.pop("kind", None), f"{path}.kind")
        return read_fields(self.kinds[kind], items, path)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [object_schema(cls, kind) for kind, cls in self.kinds.items()]}

    def leaves(self, value: Any, path: str) -> Iterator[Leaf]:
        yield from Group(cast("type[Any]", type(value))).leaves(value, path)


# -- dataclasses whose fields carry shapes -----------------------------------------


def need(shape: Shape, about: str) -> Any:
    """Declare a field that must be there."""
    return field(metadata={"shape": shape, "about": about})


def may(shape: Shape, default: Any, about: str) -> Any:
    """Declare a field with a default."""
    meta = {"shape": shape, "about": about}
    if isinstance(default, dict):
        copied = cast("dict[str, Any]", default)
        return field(default_factory=lambda: dict(copied), metadata=meta)
    return field(default=default, metadata=meta)


def shape_of(item: Field[Any]) -> Shape:
    """Return the shape that a field was declared with."""
    return cast("Shape", item.metadata["shape"])


def is_needed(item: Field[Any]) -> bool:
    """Tell whether a field has no default."""
    return item.default is MISSING and item.default_factory is MISSING


def read_fields(cls: type[Any], items: Mapping[object, object], path: str) -> Any:
    """Build `cls` from a JSON object, or raise `Unreadable` for its first flaw."""
    known = {item.name: item for item in fields(cls)}
    for name in items:
        if name not in known:
            raise Unreadable("flow.unknown_field", path, field=_join(path, str(name)[:60]))
    values: dict[str, Any] = {}
    for name, item in known.items():
        if name in items:
            values[name] = shape_of(item).read(items[name], _join(path, name))
        elif is_needed(item):
            raise Unreadable("flow.field_missing", path, field=_join(path, name))
    return cls(**values)


def object_schema(cls: type[Any], kind: str = "") -> dict[str, Any]:
    """Return the JSON schema of a dataclass with shapes, tagged with `kind` if given."""
    properties: dict[str, Any] = {"kind": {"const": kind}} if kind else {}
    for item in fields(cls):
        made = shape_of(item).schema() | {"description": item.metadata["about"]}
        if isinstance(item.default, str | int) and item.default != "":
            made["default"] = item.default
        properties[item.name] = made
    needed = [item.name for item in fields(cls) if is_needed(item)]
    return {
        "type": "object",
        "properties": properties,
        "required": (["kind"] if kind else []) + needed,
        "additionalProperties": False,
    }


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
