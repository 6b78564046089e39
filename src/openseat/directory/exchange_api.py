"""Agents and queues taken out and brought in as table files."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from openseat.directory.exchange.bringing import (
    Brought,
    Exchange,
    all_rows,
    bring,
    read_books,
    written_rows,
)
from openseat.directory.exchange.columns import AGENT_COLUMNS, QUEUE_COLUMNS
from openseat.directory.exchange.sheet import read_sheet, write_csv, write_workbook
from openseat.directory.people import AGENT
from openseat.directory.queues import QUEUE
from openseat.platform.access import Access, language_of, needs
from openseat.platform.problems import responses

router = APIRouter(tags=["exchange"])

EXCHANGES = (
    Exchange(AGENT, AGENT_COLUMNS, ("number",)),
    Exchange(QUEUE, QUEUE_COLUMNS, ("client_id", "name")),
)

_SHOWN_LINES = 500
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Format = Literal["csv", "xlsx"]


class RowError(BaseModel):
    """What is wrong in a row of the file; the header is row 1."""

    row: int
    column: str
    detail: str


class ImportLine(BaseModel):
    """What becomes of a row."""

    row: int
    name: str
    action: Literal["create", "change", "keep"]
    changes: dict[str, tuple[str, str]] = Field(description="Column → before and after")


class ImportResult(BaseModel):
    """What a file does; with an error anywhere nothing is done."""

    done: bool
    created: int
    changed: int
    kept: int
    errors: list[RowError]
    lines: list[ImportLine] = Field(description=f"The first {_SHOWN_LINES}")


def _result(brought: Brought, *, apply: bool) -> ImportResult:
    counts = Counter(line.action for line in brought.lines)
    return ImportResult(
        done=apply and not brought.errors,
        created=counts["create"],
        changed=counts["change"],
        kept=counts["keep"],
        errors=[
            RowError(row=one.row, column=one.column, detail=one.detail) for one in brought.errors
        ],
        lines=[
            ImportLine.model_validate(
                {"row": one.row, "name": one.name, "action": one.action, "changes": one.changes}
            )
            for one in brought.lines[:_SHOWN_LINES]
        ],
    )


def _add(exchange: Exchange) -> None:
    noun = exchange.noun

    async def export(request: Request, access: Access, form: Format = "csv") -> Response:
        rows = await all_rows(access, noun)
        books = await read_books(access)
        cells = written_rows(exchange.of(access.principal), rows, books, language_of(request))
        made = (
            await asyncio.to_thread(write_workbook, noun.path, cells)
            if form == "xlsx"
            else write_csv(cells)
        )
        return Response(
            made,
            media_type=_WORKBOOK if form == "xlsx" else "text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{noun.path}.{form}"'},
        )

    export.__annotations__ |= {
        "access": Annotated[Access, needs(f"{noun.permission}.export")],
        "form": Annotated[Format, Query(alias="format")],
    }
    export.__doc__ = f"Take every {noun.kind} out as a table file that can be brought back."
    router.add_api_route(
        f"/exports/{noun.path}",
        export,
        operation_id=f"export_{noun.path}",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}, _WORKBOOK: {}}}, **responses(401, 403)},
    )

    async def bring_in(
        request: Request, access: Access, file: UploadFile, apply: bool = False
    ) -> ImportResult:
        sheet = await asyncio.to_thread(read_sheet, await file.read())
        mine = exchange.of(access.principal)
        brought = await bring(access, mine, sheet, language_of(request), apply=apply)
        return _result(brought, apply=apply)

    bring_in.__annotations__ |= {
        "access": Annotated[Access, needs(f"{noun.permission}.write")],
        "file": Annotated[UploadFile, File(description="CSV or Excel, at most 10 MB")],
        "apply": Annotated[bool, Form(description="Without it, only told what would be done")],
    }
    bring_in.__doc__ = f"Make and change {noun.path} as a table file says: all rows, or none."
    router.add_api_route(
        f"/imports/{noun.path}",
        bring_in,
        methods=["POST"],
        operation_id=f"import_{noun.path}",
        responses=responses(401, 403, 409),
    )


for _one in EXCHANGES:
    _add(_one)
