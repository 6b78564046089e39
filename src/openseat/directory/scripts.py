"""What agents are to say, and the client's own page about a contact; by project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import insert, select

from openseat.directory.desk_tables import client_pages, script_versions, scripts
from openseat.directory.noun import Noun, Row, document, wrong
from openseat.directory.page_rules import template_fault
from openseat.platform.database import ScopedSession
from openseat.platform.fields import Id, Label, Strict

LONGEST_SCRIPT = 20_000
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


class ScriptFields(Strict):
    """A script in Markdown, with `{{caller}}` and other variables of the contact."""

    client_id: Id
    project_id: Id | None = Field(default=None, description="Empty: for all of the client's")
    name: Label
    body: Annotated[str, StringConstraints(pattern=_LINES, max_length=LONGEST_SCRIPT)] = ""
    active: bool = True


class ClientPageFields(Strict):
    """The client's own page about a contact, opened with signed parameters."""

    client_id: Id
    project_id: Id | None = Field(default=None, description="Empty: for all of the client's")
    name: Label
    url: Annotated[str, Field(max_length=1000)] = Field(
        description="https address; `{{caller}}` and other parameters in path or query",
        examples=["https://crm.example.com/pop?phone={{caller}}&call={{call_id}}"],
    )
    opens: Literal["frame", "tab"] = Field(
        default="frame", description="In the desk, or by a button in a tab of its own"
    )
    secret: Annotated[str, StringConstraints(pattern=r"^[!-~]{16,200}$")] = Field(
        description="What links are signed with; written, never shown"
    )
    valid_s: Annotated[int, Field(ge=30, le=3600)] = Field(
        default=300, description="How long a link is good for"
    )
    full_numbers: bool = Field(
        default=False,
        description="The link has the customer's number in full, also where agents see it masked",
    )
    active: bool = True


class _Script(Noun):
    async def spread(self, session: ScopedSession, subject: str, values: Row) -> None:
        """Keep every version."""
        columns = (
            scripts.c.id,
            scripts.c.version,
            scripts.c.client_id,
            scripts.c.name,
            scripts.c.body,
        )
        await session.run(
            insert(script_versions).from_select(
                ["script_id", "number", "client_id", "name", "body"],
                select(*columns).where(scripts.c.id == subject),
            )
        )


class _ClientPage(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        fault = template_fault(row["url"])
        if fault is not None:
            raise wrong("url", fault)
        return {}

    async def complete(self, session: ScopedSession, rows: Sequence[Row]) -> None:
        for row in rows:
            row["has_secret"] = bool(row["secret"])


SCRIPT = _Script(
    kind="script",
    path="scripts",
    table=scripts,
    fields=ScriptFields,
    document=document("Script", ScriptFields),
    permission="scripts",
    fixed=frozenset({"client_id"}),
    filters=("client_id", "project_id"),
)
CLIENT_PAGE = _ClientPage(
    kind="client-page",
    path="client-pages",
    table=client_pages,
    fields=ClientPageFields,
    document=document(
        "ClientPage",
        ClientPageFields,
        without={"secret"},
        has_secret=(bool, Field(description="Whether a secret is set")),
    ),
    permission="scripts",
    fixed=frozenset({"client_id"}),
    secret=frozenset({"secret"}),
    filters=("client_id", "project_id"),
)
