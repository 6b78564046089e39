"""Flows' HTTP requests: answered once, in time, and never led inside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from openseat.core.effects import FetchHttp
from openseat.core.inputs import HttpReplied
from openseat.floor import fetching
from openseat.floor.fetching import HttpFetcher


def request(url: str, **more) -> FetchHttp:
    return FetchHttp(**{"request_id": "r", "method": "GET", "url": url, "timeout_ms": 800, **more})


async def ask(fetcher: HttpFetcher, asked: FetchHttp) -> HttpReplied:
    answered: asyncio.Future[HttpReplied] = asyncio.get_running_loop().create_future()
    fetcher.fetch(asked, answered.set_result)
    try:
        return await asyncio.wait_for(answered, 10)
    finally:
        await fetcher.close()


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """A web service that echoes a body, or hangs, or floods."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.read(4_096)).decode()
        body = b'{"ok": "' + head.split()[0].encode() + b'"}'
        if "/hang" in head:
            await reader.read()
        if "/flood" in head:
            body = b"x" * (fetching.MAX_BODY + 1)
        if "/away" in head:
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n")
        else:
            writer.write(b"HTTP/1.1 201 Created\r\n")
        writer.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await asyncio.sleep(0)


async def test_an_allowed_host_is_asked(service: int):
    fetcher = HttpFetcher(frozenset({f"127.0.0.1:{service}"}))
    reply = await ask(fetcher, request(f"http://127.0.0.1:{service}/", method="POST", body="{}"))
    assert (reply.status, reply.body) == (201, '{"ok": "POST"}')


@pytest.mark.parametrize("path", ["/hang", "/flood"])
async def test_a_service_that_hangs_or_floods_counts_as_none(service: int, path: str):
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    reply = await ask(fetcher, request(f"http://127.0.0.1:{service}{path}"))
    assert (reply.status, reply.body) == (0, "")


async def test_redirects_are_not_followed(service: int):
    fetcher = HttpFetcher(frozenset({"127.0.0.1"}))
    assert (await ask(fetcher, request(f"http://127.0.0.1:{service}/away"))).status == 302


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http:///nohost",
        "not an address",
        "http://[broken",
    ],
)
async def test_nothing_inside_is_asked(url: str):
    assert (await ask(HttpFetcher(), request(url))).status == 0
