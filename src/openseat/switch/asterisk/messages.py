"""What comes and goes over the ARI WebSocket, reduced to the fields the adapter reads."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Party(msgspec.Struct):
    """A channel's caller."""

    number: str = ""
    name: str = ""


class Dialled(msgspec.Struct):
    """Where a channel is in the dialplan."""

    exten: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(msgspec.Struct):
    """A channel's snapshot."""

    id: str
    name: str = ""
    state: str = ""
    caller: Party = msgspec.field(default_factory=Party)
    dialplan: Dialled = msgspec.field(default_factory=Dialled)

    @property
    def endpoint(self) -> str:
        """The SIP endpoint's name: `PJSIP/<endpoint>-00000001` without its frame."""
        return self.name.partition("/")[2].rpartition("-")[0]


class Playback(msgspec.Struct):
    """A playback's snapshot."""

    id: str
    state: str = ""
    target_uri: str = ""


class Recording(msgspec.Struct):
    """A live recording's snapshot; `duration` in whole seconds."""

    name: str
    state: str = ""
    duration: int = 0
    target_uri: str = ""


class Endpoint(msgspec.Struct):
    """A SIP endpoint's snapshot."""

    resource: str = ""
    state: str = ""


class ContactInfo(msgspec.Struct):
    """A registered or static contact's health."""

    aor: str = ""
    contact_status: str = ""
    uri: str = ""


class BridgeSnapshot(msgspec.Struct):
    """A bridge and who is in it."""

    id: str
    channels: list[str] = msgspec.field(default_factory=list[str])


class SystemInfo(msgspec.Struct):
    """Which Asterisk this is, and since when."""

    class Status(msgspec.Struct):
        """Times of the running process."""

        startup_time: datetime

    class System(msgspec.Struct):
        """The installation."""

        version: str

    status: Status
    system: System


class Message(msgspec.Struct):
    """An event, or (type `RESTResponse`) the answer to a request."""

    type: str
    timestamp: datetime | None = None
    application: str = ""
    request_id: str = ""
    status_code: int = 0
    message_body: str = ""
    channel: Channel | None = None
    args: list[str] = msgspec.field(default_factory=list[str])
    cause: int = 0
    digit: str = ""
    playback: Playback | None = None
    recording: Recording | None = None
    endpoint: Endpoint | None = None
    contact_info: ContactInfo | None = None


class Variable(msgspec.Struct):
    """A channel variable's value."""

    value: str = ""


class Request(msgspec.Struct, omit_defaults=True, tag_field="type", tag="RESTRequest"):
    """One request; `message_body` is JSON text."""

    request_id: str
    method: str
    uri: str
    content_type: str = ""
    message_body: str = ""
