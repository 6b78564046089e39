"""Flows' HTTP requests: answered once, in time, and never led inside."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import certifi
import pytest

from openseat.core.effects import FetchHttp
from openseat.core.inputs import HttpReplied
from openseat.floor import fetching
from openseat.floor.fetching import HttpFetcher
from openseat.switch.asterisk.certificate import ensure_certificate


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
        "http://224.0.0.1/",
        "http://8.8.8.8@127.0.0.1/",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http:///nohost",
        "not an address",
        "http://[broken",
    ],
)
async def test_nothing_inside_is_asked(url: str):
    assert (await ask(HttpFetcher(), request(url))).status == 0


NAME, GOOD, INSIDE = "changing.example", "127.0.0.9", "127.0.0.1"
"""A name that its owner lets point elsewhere, an address taken for public, and one inside."""


@asynccontextmanager
async def listening(
    address: str, port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[str]]]:
    """A web service at an address; yields its port and the requests that came."""
    heads: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, address, port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()
        await asyncio.sleep(0)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Have the name answered by these addresses in turn, the last for ever."""
    system = socket.getaddrinfo

    def answer(*addresses: str) -> list[str]:
        asked: list[str] = []

        def getaddrinfo(host, port, *args, **more):
            if host not in (NAME, NAME.encode()):
                return system(host, port, *args, **more)
            asked.append(NAME)
            address = addresses[min(len(asked), len(addresses)) - 1]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return asked

    monkeypatch.setattr(fetching, "is_public", lambda address: address == GOOD)
    return answer


async def test_a_name_that_changes_its_mind_is_asked_where_it_was_found_good(resolver):
    asked = resolver(GOOD, INSIDE)
    async with listening(GOOD) as (port, heads), listening(INSIDE, port) as (_, inside):
        reply = await ask(HttpFetcher(), request(f"http://{NAME}:{port}/x?y=1"))
    assert (reply.status, reply.body) == (200, "ok")
    assert (len(asked), len(heads), inside) == (1, 1, [])
    assert heads[0].startswith("GET /x?y=1 HTTP/1.1\r\n")
    assert f"\r\nhost: {NAME}:{port}\r\n" in heads[0].lower()


async def test_a_name_with_one_address_inside_is_not_asked(resolver):
    resolver(INSIDE)
    async with listening(INSIDE) as (port, inside):
        reply = await ask(HttpFetcher(), request(f"http://{NAME}:{port}/"))
    assert (reply.status, inside) == (0, [])


@pytest.mark.parametrize(("owner", "status"), [(NAME, 200), ("another.example", 0)])
async def test_the_certificate_must_be_of_the_name_not_of_the_address(
    resolver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, owner: str, status: int
):
    resolver(GOOD)
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    ensure_certificate(certificate, key, owner)
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with listening(GOOD, tls=context) as (port, _):
        asked = request(f"https://{NAME}:{port}/", timeout_ms=5_000)
        assert (await ask(HttpFetcher(), asked)).status == status
    assert names == [NAME]
