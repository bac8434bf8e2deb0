"""Migrated databases, lent to one test after the other.

A copy of the template takes a quarter of a second of a core, to empty a database that few rows were written to a
hundredth: what comes back is emptied and lent again, and only what has grown is dropped.
"""

from itertools import count
from pathlib import Path

import psycopg
from alembic.config import Config

from alembic import command
from tests.fakes.servers import EmbeddedPostgres

TEMPLATE = "photogen_template"
_GROWN = 8 * 2**20
"""Bytes beyond the template's size from which on a database is not lent again: its dead rows would tell."""
_CUT_OFF = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
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
        """Whoever is still connected is cut off."""
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        assert isinstance(name, str)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_CUT_OFF)
            grown = _size(connection) > self._size + _GROWN
            if not grown:
                with connection.transaction():
                    connection.execute(_EMPTY)
        if grown:
            self._server.drop(name)
        else:
            self._idle.append(name)

    def empty(self, url: str) -> None:
        """What the migrations wrote is there again, and nothing else."""
        with psycopg.connect(url) as connection:
            connection.execute(_EMPTY)


def _size(connection: psycopg.Connection) -> int:
    """Bytes of the connection's database."""
    (size,) = connection.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
    return int(size)
