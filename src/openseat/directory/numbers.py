"""Numbers (DIDs), and black- and whitelists."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field
from sqlalchemy import ColumnElement, not_, select

from openseat.directory.noun import Noun, Row, document, wrong
from openseat.directory.organisation import Language
from openseat.directory.tables import flows, listed_numbers, numbers
from openseat.directory.veil import veiled
from openseat.platform.auth import Principal
from openseat.platform.database import ScopedSession
from openseat.platform.fields import E164, Id, Line, Strict


class NumberFields(Strict):
    """A number that customers call; without client and project it is shared by several clients."""

    e164: E164
    flow_id: Id = Field(description="The flow that answers")
    client_id: Id | None = None
    project_id: Id | None = None
    language: Language = "zh-CN"
    note: Line = ""
    draft: bool = Field(
        default=False, description="A test number: calls go through the flow's draft as it stands"
    )
    active: bool = True


class ListKind(StrEnum):
    """Whether the numbers are never, or always, let in."""

    BLACKLIST = "blacklist"
    WHITELIST = "whitelist"


class ListedNumberFields(Strict):
    """A customer's number that a client never, or always, lets in."""

    client_id: Id
    project_id: Id | None = Field(default=None, description="Empty: for all of the client's")
    kind: ListKind
    e164: E164
    note: Line = ""


class _Number(Noun):
    async def check(self, session: ScopedSession, row: Row, before: Row | None) -> Row:
        if (row["client_id"] is None) != (row["project_id"] is None):
            raise wrong("project_id", "project")
        flow = await session.row(select(flows).where(flows.c.id == row["flow_id"]))
        if flow is None or flow["client_id"] not in {None, row["client_id"]}:
            raise wrong("flow_id", "unknown")
        return {}


class _ListedNumber(Noun):
    def shown(self, who: Principal) -> ColumnElement[bool]:
        """A list of masked numbers is of use to nobody, and its order would tell them."""
        return not_(veiled(who, listed_numbers))


NUMBER = _Number(
    kind="number",
    path="numbers",
    table=numbers,
    fields=NumberFields,
    document=document("Number", NumberFields),
    permission="numbers",
    sort="e164",
    filters=("client_id", "project_id", "flow_id"),
)
LISTED_NUMBER = _ListedNumber(
    kind="listed-number",
    path="listed-numbers",
    table=listed_numbers,
    fields=ListedNumberFields,
    document=document("ListedNumber", ListedNumberFields),
    permission="listed_numbers",
    sort="e164",
    fixed=frozenset({"client_id"}),
    filters=("client_id", "project_id"),
)
