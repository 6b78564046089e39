"""What agents ask of the floor in a call, or to begin one."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from openseat.core import inputs as i
from openseat.core.config import Target, TargetKind
from openseat.platform.access import Permitted, may
from openseat.platform.fields import E164, Id, Strict
from openseat.platform.problems import responses
from openseat.realtime.desk import add_command, own_agent, send
from openseat.realtime.reference import referred, talked_with

router = APIRouter(tags=["agent"])

Own = Annotated[Permitted, may("agents.self")]
_ANSWERS = responses(401, 403, 404, 409)
_Keys = Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D]{1,32}$")]


class TargetChoice(StrEnum):
    """What a call can be sent to by an agent."""

    AGENT = "agent"
    GROUP = "group"
    QUEUE = "queue"
    FLOW = "flow"
    OUTSIDE = "outside"


class SendTo(Strict):
    """A destination: an id of its kind, or a telephone number outside."""

    kind: TargetChoice
    id: Id | None = None
    number: E164 | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> SendTo:
        outside = self.kind is TargetChoice.OUTSIDE
        if (self.number is None) is outside or (self.id is None) is not outside:
            raise PydanticCustomError("target", "a number for outside, an id for all else")
        return self

    def target(self) -> Target:
        """Return the destination as the core knows it."""
        return Target(kind=TargetKind(self.kind), id=self.number or self.id or "")


class Muting(Strict):
    """Whether the others are not to hear somebody."""

    muted: bool


class RecordingWish(Strict):
    """Whether the call is to be recorded."""

    recorded: bool


class Pausing(Strict):
    """Whether recordings are silent for now."""

    paused: bool


class Keys(Strict):
    """Keys to press."""

    digits: _Keys


class Dialling(Strict):
    """Whom to call, and for which project; a customer whose number is masked is named by a call."""

    number: E164 | None = None
    call_id: Id | None = Field(
        default=None, description="In place of a number: the customer of one of the agent's calls"
    )
    callback_id: Id | None = Field(
        default=None, description="In place of a number: whom the agent is to call back"
    )
    project_id: Id

    @model_validator(mode="after")
    def _one(self) -> Dialling:
        given = [one for one in (self.number, self.call_id, self.callback_id) if one is not None]
        if len(given) != 1:
            raise PydanticCustomError("target", "a number, a call or a call-back")
        return self


class PickingUp(Strict):
    """Whose ringing contact to take."""

    colleague_id: Id


class CallbackPromise(Strict):
    """Whom to call back, and when."""

    number: E164 | None = Field(
        default=None, description="Without one, the number the customer is connected with"
    )
    due_at: AwareDatetime = Field(description="In the future")


add_command(
    router,
    "/me/agent/hold",
    "hold_customer",
    "Give the customer music and be alone.",
    lambda agent_id: i.Hold(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/resume",
    "resume_customer",
    "Take the customer back from hold.",
    lambda agent_id: i.Resume(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/return",
    "return_to_customer",
    "Drop the consulted party and take the customer back.",
    lambda agent_id: i.ReturnToCustomer(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/complete",
    "complete_transfer",
    "Connect customer and consulted party, and leave.",
    lambda agent_id: i.CompleteTransfer(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/swap",
    "swap_parties",
    "Talk with the other of customer and consulted party, while this one waits.",
    lambda agent_id: i.Swap(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/conference",
    "begin_conference",
    "Bring customer and consulted party together, and stay.",
    lambda agent_id: i.Conference(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/conference/end",
    "end_conference",
    "End the conference for everybody; only its host may.",
    lambda agent_id: i.EndConference(agent_id=agent_id),
)
add_command(
    router,
    "/me/agent/phone/reconnect",
    "reconnect_phone",
    "Have the contact at hand brought to the phone anew, after the page was reloaded.",
    lambda agent_id: i.ReconnectPhone(agent_id=agent_id),
)


@router.post("/me/agent/mute", operation_id="mute_own_voice", status_code=204, responses=_ANSWERS)
async def mute(own: Own, body: Muting) -> Response:
    """Stop the others hearing the agent, or let them again."""
    return await send(own, i.Mute(agent_id=await own_agent(own), muted=body.muted))


@router.post(
    "/me/agent/parties/{leg_id}/mute",
    operation_id="mute_party",
    status_code=204,
    responses=_ANSWERS,
)
async def mute_party(own: Own, leg_id: Annotated[Id, Path()], body: Muting) -> Response:
    """Stop the others of the conference hearing a party, or let them again."""
    agent_id = await own_agent(own)
    return await send(own, i.Mute(agent_id=agent_id, leg_id=leg_id, muted=body.muted))


@router.post(
    "/me/agent/parties/{leg_id}/remove",
    operation_id="remove_party",
    status_code=204,
    responses=_ANSWERS,
)
async def remove_party(own: Own, leg_id: Annotated[Id, Path()]) -> Response:
    """Send a party of the conference away."""
    return await send(own, i.RemoveParty(agent_id=await own_agent(own), leg_id=leg_id))


@router.post(
    "/me/agent/transfer", operation_id="transfer_call", status_code=204, responses=_ANSWERS
)
async def transfer(own: Own, body: SendTo) -> Response:
    """Send the customer on, unannounced, and leave."""
    return await send(own, i.Transfer(agent_id=await own_agent(own), target=body.target()))


@router.post("/me/agent/consult", operation_id="consult_party", status_code=204, responses=_ANSWERS)
async def consult(own: Own, body: SendTo) -> Response:
    """Hold the customer and call somebody; in a conference, the others go on meanwhile."""
    return await send(own, i.Consult(agent_id=await own_agent(own), target=body.target()))


@router.post("/me/agent/keys", operation_id="press_keys", status_code=204, responses=_ANSWERS)
async def press_keys(own: Own, body: Keys) -> Response:
    """Send keys to whom the agent talks with."""
    return await send(own, i.PressKeys(agent_id=await own_agent(own), digits=body.digits))


@router.post("/me/agent/recording", operation_id="record_call", status_code=204, responses=_ANSWERS)
async def record_call(own: Own, body: RecordingWish) -> Response:
    """Begin to record the call, or end it."""
    return await send(own, i.RecordCall(agent_id=await own_agent(own), recorded=body.recorded))


@router.post(
    "/me/agent/recording/pause",
    operation_id="pause_recording",
    status_code=204,
    responses=_ANSWERS,
)
async def pause_recording(own: Own, body: Pausing) -> Response:
    """Keep payment data out of the recording, or go on."""
    agent_id = await own_agent(own)
    return await send(own, i.PauseCallRecording(agent_id=agent_id, paused=body.paused))


@router.post("/me/agent/dial", operation_id="dial_out", status_code=204, responses=_ANSWERS)
async def dial_out(request: Request, own: Own, body: Dialling) -> Response:
    """Call a customer for a project: the agent's own phone first, then the number."""
    agent_id = await own_agent(own)
    number = body.number or await referred(request, own, agent_id, body.call_id, body.callback_id)
    asked = i.DialOut(agent_id=agent_id, number=number, project_id=body.project_id)
    return await send(own, asked, hidden="" if body.number else number)


@router.post("/me/agent/pick-up", operation_id="pick_up_ring", status_code=204, responses=_ANSWERS)
async def pick_up(own: Own, body: PickingUp) -> Response:
    """Take the contact that rings at a colleague of the own group."""
    agent_id = await own_agent(own)
    return await send(own, i.PickUp(agent_id=agent_id, colleague_id=body.colleague_id))


@router.post(
    "/segments/{segment_id}/callback",
    operation_id="promise_callback",
    status_code=204,
    responses=_ANSWERS,
)
async def promise_callback(
    request: Request, own: Own, segment_id: Annotated[Id, Path()], body: CallbackPromise
) -> Response:
    """Promise the customer of one of the agent's segments to call back."""
    agent_id = await own_agent(own)
    number = body.number or await talked_with(request, own, agent_id, segment_id)
    due_at = round((body.due_at.astimezone(UTC) - datetime.fromtimestamp(0, UTC)).total_seconds())
    return await send(
        own,
        i.PromiseCallback(
            agent_id=agent_id,
            segment_id=segment_id,
            number=number,
            due_at=1000 * due_at,
        ),
        hidden="" if body.number else number,
    )
