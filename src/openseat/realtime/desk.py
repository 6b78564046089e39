"""The agents' own page: their seat, what they ask of the floor, and who is calling."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.core.browser_phone import browser_phone
from openseat.core.errors import CoreError
from openseat.core.inputs import (
    ChangePhone,
    Command,
    Dispose,
    ExtendAfterCallWork,
    HangUp,
    RefuseOffer,
    SetBusy,
    SetIdle,
    SetOutboundOnly,
    SignIn,
    SignOut,
)
from openseat.core.masking import scrub
from openseat.core.telephone import telephone
from openseat.directory.at_the_desk import MOST_FIELDS, Filled, checked
from openseat.directory.standing import Seat, seat
from openseat.history.service import segment_owner
from openseat.platform.access import Permitted, may
from openseat.platform.database import ClientScope
from openseat.platform.fields import Id, Line, Strict, Text, Word
from openseat.platform.problems import Problem, responses
from openseat.realtime.gateway import Gateway

router = APIRouter(tags=["agent"])

Own = Annotated[Permitted, may("agents.self")]
_ANSWERS = responses(401, 403, 404, 409)


class SettableState(StrEnum):
    """What agents may make of themselves."""

    IDLE = "idle"
    BUSY = "busy"
    OUTBOUND_ONLY = "outbound_only"


class SignInAt(Strict):
    """Where the agent sits."""

    endpoint: Id = Field(description="One of the agent's endpoints")


class StateChange(Strict):
    """The state asked for; during a contact it takes effect after it."""

    state: SettableState
    reason: Word | None = Field(default=None, description="Required for busy")


class AfterCallWorkExtension(Strict):
    """More after-call work."""

    extra_s: Annotated[int, Field(ge=1, le=3600)]


class Disposition(Strict):
    """The outcome of a segment."""

    code: Word
    notes: Text = ""
    form_id: Id | None = Field(default=None, description="The form that was filled in")
    form_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    answers: dict[Word, Line | list[Line]] = Field(default_factory=dict, max_length=MOST_FIELDS)


class AgentSeat(BaseModel):
    """The agent's own seat; times are milliseconds since the Unix epoch."""

    agent_id: str
    number: str
    name: str
    group_id: str
    endpoints: list[str] = Field(description="Phones the agent may sign in at, the own one first")
    browser_phone: str = Field(description="The endpoint of the phone in the agent's page")
    telephone: str = Field(
        description="The endpoint that is the agent's telephone number outside; empty for none"
    )
    telephone_number: str
    busy_reasons: list[str]
    min_busy_s: int = Field(description="A busy spell that ends sooner in idle is no break")
    live: bool = Field(description="Whether the floor answers; without it the state is unknown")
    state: str
    reason: str
    since: int | None
    endpoint: str
    intended: str | None
    after_call_work_until: int | None
    call_id: str
    segment_id: str
    reachable: bool
    auto_answer: list[str] = Field(
        description="Queues whose calls the agent's phone answers by itself"
    )
    handled: int
    talk_ms: int


@router.get("/me/agent", operation_id="read_seat", responses=_ANSWERS)
async def read_seat(request: Request, own: Own) -> AgentSeat:
    """Tell the agent's own seat and state."""
    place = await own_seat(own)
    row = _gateway(request).row("agents", place.agent_id)
    live = row or {}
    return AgentSeat(
        agent_id=place.agent_id,
        number=place.number,
        name=place.name,
        group_id=place.group_id,
        endpoints=list(place.endpoints),
        browser_phone=browser_phone(place.agent_id),
        telephone=telephone(place.agent_id) if place.telephone else "",
        telephone_number=place.telephone,
        busy_reasons=list(place.busy_reasons),
        min_busy_s=place.min_busy_s,
        live=row is not None,
        state=str(live.get("state", "signed_out")),
        reason=live.get("reason", ""),
        since=live.get("since"),
        endpoint=live.get("endpoint", ""),
        intended=live.get("intended"),
        after_call_work_until=live.get("until"),
        call_id=live.get("call_id", ""),
        segment_id=live.get("segment_id", ""),
        reachable=live.get("reachable", False),
        auto_answer=live.get("auto_answer", []),
        handled=live.get("handled", 0),
        talk_ms=live.get("talk_ms", 0),
    )


def add_command(
    router: APIRouter, path: str, name: str, about: str, make: Callable[[str], Command]
) -> None:
    """Put an endpoint without a body on a router: it sends what `make` makes of the agent's id."""

    async def endpoint(own: Own) -> Response:
        return await send(own, make(await own_agent(own)))

    endpoint.__doc__ = about
    router.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        status_code=204,
        response_model=None,
        operation_id=name,
        responses=_ANSWERS,
    )


