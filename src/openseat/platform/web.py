"""The API application: every area's router under one roof."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import Response
from starlette.routing import Route

from openseat import __doc__ as _product
from openseat.floor.link import FloorLink
from openseat.platform import audit_api, auth_api, health, web_errors
from openseat.platform.access import Services, client_address
from openseat.platform.audit import AuditTrail
from openseat.platform.auth import Accounts
from openseat.platform.database import Database
from openseat.platform.problems import Problem, ProblemDocument, responses
from openseat.platform.settings import LOOPBACK, Settings
from openseat.platform.web_middleware import BodyLimit, RequestContext
from openseat.platform.web_pages import Pages

PREFIX = "/api/v1"
AREAS = (
    "directory",
    "realtime",
    "history",
    "recordings",
    "figures",
    "billing",
    "messages",
    "alarms",
    "screens",
)
"""Areas with an HTTP interface: each is `openseat.<area>.api:router`.

An area that must do something at the start and end of the process gives a
`lifespan(services)` context manager beside its router; those of earlier areas run by then.
"""

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def build(settings: Settings) -> FastAPI:
    """Return the application of an installation; nothing is connected before it starts."""
    areas = [import_module(f"openseat.{area}.api") for area in AREAS]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = Database(settings.database_url("app"))
        audit = AuditTrail.of(settings)
        floor = FloorLink(LOOPBACK, settings.ports.floor_link, settings.secrets.read("floor_link"))
        shared = Services(settings, database, audit, Accounts(database, audit), floor)
        app.state.services = shared
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            stack.push_async_callback(floor.close)
            for area in areas:
                if hasattr(area, "lifespan"):
                    await stack.enter_async_context(area.lifespan(app, shared))
            yield

    app = FastAPI(
        title="OpenSeat",
        version="1",
        description=_product or "",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # What every endpoint may answer besides its own.
        responses=responses(400, 413, 422, 500, 503),
        swagger_ui_oauth2_redirect_url=None,
    )
    api = APIRouter(prefix=PREFIX)
    api.include_router(health.router)
    api.include_router(auth_api.router)
    api.include_router(audit_api.router)
    for area in areas:
        api.include_router(area.router)
    app.include_router(api)
    app.router.routes.append(Route("/metrics", _metrics, methods=["GET"]))
    app.router.routes.append(
        Route("/{path:path}", Pages(settings.paths.web).answer, methods=["GET"])
    )
    web_errors.install(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestContext)
    app.openapi = lambda: _describe(app)
    app.state.settings = settings
    return app


def _describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with the problem document as the one shape of errors."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description.strip(),
            routes=app.routes,
        )
        schemas = document["components"]["schemas"]
        schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas["ProblemDocument"] = schema
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        document["components"]["schemas"] = dict(sorted(schemas.items()))
        app.openapi_schema = document
    return app.openapi_schema


async def _metrics(request: Request) -> Response:
    """Answer Prometheus: from this machine, or with the installation's token."""
    settings: Settings = request.app.state.settings
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if client_address(request) not in _LOOPBACK and not hmac.compare_digest(
        given.encode(), settings.secrets.read("metrics").encode()
    ):
        raise Problem("token.refused")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
