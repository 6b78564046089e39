"""Prompts that an agent may play to the customer of the call at hand."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.core.inputs import PlayPrompt, StopPrompt
from openseat.directory.standing import playable
from openseat.platform.access import Permitted, may
from openseat.platform.fields import Strict, Word
from openseat.platform.problems import Problem, responses
from openseat.realtime.desk import add_command, own_agent, send
from openseat.realtime.gateway import Gateway
from openseat.realtime.state import Row

router = APIRouter(tags=["agent"])

Language = Literal["zh-CN", "en"]

Own = Annotated[Permitted, may("agents.self")]


class PlayablePrompt(BaseModel):
    """A prompt in one language."""

    name: str
    language: str
    text: str = Field(description="What is said")
    duration_ms: int


class PlayablePrompts(BaseModel):
    """The prompts of the call's client and those of all clients, the call's language first."""

    language: str = Field(description="The call's")
    items: list[PlayablePrompt]


class PromptWish(Strict):
    """What to play."""

    name: Word
    language: Language


@router.get(
    "/me/agent/prompts",
    operation_id="list_playable_prompts",
    responses=responses(401, 403, 404, 409),
)
async def list_playable(request: Request, own: Own) -> PlayablePrompts:
    """List what the agent can play to the customer of the call at hand."""
    call = await _call(request, own)
    return PlayablePrompts(language=call.get("language", ""), items=await _prompts(own, call))


@router.post(
    "/me/agent/prompt",
    operation_id="play_prompt",
    status_code=204,
    responses=responses(401, 403, 404, 409),
)
async def play(request: Request, own: Own, body: PromptWish) -> Response:
    """Play a prompt into the conversation, in place of one that plays."""
    call = await _call(request, own)
    there = await _prompts(own, call)
    if not any((one.name, one.language) == (body.name, body.language) for one in there):
        raise Problem("prompt.not_found", name=body.name)
    agent_id = await own_agent(own)
    command = PlayPrompt(agent_id=agent_id, prompt=body.name, language=body.language)
    return await send(own, command)


add_command(
    router,
    "/me/agent/prompt/stop",
    "stop_prompt",
    "Stop the prompt that is played into the conversation.",
    lambda agent_id: StopPrompt(agent_id=agent_id),
)


async def _call(request: Request, own: Permitted) -> Row:
    """Return the call at hand.

    Raises:
        Problem: ``agent.not_linked``, ``agent.no_call``.
    """
    agent_id = await own_agent(own)
    gateway: Gateway = request.app.state.gateway
    seat = gateway.row("agents", agent_id)
    call = gateway.row("calls", seat["call_id"]) if seat and seat["call_id"] else None
    if call is None:
        raise Problem("agent.no_call", agent_id=agent_id)
    return call


async def _prompts(own: Permitted, call: Row) -> list[PlayablePrompt]:
    async with own.services.database.tenant_session(own.principal.scope) as session:
        found = await playable(session, call["client_id"])
    items = [PlayablePrompt.model_validate(row) for row in found]
    return sorted(items, key=lambda one: (one.language != call.get("language", ""), one.name))
