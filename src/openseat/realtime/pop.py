"""The screen pop: who is calling, for whom, and what was before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.core.masking import mask, scrub
from openseat.directory.at_the_desk import FieldKind, form_of, page_of, script_of
from openseat.directory.standing import Seat, names, outcomes, seat
from openseat.directory.veil import veil_of
from openseat.history.documents import CallsQuery, CallSummary, Segment
from openseat.history.service import find_calls, read_segments
from openseat.platform.access import Access, Permitted, may
from openseat.platform.database import ClientScope
from openseat.platform.problems import Problem, responses
from openseat.realtime.gateway import Gateway
from openseat.realtime.state import Row

router = APIRouter(tags=["agent"])

SHOWN = 10
_DIALLABLE = re.compile(r"\+?[0-9]{2,20}")


class Outcome(BaseModel):
    """A disposition that can be chosen."""

    code: str
    name: str


class ShownScript(BaseModel):
    """What the agent is to say; Markdown with the contact's values in it."""

    name: str
    version: int
    text: str


class ShownPage(BaseModel):
    """The client's own page about the contact; the link is signed and soon over."""

    name: str
    url: str
    opens: Literal["frame", "tab"]


class AskedField(BaseModel):
    """One question of the form."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    help: str
    pattern: str
    choices: list[str]


class AskedForm(BaseModel):
    """The form to be filled in with the disposition."""

    form_id: str
    version: int
    name: str
    fields: list[AskedField]


class ScreenPop(BaseModel):
    """The contact at hand and the customer's history with the same client."""

    call_id: str
    segment_id: str = Field(description="Empty until the agent talks")
    direction: str
    caller: str
    called: str
    client_id: str
    project_id: str
    queue_id: str
    state: str
    started_at: datetime
    dispositions: list[Outcome] = Field(
        description="The project's own; empty where it has none, and the common ones apply"
    )
    script: ShownScript | None = Field(description="Null: the project has none")
    page: ShownPage | None = Field(description="Null: the client has no page for the project")
    form: AskedForm | None = Field(description="Null: the project asks for no form")
    parts: list[Segment] = Field(
        description="Stretches of this very call, with what other agents wrote about theirs"
    )
    history: list[CallSummary] = Field(description="Earlier calls of this customer, newest first")
    names: dict[str, str] = Field(description="What the clients, projects … above are called")


@router.get(
    "/me/agent/screen-pop",
    operation_id="read_screen_pop",
    response_model=ScreenPop,
    responses={204: {"description": "No contact at hand"}, **responses(401, 403, 404)},
)
async def read_screen_pop(
    request: Request, own: Annotated[Permitted, may("agents.self")]
) -> ScreenPop | Response:
    """Tell who is calling, from the first ring on."""
    agent_id = own.principal.agent_id
    if agent_id is None:
        raise Problem("agent.not_linked")
    gateway: Gateway = request.app.state.gateway
    place = gateway.row("agents", agent_id)
    call = gateway.row("calls", place["call_id"]) if place and place["call_id"] else None
    if place is None or call is None:
        return Response(status_code=204)
    async with own.services.database.tenant_session(own.principal.scope) as session:
        veil = await veil_of(session, own.principal)
    hidden = veil.covers(call["project_id"], call["client_id"])
    history, parts = await _history(own, call)
    known = await _names(own, call, history, parts)
    script, page, form = await _project(own, call, known, hidden=hidden)
    if hidden:
        call, parts = _masked(call), _written(parts, _customer(call))
    return ScreenPop(
        call_id=call["call_id"],
        segment_id=place["segment_id"],
        direction=call["direction"],
        caller=call["caller"],
        called=call["called"],
        client_id=call["client_id"],
        project_id=call["project_id"],
        queue_id=call["queue_id"],
        state=call["state"],
        started_at=datetime.fromtimestamp(call["started_at"] / 1000, UTC),
        dispositions=await _outcomes(own, call),
        script=script,
        page=page,
        form=form,
        parts=parts,
        history=history,
        names=known,
    )


