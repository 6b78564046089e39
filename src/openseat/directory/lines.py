"""Phones (SIP accounts of the agents) and trunks (lines to carriers)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import ColumnElement, or_, select

from openseat.directory.noun import Noun, Row, document
from openseat.directory.tables import agents, phones, trunks
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Count, Id, Label, Line, Strict
from openseat.platform.reach import Reach

Endpoint = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{2,40}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{0,15}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:\[\]-]{1,253}$")]
Address = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$")]
Secret = Annotated[str, StringConstraints(pattern=r"^[!-~]*$", max_length=100)]


class PhoneFields(Strict):
    """A SIP account: a desk phone, or a browser with `webrtc`."""

    id: Endpoint = Field(description="SIP user name")
    name: Line = ""
    agent_id: Id | None = Field(
        default=None, description="Whose it is; empty for a seat anybody may sign in at"
    )
    webrtc: bool = False
    srtp: bool = Field(
        default=False, description="Demands encrypted media (SDES); such a phone registers by TLS"
    )


class TrunkFields(Strict):
    """A line to a carrier: IP-authenticated, or with a user name and registering."""

    name: Label
    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 5060
    transport: Literal["udp", "tcp", "tls"] = "udp"
    username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.+-]*$", max_length=64)] = ""
    password: Secret = Field(default="", description="Written, never shown")
    registers: bool = False
    match: Annotated[
        list[Address], Field(max_length=50, description="The carrier's addresses")
    ] = []
    srtp: bool = Field(default=False, description="Demands encrypted media (SDES)")
    qualify_s: Annotated[int, Field(ge=1, le=3600, description="OPTIONS interval")] = 5
    prefixes: Annotated[
        list[Prefix], Field(max_length=200, description="Called prefixes served")
    ] = [""]
    cost: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    capacity: Count | None = None
    active: bool = True


def new_sip_password() -> str:
    """Return a password for a SIP account: 144 bits, no characters that SIP would quote."""
    return secrets.token_urlsafe(18)


class _Phone(Noun):
    def within(self, reach: Reach) -> ColumnElement[bool]:
        """Phones of the managed agents and the own one, and seats that anybody may sign in at."""
        managed = select(agents.c.id).where(
            or_(agents.c.group_id.in_(sorted(reach.group_ids)), agents.c.id == reach.agent_id)
        )
        return or_(phones.c.agent_id.is_(None), phones.c.agent_id.in_(managed))

    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        # Made here and never chosen.
        return {"password": new_sip_password()} if before is None else {}


class _Trunk(Noun):
    async def complete(self, session: ScopedSession, rows: Sequence[Row]) -> None:
        for row in rows:
            row["has_password"] = bool(row["password"])

    def client_of(self, row: Row) -> str | None:
        return None


PHONE = _Phone(
    kind="phone",
    path="phones",
    table=phones,
    fields=PhoneFields,
    document=document("Phone", PhoneFields),
    permission="phones",
    sort="id",
    fixed=frozenset({"id"}),
    filters=("agent_id",),
)
TRUNK = _Trunk(
    kind="trunk",
    path="trunks",
    table=trunks,
    fields=TrunkFields,
    document=document(
        "Trunk",
        TrunkFields,
        without={"password"},
        has_password=(bool, Field(description="Whether a password is set")),
    ),
    permission="trunks",
    secret=frozenset({"password"}),
)
