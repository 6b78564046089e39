"""The five endpoints of a noun: list, create, read, change, delete."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, create_model
from starlette.responses import JSONResponse, Response

from openseat.directory import service
from openseat.directory.noun import Noun, change
from openseat.platform.access import Access, needs
from openseat.platform.fields import Id, Line
from openseat.platform.headers import IdempotencyKey, IfMatch, Subject, version_of
from openseat.platform.idempotency import claim, fingerprint, keep
from openseat.platform.paging import PAGE_DEFAULT, Cursor, Limit, Page
from openseat.platform.problems import Problem, responses

_ETAG = {"ETag": {"description": "Version of the row", "schema": {"type": "string"}}}


def answer(noun: Noun, row: dict[str, Any], status: int = 200) -> JSONResponse:
    """Return a row as an HTTP answer with its ETag."""
    body = noun.document.model_validate(row).model_dump(mode="json")
    headers = {"ETag": f'"{row["version"]}"'}
    if status == 201:
        headers["Location"] = f"/api/v1/{noun.path}/{row['id']}"
    return JSONResponse(body, status_code=status, headers=headers)


async def once(
    access: Access, request: Request, key: str | None, body: BaseModel
) -> Response | None:
    """Claim an idempotency key; return the earlier answer when there is one."""
    if key is None:
        return None
    mark = fingerprint(request.method, request.url.path, body.model_dump_json().encode())
    who = access.principal
    replay = await claim(access.session, who.user_id, who.client_id, key, mark)
    if replay is None:
        return None
    return JSONResponse(
        replay.body, status_code=replay.status, headers={"Idempotent-Replayed": "true"}
    )


async def remember(access: Access, key: str | None, response: JSONResponse) -> None:
    """Keep an answer for the next request with the same key."""
    if key is not None:
        body = json.loads(bytes(response.body))
        await keep(access.session, access.principal.user_id, key, response.status_code, body)


def listing(noun: Noun) -> type[BaseModel]:
    """Return the model of a list's query."""
    filters: dict[str, Any] = dict.fromkeys(noun.filters, (Id | None, None))
    return create_model(
        f"{noun.fields.__name__}Query",
        limit=(Limit, PAGE_DEFAULT),
        cursor=(Cursor | None, None),
        q=(Annotated[Line | None, Field(description=f"Part of `{noun.sort}`")], None),
        **filters,
    )


def add_list(router: APIRouter, noun: Noun) -> None:
    """Put the list of ``noun`` on ``router``."""
    plural = noun.path.replace("-", "_")
    page = Page[noun.document]

    async def list_rows(access: Access, query: Any) -> Any:
        asked = query.model_dump()
        rows, following = await service.find_page(
            access,
            noun,
            limit=asked.pop("limit"),
            cursor=asked.pop("cursor"),
            search=asked.pop("q"),
            filters={name: value for name, value in asked.items() if value is not None},
        )
        return page(
            items=[noun.document.model_validate(row) for row in rows], next_cursor=following
        )

    list_rows.__annotations__ |= {
        "access": Annotated[Access, needs(f"{noun.permission}.read")],
        "query": Annotated[listing(noun), Query()],
    }
    list_rows.__doc__ = f"List {plural.replace('_', ' ')} by {noun.sort}, page by page."
    router.add_api_route(
        f"/{noun.path}",
        list_rows,
        response_model=page,
        operation_id=f"list_{plural}",
        tags=[noun.path],
        responses=responses(401, 403),
    )


def add_routes(router: APIRouter, noun: Noun) -> None:
    """Put the endpoints of ``noun`` on ``router``."""
    add_list(router, noun)
    single = noun.kind.replace("-", "_")
    tags: list[Any] = [noun.path]
    reads, writes = needs(f"{noun.permission}.read"), needs(f"{noun.permission}.write")
    etag = {200: {"headers": _ETAG}}

    async def create_row(
        request: Request, access: Access, body: Any, key: str | None = None
    ) -> Any:
        replay = await once(access, request, key, body)
        if replay is not None:
            return replay
        row = await service.create(access, noun, body.model_dump(mode="python"))
        response = answer(noun, row, 201)
        await remember(access, key, response)
        return response

    create_row.__annotations__ |= {
        "access": Annotated[Access, writes],
        "body": noun.fields,
        "key": IdempotencyKey,
    }
    create_row.__doc__ = f"Make a new {single.replace('_', ' ')}."
    router.add_api_route(
        f"/{noun.path}",
        create_row,
        methods=["POST"],
        status_code=201,
        response_model=noun.document,
        operation_id=f"create_{single}",
        tags=tags,
        responses={201: {"headers": _ETAG}, **responses(401, 403, 409)},
    )

    async def read_row(access: Access, subject: str) -> Any:
        return answer(noun, await service.find(access, noun, subject))

    read_row.__annotations__ |= {"access": Annotated[Access, reads], "subject": Subject}
    read_row.__doc__ = f"Read one {single.replace('_', ' ')}."
    router.add_api_route(
        f"/{noun.path}/{{subject}}",
        read_row,
        response_model=noun.document,
        operation_id=f"read_{single}",
        tags=tags,
        responses={**etag, **responses(401, 403, 404)},
    )

    async def change_row(
        access: Access, subject: str, body: Any, if_match: str | None = None
    ) -> Any:
        if if_match is None:
            raise Problem("precondition.required")
        values = body.model_dump(mode="python", exclude_unset=True)
        row = await service.change(access, noun, subject, values, version_of(if_match))
        return answer(noun, row)

    change_row.__annotations__ |= {
        "access": Annotated[Access, writes],
        "subject": Subject,
        "body": change(noun.fields, noun.fixed),
        "if_match": IfMatch,
    }
    change_row.__doc__ = f"Change fields of a {single.replace('_', ' ')}; needs If-Match."
    router.add_api_route(
        f"/{noun.path}/{{subject}}",
        change_row,
        methods=["PATCH"],
        response_model=noun.document,
        operation_id=f"change_{single}",
        tags=tags,
        responses={**etag, **responses(401, 403, 404, 409, 412, 428)},
    )

    async def delete_row(access: Access, subject: str, if_match: str | None = None) -> Any:
        await service.remove(access, noun, subject, version_of(if_match))
        return Response(status_code=204)

    delete_row.__annotations__ |= {
        "access": Annotated[Access, writes],
        "subject": Subject,
        "if_match": IfMatch,
    }
    delete_row.__doc__ = f"Delete a {single.replace('_', ' ')} that nothing uses."
    router.add_api_route(
        f"/{noun.path}/{{subject}}",
        delete_row,
        methods=["DELETE"],
        status_code=204,
        response_model=None,
        operation_id=f"delete_{single}",
        tags=tags,
        responses=responses(401, 403, 404, 409, 412),
    )
