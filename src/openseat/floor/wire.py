"""The link's frames: length-prefixed JSON between the floor and its own processes.

A frame is four bytes of length, big-endian, and that much JSON. The first one
a client sends is `{"token": …, "feed": bool}`; the floor closes the connection
when the token is wrong. Then:

- client → floor: `{"id": n, "input": {"type": "SetIdle", …}}`
- floor → client: `{"id": n, "ok": true}` or `{"id": n, "error": code, "arguments": {…}}`,
  given only once the command's facts are durable;
- floor → client with `feed`: snapshot and delta frames (`openseat.floor.view`).
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from openseat.core import inputs
from openseat.core.errors import CoreError

MAX_FRAME = 64 * 1024 * 1024
"""Larger lengths mean that the other side does not speak this protocol."""

COMMANDS: dict[str, type[Any]] = {
    command.__name__: command for command in (*inputs.Command.__args__, inputs.RecordingStored)
}
"""What may be sent over the link, by type name."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


class LinkBroken(ConnectionError):
    """The other side closed the link or sent something that is no frame."""


def encode_frame(message: object) -> bytes:
    """Return a frame with its length in front."""
    body = _encoder.encode(message)
    return len(body).to_bytes(4, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Return the next frame's message.

    Raises `LinkBroken` at the end of the stream and on anything that is no frame.
    """
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > MAX_FRAME:
            raise LinkBroken("frame too long")
        message = _decoder.decode(await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError) as error:
        raise LinkBroken(str(error)) from error
    if not isinstance(message, dict):
        raise LinkBroken("frame is not an object")
    return message


def encode_input(command: inputs.Command | inputs.RecordingStored) -> dict[str, Any]:
    """Return a command as the wire carries it."""
    return {"type": type(command).__name__, **msgspec.to_builtins(command)}


def decode_input(message: Any) -> Any:
    """Return the command in a message.

    Raises `CoreError` `link.bad_command` when it is none.
    """
    if not isinstance(message, dict):
        raise CoreError("link.bad_command", detail="not an object")
    fields = dict(message)
    kind = COMMANDS.get(str(fields.pop("type", "")))
    if kind is None:
        raise CoreError("link.bad_command", detail="unknown type")
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        raise CoreError("link.bad_command", detail=str(error)) from error
