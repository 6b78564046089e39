"""Waiting contacts: their order, and lines of contacts that any agent sees alike."""

from __future__ import annotations

from bisect import bisect_left, insort
from enum import Enum
from typing import TYPE_CHECKING, Final

from openseat.core.identity import Instant, Milliseconds
from openseat.core.routing.contact import Contact

if TYPE_CHECKING:
    from openseat.core.routing.line_up import LineUp
    from openseat.core.routing.member import Member
    from openseat.core.routing.pool import Pool
    from openseat.core.routing.share import Charge

PATIENCE_MS: Final[Milliseconds] = 1_800_000
"""After this long a contact goes before every priority: what keeps strict priorities from starving
anybody."""

_MINUTE_MS: Final[Milliseconds] = 60_000

_NOBODY: Final = frozenset[str]()

Standing = tuple[int, int]
"""What comes before age in the order of contacts; the smaller is served first."""


def standing(since: Instant, priority: int, ageing: int, now: Instant) -> Standing:
    """Where priority, ageing and patience put a contact that waits since `since`."""
    waited = now - since
    if waited >= PATIENCE_MS:
        return (0, 0)
    if ageing and waited >= _MINUTE_MS:
        return (1, -priority - ageing * (waited // _MINUTE_MS))
    return (1, -priority)


class Phase(Enum):
    """Where a contact is."""

    ARRIVING = 0
    """To be tried at the next match: new, refused, relaxed."""
    WAITING = 1
    OFFERED = 2
    GONE = 3


class Waiting:
    """A contact from its arrival until it leaves the queue."""

    __slots__ = (
        "announce_at",
        "barred",
        "charge",
        "contact",
        "entered",
        "interval",
        "kept_from",
        "line",
        "move_at",
        "number",
        "offered",
        "phase",
        "pool",
        "preferred",
        "queue",
        "since",
        "spell",
        "stage",
    )

    pool: Pool
    """The agents able to take it at its stage of relaxation; set before it is first tried."""

    def __init__(self, contact: Contact, queue: LineUp, number: int) -> None:
        self.contact = contact
        self.queue = queue
        self.number = number
        """Order of arrival, to tell apart what came in the same millisecond."""
        self.since = contact.entered_at - contact.credit_ms
        """Where the wait counts from."""
        self.phase = Phase.ARRIVING
        self.entered = False
        """Whether it has once been let wait: then the queue can no longer be too full for it."""
        self.spell = 0
        """Number of the present spell of waiting, 0 outside; deadlines name it."""
        self.stage = 0
        """Relaxations in force."""
        self.preferred: Member | None = None
        """The one agent it is kept for, while it is."""
        self.line: Line | None = None
        self.barred: dict[str, Instant] | None = None
        """Agents who refused it, and until when they are not offered it again."""
        self.kept_from = ""
        """The agent who sent it here, while anybody else is there to take it."""
        self.offered: set[str] = set()
        self.charge: Charge | None = None
        """What the offer cost its client's share."""
        self.interval: Milliseconds | None = None
        """How long the backlog took to lose this contact."""
        self.move_at: Instant | None = None
        self.announce_at: Instant | None = None

    @property
    def not_for(self) -> frozenset[str]:
        """Agents to whom it is not offered now, as it was last prepared."""
        barred = frozenset(self.barred) if self.barred else _NOBODY
        return barred | {self.kept_from} if self.kept_from else barred


LineKey = tuple[int, int, frozenset[str]]
"""Pool, priority and barred agents: what makes contacts of one queue alike to every agent."""


class Line:
    """Contacts of one queue that differ in nothing but age, oldest first.

    Of such contacts the oldest always stands first, whatever the time: an agent
    needs to look at the first of each line only.
    """

    __slots__ = ("ageing", "barred", "items", "key", "members", "priority")

    def __init__(self, key: LineKey, members: dict[str, int], priority: int, ageing: int) -> None:
        self.key = key
        self.members = members
        """The agents who are able, barred ones included."""
        self.barred = key[2]
        self.priority = priority
        self.ageing = ageing
        self.items: list[tuple[Instant, int, Waiting]] = []

    def put(self, waiting: Waiting) -> None:
        """Put a contact in at its place."""
        item = (waiting.since, waiting.number, waiting)
        items = self.items
        if items and item < items[-1]:
            insort(items, item)
        else:
            items.append(item)
        waiting.line = self

    def take(self, waiting: Waiting) -> None:
        """Take a contact out."""
        items = self.items
        if items[0][2] is waiting:
            del items[0]
        else:
            del items[bisect_left(items, (waiting.since, waiting.number, waiting))]
        waiting.line = None

    def ahead(self, of: tuple[Standing, Instant, int], now: Instant) -> int:
        """How many stand before the given place."""
        return bisect_left(
            self.items,
            of,
            key=lambda item: (
                standing(item[0], self.priority, self.ageing, now),
                item[0],
                item[1],
            ),
        )
