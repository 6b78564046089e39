"""What ``bin/up`` and ``bin/test`` show while they work: each step and how long it took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: A step that takes longer says so this often, so that nobody believes it hangs.
_REMINDER_S = 10.0


class StepError(RuntimeError):
    """A step failed in a way the user can do something about; the message says what."""


@dataclass
class Console:
    """Prints steps; safe to use from several threads."""

    write: Callable[[str], object] = sys.stdout.write
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def say(self, text: str) -> None:
        """Print one line."""
        with self._lock:
            self.write(text + "\n")
            sys.stdout.flush()

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Time a step; yields a function that reports what the step is doing now."""
        begun = time.monotonic()
        doing = [""]
        over = threading.Event()

        def note(text: str) -> None:
            doing[0] = text
            self.say(f"   {name}: {text}")

        def remind() -> None:
            while not over.wait(_REMINDER_S):
                self.say(f"   {name}: still working, {time.monotonic() - begun:.0f} s")

        reminder = threading.Thread(target=remind, daemon=True)
        reminder.start()
        try:
            yield note
        except BaseException:
            self.say(f" ✗ {name}  {time.monotonic() - begun:.1f} s")
            raise
        else:
            self.say(f" ✓ {name}  {time.monotonic() - begun:.1f} s")
        finally:
            over.set()
            reminder.join()


class Background(threading.Thread):
    """A step that runs beside others; :meth:`result` waits for it and raises what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        """Do the work; called by the thread itself."""
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the result
            self._error = error

    def result(self) -> None:
        """Wait until the step is over.

        Raises:
            BaseException: whatever the step raised.
        """
        self.join()
        if self._error is not None:
            raise self._error
