"""Every error of the API becomes a problem document, in the caller's language."""

from __future__ import annotations

from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from openseat.core.errors import CoreError
from openseat.floor.link import FloorUnavailable
from openseat.platform.access import language_of, refused, request_id, services
from openseat.platform.database import OperatorScope
from openseat.platform.database_errors import database_problem
from openseat.platform.problems import FieldProblem, Problem, problem_response
from openseat.platform.texts import Language, catalogue, text

_log = structlog.get_logger("openseat.http")

_BY_STATUS = {
    400: "request.malformed",
    401: "session.required",
    404: "not_found",
    405: "method.not_allowed",
    406: "not_acceptable",
    413: "request.too_large",
    415: "request.media_type",
}
_UNPROCESSABLE_JSON = frozenset({"json_invalid"})


def install(app: FastAPI) -> None:
    """Register the handlers on ``app``."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(CoreError, _on_core)
    app.add_exception_handler(FloorUnavailable, _on_floor)
    app.add_exception_handler(DBAPIError, _on_database)
    for kind in (PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        app.add_exception_handler(kind, _on_database_away)
    app.add_exception_handler(Exception, _on_fault)


def _answer(request: Request, problem: Problem) -> JSONResponse:
    return problem_response(problem, language_of(request), request_id(request))


async def _on_problem(request: Request, error: Any) -> JSONResponse:
    return _answer(request, error)


async def _on_core(request: Request, error: Any) -> JSONResponse:
    return _answer(request, Problem(error.code, **error.arguments))


async def _on_floor(request: Request, error: Any) -> JSONResponse:
    _log.warning("floor unavailable", reason=str(error), request_id=request_id(request))
    return _answer(request, Problem("floor.unavailable", headers={"Retry-After": "1"}))


async def _on_http(request: Request, error: Any) -> JSONResponse:
    code = _BY_STATUS.get(error.status_code, "request.malformed")
    headers = dict(error.headers or {})
    if code == "not_found":
        return _answer(request, Problem(code, headers=headers, kind="address", id=""))
    return _answer(request, Problem(code, headers=headers))


async def _on_invalid(request: Request, error: Any) -> JSONResponse:
    language = language_of(request)
    found = error.errors()
    if any(one["type"] in _UNPROCESSABLE_JSON for one in found):
        return _answer(request, Problem("request.malformed"))
    fields = [_field(one, language) for one in found[:50]]
    return _answer(request, Problem("request.invalid", errors=fields))


def _field(one: dict[str, Any], language: Language) -> FieldProblem:
    place = [str(part) for part in one["loc"]]
    name = ".".join(place[1:]) if len(place) > 1 else place[0]
    code = f"field.{one['type']}"
    if code not in catalogue(language):
        code = "field.invalid"
    return FieldProblem(
        field=name.encode("utf-8", "replace").decode(),
        code=one["type"],
        detail=text(code, language, one.get("ctx") or {}),
    )


async def _on_database(request: Request, error: Any) -> JSONResponse:
    problem = database_problem(error)
    if problem is None:
        raise error
    if problem.code == "access.refused":
        await _audit_refusal(request)
    elif problem.code == "database.unavailable":
        _log.warning("database unavailable", request_id=request_id(request))
        problem.headers["Retry-After"] = "1"
    return _answer(request, problem)


async def _on_database_away(request: Request, error: Any) -> JSONResponse:
    _log.warning(
        "database unavailable", reason=type(error).__name__, request_id=request_id(request)
    )
    return _answer(request, Problem("database.unavailable", headers={"Retry-After": "1"}))


async def _on_fault(request: Request, error: Exception) -> JSONResponse:
    _log.error("fault", reason=type(error).__name__, request_id=request_id(request), exc_info=error)
    return _answer(request, Problem("internal"))


async def _audit_refusal(request: Request) -> None:
    """Write down that the database itself refused an attempt; its transaction is gone by now."""
    who = request.scope.get("openseat.principal")
    if who is None:
        return
    shared = services(request)
    async with shared.database.tenant_session(OperatorScope()) as session:
        await refused(
            shared,
            session,
            who,
            "row",
            request.url.path[-200:],
            f"{request.method}: refused by the database",
            request_id(request),
        )
