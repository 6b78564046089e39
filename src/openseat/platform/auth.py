"""Accounts at work: signing in, sessions, tokens, and who a request comes from."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, insert, or_, select, update

from openseat.core.masking import mask
from openseat.platform.audit import AuditEntry, AuditTrail
from openseat.platform.auth_passwords import make_password_hash, verify_password
from openseat.platform.auth_range import managed_of, range_of
from openseat.platform.auth_roles import Role, permissions
from openseat.platform.auth_tables import (
    granted,
    people,
    sign_in_attempts,
    user_sessions,
    user_tokens,
    users,
)
from openseat.platform.database import (
    ClientScope,
    Database,
    OperatorScope,
    Range,
    ScopedSession,
    SignInScope,
)
from openseat.platform.identifiers import new_id
from openseat.platform.problems import Problem

IDLE_LIMIT = timedelta(minutes=30)
"""A session unused for this long is over; an open page with live data keeps it in use."""
ABSOLUTE_LIMIT = timedelta(hours=12)
"""No session lasts longer than a shift."""
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_LOGIN = 10
ATTEMPTS_PER_ADDRESS = 60
SEARCHES = 40
"""How often in `ATTEMPT_WINDOW` somebody may look for a number that is hidden from them: the ten
thousand numbers of one mask then take them days, on record."""
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept; finer would be a write for every request."""
_TOKEN_PREFIX = "os_"  # noqa: S105 - what a token begins with, not a token


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever a request comes from, and what they may do."""

    user_id: str
    login: str
    name: str
    role: Role
    client_id: str | None
    agent_id: str | None
    group_ids: frozenset[str]
    queue_ids: frozenset[str]
    language: str
    permissions: frozenset[str]
    via: Literal["session", "token"]
    credential_id: str
    expires_at: datetime | None
    csrf: str = ""
    range: Range | None = None
    """What a role of the operator's own holds them to; None: to nothing."""

    @property
    def scope(self) -> OperatorScope | ClientScope:
        """Whose data they may touch."""
        if self.client_id is None:
            return OperatorScope(self.range)
        return ClientScope(self.client_id, self.range)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: ``secret`` goes into the cookie and is kept nowhere."""

    secret: str
    principal: Principal


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_token(secret: str) -> str:
    """Return what a page of the session must send along with every change."""
    return hashlib.sha256(b"csrf:" + secret.encode()).hexdigest()[:40]


def csrf_matches(principal: Principal, given: str) -> bool:
    """Tell whether ``given`` is the session's own token."""
    return hmac.compare_digest(principal.csrf.encode(), given.encode())


