"""What happens to every request: a number, limits, headers, a log line, a measurement."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem, problem_response
from openseat.platform.texts import accepted

BODY_LIMIT = 1_000_000
"""Largest body of a request in bytes, unless the path begins as one of :data:`BODY_LIMITS`."""
BODY_LIMITS: dict[str, int] = {"/api/v1/prompts": 20_100_000, "/api/v1/imports/": 10_100_000}

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
        # A client's own page about a contact may be shown in the desk, in a sandbox of its own.
        "frame-src https:; "
        "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Policy of pictures that people uploaded: opened by themselves they can do nothing."""

REQUESTS = Counter(
    "openseat_http_requests", "Requests by method, route and status", ["method", "route", "status"]
)
SECONDS = Histogram(
    "openseat_http_request_seconds",
    "Time from the first byte of the request to the last of the answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_log = structlog.get_logger("openseat.http")


def picture_headers(mark: str, *, private: bool) -> dict[str, str]:
    """Return the headers of an uploaded picture: kept by browsers, asked about by its ``mark``."""
    return {
        "ETag": mark,
        "Cache-Control": f"{'private' if private else 'public'}, max-age=300",
        "Content-Security-Policy": _PICTURE,
    }


class RequestContext:
    """Numbers, measures and logs requests, and puts the security headers on answers.

    The log names the route, not the address: addresses and queries may hold telephone numbers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = _number(scope)
        scope["openseat.request_id"] = number
        status = 500
        begun = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = number
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/") and "Cache-Control" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - begun
            route = getattr(scope.get("route"), "path", "")
            method = scope["method"] if route else ""
            REQUESTS.labels(method, route, status).inc()
            SECONDS.labels(method, route).observe(seconds)
            _log.info(
                "request",
                method=method,
                route=route,
                status=status,
                ms=round(seconds * 1000, 1),
                request_id=number,
            )


class BodyLimit:
    """Refuses bodies over the limit: by the announced length, and by what really comes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        limit = next(
            (most for begin, most in BODY_LIMITS.items() if path.startswith(begin)), BODY_LIMIT
        )
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"")
        refusal = Problem("request.too_large", limit=limit)
        if announced.isdigit() and int(announced) > limit:
            await _refuse(refusal, scope, receive, send)
            return
        taken = 0
        begun = False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLarge
            return message

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, answer)
        except _TooLarge:
            if begun:
                raise
            await _refuse(refusal, scope, receive, send)


class _TooLarge(BaseException):
    """Passes every handler of the application on its way out: not an `Exception` on purpose."""


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    headers = dict(scope["headers"])
    language = accepted(headers.get(b"accept-language", b"").decode("latin-1"))
    response = problem_response(problem, language, scope.get("openseat.request_id", ""))
    response.headers["Connection"] = "close"
    await response(scope, receive, send)


def _number(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if _GIVEN_ID.fullmatch(given) else new_id("request")
