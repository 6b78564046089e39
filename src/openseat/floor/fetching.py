"""Flows' HTTP requests, made outside the floor's own loop of decisions.

Flows are written by clients, so their requests are a door that must not lead
inside: only http and https, never to an address of this machine or of a
private network unless the operator has named that host.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from openseat.core.effects import FetchHttp
from openseat.core.inputs import HttpReplied

if TYPE_CHECKING:
    import httpx

MAX_BODY = 1_000_000
"""Bytes of a reply that are read; a longer one counts as no reply."""

NO_REPLY = 0

_PORTS = {"http": 80, "https": 443}


class HttpFetcher:
    """Makes requests and reports each one's end exactly once."""

    def __init__(self, allowed_hosts: frozenset[str] = frozenset()) -> None:
        self._allowed = allowed_hosts
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def fetch(self, request: FetchHttp, reply: Callable[[HttpReplied], None]) -> None:
        """Begin a request; `reply` is called in the end, with status 0 when there was no answer."""
        task = asyncio.create_task(self._run(request, reply))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    async def _run(self, request: FetchHttp, reply: Callable[[HttpReplied], None]) -> None:
        status, body = NO_REPLY, ""
        client = await self._ready()
        try:
            async with asyncio.timeout(request.timeout_ms / 1000):
                status, body = await self._ask(client, request)
        except (TimeoutError, OSError, ValueError):
            status, body = NO_REPLY, ""
        reply(HttpReplied(request_id=request.request_id, status=status, body=body))

    async def _ready(self) -> httpx.AsyncClient:
        """The client, made at first use: a floor that takes over must be up in no time."""
        if self._client is None:
            # Outside of the loop, which has calls to serve, and outside of the request's time.
            library = await asyncio.to_thread(import_module, "httpx")
            if self._client is None:
                # No connection is used twice: one made for a name must not serve another that
                # happens to have the same address.
                made: httpx.AsyncClient = library.AsyncClient(
                    follow_redirects=False,
                    trust_env=False,
                    limits=library.Limits(max_keepalive_connections=0),
                )
                self._client = made
        return self._client

    async def _ask(self, client: httpx.AsyncClient, request: FetchHttp) -> tuple[int, str]:
        import httpx

        try:
            url = httpx.URL(request.url)
            failed: httpx.ConnectError | None = None
            for address in await self._addresses(url):
                try:
                    return await self._ask_at(client, request, url, address)
                except httpx.ConnectError as error:
                    failed = error
            raise OSError(str(failed))
        except (httpx.HTTPError, httpx.InvalidURL, LookupError) as error:
            raise ValueError(str(error)) from error

    async def _ask_at(
        self, client: httpx.AsyncClient, request: FetchHttp, url: httpx.URL, address: str
    ) -> tuple[int, str]:
        """Ask the very address that was found good; the host's name stays in Host and in TLS."""
        import httpx

        headers = httpx.Headers({"Host": url.netloc.decode("ascii")})
        headers.update(request.headers)
        async with client.stream(
            request.method,
            url.copy_with(host=address),
            headers=headers,
            content=request.body.encode() or None,
            timeout=request.timeout_ms / 1000,
            extensions={"sni_hostname": url.host},
        ) as response:
            read = bytearray()
            async for piece in response.aiter_bytes():
                read += piece
                if len(read) > MAX_BODY:
                    return NO_REPLY, ""
            return response.status_code, read.decode(response.encoding or "utf-8", "replace")

    async def _addresses(self, url: httpx.URL) -> list[str]:
        """Resolve a name, once: whoever owns it may answer otherwise the next time.

        Raises `ValueError` for an address that is not the public internet's, unless its host is
        allowed, and `OSError` when the name cannot be resolved.
        """
        if url.scheme not in _PORTS or not url.host:
            raise ValueError("not a web address")
        port = url.port or _PORTS[url.scheme]
        found = await asyncio.get_running_loop().getaddrinfo(
            url.host, port, type=socket.SOCK_STREAM
        )
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if url.host in self._allowed or f"{url.host}:{port}" in self._allowed:
            return addresses
        if not all(is_public(address) for address in addresses):
            raise ValueError("address is not public")
        return addresses


def is_public(address: str) -> bool:
    """Tell whether an address is of the public internet."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_global and not parsed.is_multicast
