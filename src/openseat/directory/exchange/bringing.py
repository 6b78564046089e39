"""Bringing a table file in: read, checked row by row, done whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from openseat.directory import service, tables
from openseat.directory.exchange.columns import BadCellError, Book, Books, Column
from openseat.directory.exchange.sheet import Sheet
from openseat.directory.noun import Noun, Row, change
from openseat.platform.access import Access
from openseat.platform.auth import Principal
from openseat.platform.database_errors import database_problem
from openseat.platform.problems import Problem
from openseat.platform.texts import Language, catalogue, text

MOST_ERRORS = 200
"""Errors that an answer names; a file with more is wrong as a whole."""

_BOOKS = {
    "agent-groups": tables.agent_groups,
    "clients": tables.clients,
    "projects": tables.projects,
    "queues": tables.queues,
    "skills": tables.skills,
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A noun as a table file; ``key`` are the fields that say which row is meant."""

    noun: Noun
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def of(self, who: Principal) -> Exchange:
        """Return the file without the columns that somebody may neither read nor write."""
        hidden = self.noun.hidden(who)
        return replace(self, columns=tuple(c for c in self.columns if c.field not in hidden))


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in a row, counted as the spreadsheet counts it; the header is row 1."""

    row: int
    column: str
    detail: str


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a row of the file; ``changes`` is field → before and after, as cells."""

    row: int
    name: str
    action: str
    changes: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file does, or what keeps it from being brought in."""

    lines: tuple[Line, ...]
    errors: tuple[CellError, ...]


async def read_books(access: Access) -> Books:
    """Return what cells may refer to, as far as the caller can see it."""
    found: dict[str, Book] = {}
    for kind, table in _BOOKS.items():
        rows = await access.session.rows(select(table.c.id, table.c.name))
        found[kind] = Book({row["id"]: row["name"] for row in rows})
    return found


async def all_rows(access: Access, noun: Noun) -> list[Row]:
    """Return every row of a noun that the caller can see, in its sort order."""
    rows = await access.session.rows(
        select(noun.table)
        .where(service.within(access, noun))
        .order_by(noun.table.c[noun.sort], noun.table.c.id)
    )
    await service.complete(access, noun, rows)
    return rows


async def bring(
    access: Access, exchange: Exchange, sheet: Sheet, language: Language, *, apply: bool
) -> Brought:
    """Make and change rows as a file says, all of them or, with an error anywhere, none.

    Without ``apply`` everything is done and taken back: what is told then is what would be so.

    Raises:
        Problem: ``sheet.columns``: the header cannot be read.
    """
    places = _header(sheet[0], exchange, language)
    books = await read_books(access)
    held = {_key(exchange, row): row for row in await all_rows(access, exchange.noun)}
    lines: list[Line] = []
    errors: list[CellError] = []
    seen: dict[tuple[str, ...], int] = {}
    async with access.session.connection.begin_nested() as attempt:
        for at, cells in enumerate(sheet[1:], start=2):
            if not any(cells):
                continue
            row = _Reader(exchange, places, books, language, at)
            values = row.read(cells)
            key = _key(exchange, values)
            if not row.errors and key in seen:
                row.wrong("", "sheet.duplicate", row=seen[key])
            seen.setdefault(key, at)
            if not row.errors:
                line = await _carry_out(access, row, values, held.get(key))
                if line is not None:
                    lines.append(line)
            errors += row.errors
            if len(errors) >= MOST_ERRORS:
                break
        if errors or not apply:
            await attempt.rollback()
    return Brought(tuple(lines), tuple(errors[:MOST_ERRORS]))


class _Reader:
    """One row: its values, and what is wrong with it."""

    def __init__(
        self,
        exchange: Exchange,
        places: Sequence[Column | None],
        books: Books,
        language: Language,
        at: int,
    ) -> None:
        self.exchange = exchange
        self.places = places
        self.books = books
        self.language: Language = language
        self.at = at
        self.errors: list[CellError] = []

    def wrong(self, column: str, code: str, **arguments: Any) -> None:
        """Note an error."""
        self.errors.append(CellError(self.at, column, text(code, self.language, arguments)))

    def heading(self, name: str) -> str:
        """Return what the column of a field is called."""
        column = next((one for one in self.exchange.columns if one.field == name), None)
        if column is None:
            return name
        return column.en if self.language == "en" else column.zh

    def read(self, cells: Sequence[str]) -> Row:
        """Return what the row's cells say."""
        values: Row = {}
        for column, cell in zip(self.places, cells, strict=False):
            if column is None:
                continue
            try:
                empty = cell == ""
                values[column.field] = column.empty if empty else column.kind.read(cell, self.books)
            except BadCellError as error:
                self.wrong(self.heading(column.field), error.code, **error.arguments)
        for column in self.places[len(cells) :]:
            if column is not None:
                values[column.field] = column.empty
        return values

    def written(self, name: str, value: Any) -> str:
        """Return a value as its cell would say it."""
        column = next(one for one in self.exchange.columns if one.field == name)
        return "" if value is None else column.kind.write(value, self.books)


