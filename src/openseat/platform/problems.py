"""Errors on the wire: RFC 9457 problem details with a stable code.

A :class:`Problem` is raised anywhere behind the API; its text is chosen when
the answer is written, in the language the caller accepts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from openseat.platform.texts import Language, text

MEDIA_TYPE = "application/problem+json"

STATUS: dict[str, int] = {
    "request.invalid": 422,
    "request.malformed": 400,
    "request.too_large": 413,
    "request.media_type": 415,
    "cursor.invalid": 400,
    "session.required": 401,
    "session.refused": 401,
    "password.wrong": 422,
    "password.same": 422,
    "token.refused": 401,
    "csrf.refused": 403,
    "permission.missing": 403,
    "access.refused": 403,
    "grant.beyond": 403,
    "not_found": 404,
    "method.not_allowed": 405,
    "not_acceptable": 406,
    "value.taken": 409,
    "in_use": 409,
    "conflict.retry": 409,
    "idempotency.conflict": 409,
    "precondition.failed": 412,
    "range.unsatisfiable": 416,
    "precondition.required": 428,
    "value.invalid": 422,
    "reference.unknown": 422,
    "flow.invalid": 422,
    "figures.too_many": 422,
    "figures.unknown_measure": 422,
    "rate_plan.invalid": 422,
    "currency.unknown": 422,
    "prompt.too_large": 413,
    "prompt.not_audio": 422,
    "prompt.unsupported_format": 422,
    "prompt.too_short": 422,
    "prompt.too_long": 422,
    "prompt.silent": 422,
    "prompt.bad_name": 422,
    "prompt.unknown_language": 422,
    "prompt.not_found": 404,
    "logo.too_large": 413,
    "logo.unsupported": 422,
    "logo.broken": 422,
    "logo.dimensions": 422,
    "logo.unreadable": 422,
    "logo.no_size": 422,
    "logo.forbidden": 422,
    "sheet.unreadable": 422,
    "sheet.too_large": 422,
    "sheet.empty": 422,
    "sheet.columns": 422,
    "flow.no_version": 404,
    "agent.not_linked": 404,
    "agent.unknown": 404,
    "call.unknown": 404,
    "segment.unknown": 404,
    "form.unknown": 422,
    "target.unknown": 422,
    "project.unknown": 422,
    "party.unknown": 404,
    "digits.invalid": 422,
    "callback.past": 422,
    "busy.reason_unknown": 422,
    "agent.reason_missing": 422,
    "agent.extension_invalid": 422,
    "endpoint.not_yours": 403,
    "recording.not_allowed": 403,
    "recording.too_old": 403,
    "sign_in.throttled": 429,
    "search.throttled": 429,
    "call.no_number": 409,
    "internal": 500,
    "floor.fault": 500,
    "link.bad_command": 500,
    "floor.not_durable": 503,
    "floor.unavailable": 503,
    "database.unavailable": 503,
}
"""HTTP status of each code; a code that is not listed is a refused command: 409."""


class FieldProblem(BaseModel):
    """One field that is wrong."""

    field: str = Field(description="Path of the field, parts joined by dots")
    code: str = Field(description="Stable code of what is wrong")
    detail: str = Field(description="What is wrong, in the caller's language")


@dataclass(frozen=True)
class Wrong:
    """One field that is wrong, not yet in anybody's language.

    `code` is what the answer says, `text` the code of its sentence, whose blanks are `arguments`.
    """

    field: str
    code: str
    text: str
    arguments: Mapping[str, Any]

    def document(self, language: Language) -> FieldProblem:
        """Return it as the answer says it in ``language``."""
        detail = text(self.text, language, self.arguments)
        return FieldProblem(field=self.field, code=self.code, detail=detail)


class UsedBy(BaseModel):
    """Something that still uses what was to be deleted."""

    kind: str
    id: str
    name: str


class ProblemDocument(BaseModel):
    """The body of every answer that is an error (RFC 9457)."""

    type: str = Field(description="`urn:openseat:problem:` and the code")
    title: str
    status: int
    code: str = Field(description="Stable code; programs decide by it")
    detail: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    errors: list[FieldProblem] = Field(default_factory=list)
    used_by: list[UsedBy] = Field(default_factory=list)
    request_id: str = ""


class Problem(Exception):
    """An expected refusal.

    ``code`` is stable; keyword arguments fill the blanks of its text and are JSON-ready.
    """

    def __init__(
        self,
        code: str,
        *,
        errors: Sequence[FieldProblem | Wrong] = (),
        used_by: Sequence[UsedBy] = (),
        headers: Mapping[str, str] | None = None,
        **arguments: str | int | bool | None,
    ) -> None:
        super().__init__(code, arguments)
        self.code = code
        self.arguments = arguments
        self.errors = tuple(errors)
        self.used_by = tuple(used_by)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """HTTP status of the code."""
        return STATUS.get(self.code, HTTPStatus.CONFLICT)

    def document(self, language: Language, request_id: str = "") -> ProblemDocument:
        """Return the body of the answer in ``language``."""
        return ProblemDocument(
            type=f"urn:openseat:problem:{self.code}",
            title=HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=text(self.code, language, self.arguments),
            arguments=dict(self.arguments),
            errors=[
                one.document(language) if isinstance(one, Wrong) else one for one in self.errors
            ],
            used_by=list(self.used_by),
            request_id=request_id,
        )


def problem_response(problem: Problem, language: Language, request_id: str = "") -> JSONResponse:
    """Return ``problem`` as an HTTP answer."""
    return JSONResponse(
        problem.document(language, request_id).model_dump(mode="json"),
        status_code=problem.status,
        headers={**problem.headers, "Content-Language": language},
        media_type=MEDIA_TYPE,
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return OpenAPI entries of the problem answers with ``statuses``."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }
