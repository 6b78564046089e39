"""Fixtures every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from openseat.platform.settings import Settings
from openseat.testing.database import Database, TestCluster, running_cluster
from openseat.testing.product import running_product
from openseat.testing.switches import RunningSwitches, running_switches

# The same examples every time, so that a change is judged by what it changes and not by luck or by
# how busy the machine is. HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("search", settings.get_profile("same"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def postgres_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestCluster]:
    """A private PostgreSQL on a free port, one for each test process."""
    with running_cluster(tmp_path_factory.mktemp("postgres")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def database(postgres_cluster: TestCluster) -> Iterator[Database]:
    """A fresh database with the newest schema, shared by the tests of one module.

    Example: ``await asyncpg.connect(database.url("app"))``.
    """
    made = postgres_cluster.create()
    yield made
    postgres_cluster.drop(made)


@pytest.fixture
def fresh_database(postgres_cluster: TestCluster) -> Iterator[Database]:
    """A fresh database with the newest schema, for one test alone."""
    made = postgres_cluster.create()
    yield made
    postgres_cluster.drop(made)


@pytest.fixture(scope="module")
def switches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSwitches]:
    """A main switch and a carrier on free ports, two real Asterisks for the tests of one module."""
    with running_switches(tmp_path_factory.mktemp("switches")) as pair:
        yield pair


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The whole product with its demonstration floor, started once for the session."""
    with running_product(tmp_path_factory.mktemp("product")) as settings:
        yield settings


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which day of calls the figures were checked with."""
    given = bool(os.environ.get("OPENSEAT_BANK_DATA"))
    terminalreporter.write_line(
        "day of calls: the synthetic file"
        + (" and OPENSEAT_BANK_DATA" if given else "; OPENSEAT_BANK_DATA is not set")
    )
