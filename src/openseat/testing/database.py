"""A private PostgreSQL for one test session, and fresh migrated databases cut from a template."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from openseat.platform.migrate import FOLDER, migrate
from openseat.platform.postgres import Cluster
from openseat.platform.provision import ROLES, create_database, create_roles
from openseat.testing.ports import free_port

_TEMPLATE = "openseat_template"
PASSWORD = "for-tests-only"  # noqa: S105 - a throw-away cluster on loopback


def _apart(work: Callable[[], object]) -> None:
    """Do work that runs an event loop, for tests whose own thread may have one already.

    Playwright's synchronous interface keeps one for as long as a browser is open.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the test cluster."""

    cluster: Cluster
    name: str

    def url(self, role: str = "app") -> str:
        """Return the DSN for ``owner``, ``app``, ``floor`` or ``superuser``."""
        address = f"127.0.0.1:{self.cluster.port}/{self.name}"
        user = "postgres" if role == "superuser" else f"openseat_{role}"
        return f"postgresql://{user}:{PASSWORD}@{address}"


class TestCluster:
    """A running private cluster that hands out databases."""

    __test__ = False  # pytest must not collect it

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._numbers = itertools.count(1)
        self._template_made = False

    def create(self, *, migrated: bool = True, like: Database | None = None) -> Database:
        """Make a database: with the newest schema, empty, or like one nobody is connected to."""
        if like is not None:
            template = like.name
        elif migrated:
            self._make_template()
            template = _TEMPLATE
        else:
            template = None
        database = Database(self.cluster, f"test_{next(self._numbers)}")
        _apart(lambda: asyncio.run(self._create(database.name, template)))
        return database

    def drop(self, database: Database) -> None:
        """Remove ``database``, ending whatever still uses it."""
        statement = f"DROP DATABASE {database.name} WITH (FORCE)"
        _apart(lambda: asyncio.run(self._execute(statement)))

    def prepare(self) -> None:
        """Make the roles."""
        _apart(lambda: asyncio.run(self._roles()))

    def _make_template(self) -> None:
        if self._template_made:
            return
        _apart(lambda: asyncio.run(self._create(_TEMPLATE, None)))
        if (FOLDER / "env.py").exists():
            _apart(lambda: migrate(Database(self.cluster, _TEMPLATE).url("owner")))
        self._template_made = True

    async def _roles(self) -> None:
        async with self._session() as connection:
            await create_roles(connection, dict.fromkeys(ROLES, PASSWORD))

    async def _create(self, name: str, template: str | None) -> None:
        async with self._session() as connection:
            await create_database(connection, name, template)

    async def _execute(self, statement: str) -> None:
        async with self._session() as connection:
            await connection.execute(statement)

    @contextlib.asynccontextmanager
    async def _session(self):  # noqa: ANN202 - asyncpg's generic connection type adds nothing here
        connection = await asyncpg.connect(self.cluster.url)
        try:
            yield connection
        finally:
            await connection.close()


@contextlib.contextmanager
def running_cluster(folder: Path) -> Iterator[TestCluster]:
    """Run a private, fast, throw-away cluster in ``folder`` for the length of the context."""
    cluster = Cluster(folder / "pg", free_port(), PASSWORD, durable=False)
    process = cluster.start(folder / "postgres.log")
    try:
        running = TestCluster(cluster)
        running.prepare()
        yield running
    finally:
        cluster.stop(process)
