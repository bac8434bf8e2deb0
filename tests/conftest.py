"""Fixtures that every suite may use: real servers, one of each per run, and a fresh database per test or module."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import redis
from alembic.config import Config

from alembic import command
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey

_TEMPLATE = "photogen_template"
_numbers = count(1)


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
def template_database(postgres: EmbeddedPostgres) -> str:
    """Name of a database with every migration applied and nobody connected, to be copied."""
    config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
    config.attributes["url"] = postgres.create(_TEMPLATE)
    command.upgrade(config, "head")
    return _TEMPLATE


def _fresh(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    yield postgres.create(name, template=template)
    postgres.drop(name)


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """Address of a fresh, migrated database for one test (`postgresql://...`)."""
    yield from _fresh(postgres, template_database)


@pytest.fixture(scope="module")
def module_database_url(postgres: EmbeddedPostgres, template_database: str) -> Iterator[str]:
    """The same for all tests of a module: quicker, where they keep out of each other's way."""
    yield from _fresh(postgres, template_database)


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
