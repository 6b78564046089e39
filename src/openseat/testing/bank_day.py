"""Makes a file like the bank's day of `openseat.figures.bank`, with everything that can be wrong.

`python -m openseat.testing.bank_day PATH` writes the file that the tests ship with.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from random import Random

from openseat.figures.bank.rows import COLUMNS, DAY_S, NOBODY

SEED = 1999
CALLS = 300
KINDS = ("PS", "NW", "NE", "IN", "PE", "TT")
SERVERS = ("ADA", "BEN", "CHE", "DAN", "EVA")

Row = dict[str, str]

NASTY: tuple[str, ...] = (
    # Queued at midnight: q_start is 0:00:00 and means it.
    "L1,1,PS,23:59:50,0:00:00,10,0:00:00,0:00:42,42,AGENT,0:00:42,0:03:00,138,ADA,ADA",
    # Comes before midnight, hangs up after it.
    "L1,2,NW,23:58:30,23:58:40,10,23:58:40,0:01:00,140,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # In the voice response unit at midnight, never queued, answered.
    "L1,3,PS,23:59:58,0:00:06,8,0:00:00,0:00:00,0,AGENT,0:00:05,0:01:05,60,BEN,BEN",
    # The first second of the day, all of whose times are 0:00:00.
    "L2,4,IN,0:00:00,0:00:00,0,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Phantoms, with and without times.
    "L2,5,PS,10:36:34,10:36:39,5,10:36:39,10:38:58,139,PHANTOM,10:38:58,10:39:01,3,NO_SERVER,NO_",
    "L2,6,PS,0:00:00,0:00:00,0,0:00:00,0:00:00,0,PHANTOM,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Gave up with the queue's entry and exit in the same second.
    "L3,7,PS,9:16:07,9:16:12,5,9:16:12,9:16:12,0,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Gave up on either side of the short abandon's limit.
    "L3,8,PS,9:20:00,9:20:05,5,9:20:05,9:20:09,4,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    "L3,9,PS,9:21:00,9:21:05,5,9:21:05,9:21:10,5,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Answered on either side of the service level's time.
    "L3,10,PS,9:22:00,9:22:05,5,9:22:05,9:22:25,20,AGENT,9:22:25,9:23:00,35,CHE,CHE",
    "L3,11,PS,9:23:00,9:23:05,5,9:23:05,9:23:26,21,AGENT,9:23:26,9:24:00,34,CHE,CHE",
    # On the border between two half hours.
    "L3,12,PS,9:29:50,9:29:59,9,9:29:59,9:30:20,21,AGENT,9:30:20,9:31:20,60,DAN,DAN",
    "L3,13,PS,9:29:51,9:30:00,9,9:30:00,9:30:20,20,AGENT,9:30:20,9:31:20,60,EVA,EVA",
    # A clock that was put back while the call was in the voice response unit.
    "L4,14,PS,12:04:42,12:03:15,-87,12:03:15,12:04:56,101,AGENT,12:04:55,12:05:56,61,ADA,ADA",
    "L4,15,PS,12:10:42,12:09:15,-87,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Spans that are not the distance of their times.
    "L4,16,NE,13:00:00,13:00:05,5,13:00:05,13:00:45,50,AGENT,13:00:45,13:02:00,70,BEN,BEN",
    "L4,17,NE,13:05:00,13:05:05,5,13:05:45,13:05:05,-40,AGENT,13:05:05,13:06:00,55,BEN,BEN",
    "L4,18,NE,13:08:00,13:08:05,5,13:08:45,13:08:05,-40,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # Service begins long before, and after, the end of the wait.
    "L5,19,NW,20:36:55,20:37:12,17,20:37:12,20:38:32,80,AGENT,20:37:11,20:38:48,97,BEN,BEN",
    "L5,20,NW,20:40:55,20:41:12,17,20:41:12,20:41:32,20,AGENT,20:41:52,20:42:32,40,BEN,BEN",
    # Gave up, and was served; was served, without a service, and by nobody.
    "L5,21,PS,11:11:51,11:11:57,6,11:11:57,11:12:09,12,HANG,11:12:17,11:16:57,280,NO_SERVER,NO_",
    "L5,22,NW,8:48:53,8:49:02,9,8:49:02,8:53:47,285,AGENT,0:00:00,0:00:00,0,CHE,CHE",
    "L5,23,PS,16:10:45,16:10:51,6,0:00:00,0:00:00,0,AGENT,16:10:53,16:10:59,6,NO_SERVER,NO_",
    # The same agent in two calls at once.
    "L6,24,PS,18:00:00,18:00:05,5,0:00:00,0:00:00,0,AGENT,18:00:05,18:10:00,595,DAN,DAN",
    "L6,25,PS,18:05:00,18:05:05,5,0:00:00,0:00:00,0,AGENT,18:05:05,18:06:00,55,DAN,DAN",
    # The same number twice.
    "L6,26,PS,7:00:00,7:00:05,5,7:00:05,7:00:35,30,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    "L6,26,PS,7:00:00,7:00:05,5,7:00:05,7:00:35,30,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    # What cannot be read.
    "L7,27,PS,25:00:00,7:00:05,5,7:00:05,7:00:35,30,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    "L7,28,PS,7:00:00,7:00:05,5,7:00:05,7:00:35,x,HANG,0:00:00,0:00:00,0,NO_SERVER,NO_",
    "L7,29,PS,7:00:00,,5,7:00:05,7:00:35,30,AGENT,0:00:00,0:00:00,0,ADA,ADA",
    "L7,30,PS,7:00:00,7:00:05,5,7:00:05,7:00:35,30,LOST,0:00:00,0:00:00,0,NO_SERVER,NO_",
)


def rows(seed: int = SEED, calls: int = CALLS) -> list[Row]:
    """Return ordinary calls of a day, and after them the nasty ones."""
    random = Random(seed)  # noqa: S311 - makes test data
    plain = [_plain(random, number) for number in range(1, calls + 1)]
    return plain + [dict(zip(COLUMNS, row.split(","), strict=True)) for row in NASTY]


def write(path: Path) -> None:
    """Write the file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer: csv.DictWriter[str] = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())


def _plain(random: Random, number: int) -> Row:
    entry = int(random.triangular(7 * 3600, DAY_S - 7200, 11 * 3600))
    vru_exit = entry + random.randint(4, 17)
    wait = random.choice((0, int(random.expovariate(1 / 60))))
    patience = 1 + int(random.expovariate(1 / 90))
    gives_up = wait > patience
    wait = min(wait, patience)
    served = 0 if gives_up else int(random.lognormvariate(4.9, 0.9)) + 1
    answer = vru_exit + wait
    server = NOBODY if gives_up else random.choice(SERVERS)
    queue = (vru_exit, answer) if wait else (0, 0)
    service = (answer, answer + served) if served else (0, 0)
    return {
        "vru+line": f"L{random.randint(1, 9)}",
        "call_id": str(1000 + number),
        "type": random.choices(KINDS, (70, 16, 6, 5, 2, 1))[0],
        "vru_entry": _time(entry),
        "vru_exit": _time(vru_exit),
        "vru_time": str(vru_exit - entry),
        "q_start": _time(queue[0]),
        "q_exit": _time(queue[1]),
        "q_time": str(wait),
        "outcome": "HANG" if gives_up else "AGENT",
        "ser_start": _time(service[0]),
        "ser_exit": _time(service[1]),
        "ser_time": str(served),
        "server": server,
        "server_abv": server[:3],
    }


def _time(second: int) -> str:
    second %= DAY_S
    return f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
