"""Several connections that share the requests about calls.

Asterisk carries out the requests of one connection one after another, and many of them wait for
the thread of a channel. On a single connection the calls of a busy floor would therefore wait for
each other long before a processor is busy. Here a request only waits for those before it that are
about the same channel or bridge.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from openseat.switch.asterisk.ari import AriConnection, OnReply, Reply

COUNT = 4
"""How many connections carry the requests: enough to keep a few processors busy."""


class _Lane:
    """A connection, and how many of its requests are unanswered."""

    __slots__ = ("connection", "unanswered")

    def __init__(self, connection: AriConnection) -> None:
        self.connection = connection
        self.unanswered = 0


class _Job:
    """A request that has not been answered."""

    __slots__ = ("about", "ahead", "body", "followers", "lane", "method", "on_reply", "uri")

    def __init__(
        self,
        about: tuple[str, ...],
        method: str,
        uri: str,
        body: Mapping[str, Any] | None,
        on_reply: OnReply | None,
    ) -> None:
        self.about = about
        self.method = method
        self.uri = uri
        self.body = body
        self.on_reply = on_reply
        self.lane: _Lane | None = None
        self.ahead = 0
        self.followers: list[_Job] = []


class Lanes:
    """Connections to one Asterisk, all open, that share requests."""

    def __init__(self, connections: Sequence[AriConnection]) -> None:
        self._lanes = [_Lane(connection) for connection in connections]
        self._newest: dict[str, _Job] = {}

    @classmethod
    async def connect(
        cls, port: int, application: str, secret: tuple[str, str], on_closed: Callable[[], None]
    ) -> Lanes:
        """Connect `COUNT` times; none of the connections is told of events.

        Raises:
            AriError: Asterisk is not there or does not let us in.
        """
        made: list[AriConnection] = []
        try:
            async with asyncio.TaskGroup() as group:
                for n in range(1, COUNT + 1):
                    name = f"{application}-lane{n}"
                    group.create_task(_connect(made, port, name, secret, on_closed))
        except BaseExceptionGroup as failed:
            for connection in made:
                connection.close()
            raise failed.exceptions[0] from failed
        return cls(made)

    def request(
        self,
        about: tuple[str, ...],
        method: str,
        uri: str,
        body: Mapping[str, Any] | None = None,
        on_reply: OnReply | None = None,
    ) -> None:
        """Send a request about the channels and bridges `about`.

        It is carried out after every earlier request about one of them. `on_reply` gets its
        answer, or `NO_REPLY` if the connection goes.
        """
        job = _Job(about, method, uri, body, on_reply)
        before = {self._newest[one] for one in about if one in self._newest}
        for one in about:
            self._newest[one] = job
        # Whatever came earlier about something is answered, or on the lane of the newest.
        lanes = {other.lane for other in before}
        if not lanes:
            self._send(job, min(self._lanes, key=_unanswered))
        elif len(lanes) == 1 and (lane := lanes.pop()) is not None:
            self._send(job, lane)
        else:
            job.ahead = len(before)
            for other in before:
                other.followers.append(job)

    def close(self) -> None:
        """Begin to close the connections."""
        for lane in self._lanes:
            lane.connection.close()

    async def closed(self) -> None:
        """Wait until all are closed."""
        await asyncio.gather(*(lane.connection.closed() for lane in self._lanes))

    # -- inside ------------------------------------------------------------------------

    def _send(self, job: _Job, lane: _Lane) -> None:
        job.lane = lane
        lane.unanswered += 1

        def answered(reply: Reply) -> None:
            lane.unanswered -= 1
            self._answered(job, reply)

        lane.connection.request(job.method, job.uri, job.body, answered)

    def _answered(self, job: _Job, reply: Reply) -> None:
        for one in job.about:
            if self._newest.get(one) is job:
                del self._newest[one]
        for follower in job.followers:
            follower.ahead -= 1
            if not follower.ahead:
                self._send(follower, min(self._lanes, key=_unanswered))
        if job.on_reply is not None:
            job.on_reply(reply)


async def _connect(
    made: list[AriConnection],
    port: int,
    application: str,
    secret: tuple[str, str],
    on_closed: Callable[[], None],
) -> None:
    made.append(
        await AriConnection.connect(
            port, application, secret, _ignore, on_closed, subscribe_all=False
        )
    )


def _unanswered(lane: _Lane) -> int:
    return lane.unanswered


def _ignore(_: object) -> None:
    return
