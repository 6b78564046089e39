"""Whether the API, its database and the floor are well."""

from __future__ import annotations

import asyncio
from typing import Literal

import asyncpg
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from openseat.platform.access import Services, services
from openseat.platform.database import SignInScope
from openseat.platform.settings import LOOPBACK

router = APIRouter(tags=["health"])

_TIMEOUT_S = 2.0
State = Literal["up", "down"]


class Health(BaseModel):
    """How the parts are; `degraded` when one is down."""

    status: Literal["ok", "degraded"]
    database: State
    floor: State


@router.get("/health", operation_id="read_health")
async def read_health(request: Request) -> Health:
    """Tell which parts answer; needs no sign-in and tells nothing else."""
    shared = services(request)
    database, floor = await asyncio.gather(_database(shared), _floor(shared))
    whole = database == floor == "up"
    return Health(status="ok" if whole else "degraded", database=database, floor=floor)


async def _database(shared: Services) -> State:
    try:
        async with (
            asyncio.timeout(_TIMEOUT_S),
            shared.database.tenant_session(SignInScope()) as session,
        ):
            await session.value(text("select 1"))
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return "down"
    return "up"


async def _floor(shared: Services) -> State:
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            _, writer = await asyncio.open_connection(LOOPBACK, shared.settings.ports.floor_link)
    except (OSError, TimeoutError):
        return "down"
    writer.close()
    return "up"