async def _outcomes(own: Permitted, call: Row) -> list[Outcome]:
    async with own.services.database.tenant_session(own.principal.scope) as session:
        found = await outcomes(session, call["client_id"], call["project_id"])
    return [Outcome(code=code, name=name) for code, name in found]


def _customer(call: Row) -> str:
    return call["called"] if call["direction"] == "outbound" else call["caller"]


def _masked(call: Row) -> Row:
    side = "called" if call["direction"] == "outbound" else "caller"
    return {**scrub(call, [call[side]]), side: mask(call[side])}


def _written(parts: list[Segment], number: str) -> list[Segment]:
    return [Segment.model_validate(scrub(part.model_dump(), [number])) for part in parts]


async def _project(
    own: Permitted, call: Row, known: Mapping[str, str], *, hidden: bool
) -> tuple[ShownScript | None, ShownPage | None, AskedForm | None]:
    """Return script, page and form of the contact's project."""
    client_id, project_id = call["client_id"], call["project_id"]
    if not client_id:
        return None, None, None
    async with own.services.database.tenant_session(own.principal.scope) as session:
        place = await seat(session, own.principal.agent_id or "")
    in_full = _values(own, call, known, place)
    values = _values(own, _masked(call), known, place) if hidden else in_full
    now_s = int(datetime.now(UTC).timestamp())
    # In the client's own scope, like its history: whatever goes wrong, nothing of another is shown.
    async with own.services.database.tenant_session(ClientScope(client_id)) as session:
        script = await script_of(session, client_id, project_id, values)
        page = await page_of(session, client_id, project_id, values, now_s, in_full)
        form = await form_of(session, client_id, project_id)
    return (
        script and ShownScript.model_validate(script, from_attributes=True),
        page and ShownPage.model_validate(page, from_attributes=True),
        form and AskedForm.model_validate(form, from_attributes=True),
    )


def _values(
    own: Permitted, call: Row, known: Mapping[str, str], place: Seat | None
) -> dict[str, str]:
    """Return what scripts and addresses may speak of."""
    client_id, project_id = call["client_id"], call["project_id"]
    return {
        **{name: str(value) for name, value in call.get("variables", {}).items()},
        "caller": call["caller"],
        "called": call["called"],
        "call_id": call["call_id"],
        "direction": call["direction"],
        "client_id": client_id,
        "project_id": project_id,
        "queue_id": call["queue_id"],
        "client_name": known.get(client_id, ""),
        "project_name": known.get(project_id, ""),
        "queue_name": known.get(call["queue_id"], ""),
        "agent_name": place.name if place else "",
        "agent_number": place.number if place else "",
        "language": own.principal.language,
    }


async def _names(
    own: Permitted, call: Row, history: list[CallSummary], parts: list[Segment]
) -> dict[str, str]:
    """Return the names of what the pop speaks of: agents may not list the directory."""
    ids = {call["client_id"], call["project_id"], call["queue_id"]}
    for one in history:
        ids.update(one.queue_ids, one.agent_ids)
    ids.update(part.agent_id for part in parts)
    async with own.services.database.tenant_session(own.principal.scope) as session:
        return await names(session, sorted(ids))


async def _history(own: Permitted, call: Row) -> tuple[list[CallSummary], list[Segment]]:
    """Return the customer's earlier calls with the client of this one, and with no other; and the
    stretches of this one.

    Read in that client's own scope: the agent serves several clients, and the database sees to it
    that nothing of another is shown.
    """
    customer = _customer(call)
    if not call["client_id"]:
        return [], []
    scope = ClientScope(call["client_id"])
    async with own.services.database.tenant_session(scope) as session:
        parts = await read_segments(session, own.principal, call["call_id"])
        if not _DIALLABLE.fullmatch(customer):
            return [], parts
        access = Access(own.principal, session, own.services, own.request_id)
        page = await find_calls(access, CallsQuery.model_validate({"limit": SHOWN + 1}), customer)
    earlier = [one for one in page.items if one.call_id != call["call_id"]]
    return earlier[:SHOWN], parts
