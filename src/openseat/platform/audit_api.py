"""Reading the audit trail, and telling whether it is whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from openseat.core.masking import HIDDEN, mask
from openseat.platform.access import Access, needs
from openseat.platform.audit import audit_entries
from openseat.platform.database import OperatorScope
from openseat.platform.fields import Id, Strict
from openseat.platform.paging import PAGE_DEFAULT, PAGE_LARGEST, Page, cut_page, read_cursor
from openseat.platform.problems import responses

router = APIRouter(tags=["audit"])

_FIELDS: Mapping[str, tuple[str, frozenset[str]]] = {
    # Listed numbers are customers', and what is noted beside one may be anything about them.
    "listed-number": ("customers.number", frozenset({"e164", "note"})),
    "agent": ("agents.telephone", frozenset({"telephone"})),
}
"""Kind of row → the permission without which some of its fields are not told."""


class Entry(BaseModel):
    """One thing that was done or tried."""

    seq: int
    at: datetime
    actor_id: str = Field(description="The user; empty for somebody unknown")
    client_id: str | None = Field(description="Whose data it concerns")
    action: str
    kind: str
    subject_id: str
    detail: dict[str, Any]
    request_id: str


class Check(Strict):
    """What a check of the trail begins from."""

    since: Annotated[
        str,
        Field(
            pattern=r"^([0-9]{1,18}:[0-9a-f]{0,64})?$",
            description="A head that an earlier check told, which must still be in the chain",
        ),
    ] = ""


class Checked(BaseModel):
    """What a check of the trail found."""

    whole: bool
    entries: int = Field(description="Entries found right, counted from the first")
    head: str = Field(description="Number and digest of the last of them; keep it for `since`")
    broken_at: int | None = Field(description="Number of the first entry that is not right")


class AuditQuery(BaseModel):
    """Narrows the trail."""

    limit: Annotated[int, Field(ge=1, le=PAGE_LARGEST)] = PAGE_DEFAULT
    cursor: Annotated[str | None, Field(max_length=200, pattern="^[A-Za-z0-9_-]+$")] = None
    action: Annotated[str | None, Field(pattern="^[a-z_.-]{1,60}$")] = None
    actor_id: Id | None = None
    subject_id: Id | None = None
    since: Annotated[AwareDatetime | None, Field(alias="from", description="Not before")] = None
    until: Annotated[AwareDatetime | None, Field(alias="to", description="Before")] = None


@router.get("/audit", operation_id="list_audit_entries", responses=responses(401, 403))
async def list_entries(
    access: Annotated[Access, needs("audit.read")], query: Annotated[AuditQuery, Query()]
) -> Page[Entry]:
    """List what was done and tried, newest first."""
    columns = audit_entries.c
    statement = select(audit_entries).order_by(columns.seq.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        statement = statement.where(columns.seq < read_cursor(query.cursor, int)[0])
    for name in ("action", "actor_id", "subject_id"):
        value = getattr(query, name)
        if value is not None:
            statement = statement.where(columns[name] == value)
    if query.since is not None:
        statement = statement.where(columns.at >= query.since)
    if query.until is not None:
        statement = statement.where(columns.at < query.until)
    rows, following = cut_page(await access.session.rows(statement), query.limit, "seq")
    held = access.principal.permissions
    rows = [{**row, "detail": readable(row["kind"], row["detail"], held)} for row in rows]
    return Page[Entry](items=[Entry.model_validate(row) for row in rows], next_cursor=following)


def readable(kind: str, detail: dict[str, Any], held: Collection[str]) -> dict[str, Any]:
    """Return what an entry tells to somebody who holds some permissions."""
    permission, fields = _FIELDS.get(kind, ("", frozenset[str]()))
    if not permission or permission in held:
        return detail
    told = dict[str, Any]()
    for name, value in detail.items():
        if name in {"before", "after"} and isinstance(value, dict):
            told[name] = readable(kind, cast("dict[str, Any]", value), held)
        elif name == "e164":
            told[name] = mask(str(value))
        else:
            told[name] = HIDDEN if name in fields and value else value
    return told


@router.post(
    "/audit/verification", operation_id="verify_audit_trail", responses=responses(401, 403)
)
async def verify(access: Annotated[Access, needs("audit.read")], body: Check) -> Checked:
    """Walk the chain of entries from the first: does any miss, was any changed or slipped in?

    With `since`, entries cut off at the end are noticed too. The check is put on record itself.
    """
    # The chain is of everybody's entries; what is told of it is nobody's.
    async with access.services.database.tenant_session(OperatorScope()) as session:
        found = await access.services.audit.verify(session, body.since)
    whole = found.broken_at is None
    await access.record(
        "audit.verified",
        "audit",
        "",
        {"whole": whole, "entries": found.entries, "broken_at": found.broken_at},
    )
    return Checked(whole=whole, entries=found.entries, head=found.head, broken_at=found.broken_at)
