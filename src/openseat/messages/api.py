"""The part of the API for messages between supervisors and agents."""

from __future__ import annotations

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from openseat.messages import service
from openseat.messages.documents import (
    Inbox,
    MessageAsked,
    Reply,
    SentDetail,
    SentMessage,
)
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id
from openseat.platform.paging import Page, PageQuery
from openseat.platform.problems import responses

router = APIRouter(tags=["messages"])

Sends = Annotated[Access, needs("messages.send")]
Reads = Annotated[Access, needs("messages.read")]
MessageId = Annotated[Id, Path(description="A message's identifier")]


Asked = Annotated[PageQuery, Query()]


def _now() -> int:
    return time.time_ns() // 1_000_000


@router.post(
    "/floor/messages",
    operation_id="send_message",
    status_code=201,
    responses=responses(401, 403, 404, 409),
)
async def send_message(access: Sends, body: MessageAsked) -> SentMessage:
    """Send a message to an agent, a group, a queue's agents, or all whom the caller manages."""
    return await service.send(access, body, _now())


@router.get("/floor/messages", operation_id="list_sent_messages", responses=responses(401, 403))
async def list_sent_messages(access: Sends, query: Asked) -> Page[SentMessage]:
    """The caller's own messages with how far they have got, newest first, page by page."""
    return await service.sent(access, query.limit, query.cursor)


@router.get(
    "/floor/messages/{message_id}",
    operation_id="read_sent_message",
    responses=responses(401, 403, 404),
)
async def read_sent_message(access: Sends, message_id: MessageId) -> SentDetail:
    """One of the caller's own messages: who has read, acknowledged and answered it."""
    return await service.sent_detail(access, message_id)


@router.get("/me/messages", operation_id="list_own_messages", responses=responses(401, 403))
async def list_own_messages(access: Reads, query: Asked) -> Inbox:
    """Messages to the caller, newest first, page by page."""
    return await service.inbox(access, query.limit, query.cursor)


@router.post(
    "/me/messages/{message_id}/read",
    operation_id="mark_message_read",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def mark_message_read(access: Reads, message_id: MessageId) -> Response:
    """Note that the caller has seen a message."""
    await service.mark(access, message_id, _now(), acknowledge=False)
    return Response(status_code=204)


@router.post(
    "/me/messages/{message_id}/acknowledgement",
    operation_id="acknowledge_message",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def acknowledge_message(access: Reads, message_id: MessageId) -> Response:
    """Confirm an urgent message."""
    await service.mark(access, message_id, _now(), acknowledge=True)
    return Response(status_code=204)


@router.post(
    "/me/messages/{message_id}/reply",
    operation_id="reply_to_message",
    status_code=201,
    responses=responses(401, 403, 404),
)
async def reply_to_message(access: Reads, message_id: MessageId, body: Reply) -> SentMessage:
    """Answer whoever sent a message to the caller."""
    return await service.reply(access, message_id, body.text, _now())
