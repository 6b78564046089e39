"""Projections: tables that are folds over the journal.

A projection has a name and a version. Its rows and its cursor change in one transaction, so every
fact counts exactly once whatever is killed; a new version is folded anew from the first fact.

Most are a `RowFold`: say which rows a fact touches and how it changes them, both pure. The same
step also runs in memory (`RowFold.replay`), for tests and simulation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar

from openseat.core.events import Fact
from openseat.journal.codec import Entry
from openseat.journal.database import Connection

Key = tuple[str | int, ...]
"""Values of a row's key columns, in their order."""

R = TypeVar("R")


class Projection(ABC):
    """What the worker drives.

    `name` is the stable name of its cursor; `version` is raised by one when the same facts shall
    give other rows.
    """

    name: ClassVar[str]
    version: ClassVar[int]

    @abstractmethod
    async def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Fold `entries` into the tables, inside the caller's transaction."""

    @abstractmethod
    async def clear(self, connection: Connection, cell_id: str) -> None:
        """Remove what was folded from a cell, inside the caller's transaction."""


class RowFold(Projection, Generic[R]):
    """A projection of facts into rows of one table.

    A subclass gives `name`, `version`, `table`, `row` (a dataclass with the table's columns in any
    order, `cell_id` among them) and `key` (key column → SQL type), and the two pure methods.
    """

    table: ClassVar[str]
    row: ClassVar[type[Any]]
    key: ClassVar[Mapping[str, str]]

    @abstractmethod
    def keys(self, fact: Fact) -> Iterable[Key]:
        """Return the keys of the rows that `fact` may change; none for what is of no concern."""

    @abstractmethod
    def step(self, rows: MutableMapping[Key, R], entry: Entry) -> None:
        """Change the rows with `keys(entry.fact)`; `rows` has those of them that exist."""

    def replay(self, entries: Iterable[Entry]) -> dict[Key, R]:
        """Return all rows after `entries`, in memory."""
        rows: dict[Key, R] = {}
        for entry in entries:
            if any(True for _ in self.keys(entry.fact)):
                self.step(rows, entry)
        return rows

    async def apply(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Load the rows that `entries` touch, fold, and write them back."""
        concerned = [(entry, set(self.keys(entry.fact))) for entry in entries]
        touched = set[Key]().union(*(keys for _, keys in concerned))
        if not touched:
            return
        rows = await self._load(connection, touched)
        before = set(rows)
        for entry, keys in concerned:
            if keys:
                self.step(rows, entry)
        await self._store(connection, [rows[key] for key in sorted(touched & rows.keys())])
        await self._delete(connection, sorted(before - rows.keys()))

    async def clear(self, connection: Connection, cell_id: str) -> None:
        """Delete the cell's rows."""
        await connection.execute(f"delete from {self.table} where cell_id = $1", cell_id)  # noqa: S608 - a name from code

    def _columns(self) -> list[str]:
        return [field.name for field in fields(self.row)]

    async def _load(self, connection: Connection, keys: Iterable[Key]) -> dict[Key, R]:
        wanted = ", ".join(f"${at}::{sql}[]" for at, sql in enumerate(self.key.values(), 1))
        found = await connection.fetch(
            f"select {', '.join(self._columns())} from {self.table}"  # noqa: S608 - names from code
            f" where ({', '.join(self.key)}) in (select * from unnest({wanted}))",
            *(list(column) for column in zip(*keys, strict=True)),
        )
        return {
            tuple(row[column] for column in self.key): self.row(**dict(row.items()))
            for row in found
        }

    async def _store(self, connection: Connection, rows: Sequence[R]) -> None:
        if not rows:
            return
        columns = self._columns()
        values = attrgetter(*columns)
        places = ", ".join(f"${at}" for at in range(1, len(columns) + 1))
        changes = ", ".join(
            f"{column} = excluded.{column}" for column in columns if column not in self.key
        )
        await connection.executemany(
            f"insert into {self.table} ({', '.join(columns)}) values ({places})"  # noqa: S608 - names from code
            f" on conflict ({', '.join(self.key)}) do update set {changes}",
            [values(row) for row in rows],
        )

    async def _delete(self, connection: Connection, keys: Sequence[Key]) -> None:
        if not keys:
            return
        condition = " and ".join(f"{column} = ${at}" for at, column in enumerate(self.key, 1))
        await connection.executemany(
            f"delete from {self.table} where {condition}",  # noqa: S608 - names from code
            keys,
        )
