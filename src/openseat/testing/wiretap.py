"""Listening on the wire: what really passes between two switches, without being root.

The carrier names the tap's address in its SDP; the tap passes every packet on and keeps a copy.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from openseat.platform.ports import PortRange
from openseat.testing.listening import Samples, tone_share

RTP_HEADER_BYTES = 12

Address = tuple[str, int]


class Wiretap:
    """Stands before one host's media ports, under the same numbers at another address."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.streams: defaultdict[tuple[int, bool], list[bytes]] = defaultdict(list)
        """RTP packets as on the wire, by the host's port and whether the host sent them."""

    def heard(self, hertz: int) -> float:
        """Return in which share (0..1) of any stream an eavesdropper hears a tone."""
        return max(tone_share(as_alaw(packets), hertz) for packets in self.streams.values())


class _Port(asyncio.DatagramProtocol):
    def __init__(self, tap: Wiretap, port: int) -> None:
        self._tap, self._port = tap, port
        self._peer: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Address) -> None:
        assert self._transport is not None
        outward = addr[0] == self._tap.host
        if self._port % 2 == 0:
            self._tap.streams[self._port, outward].append(data)
        if not outward:
            self._peer = addr
            self._transport.sendto(data, (self._tap.host, self._port))
        elif self._peer is not None:
            self._transport.sendto(data, self._peer)


@asynccontextmanager
async def tapped(host: str, address: str, ports: PortRange) -> AsyncIterator[Wiretap]:
    """Tap the media ports of `host`; whoever wants to be heard by it sends to `address` instead."""
    tap = Wiretap(host)
    loop = asyncio.get_running_loop()
    transports: list[asyncio.BaseTransport] = []
    try:
        for port in range(ports.first, ports.last + 1):
            transport, _ = await loop.create_datagram_endpoint(
                lambda port=port: _Port(tap, port), local_addr=(address, port)
            )
            transports.append(transport)
        yield tap
    finally:
        for transport in transports:
            transport.close()


def as_alaw(packets: list[bytes]) -> Samples:
    """Return what an eavesdropper hears who takes the packets for plain A-law."""
    coded = np.frombuffer(b"".join(p[RTP_HEADER_BYTES:] for p in packets), dtype=np.uint8)
    flipped = coded.astype(np.int64) ^ 0x55
    exponent, mantissa = (flipped >> 4) & 7, flipped & 15
    level = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    )
    return np.where(flipped & 0x80, level, -level).astype(np.float64)
