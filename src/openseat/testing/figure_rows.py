"""Rows of figures without a history behind them, for tests of what is made of figures."""

from __future__ import annotations

from typing import Any

import asyncpg

_KEY = ("cell_id", "client_id", "project_id", "queue_id", "agent_id", "group_id", "trunk_id")


async def put_figures(url: str, queue_id: str, start_at: int, **counts: int) -> None:
    """Store figures of a queue and a quarter hour; what is not given is 0.

    The client is what the queue's name begins with, as in the demonstration.
    """
    connection = await asyncpg.connect(url)
    try:
        columns = await connection.fetch(
            "select column_name from information_schema.columns where table_name = 'figures'"
        )
        row: dict[str, Any] = {record["column_name"]: 0 for record in columns}
        row |= dict.fromkeys(_KEY, "")
        row |= {"cell_id": "main", "client_id": queue_id.partition("-")[0], "queue_id": queue_id}
        row |= {"start_at": start_at, **counts}
        names = ", ".join(row)
        blanks = ", ".join(f"${place}" for place in range(1, len(row) + 1))
        await connection.execute(
            f"insert into figures ({names}) values ({blanks})",  # noqa: S608 - names of columns
            *row.values(),
        )
    finally:
        await connection.close()
