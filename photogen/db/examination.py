"""Whether a database can do what photogen needs: tried, in transactions that are rolled back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from photogen.db import migrations
from photogen.gateways.examination import Finding, failed, good, warning

_OLDEST = 14
_SECONDS = 5
_CHANNEL = "photogen_check"
_TABLE = "photogen_check"
_RIGHTS = "Give the user of DATABASE_URL the ownership of the database, or of its schema and tables."
_NEEDED = ("SELECT", "INSERT", "UPDATE", "DELETE")
_SKEW = 5.0
"""Seconds between the two clocks that begin to matter: leases are written by one and read by the other."""


def examine(url: str, *, connections: int) -> Iterator[Finding]:
    """`connections` is how many all the processes of an installation may open. Raises psycopg.Error when nobody
    answers; whatever else goes wrong is a finding."""
    with psycopg.connect(url, autocommit=True, connect_timeout=_SECONDS) as connection:
        connection.execute(f"SET statement_timeout = {_SECONDS * 1000}")
        yield from _server(connection, connections)
        yield from _schema(connection)
        yield from _rights(connection)
        yield from _notifies(connection)


def _server(connection: psycopg.Connection, connections: int) -> Iterator[Finding]:
    version = connection.info.server_version
    if version // 10000 >= _OLDEST:
        yield good("version", f"PostgreSQL {version // 10000}.{version % 10000}")
    else:
        yield failed("version", f"PostgreSQL {version // 10000} is too old", f"Photogen needs {_OLDEST} or later.")
    if _one(connection, "SHOW transaction_read_only") == "on":
        yield failed(
            "writable",
            "it only lets read: a stand-by, or a database set to read-only",
            "Let DATABASE_URL name the primary server.",
        )
    durable = _one(connection, "SHOW synchronous_commit")
    if durable == "off":
        yield warning(
            "synchronous_commit",
            "synchronous_commit is off: after a crash of the server a vendor may be asked, and paid, twice",
            "Set synchronous_commit = on for this database.",
        )
    else:
        yield good("synchronous_commit", "commits are durable")
    room = int(_one(connection, "SHOW max_connections"))
    if room < connections:
        yield warning(
            "connections",
            f"max_connections is {room}; the processes of photogen may open up to {connections}",
            "Raise max_connections, or lower DATABASE_POOL.",
        )
    moment = connection.execute("SELECT clock_timestamp()").fetchone()
    skew = abs((datetime.now(UTC) - moment[0]).total_seconds()) if moment else 0.0
    if skew > _SKEW:
        yield warning("clock", f"its clock is {skew:.0f} s from ours", "Let both machines follow a time server (NTP).")


def _schema(connection: psycopg.Connection) -> Iterator[Finding]:
    known = _one(connection, "SELECT to_regclass('alembic_version')::text")
    current = _one(connection, "SELECT version_num FROM alembic_version") if known else ""
    if current == migrations.head():
        yield good("migrations", "tables up to date")
    else:
        yield warning(
            "migrations",
            f"the tables are at {current or 'nothing'}, the code wants {migrations.head()}",
            "The next start brings them up to date: make run, or python -m photogen migrate.",
        )


def _rights(connection: psycopg.Connection) -> Iterator[Finding]:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("CREATE TABLE {} (id int)").format(sql.Identifier(_TABLE)))
            connection.execute(sql.SQL("INSERT INTO {} VALUES (1)").format(sql.Identifier(_TABLE)))
        yield good("create", "may make tables")
    except psycopg.Error as error:
        yield failed("create", f"tables can't be made or written ({type(error).__name__})", _RIGHTS)
    rows = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = current_schema() AND c.relkind = 'r'"
        " AND NOT (SELECT bool_and(has_table_privilege(c.oid, p)) FROM unnest(%s::text[]) p) ORDER BY 1",
        [list(_NEEDED)],
    ).fetchall()
    if rows:
        names = ", ".join(str(row[0]) for row in rows[:5])
        yield failed("write", f"may not read and write {len(rows)} of its tables ({names})", _RIGHTS)
    else:
        yield good("write", "may read and write them")


def _notifies(connection: psycopg.Connection) -> Iterator[Finding]:
    connection.execute(f"LISTEN {_CHANNEL}")
    connection.execute(f"NOTIFY {_CHANNEL}, 'check'")
    if any(True for _ in connection.notifies(timeout=2.0, stop_after=1)):
        yield good("notify", "tells of changes")
    else:
        yield warning(
            "notify",
            "LISTEN and NOTIFY don't arrive, so that open pages learn of changes late",
            "Let DATABASE_URL name the server itself, or a pooler in session mode.",
        )
    connection.execute(f"UNLISTEN {_CHANNEL}")


def _one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    return str(row[0]) if row and row[0] is not None else ""
