"""Checking, publishing and taking back flows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.core.flows.check import publishable
from openseat.directory import service
from openseat.directory.flows import (
    FLOW,
    find_version,
    findings,
    publish,
    roll_back,
    versions,
)
from openseat.directory.routes import answer, once, remember
from openseat.platform.access import Access, language_of, needs
from openseat.platform.fields import JsonObject, Line, Strict
from openseat.platform.headers import IdempotencyKey, IfMatch, Subject, version_of
from openseat.platform.problems import Problem, responses
from openseat.platform.texts import text

router = APIRouter(tags=["flows"])

Reads = Annotated[Access, needs("flows.read")]
Writes = Annotated[Access, needs("flows.write")]
Number = Annotated[int, Path(ge=1, le=1_000_000_000)]


class Finding(BaseModel):
    """Something about a flow that its author should look at."""

    code: str
    step_id: str = Field(description="Empty when it is about the whole flow")
    severity: str
    arguments: dict[str, Any]
    detail: str = Field(description="What was found, in the caller's language")


class CheckResult(BaseModel):
    """What a check found; a flow with errors cannot be published."""

    publishable: bool
    problems: list[Finding]


class FlowVersion(BaseModel):
    """A published state of a flow."""

    number: int
    note: str
    published_at: datetime
    published_by: str


class FlowVersionDefinition(FlowVersion):
    """A published state with its steps."""

    definition: dict[str, Any]


class FlowVersions(BaseModel):
    """A flow's versions, newest first."""

    items: list[FlowVersion]


class Draft(Strict):
    """Steps to be checked as they stand in a page."""

    definition: JsonObject | None = Field(default=None, description="Without it, the stored draft")


class Publication(Strict):
    """What to remember about a publication."""

    note: Line = ""


class RollBack(Strict):
    """Which version to go back to."""

    number: Annotated[int, Field(ge=1, le=1_000_000_000)]


@router.post(
    "/flows/{subject}/check", operation_id="check_flow", responses=responses(401, 403, 404)
)
async def check_flow(
    access: Reads, request: Request, subject: Subject, body: Draft | None = None
) -> CheckResult:
    """Look for everything that is wrong with the draft, or with steps that are not stored yet."""
    flow = await service.find(access, FLOW, subject)
    if body is not None and body.definition is not None:
        flow = {**flow, "draft": body.definition}
    found = await findings(access.session, flow)
    language = language_of(request)
    return CheckResult(
        publishable=publishable(found),
        problems=[
            Finding.model_validate(
                one.as_json() | {"detail": text(one.code, language, one.arguments)}
            )
            for one in found
        ],
    )


@router.post(
    "/flows/{subject}/publish",
    operation_id="publish_flow",
    response_model=FLOW.document,
    responses=responses(401, 403, 404, 409, 412),
)
async def publish_flow(
    request: Request,
    access: Writes,
    subject: Subject,
    body: Publication,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> Response:
    """Publish the draft as the next version: new calls go through it, others go on in theirs."""
    replay = await once(access, request, key, body)
    if replay is not None:
        return replay
    flow = await service.find(access, FLOW, subject)
    _match(flow, if_match)
    published = answer(FLOW, await publish(access, flow, body.note))
    await remember(access, key, published)
    return published


@router.post(
    "/flows/{subject}/rollback",
    operation_id="roll_back_flow",
    response_model=FLOW.document,
    responses=responses(401, 403, 404, 409, 412),
)
async def roll_back_flow(
    access: Writes, subject: Subject, body: RollBack, if_match: IfMatch = None
) -> Response:
    """Let new calls go through an earlier version again; the draft stays as it is."""
    flow = await service.find(access, FLOW, subject)
    _match(flow, if_match)
    return answer(FLOW, await roll_back(access, flow, body.number))


@router.get(
    "/flows/{subject}/versions",
    operation_id="list_flow_versions",
    responses=responses(401, 403, 404),
)
async def list_flow_versions(access: Reads, subject: Subject) -> FlowVersions:
    """List a flow's versions, newest first."""
    await service.find(access, FLOW, subject)
    found = await versions(access.session, subject)
    return FlowVersions(
        items=[FlowVersion.model_validate(one, from_attributes=True) for one in found]
    )


@router.get(
    "/flows/{subject}/versions/{number}",
    operation_id="read_flow_version",
    responses=responses(401, 403, 404),
)
async def read_flow_version(
    access: Reads, subject: Subject, number: Number
) -> FlowVersionDefinition:
    """Read one version with its steps."""
    await service.find(access, FLOW, subject)
    return FlowVersionDefinition.model_validate(await find_version(access.session, subject, number))


def _match(flow: dict[str, Any], if_match: str | None) -> None:
    if if_match is not None and version_of(if_match) != flow["version"]:
        raise Problem("precondition.failed")
