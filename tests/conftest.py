"""Fixtures that every suite may use: real servers, one of each per run, and a fresh database per test or module."""

from collections.abc import Iterator

import pytest
import redis

from tests.fakes.databases import TEMPLATE, Databases, dispose_engines
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The PostgreSQL server of this run."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def pg_url(postgres: EmbeddedPostgres) -> str:
    """Address of the server's maintenance database. Tests that want tables take `database_url`."""
    return postgres.url


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Iterator[Databases]:
    """Migrated databases of this run."""
    yield Databases(postgres)
    dispose_engines()


@pytest.fixture(scope="session")
def template_database(databases: Databases) -> str:
    """Name of a database with every migration applied and nobody connected, to be copied."""
    return TEMPLATE


def _lent(databases: Databases) -> Iterator[str]:
    url = databases.lend()
    yield url
    databases.give_back(url)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Address of a migrated database with nothing in it, for one test (`postgresql://...`)."""
    yield from _lent(databases)


@pytest.fixture(scope="module")
def module_database_url(databases: Databases) -> Iterator[str]:
    """The same for all tests of a module: quicker, where they keep out of each other's way."""
    yield from _lent(databases)


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    """The queue server of this run."""
    with EmbeddedValkey() as server:
        yield server


@pytest.fixture
def redis_url(valkey: EmbeddedValkey) -> Iterator[str]:
    """Address of the queue server, emptied before and after the test."""
    client = redis.Redis.from_url(valkey.url)
    client.flushall()
    yield valkey.url
    client.flushall()
    client.close()
