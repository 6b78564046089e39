"""Test calls through a trunk: asked for by an administrator, told by the live feed and here."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from openseat.core.inputs import CheckTrunk
from openseat.platform.access import Permitted, may
from openseat.platform.audit import AuditEntry
from openseat.platform.fields import E164, Id, Strict
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem, responses
from openseat.realtime.gateway import Gateway
from openseat.realtime.state import Row

router = APIRouter(tags=["trunks"])

Tests = Annotated[Permitted, may("trunks.write")]
TrunkId = Annotated[Id, Path(description="A trunk's identifier")]


class TrunkTestAsked(Strict):
    """Whom to call."""

    number: E164
    caller_number: E164 | Literal[""] = Field(default="", description="Shown to the party called")


class TrunkTestBegun(BaseModel):
    """A test call is under way; its result carries the same id."""

    test_id: str


class TrunkTestResult(BaseModel):
    """What a test call told."""

    test_id: str
    at: int = Field(description="When it ended, in milliseconds since the Unix epoch")
    number: str
    answered: bool
    cause: int = Field(description="Q.850")
    ring_ms: int = Field(description="Until the answer, or the end without one")
    talk_ms: int
    heard: bool = Field(description="Whether sound came back")


@router.post(
    "/trunks/{trunk_id}/test-call",
    operation_id="test_trunk",
    status_code=202,
    responses=responses(401, 403, 404, 409, 503),
)
async def test_trunk(
    request: Request, own: Tests, trunk_id: TrunkId, body: TrunkTestAsked
) -> TrunkTestBegun:
    """Call a number through this trunk, say a prompt to whoever answers, and hang up."""
    _row(request, trunk_id)
    test_id = new_id("test")
    entry = AuditEntry(
        action="trunk.test_called",
        actor_id=own.principal.user_id,
        kind="trunk",
        subject_id=trunk_id,
        client_id=None,
        detail={"number": body.number},
        request_id=own.request_id,
    )
    async with own.services.database.tenant_session(own.principal.scope) as session:
        await own.services.audit.record(session, entry)
    await own.services.floor.send(
        CheckTrunk(
            test_id=test_id,
            trunk_id=trunk_id,
            number=body.number,
            caller_number=body.caller_number,
            by=own.principal.user_id,
        )
    )
    return TrunkTestBegun(test_id=test_id)


@router.get(
    "/trunks/{trunk_id}/test-call",
    operation_id="read_trunk_test",
    responses=responses(401, 403, 404, 503),
)
async def read_trunk_test(
    request: Request, own: Tests, trunk_id: TrunkId
) -> TrunkTestResult | None:
    """Tell the result of the latest test call; null before the first one."""
    del own
    found = _row(request, trunk_id)["test"]
    return None if found is None else TrunkTestResult(**found)


def _row(request: Request, trunk_id: str) -> Row:
    gateway: Gateway = request.app.state.gateway
    if not gateway.connected:
        raise Problem("floor.unavailable")
    row = gateway.row("trunks", trunk_id)
    if row is None:
        raise Problem("not_found")
    return row
