"""A call's timeline: the facts of the journal about it, as far as somebody may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from openseat.core.events import LegKind
from openseat.directory.veil import veil_of
from openseat.history.documents import CallEvent, moment
from openseat.history.field_rules import readable_facts
from openseat.history.secrets import without_secrets
from openseat.history.service import call_row
from openseat.history.tables import call_notes, journal
from openseat.history.veiling import customer_number, masked_facts
from openseat.platform.access import Access
from openseat.platform.database import ScopedSession
from openseat.platform.paging import Page

MOST_EVENTS = 5000
"""A call's timeline is one page, however long the call; what comes after is left out."""


async def find_events(access: Access, call_id: str) -> Page[CallEvent]:
    """Return a call's facts in the order in which they became known.

    Raises:
        Problem: `not_found`: there is no such call for this caller.
    """
    call = await call_row(access, call_id)
    rows = await call_facts(access.session, call)
    if access.principal.client_id is not None:
        rows = without_supervision(rows)
    shown = readable_facts(without_secrets(rows), access.principal)
    veil = await veil_of(access.session, access.principal)
    if veil.covers(call["project_id"], call["client_id"]):
        shown = masked_facts(shown, customer_number(call))
    return Page(
        items=[CallEvent(**{**row, "at": moment(row["at"])}) for row in shown], next_cursor=None
    )


async def call_facts(session: ScopedSession, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the journal's rows about a call, by its own row, as they became known."""
    notes = await session.rows(
        select(call_notes.c.seq).where(call_notes.c.call_id == call["call_id"])
    )
    own = journal.c.stream == f"call:{call['call_id']}"
    noted = journal.c.seq.in_([note["seq"] for note in notes])
    rows: list[dict[str, Any]] = []
    # Two reads, so that each goes by its own index.
    for condition in (own, noted):
        rows += await session.rows(
            select(journal)
            .where(journal.c.cell_id == call["cell_id"], condition)
            .order_by(journal.c.seq)
            .limit(MOST_EVENTS)
        )
    rows.sort(key=lambda row: row["seq"])
    return rows


def without_supervision(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a call's facts without those about supervisors at the agent's conversation.

    Who listens to an agent is between the operator and its people; a supervisor who takes the call
    over serves the customer, and from then on is told of like any agent.
    """
    ears = {
        row["data"].get("leg_id")
        for row in rows
        if row["type"] == "leg.started" and row["data"].get("kind") == LegKind.SUPERVISOR
    }
    kept: list[dict[str, Any]] = []
    for row in rows:
        data = row["data"]
        if row["type"] == "segment.started":
            ears.discard(data.get("leg_id"))
        if row["type"].startswith("supervision.") or data.get("leg_id") in ears:
            continue
        legs = data.get("legs")
        if legs is not None and ears.intersection(legs):
            others = [leg for leg in legs if leg not in ears]
            if not others:
                continue
            kept.append({**row, "data": {**data, "legs": others}})
            continue
        kept.append(row)
    return kept