async def _carry_out(access: Access, row: _Reader, values: Row, before: Row | None) -> Line | None:
    noun = row.exchange.noun
    name = " ".join(str(values.get(one) or "") for one in ("number", "name")).strip()
    try:
        if before is None:
            body = noun.fields.model_validate(values)
            async with access.session.connection.begin_nested():
                await service.create(access, noun, body.model_dump(mode="python"))
            return Line(row.at, name, "create", {})
        told = {field: value for field, value in values.items() if value != before[field]}
        fixed = sorted(noun.fixed & told.keys())
        for field in fixed:
            row.wrong(row.heading(field), "sheet.fixed")
        if fixed:
            return None
        if not told:
            return Line(row.at, name, "keep", {})
        body = change(noun.fields, noun.fixed).model_validate(told)
        async with access.session.connection.begin_nested():
            wanted = body.model_dump(mode="python", exclude_unset=True)
            await service.change(access, noun, before["id"], wanted, None)
        changes = {
            row.heading(field): (row.written(field, before[field]), row.written(field, value))
            for field, value in told.items()
        }
        return Line(row.at, name or str(before["name"]), "change", changes)
    except ValidationError as error:
        for one in error.errors():
            code = f"field.{one['type']}"
            known = code if code in catalogue(row.language) else "field.invalid"
            row.wrong(row.heading(str(one["loc"][0])), known, **(one.get("ctx") or {}))
    except Problem as problem:
        _refused(row, problem)
    except DBAPIError as error:
        problem = database_problem(error)
        if problem is None or problem.code == "database.unavailable":
            raise
        _refused(row, problem)
    return None


def _refused(row: _Reader, problem: Problem) -> None:
    for one in problem.errors:
        row.wrong(row.heading(one.field.partition(".")[0]), f"field.{one.code}")
    if not problem.errors:
        field = str(problem.arguments.get("field") or "")
        arguments = {**problem.arguments, "field": row.heading(field)}
        row.wrong(row.heading(field) if field else "", problem.code, **arguments)


def _header(cells: Sequence[str], exchange: Exchange, language: Language) -> list[Column | None]:
    known: dict[str, Column] = {}
    for column in exchange.columns:
        known |= {word.casefold(): column for word in (column.zh, column.en, column.field)}
    places = [known.get(cell.casefold()) if cell else None for cell in cells]
    unknown = [cell for cell, column in zip(cells, places, strict=True) if cell and column is None]
    named = [column.field for column in places if column is not None]
    twice = {field for field in named if named.count(field) > 1}
    missing = [
        column
        for column in exchange.columns
        if column.field in exchange.key and column.field not in named
    ]
    if unknown or twice or missing:
        en = language == "en"
        raise Problem(
            "sheet.columns",
            unknown=", ".join(one[:40] for one in unknown[:10]) or "–",
            missing=", ".join(one.en if en else one.zh for one in missing) or "–",
            twice=", ".join(sorted(twice)) or "–",
        )
    return places


def _key(exchange: Exchange, row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in exchange.key)


def written_rows(
    exchange: Exchange, rows: Sequence[Row], books: Books, language: Language
) -> list[list[str]]:
    """Return rows as the cells of a file that can be brought back."""
    cells = [
        [
            "" if row[column.field] is None else column.kind.write(row[column.field], books)
            for column in exchange.columns
        ]
        for row in rows
    ]
    return [[one.en if language == "en" else one.zh for one in exchange.columns], *cells]
