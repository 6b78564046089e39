"""How an endpoint learns who is asking and gets a transaction in their scope.

An area's endpoint declares ``access: Annotated[Access, needs("figures.read")]``
and has everything: the principal, the scoped session, the audit trail. The
transaction is committed before the answer goes out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy import Table, literal, select
from starlette.requests import HTTPConnection

from openseat.floor.link import FloorLink
from openseat.platform.audit import AuditEntry, AuditTrail
from openseat.platform.auth import Accounts, Principal, csrf_matches
from openseat.platform.database import Database, OperatorScope, ScopedSession
from openseat.platform.problems import Problem
from openseat.platform.reach import reach_of
from openseat.platform.settings import Settings
from openseat.platform.texts import Language, accepted

CSRF_HEADER = "X-OpenSeat-CSRF"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

# Only for the OpenAPI file: they describe, `authenticate` decides.
_COOKIE = APIKeyCookie(name="openseat_session", scheme_name="session", auto_error=False)
_BEARER = HTTPBearer(scheme_name="token", auto_error=False)


@dataclass(frozen=True, slots=True)
class Services:
    """What the whole API process shares; lives in ``app.state.services``."""

    settings: Settings
    database: Database
    audit: AuditTrail
    accounts: Accounts
    floor: FloorLink


def services(connection: HTTPConnection) -> Services:
    """Return what the process shares."""
    return connection.app.state.services


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: cookies know no ports, two copies on a host do."""
    return f"openseat_session_{settings.ports.base}"


def request_id(connection: HTTPConnection) -> str:
    """Return the number under which the request is logged."""
    return connection.scope.get("openseat.request_id", "")


def language_of(connection: HTTPConnection) -> Language:
    """Return the language of the texts in the answer."""
    return accepted(connection.headers.get("accept-language", ""))


def client_address(connection: HTTPConnection) -> str:
    """Return the address a request came from."""
    return connection.client.host if connection.client else ""


async def authenticate(connection: HTTPConnection) -> Principal:
    """Return who asks: by bearer token, else by the session cookie.

    Raises:
        Problem: ``session.required`` or ``token.refused``.
    """
    shared = services(connection)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Problem("token.refused", headers={"WWW-Authenticate": "Bearer"})
        return await shared.accounts.by_token(token.strip())
    secret = connection.cookies.get(cookie_name(shared.settings), "")
    if not secret:
        raise Problem("session.required", headers={"WWW-Authenticate": "Bearer"})
    return await shared.accounts.by_cookie(secret)


async def principal(
    request: Request,
    _cookie: Annotated[str | None, Depends(_COOKIE)],
    _bearer: Annotated[Any, Depends(_BEARER)],
) -> Principal:
    """Return who asks, and refuse a change that another site's page may have sent."""
    found = await authenticate(request)
    if (
        found.via == "session"
        and request.method not in _SAFE
        and not csrf_matches(found, request.headers.get(CSRF_HEADER, ""))
    ):
        raise Problem("csrf.refused")
    return found


Caller = Annotated[Principal, Depends(principal)]
"""The signed-in user of a request."""


@dataclass(frozen=True, slots=True)
class Access:
    """A permitted request: who asks, and a transaction in their scope."""

    principal: Principal
    session: ScopedSession
    services: Services
    request_id: str

    async def record(
        self,
        action: str,
        kind: str,
        subject_id: str,
        detail: Mapping[str, Any] | None = None,
        client_id: str | None = None,
    ) -> None:
        """Put the deed into the audit trail, in the same transaction; call it last."""
        await self.services.audit.record(
            self.session,
            AuditEntry(
                action=action,
                actor_id=self.principal.user_id,
                kind=kind,
                subject_id=subject_id,
                client_id=client_id if client_id is not None else self.principal.client_id,
                detail=detail or {},
                request_id=self.request_id,
            ),
        )

    async def missing(self, table: Table, kind: str, subject_id: str) -> Problem:
        """Return the problem for a row that is not there for this caller.

        A row that is there for others was asked for by the wrong client, by a supervisor who does
        not manage it, or by somebody whose role does not reach it: that is audited, and answered
        like any unknown id, so that ids cannot be probed.
        """
        problem = Problem("not_found", kind=kind, id=subject_id)
        managed = reach_of(self.principal) is not None
        ranged = self.principal.range is not None
        if self.principal.client_id is None and not managed and not ranged:
            return problem
        async with self.services.database.tenant_session(OperatorScope()) as session:
            there = await session.value(select(literal(1)).where(table.c.id == subject_id))
            if there is not None:
                reason = (
                    "out of range" if ranged else "not managed" if managed
                    else "another client's row"
                )  # fmt: skip
                await self._refused(session, kind, subject_id, reason)
        return problem

    async def not_own(self, table: Table, kind: str, subject_id: str) -> Problem:
        """Return the problem for a row that is not the caller's own; others' are put on record."""
        there = await self.session.value(select(literal(1)).where(table.c.id == subject_id))
        if there is not None:
            async with self.services.database.tenant_session(OperatorScope()) as session:
                await self._refused(session, kind, subject_id, "not the agent's own")
        return Problem("not_found", kind=kind, id=subject_id)

    async def _refused(
        self, session: ScopedSession, kind: str, subject_id: str, reason: str
    ) -> None:
        await refused(
            self.services, session, self.principal, kind, subject_id, reason, self.request_id
        )


async def refused(
    shared: Services,
    session: ScopedSession,
    who: Principal,
    kind: str,
    subject_id: str,
    reason: str,
    request: str,
) -> None:
    """Put a refused attempt into the audit trail."""
    await shared.audit.record(
        session,
        AuditEntry(
            action="access.refused",
            actor_id=who.user_id,
            kind=kind,
            subject_id=subject_id,
            client_id=who.client_id,
            detail={"reason": reason},
            request_id=request,
        ),
    )


@dataclass(frozen=True, slots=True)
class Permitted:
    """A permitted request without a transaction: for what waits on others than the database."""

    principal: Principal
    services: Services
    request_id: str


def _check(permission: str) -> Callable[..., Awaitable[Permitted]]:
    async def dependency(request: Request, caller: Caller) -> Permitted:
        shared = services(request)
        # Kept for the handler of database refusals, which must know whose attempt it was.
        request.scope["openseat.principal"] = caller
        if permission not in caller.permissions:
            async with shared.database.tenant_session(OperatorScope()) as session:
                await refused(
                    shared,
                    session,
                    caller,
                    "permission",
                    permission,
                    f"{request.method} {request.scope['route'].path}",
                    request_id(request),
                )
            raise Problem("permission.missing", permission=permission)
        return Permitted(caller, shared, request_id(request))

    return dependency


def may(permission: str) -> Any:
    """Return the dependency on ``permission`` alone, as :class:`Permitted`."""
    return Depends(_check(permission))


def needs(permission: str) -> Any:
    """Return the dependency on ``permission`` and a transaction, as :class:`Access`.

    The transaction ends before the answer is sent.
    """

    async def dependency(permitted: Permitted) -> AsyncIterator[Access]:
        shared, who = permitted.services, permitted.principal
        async with shared.database.tenant_session(who.scope) as session:
            yield Access(who, session, shared, permitted.request_id)

    # Set here, because an annotation in the source cannot name this function's argument.
    dependency.__annotations__["permitted"] = Annotated[Permitted, may(permission)]
    return Depends(dependency, scope="function")