class Accounts:
    """Signs people in and finds out who they are."""

    def __init__(self, database: Database, audit: AuditTrail) -> None:
        self._database = database
        self._audit = audit

    async def sign_in(self, login: str, password: str, address: str) -> SignedIn:
        """Begin a session.

        Raises:
            Problem: ``session.refused`` (wrong name or password) or ``sign_in.throttled``.
        """
        login = login.strip().lower()
        keys = {f"login:{login}": ATTEMPTS_PER_LOGIN, f"address:{address}": ATTEMPTS_PER_ADDRESS}
        # Counted before the password is looked at: many guesses at once get no more tries.
        async with self._database.tenant_session(SignInScope()) as session:
            await self._count(session, keys)
        async with self._database.tenant_session(SignInScope()) as session:
            user = await session.row(
                select(users, *granted).select_from(people).where(users.c.login == login)
            )
        hashed = user["password_hash"] if user is not None and user["active"] else None
        if not await verify_password(hashed, password) or user is None:
            async with self._database.tenant_session(SignInScope()) as session:
                await self._note(session, user, "session.refused", {"address": address})
            raise Problem("session.refused")
        secret = secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        values = {
            "id": new_id("session"),
            "user_id": user["id"],
            "digest": _digest(secret),
            "created_at": now,
            "seen_at": now,
            "expires_at": now + ABSOLUTE_LIMIT,
        }
        async with self._database.tenant_session(SignInScope()) as session:
            await session.run(
                delete(user_sessions).where(
                    user_sessions.c.user_id == user["id"], user_sessions.c.expires_at < now
                )
            )
            await session.run(insert(user_sessions).values(**values))
            await session.run(
                update(users).where(users.c.id == user["id"]).values(signed_in_at=now)
            )
            await self._forgive(session, login, address)
            await self._note(session, user, "session.started", {"address": address})
        return SignedIn(secret, _principal({**user, **_session_part(values)}, secret))

    async def by_cookie(self, secret: str) -> Principal:
        """Return who the session of a cookie belongs to.

        Raises:
            Problem: ``session.required``: unknown, ended or too old.
        """
        now = datetime.now(UTC)
        statement = (
            select(
                users,
                *granted,
                user_sessions.c.id.label("credential_id"),
                user_sessions.c.expires_at.label("credential_expires_at"),
                user_sessions.c.seen_at,
            )
            .select_from(people.join(user_sessions, user_sessions.c.user_id == users.c.id))
            .where(
                user_sessions.c.digest == _digest(secret),
                user_sessions.c.revoked_at.is_(None),
                user_sessions.c.expires_at > now,
                user_sessions.c.seen_at > now - IDLE_LIMIT,
                users.c.active,
            )
        )
        async with self._database.tenant_session(SignInScope()) as session:
            found = await session.row(statement)
            if found is None:
                raise Problem("session.required")
            if now - found["seen_at"] > _SEEN_EVERY:
                await self._seen(session, found["credential_id"], now)
        return _principal(found, secret)

    async def by_token(self, token: str) -> Principal:
        """Return who an API token belongs to.

        Raises:
            Problem: ``token.refused``: unknown, revoked or expired.
        """
        now = datetime.now(UTC)
        statement = (
            select(
                users,
                *granted,
                user_tokens.c.id.label("credential_id"),
                user_tokens.c.expires_at.label("credential_expires_at"),
            )
            .select_from(people.join(user_tokens, user_tokens.c.user_id == users.c.id))
            .where(
                user_tokens.c.digest == _digest(token),
                user_tokens.c.revoked_at.is_(None),
                or_(user_tokens.c.expires_at.is_(None), user_tokens.c.expires_at > now),
                users.c.active,
            )
        )
        async with self._database.tenant_session(SignInScope()) as session:
            found = await session.row(statement)
        if found is None:
            raise Problem("token.refused")
        return _principal(found)

    async def renewed(self, principal: Principal) -> Principal | None:
        """Return who a user is by now, or None when the session or token is over.

        Keeps the session in use: an open page with live data is not idle.
        """
        now = datetime.now(UTC)
        table = user_sessions if principal.via == "session" else user_tokens
        statement = (
            select(users, *granted)
            .select_from(people.join(table, table.c.user_id == users.c.id))
            .where(
                table.c.id == principal.credential_id,
                table.c.revoked_at.is_(None),
                or_(table.c.expires_at.is_(None), table.c.expires_at > now),
                users.c.active,
            )
        )
        async with self._database.tenant_session(SignInScope()) as session:
            found = await session.row(statement)
            if found is not None and principal.via == "session":
                await self._seen(session, principal.credential_id, now)
        if found is None:
            return None
        role = Role(found["role"])
        group_ids, queue_ids = managed_of(found)
        return replace(
            principal,
            role=role,
            client_id=found["client_id"],
            agent_id=found["agent_id"],
            group_ids=group_ids,
            queue_ids=queue_ids,
            permissions=permissions(role, found["granted"]),
            range=range_of(found),
        )

    async def searched(self, principal: Principal, number: str) -> None:
        """Count and put on record a search by a customer's number that the user may not see.

        Raises:
            Problem: ``search.throttled``.
        """
        async with self._database.tenant_session(SignInScope()) as session:
            await self._count(
                session, {f"number:{principal.user_id}": SEARCHES}, "search.throttled"
            )
            await self._note(
                session,
                {"id": principal.user_id, "client_id": principal.client_id},
                "number.searched",
                {"number": mask(number)},
            )

    async def sign_out(self, principal: Principal) -> None:
        """End the session on the server: its cookie is worth nothing any more."""
        async with self._database.tenant_session(SignInScope()) as session:
            await session.run(
                update(user_sessions)
                .where(user_sessions.c.id == principal.credential_id)
                .values(revoked_at=func.now())
            )
            await self._note(
                session,
                {"id": principal.user_id, "client_id": principal.client_id},
                "session.ended",
                {},
            )

    async def change_password(self, principal: Principal, current: str, new: str) -> None:
        """Give a user a new password; only this session of theirs goes on, and no token does.

        Raises:
            Problem: ``session.required`` (a token may not do this), ``sign_in.throttled``,
                ``password.wrong`` or ``password.same``.
        """
        if principal.via != "session":
            raise Problem("session.required")
        key = f"password:{principal.user_id}"
        # As when signing in, counted first: a page left open is no place to guess.
        async with self._database.tenant_session(SignInScope()) as session:
            await self._count(session, {key: ATTEMPTS_PER_LOGIN})
        who = {"id": principal.user_id, "client_id": principal.client_id}
        async with self._database.tenant_session(SignInScope()) as session:
            hashed = await session.value(
                select(users.c.password_hash).where(users.c.id == principal.user_id)
            )
        if not await verify_password(hashed, current):
            async with self._database.tenant_session(SignInScope()) as session:
                await self._note(session, who, "password.refused", {})
            raise Problem("password.wrong")
        if current == new:
            raise Problem("password.same")
        fresh = await make_password_hash(new)
        async with self._database.tenant_session(SignInScope()) as session:
            # Of two changes at once the second was not made with the password that is there now.
            changed = await session.run(
                update(users)
                .where(users.c.id == principal.user_id, users.c.password_hash == hashed)
                .values(password_hash=fresh, version=users.c.version + 1)
            )
            if not changed:
                raise Problem("password.wrong")
            for table, spared in ((user_sessions, principal.credential_id), (user_tokens, "")):
                await session.run(
                    update(table)
                    .where(
                        table.c.user_id == principal.user_id,
                        table.c.id != spared,
                        table.c.revoked_at.is_(None),
                    )
                    .values(revoked_at=func.now())
                )
            await session.run(delete(sign_in_attempts).where(sign_in_attempts.c.key == key))
            await self._note(session, who, "password.changed", {})

    async def make_token(
        self, principal: Principal, name: str, expires_at: datetime | None
    ) -> tuple[dict[str, Any], str]:
        """Make an API token; the second value is the token itself, shown once."""
        token = _TOKEN_PREFIX + secrets.token_urlsafe(32)
        values = {
            "id": new_id("token"),
            "user_id": principal.user_id,
            "name": name,
            "digest": _digest(token),
            "created_at": datetime.now(UTC),
            "expires_at": expires_at,
        }
        async with self._database.tenant_session(SignInScope()) as session:
            await session.run(insert(user_tokens).values(**values))
            await self._note(
                session,
                {"id": principal.user_id, "client_id": principal.client_id},
                "token.created",
                {"token_id": values["id"]},
            )
        return values, token

    async def tokens(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the tokens a user has, without the tokens themselves."""
        async with self._database.tenant_session(SignInScope()) as session:
            return await session.rows(
                select(user_tokens)
                .where(
                    user_tokens.c.user_id == principal.user_id, user_tokens.c.revoked_at.is_(None)
                )
                .order_by(user_tokens.c.created_at, user_tokens.c.id)
            )

    async def revoke_token(self, principal: Principal, token_id: str) -> None:
        """End one of the user's own tokens.

        Raises:
            Problem: ``not_found``.
        """
        async with self._database.tenant_session(SignInScope()) as session:
            touched = await session.run(
                update(user_tokens)
                .where(
                    user_tokens.c.id == token_id,
                    user_tokens.c.user_id == principal.user_id,
                    user_tokens.c.revoked_at.is_(None),
                )
                .values(revoked_at=func.now())
            )
            if not touched:
                raise Problem("not_found", kind="token", id=token_id)
            await self._note(
                session,
                {"id": principal.user_id, "client_id": principal.client_id},
                "token.revoked",
                {"token_id": token_id},
            )

    async def _count(
        self, session: ScopedSession, keys: dict[str, int], problem: str = "sign_in.throttled"
    ) -> None:
        oldest = datetime.now(UTC) - ATTEMPT_WINDOW
        await session.run(delete(sign_in_attempts).where(sign_in_attempts.c.at < oldest))
        for key in keys:
            await session.run(insert(sign_in_attempts).values(key=key))
        for key, limit in keys.items():
            made = await session.row(
                select(
                    func.count().label("made"), func.min(sign_in_attempts.c.at).label("first")
                ).where(sign_in_attempts.c.key == key)
            )
            if made is not None and made["made"] > limit:
                wait = int((made["first"] + ATTEMPT_WINDOW - datetime.now(UTC)).total_seconds())
                raise Problem(
                    problem,
                    headers={"Retry-After": str(max(wait, 1))},
                    minutes=max(wait, 1) // 60 + 1,
                )

    @staticmethod
    async def _forgive(session: ScopedSession, login: str, address: str) -> None:
        # One address may be a whole floor of agents: only what fails counts against it.
        mine = (
            select(func.max(sign_in_attempts.c.id))
            .where(sign_in_attempts.c.key == f"address:{address}")
            .scalar_subquery()
        )
        await session.run(
            delete(sign_in_attempts).where(
                or_(sign_in_attempts.c.key == f"login:{login}", sign_in_attempts.c.id == mine)
            )
        )

    @staticmethod
    async def _seen(session: ScopedSession, session_id: str, now: datetime) -> None:
        await session.run(
            update(user_sessions).where(user_sessions.c.id == session_id).values(seen_at=now)
        )

    async def _note(
        self,
        session: ScopedSession,
        user: dict[str, Any] | None,
        action: str,
        detail: dict[str, Any],
    ) -> None:
        await self._audit.record(
            session,
            AuditEntry(
                action=action,
                actor_id="" if user is None else user["id"],
                kind="user",
                subject_id="" if user is None else user["id"],
                client_id=None if user is None else user["client_id"],
                detail=detail,
            ),
        )


def _session_part(values: dict[str, Any]) -> dict[str, Any]:
    return {"credential_id": values["id"], "credential_expires_at": values["expires_at"]}


def _principal(found: dict[str, Any], secret: str = "") -> Principal:
    role = Role(found["role"])
    group_ids, queue_ids = managed_of(found)
    return Principal(
        user_id=found["id"],
        login=found["login"],
        name=found["name"],
        role=role,
        client_id=found["client_id"],
        agent_id=found["agent_id"],
        group_ids=group_ids,
        queue_ids=queue_ids,
        language=found["language"],
        permissions=permissions(role, found["granted"]),
        range=range_of(found),
        via="session" if secret else "token",
        credential_id=found["credential_id"],
        expires_at=found["credential_expires_at"],
        csrf=csrf_token(secret) if secret else "",
    )
