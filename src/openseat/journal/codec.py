"""Facts to rows and back.

A row is what the table `journal` holds, in the order of `COLUMNS`. Event data is JSON with enums as
their values. Reading is strict: schemas are closed, so an unknown field is an error and not a loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, cast

import msgspec

from openseat.core.events import EVENTS, Event, Fact
from openseat.journal.errors import MalformedEvent, UnknownEventType, UnknownEventVersion

COLUMNS = ("cell_id", "seq", "stream", "no", "at", "client_id", "type", "version", "data")
"""Columns of the table `journal`, in a `Row`'s order."""

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the data of one version into that of the next; may change the dictionary it is given."""

UPCASTS: dict[tuple[str, int], Upcast] = {}
"""(type, version) → how to raise its data by one version."""


class Row(NamedTuple):
    """One fact as the table holds it; `data` is JSON text."""

    cell_id: str
    seq: int
    stream: str
    no: int
    at: int
    client_id: str
    type: str
    version: int
    data: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with its gap-free place in the journal of the cell `cell_id`."""

    seq: int
    fact: Fact
    cell_id: str = ""


def upcast(event_type: str, version: int) -> Callable[[Upcast], Upcast]:
    """Register how data of `event_type` at `version` becomes data of `version + 1`."""

    def register(function: Upcast) -> Upcast:
        UPCASTS[event_type, version] = function
        return function

    return register


def encode_fact(cell_id: str, seq: int, fact: Fact) -> Row:
    """Return the row of `fact`.

    Characters that PostgreSQL cannot hold (NUL, lone surrogates: they reach us in SIP headers) are
    replaced by U+FFFD.

    Raises:
        MalformedEvent: the event holds something that JSON cannot say, or an identifier has a NUL.
    """
    event = fact.event
    if "\0" in fact.stream or "\0" in fact.client_id:
        raise MalformedEvent(f"{event.TYPE}: NUL in {fact.stream!r} or {fact.client_id!r}")
    return Row(
        cell_id,
        seq,
        fact.stream,
        fact.no,
        fact.at,
        fact.client_id,
        event.TYPE,
        event.VERSION,
        encode_event(event),
    )


def encode_event(event: Event) -> str:
    """Return the event's data as JSON text; see `encode_fact`."""
    try:
        data = _ENCODER.encode(event)
    except UnicodeEncodeError:
        data = _ENCODER.encode(_cleaned(event))
    except (TypeError, ValueError, OverflowError) as error:
        raise MalformedEvent(f"{event.TYPE}: {error}") from error
    if rb"\u0000" in data:
        data = _ENCODER.encode(_cleaned(event))
    return data.decode()


def decode_fact(row: Row) -> Fact:
    """Return the fact of `row`; see `decode_event`."""
    return Fact(
        stream=row.stream,
        no=row.no,
        at=row.at,
        client_id=row.client_id,
        event=decode_event(row.type, row.version, row.data),
    )


def decode_event(event_type: str, version: int, data: str | bytes) -> Event:
    """Return the event that `data` (JSON) describes, raised to the version of today.

    Raises:
        UnknownEventType: no such event.
        UnknownEventVersion: newer than this program, or older without an upcast.
        MalformedEvent: a field is unknown, missing or of the wrong type.
    """
    schema = _SCHEMAS.get(event_type)
    if schema is None:
        raise UnknownEventType(event_type)
    try:
        plain = _DECODER.decode(data)
    except msgspec.DecodeError as error:
        raise MalformedEvent(f"{event_type}: {error}") from error
    if version != schema.version:
        plain = _raised(event_type, version, schema.version, plain)
    unknown = plain.keys() - schema.names
    if unknown:
        raise MalformedEvent(f"{event_type}: unknown fields {', '.join(sorted(unknown))}")
    try:
        return cast("Event", msgspec.convert(plain, schema.type))
    except msgspec.ValidationError as error:
        raise MalformedEvent(f"{event_type}: {error}") from error


@dataclass(frozen=True, slots=True)
class _Schema:
    type: type[Any]
    version: int
    names: frozenset[str]


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Any])
_SCHEMAS = {
    name: _Schema(cls, cls.VERSION, frozenset(field.name for field in fields(cls)))
    for name, cls in EVENTS.items()
}


def _raised(event_type: str, version: int, target: int, plain: dict[str, Any]) -> dict[str, Any]:
    while version < target:
        step = UPCASTS.get((event_type, version))
        if step is None:
            break
        plain = step(plain)
        version += 1
    if version != target:
        raise UnknownEventVersion(f"{event_type} version {version}, this program has {target}")
    return plain


def _cleaned(value: Any) -> Any:
    """Return `value` as plain data whose texts PostgreSQL can hold."""
    if isinstance(value, str):
        text = str(value).replace("\x00", "\ufffd")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {_cleaned(key): _cleaned(inner) for key, inner in items}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in cast("list[Any]", value)]
    if hasattr(value, "TYPE"):
        return {field.name: _cleaned(getattr(value, field.name)) for field in fields(value)}
    return value
