"""Connections that the server has ended are replaced before anybody meets them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, text

from photogen.db.engine import make_engine
from tests.fakes.servers import EmbeddedPostgres


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url, pool_size=3)
    yield engine
    engine.dispose()


def _backend(engine: Engine) -> int:
    with engine.begin() as connection:
        return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_a_connection_is_kept(engine: Engine) -> None:
    assert len({_backend(engine) for _ in range(5)}) == 1


def test_one_that_the_server_ended_is_replaced_unseen(engine: Engine, pg_url: str) -> None:
    before = _backend(engine)
    with psycopg.connect(pg_url, autocommit=True) as operator:
        operator.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert _backend(engine) != before


def test_a_server_that_was_killed_and_is_back_is_met_with_new_connections() -> None:
    with EmbeddedPostgres(durable=True) as server:
        engine = make_engine(server.create("one"), pool_size=3)
        with engine.connect() as first, engine.connect() as second:
            first.execute(text("SELECT 1"))
            second.execute(text("SELECT 1"))
        server.kill()
        server.start()
        assert {_backend(engine) for _ in range(3)}
        engine.dispose()
