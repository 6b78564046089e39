"""Signing in and out, who am I, and API tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from openseat.platform.access import (
    Caller,
    Services,
    client_address,
    cookie_name,
    services,
)
from openseat.platform.auth import ABSOLUTE_LIMIT, Principal
from openseat.platform.auth_roles import Role
from openseat.platform.fields import Id, Label, Password, Strict
from openseat.platform.problems import responses

router = APIRouter(tags=["session"])


class Credentials(Strict):
    """What somebody signs in with."""

    login: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class PasswordChange(Strict):
    """A user's new password, and the one they have."""

    current: Annotated[str, Field(min_length=1, max_length=200)]
    new: Password


class Me(BaseModel):
    """The signed-in user."""

    id: str
    login: str
    name: str
    role: Role
    client_id: str | None
    agent_id: str | None
    language: str
    permissions: list[str] = Field(description="Sorted names of what the user may do")


class Session(BaseModel):
    """A browser session."""

    user: Me
    csrf_token: str = Field(description="Send it as X-OpenSeat-CSRF with every change")
    expires_at: datetime | None


class NewToken(Strict):
    """A token to be made."""

    name: Label
    expires_in_days: int | None = Field(default=None, ge=1, le=3650)


class Token(BaseModel):
    """An API token without its secret."""

    id: str
    name: str
    created_at: datetime
    expires_at: datetime | None


class MadeToken(Token):
    """A new API token; `token` is shown this once."""

    token: str


class Tokens(BaseModel):
    """The user's tokens."""

    items: list[Token]


def _session(principal: Principal) -> Session:
    return Session(
        user=Me(
            id=principal.user_id,
            login=principal.login,
            name=principal.name,
            role=principal.role,
            client_id=principal.client_id,
            agent_id=principal.agent_id,
            language=principal.language,
            permissions=sorted(principal.permissions),
        ),
        csrf_token=principal.csrf,
        expires_at=principal.expires_at,
    )


def _set_cookie(request: Request, response: Response, shared: Services, secret: str) -> None:
    response.set_cookie(
        cookie_name(shared.settings),
        secret,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.post("/session", operation_id="sign_in", responses=responses(401, 429))
async def sign_in(request: Request, response: Response, credentials: Credentials) -> Session:
    """Begin a session: the answer sets its cookie."""
    shared = services(request)
    made = await shared.accounts.sign_in(
        credentials.login, credentials.password, client_address(request)
    )
    _set_cookie(request, response, shared, made.secret)
    return _session(made.principal)


@router.get("/session", operation_id="read_session", responses=responses(401))
async def read_session(caller: Caller) -> Session:
    """Tell who is signed in."""
    return _session(caller)


@router.delete("/session", operation_id="sign_out", status_code=204, responses=responses(401, 403))
async def sign_out(request: Request, response: Response, caller: Caller) -> None:
    """End the session on the server."""
    shared = services(request)
    await shared.accounts.sign_out(caller)
    response.delete_cookie(cookie_name(shared.settings), path="/")


@router.post(
    "/me/password",
    operation_id="change_own_password",
    status_code=204,
    responses=responses(401, 403, 422, 429),
)
async def change_own_password(request: Request, caller: Caller, body: PasswordChange) -> None:
    """Give oneself a new password; other sessions and all tokens of the user end."""
    await services(request).accounts.change_password(caller, body.current, body.new)


@router.get("/me/tokens", operation_id="list_tokens", responses=responses(401))
async def list_tokens(request: Request, caller: Caller) -> Tokens:
    """List the user's own API tokens."""
    rows = await services(request).accounts.tokens(caller)
    return Tokens(items=[Token.model_validate(row, from_attributes=True) for row in rows])


@router.post(
    "/me/tokens", operation_id="create_token", status_code=201, responses=responses(401, 403)
)
async def create_token(request: Request, caller: Caller, body: NewToken) -> MadeToken:
    """Make an API token with the user's own permissions; it is shown this once."""
    expires = None
    if body.expires_in_days is not None:
        expires = datetime.now(UTC) + timedelta(days=body.expires_in_days)
    values, token = await services(request).accounts.make_token(caller, body.name, expires)
    return MadeToken(token=token, **{name: values[name] for name in Token.model_fields})


@router.delete(
    "/me/tokens/{token_id}",
    operation_id="revoke_token",
    status_code=204,
    responses=responses(401, 403, 404),
)
async def revoke_token(request: Request, caller: Caller, token_id: Annotated[Id, Path()]) -> None:
    """End an API token."""
    await services(request).accounts.revoke_token(caller, token_id)
