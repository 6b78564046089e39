"""Every port OpenSeat opens, counted from one base.

Two copies run side by side on one machine when their bases differ by at least
:data:`SPAN`.  The table is the single place where a port gets its number.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Ports one copy may use: ``base`` up to and including ``base + SPAN - 1``.
SPAN = 9000

#: A base outside these limits would reach privileged ports or pass 65535.
LOWEST_BASE = 1024
HIGHEST_BASE = 65536 - SPAN

_SCRATCH_FIRST = 20
_SCRATCH_LAST = 99


@dataclass(frozen=True, slots=True)
class PortRange:
    """An inclusive range of ports."""

    first: int
    last: int

    def __contains__(self, port: object) -> bool:
        """Tell whether ``port`` lies in the range."""
        return isinstance(port, int) and self.first <= port <= self.last


@dataclass(frozen=True, slots=True)
class SwitchPorts:
    """The ports of one Asterisk."""

    http: int
    ami: int
    sip: int
    sip_tls: int
    rtp: PortRange


@dataclass(frozen=True, slots=True)
class Ports:
    """All ports of one copy of OpenSeat.

    Raises:
        ValueError: ``base`` leaves no room for the whole span.
    """

    base: int

    def __post_init__(self) -> None:
        """Refuse a base from which some port could not be opened."""
        if not LOWEST_BASE <= self.base <= HIGHEST_BASE:
            raise ValueError(
                f"OPENSEAT_BASE_PORT must be {LOWEST_BASE}..{HIGHEST_BASE}, not {self.base}"
            )

    @property
    def web(self) -> int:
        """Pages and API."""
        return self.base

    @property
    def postgres(self) -> int:
        """Embedded PostgreSQL."""
        return self.base + 1

    @property
    def floor_link(self) -> int:
        """The API's private connection to the floor."""
        return self.base + 5

    @property
    def main(self) -> SwitchPorts:
        """The main switch."""
        return SwitchPorts(
            http=self.base + 2,
            ami=self.base + 3,
            sip=self.base + 4,
            sip_tls=self.base + 6,
            rtp=PortRange(self.base + 1000, self.base + 4999),
        )

    @property
    def carrier(self) -> SwitchPorts:
        """The simulated carrier."""
        return SwitchPorts(
            http=self.base + 12,
            ami=self.base + 13,
            sip=self.base + 14,
            sip_tls=self.base + 16,
            rtp=PortRange(self.base + 5000, self.base + 8999),
        )

    def scratch(self, number: int) -> int:
        """Return the ``number``-th port free for tests, benchmarks and SIPp (0..79).

        Raises:
            ValueError: ``number`` is outside the scratch range.
        """
        port = self.base + _SCRATCH_FIRST + number
        if not _SCRATCH_FIRST <= port - self.base <= _SCRATCH_LAST:
            raise ValueError(f"scratch port {number} is not 0..{_SCRATCH_LAST - _SCRATCH_FIRST}")
        return port

    def listening(self) -> dict[str, int]:
        """Return the TCP ports a running copy listens on, by the name users know them by."""
        return {
            "web": self.web,
            "postgres": self.postgres,
            "switch http": self.main.http,
            "switch ami": self.main.ami,
            "switch sip": self.main.sip,
            "floor link": self.floor_link,
            "carrier http": self.carrier.http,
            "carrier ami": self.carrier.ami,
            "carrier sip": self.carrier.sip,
        }
