"""Migrated databases, lent to one test after the other.

A copy of the template takes a quarter of a second of a core, to empty a database that few rows were written to a
hundredth: what comes back is emptied and lent again, and only what has grown is dropped. Engines stay with their
database: they keep what they have compiled, and the server's side of a connection what it has read of the catalog.
"""

from itertools import count
from pathlib import Path

import psycopg
from alembic.config import Config
from sqlalchemy import Engine

from alembic import command
from photogen.db.engine import make_engine
from tests.fakes.servers import EmbeddedPostgres

_engines: dict[tuple[str, int], Engine] = {}
"""By address and size of the pool."""
POOL = 10
"""Connections that an engine has at most."""
TEMPLATE = "photogen_template"
_GROWN = 8 * 2**20
"""Bytes beyond the template's size from which on a database is not lent again: its dead rows would tell."""
_CUT_OFF = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
_KEEP_SEEDS = """
CREATE SCHEMA seed;
DO $$
DECLARE name text; filled boolean;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
    IF filled THEN EXECUTE format('CREATE TABLE seed.%I AS TABLE public.%I', name, name); END IF;
  END LOOP;
END $$
"""
_EMPTY = """
SET LOCAL session_replication_role = replica;
DO $$
DECLARE name text; filled boolean;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM public.%I', name); END IF;
  END LOOP;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'seed' LOOP
    EXECUTE format('INSERT INTO public.%I SELECT * FROM seed.%I', name, name);
  END LOOP;
END $$
"""


class Databases:
    """`lend` gives the address of a database with every migration applied and nothing else in it."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._numbers = count(1)
        self._idle: list[str] = []
        config = Config(str(Path(__file__).parents[2] / "alembic.ini"))
        config.attributes["url"] = url = server.create(TEMPLATE)
        command.upgrade(config, "head")
        with psycopg.connect(url) as connection:
            connection.execute(_KEEP_SEEDS)
            self._size = _size(connection)

    def lend(self) -> str:
        """Give it back by its address."""
        if self._idle:
            return self._server.address(self._idle.pop())
        return self._server.create(f"test_{next(self._numbers)}", template=TEMPLATE)

    def give_back(self, url: str) -> None:
        """Whoever is still connected and at work is cut off."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        assert isinstance(name, str)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_CUT_OFF)
            grown = _size(connection) > self._size + _GROWN
            if not grown:
                with connection.transaction():
                    connection.execute(_EMPTY)
        if grown:
            dispose_engines(url)
            self._server.drop(name)
        else:
            self._idle.append(name)

    def empty(self, url: str) -> None:
        """What the migrations wrote is there again, and nothing else."""
        with psycopg.connect(url) as connection:
            connection.execute(_EMPTY)


def engine_of(url: str, pool_size: int = POOL) -> Engine:
    """The engine of this process for the database at `url`."""
    engine = _engines.get((url, pool_size))
    if engine is None:
        engine = _engines[url, pool_size] = make_engine(url, pool_size=pool_size)
    return engine


def dispose_engines(url: str = "") -> None:
    """Closes the connections to the database at `url`, or to all."""
    for key in [key for key in _engines if url in ("", key[0])]:
        _engines.pop(key).dispose()


def _size(connection: psycopg.Connection) -> int:
    """Bytes of the connection's database."""
    (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    return int(size)
