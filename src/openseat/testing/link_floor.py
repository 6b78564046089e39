"""A floor for tests of the API: it speaks the link, shows the rows it is given, notes commands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from openseat.floor.wire import LinkBroken, encode_frame, read_frame


def agent(agent_id: str, **more: Any) -> dict[str, Any]:
    """Return an agent's row, idle unless told otherwise."""
    return {
        "agent_id": agent_id,
        "number": agent_id[-4:],
        "name": "某人",
        "group_id": "group-one",
        "state": "idle",
        "reason": "",
        "since": 1,
        "call_id": "",
        "segment_id": "",
        "queue_id": "",
        "client_id": "",
        "project_id": "",
        "reachable": True,
        "queues": ["jincheng-care", "beidou-parcels"],
        "handled": 7,
        "talk_ms": 9,
        **more,
    }


def call(call_id: str, client_id: str, **more: Any) -> dict[str, Any]:
    """Return a call's row, waiting unless told otherwise."""
    return {
        "call_id": call_id,
        "client_id": client_id,
        "project_id": "",
        "direction": "inbound",
        "caller": "+8613700000001",
        "called": "+862150101001",
        "state": "waiting",
        "since": 1,
        "started_at": 1,
        "queue_id": f"{client_id}-queue",
        "agent_id": "",
        "recording": False,
        **more,
    }


@dataclass
class StandInFloor:
    """Speaks the floor's side of the link."""

    token: str
    epoch: int = 1
    no: int = 0
    tables: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "agents": {},
            "queues": {},
            "calls": {},
            "trunks": {},
            "phones": {},
        }
    )
    commands: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue[dict[str, Any]])
    refusal: str = ""
    arguments: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the refusal says beside its code."""
    _listeners: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the API's."""
        try:
            hello = await read_frame(reader)
            assert hello["token"] == self.token
            if hello["feed"]:
                self._listeners.add(writer)
                writer.write(encode_frame(self.snapshot()))
            while True:
                frame = await read_frame(reader)
                self.commands.put_nowait(frame["input"])
                refused = {"error": self.refusal, "arguments": self.arguments}
                answer = refused if self.refusal else {"ok": True}
                writer.write(encode_frame({"id": frame["id"], **answer}))
        except LinkBroken:
            pass
        finally:
            self._listeners.discard(writer)
            writer.close()

    def snapshot(self) -> dict[str, Any]:
        """Return the frame that a listener starts from."""
        return {
            "feed": "snapshot", "epoch": self.epoch, "no": self.no, "at": self.no,
            **self.tables, "cell": {"cell_id": "main", "calls": 3, "switch_reachable": True},
        }  # fmt: skip

    def change(self, **placed: dict[str, Any]) -> None:
        """Place rows, by table, and tell every listener."""
        self.no += 1
        for table, rows in placed.items():
            self.tables[table] |= rows
        frame = {
            "feed": "delta", "epoch": self.epoch, "no": self.no, "at": self.no,
            "set": placed, "gone": {}, "cell": {"cell_id": "main", "calls": 3},
        }  # fmt: skip
        for writer in self._listeners:
            writer.write(encode_frame(frame))

    def restart(self) -> None:
        """Be another floor process, with the same rows."""
        self.epoch, self.no = self.epoch + 1, 0
        self.cut()

    def cut(self) -> None:
        """Break the connections of the feed."""
        for writer in self._listeners:
            writer.close()
