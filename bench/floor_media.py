"""Probe calls' media: RTP sent and received by ourselves, so that lateness is seen from outside."""

from __future__ import annotations

import asyncio
import math
import random
import struct
import time
from collections import deque
from dataclasses import dataclass, field

from openseat.platform.settings import LOOPBACK

FRAME_S = 0.02
FRAME_SAMPLES = 160
PAYLOAD_TYPE = 8
LATE_S = 0.06
"""Further than this behind the quickest packet of late, one misses a usual jitter buffer."""
REFERENCE_PACKETS = 100
"""So many packets, two seconds, the quickest of which is the measure: a jitter buffer follows a
sender whose clock is slow, as ours is on a busy machine. How far it had to is told as drift."""

_HEADER = struct.Struct("!BBHII")
_FRAME = bytes(0x55 ^ (0x80 if math.sin(n / 3) > 0 else 0) ^ 0x35 for n in range(FRAME_SAMPLES))


@dataclass(slots=True)
class Stream:
    """What one probe received."""

    transits: list[float] = field(default_factory=list)
    sequence: list[int] = field(default_factory=list)


class Probe(asyncio.DatagramProtocol):
    """One customer's media end: learns from the first packet where to send 50 frames a second."""

    def __init__(self) -> None:
        self.stream = Stream()
        self._transport: asyncio.DatagramTransport | None = None
        self._remote: tuple[str, int] | None = None
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Note when the packet came, against when its sender stamped it."""
        now = time.monotonic()
        if len(data) < _HEADER.size or data[0] >> 6 != 2:
            return
        _, kind, sequence, stamp, _ = _HEADER.unpack_from(data)
        if kind & 0x7F != PAYLOAD_TYPE:
            return
        self.stream.transits.append(now - stamp / 8000)
        self.stream.sequence.append(sequence)
        if self._sending is None:
            self._remote = addr
            self._sending = asyncio.ensure_future(self._send())

    async def _send(self) -> None:
        sequence, stamp, source = 0, 0, random.getrandbits(32)
        due = time.monotonic()
        while self._transport is not None and not self._transport.is_closing():
            packet = _HEADER.pack(0x80, PAYLOAD_TYPE, sequence, stamp, source) + _FRAME
            self._transport.sendto(packet, self._remote)
            sequence, stamp = (sequence + 1) & 0xFFFF, (stamp + FRAME_SAMPLES) & 0xFFFFFFFF
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def close(self) -> None:
        """Stop sending."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()


@dataclass(frozen=True, slots=True)
class Lateness:
    """All probes' packets together."""

    packets: int
    late: int
    lost: int
    drift_s: float
    """The most that any stream fell behind its beginning, little by little."""

    @property
    def late_share(self) -> float | None:
        """Share of packets that came too late or not at all; None when none was expected."""
        expected = self.packets + self.lost
        return (self.late + self.lost) / expected if expected else None


def lateness(streams: list[Stream]) -> Lateness:
    """Count late and lost packets; a stream's clock starts anew when its stamps jump."""
    packets = late = lost = 0
    drift = 0.0
    for stream in streams:
        # Of the latest packets those that none after them outran: the first is the quickest.
        quick: deque[tuple[int, float]] = deque()
        begun = 0.0
        last: int | None = None
        for number, (transit, sequence) in enumerate(
            zip(stream.transits, stream.sequence, strict=True)
        ):
            gap = 1 if last is None else (sequence - last) & 0xFFFF
            if not quick or abs(transit - quick[0][1]) > 2.0 or gap > 3_000:
                quick.clear()  # another source: ring-back, music, the agent
                begun = transit
            elif 1 < gap < 1_000:
                lost += gap - 1
            while quick and quick[-1][1] >= transit:
                quick.pop()
            quick.append((number, transit))
            if quick[0][0] <= number - REFERENCE_PACKETS:
                quick.popleft()
            packets += 1
            late += transit - quick[0][1] > LATE_S
            drift = max(drift, quick[0][1] - begun)
            last = sequence
    return Lateness(packets, late, lost, drift)


async def listen(ports: list[int]) -> list[Probe]:
    """Open a probe on every port."""
    loop = asyncio.get_running_loop()
    made: list[Probe] = []
    for port in ports:
        _, probe = await loop.create_datagram_endpoint(Probe, local_addr=(LOOPBACK, port))
        made.append(probe)
    return made
