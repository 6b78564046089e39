"""The part of the API for thresholds, alarms and webhooks."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from pydantic import Field
from starlette.responses import Response

from openseat.alarms import service, webhooks
from openseat.alarms.documents import (
    Alarm,
    Delivery,
    NewWebhook,
    ThresholdDocument,
    ThresholdFields,
    WebhookDocument,
    WebhookFields,
)
from openseat.alarms.evaluator import evaluating
from openseat.alarms.sender import sending
from openseat.platform.access import Access, Services, needs
from openseat.platform.auth_roles import Role
from openseat.platform.headers import IfMatch, Subject, version_needed
from openseat.platform.paging import Page, PageQuery
from openseat.platform.problems import responses
from openseat.platform.screens import OnScreen

router = APIRouter(tags=["alarms"])

Controls = Annotated[Access, needs("floor.control")]
Hooks = Annotated[Access, needs("webhooks.write")]


class AlarmsQuery(PageQuery):
    """Which alarms."""

    open: bool = Field(default=False, description="Only those that are not over")


def _now() -> int:
    return time.time_ns() // 1_000_000


@router.get("/thresholds", operation_id="list_thresholds", responses=responses(401, 403))
async def list_thresholds(access: Controls) -> list[ThresholdDocument]:
    """The thresholds on what the caller manages, by name."""
    return await service.list_thresholds(access)


@router.post(
    "/thresholds",
    operation_id="create_threshold",
    status_code=201,
    responses=responses(401, 403, 404, 409),
)
async def create_threshold(access: Controls, body: ThresholdFields) -> ThresholdDocument:
    """Set a threshold on a queue, a project or a group that the caller manages."""
    return await service.create_threshold(access, body)


@router.put(
    "/thresholds/{subject}",
    operation_id="change_threshold",
    responses=responses(401, 403, 404, 412, 428),
)
async def change_threshold(
    access: Controls, subject: Subject, body: ThresholdFields, if_match: IfMatch = None
) -> ThresholdDocument:
    """Set a threshold anew; needs If-Match."""
    return await service.change_threshold(access, subject, body, version_needed(if_match))


@router.delete(
    "/thresholds/{subject}",
    operation_id="delete_threshold",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def delete_threshold(access: Controls, subject: Subject) -> Response:
    """Remove a threshold; its open alarms end, and stay in the history."""
    await service.delete_threshold(access, subject)
    return Response(status_code=204)


@router.get("/alarms", operation_id="list_alarms", responses=responses(401, 403))
async def list_alarms(access: Controls, query: Annotated[AlarmsQuery, Query()]) -> Page[Alarm]:
    """Alarms on what the caller manages, newest first, page by page."""
    return await service.list_alarms(
        access, open_only=query.open, limit=query.limit, cursor=query.cursor
    )


@router.get("/screen/alarms", operation_id="list_screen_alarms", responses=responses(401))
async def list_screen_alarms(shown: OnScreen) -> list[Alarm]:
    """Open alarms on what the screen's owner manages (`Authorization: Screen …`)."""
    if shown.screen.owner.role not in {Role.OPERATOR_ADMIN, Role.SUPERVISOR}:
        return []
    page = await service.list_alarms(shown.access, open_only=True, limit=20, cursor=None)
    return page.items


@router.post(
    "/alarms/{subject}/acknowledgement",
    operation_id="acknowledge_alarm",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def acknowledge_alarm(access: Controls, subject: Subject) -> Response:
    """Say that the caller takes care of an alarm."""
    await service.acknowledge(access, subject, _now())
    return Response(status_code=204)


@router.get("/webhooks", operation_id="list_webhooks", responses=responses(401, 403))
async def list_webhooks(access: Hooks) -> list[WebhookDocument]:
    """The addresses that are told of alarms."""
    return await webhooks.list_webhooks(access)


@router.post(
    "/webhooks", operation_id="create_webhook", status_code=201, responses=responses(401, 403)
)
async def create_webhook(access: Hooks, body: WebhookFields) -> NewWebhook:
    """Have an address told of alarms; the answer alone shows the secret."""
    return await webhooks.create_webhook(access, body)


@router.put(
    "/webhooks/{subject}",
    operation_id="change_webhook",
    responses=responses(401, 403, 404, 412, 428),
)
async def change_webhook(
    access: Hooks, subject: Subject, body: WebhookFields, if_match: IfMatch = None
) -> WebhookDocument:
    """Change a webhook; needs If-Match."""
    return await webhooks.change_webhook(access, subject, body, version_needed(if_match))


@router.delete(
    "/webhooks/{subject}",
    operation_id="delete_webhook",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def delete_webhook(access: Hooks, subject: Subject) -> Response:
    """Remove a webhook with the record of its deliveries."""
    await webhooks.delete_webhook(access, subject)
    return Response(status_code=204)


@router.post(
    "/webhooks/{subject}/secret",
    operation_id="renew_webhook_secret",
    responses=responses(401, 403, 404),
)
async def renew_webhook_secret(access: Hooks, subject: Subject) -> NewWebhook:
    """Give a webhook another secret; the last is worthless at once."""
    return await webhooks.renew_secret(access, subject)


@router.post(
    "/webhooks/{subject}/test",
    operation_id="test_webhook",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def test_webhook(access: Hooks, subject: Subject) -> Response:
    """Send an event that tells of nothing."""
    await webhooks.send_test(access, subject, _now())
    return Response(status_code=204)


@router.get(
    "/webhooks/{subject}/deliveries",
    operation_id="list_webhook_deliveries",
    responses=responses(401, 403, 404),
)
async def list_webhook_deliveries(access: Hooks, subject: Subject) -> list[Delivery]:
    """The latest hundred events for a webhook and what became of them, newest first."""
    return await webhooks.list_deliveries(access, subject)


@asynccontextmanager
async def lifespan(app: FastAPI, shared: Services) -> AsyncIterator[None]:
    """Watch thresholds and deliver events while the API runs."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sending(shared))
        await stack.enter_async_context(evaluating(shared, app.state.gateway))
        yield