add_command(
    router,
    "/me/agent/sign-out",
    "sign_out_of_floor",
    "End the agent's session on the floor; during a contact, after it.",
    lambda agent_id: SignOut(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/refuse",
    "refuse_offer",
    "Decline the contact that rings.",
    lambda agent_id: RefuseOffer(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/hang-up",
    "hang_up",
    "End the conversation at hand.",
    lambda agent_id: HangUp(agent_id=agent_id),
)


@router.post(
    "/me/agent/sign-in",
    operation_id="sign_in_to_floor",
    status_code=204,
    responses=_ANSWERS,
)
async def sign_in(own: Own, body: SignInAt) -> Response:
    """Begin the agent's session on the floor at a phone."""
    place = await own_seat(own)
    _check_endpoint(place, body.endpoint)
    return await send(own, SignIn(agent_id=place.agent_id, endpoint=body.endpoint))


@router.post(
    "/me/agent/phone",
    operation_id="change_own_phone",
    status_code=204,
    responses=_ANSWERS,
)
async def change_phone(own: Own, body: SignInAt) -> Response:
    """Go on at another phone; not while a contact is at hand."""
    place = await own_seat(own)
    _check_endpoint(place, body.endpoint)
    return await send(own, ChangePhone(agent_id=place.agent_id, endpoint=body.endpoint))


def _check_endpoint(place: Seat, endpoint: str) -> None:
    allowed = [*place.endpoints, browser_phone(place.agent_id)]
    if place.telephone:
        allowed.append(telephone(place.agent_id))
    if endpoint not in allowed:
        raise Problem("endpoint.not_yours", endpoint=endpoint)


@router.post("/me/agent/state", operation_id="set_own_state", status_code=204, responses=_ANSWERS)
async def set_state(own: Own, body: StateChange) -> Response:
    """Become idle, busy with a reason, or outbound only."""
    agent_id = await own_agent(own)
    command: Command
    match body.state:
        case SettableState.IDLE:
            command = SetIdle(agent_id=agent_id)
        case SettableState.OUTBOUND_ONLY:
            command = SetOutboundOnly(agent_id=agent_id)
        case SettableState.BUSY:
            command = SetBusy(agent_id=agent_id, reason=body.reason or "")
    return await send(own, command)


@router.post(
    "/me/agent/after-call-work",
    operation_id="extend_after_call_work",
    status_code=204,
    responses=_ANSWERS,
)
async def extend_after_call_work(own: Own, body: AfterCallWorkExtension) -> Response:
    """Ask for more after-call work."""
    agent_id = await own_agent(own)
    return await send(own, ExtendAfterCallWork(agent_id=agent_id, extra_ms=body.extra_s * 1000))


@router.post(
    "/segments/{segment_id}/disposition",
    operation_id="dispose_segment",
    status_code=204,
    responses=_ANSWERS,
)
async def dispose(
    request: Request, own: Own, segment_id: Annotated[Id, Path()], body: Disposition
) -> Response:
    """Give one of the agent's own segments its outcome code and notes, and the form's answers."""
    agent_id = await own_agent(own)
    filled = await _filled(_gateway(request), own, agent_id, segment_id, body)
    return await send(
        own,
        Dispose(
            agent_id=agent_id,
            segment_id=segment_id,
            code=body.code,
            notes=body.notes,
            form_id=body.form_id or "" if filled else "",
            form_version=body.form_version if filled else 0,
            answers=tuple(
                {"name": one.name, "label": one.label, "value": one.value} for one in filled
            ),
        ),
    )


async def _filled(
    gateway: Gateway, own: Permitted, agent_id: str, segment_id: str, body: Disposition
) -> list[Filled]:
    """Return the form's answers, checked by the form of the stretch's project.

    History hears of a stretch a moment after it began; by then the live floor has it.
    """
    place = gateway.row("agents", agent_id) or {}
    call = gateway.row("calls", place.get("call_id", "")) or {}
    owner = None
    if place.get("segment_id") == segment_id and call.get("client_id"):
        owner = (call["client_id"], call["project_id"])
    async with own.services.database.tenant_session(own.principal.scope) as session:
        owner = owner or await segment_owner(session, segment_id)
    if owner is None:
        if body.form_id is not None:
            raise Problem("segment.unknown", segment_id=segment_id)
        return []
    asked = None if body.form_id is None else (body.form_id, body.form_version)
    async with own.services.database.tenant_session(ClientScope(owner[0])) as session:
        return await checked(session, *owner, asked, body.answers)


async def send(own: Permitted, command: Command, hidden: str = "") -> Response:
    """Have the floor carry a command out, and say that it did.

    A refusal does not tell a `hidden` number, which the caller has not given.
    """
    try:
        await own.services.floor.send(command)
    except CoreError as error:
        raise CoreError(error.code, **scrub(error.arguments, [hidden])) from None
    return Response(status_code=204)


async def own_agent(own: Permitted) -> str:
    """Return the caller's own agent.

    Raises:
        Problem: ``agent.not_linked``.
    """
    return (await own_seat(own)).agent_id


async def own_seat(own: Permitted) -> Seat:
    """Return the caller's own place on the floor.

    Raises:
        Problem: ``agent.not_linked``.
    """
    agent_id, found = own.principal.agent_id, None
    if agent_id is not None:
        async with own.services.database.tenant_session(own.principal.scope) as session:
            found = await seat(session, agent_id)
    if found is None:
        raise Problem("agent.not_linked")
    return found


def _gateway(request: Request) -> Gateway:
    return request.app.state.gateway
