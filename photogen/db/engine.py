"""The one engine of a process."""

import select
import time
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_TRUSTED = 30.0
"""Seconds. A network that dies says nothing: a connection that was idle for longer is asked before it is used."""


def sqlalchemy_url(url: str) -> str:
    """`url` with the psycopg 3 driver named, as SQLAlchemy wants it; `postgres://` is understood too."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `url` (postgresql://...). Connections are made on first use, checked before each use, UTC."""
    engine = create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # an error's text goes to the log: no prompt, address or hash in it
        connect_args={
            "options": "-c timezone=UTC",
            "application_name": "photogen",
            "connect_timeout": 10,
            "keepalives_idle": 30,  # a network that died is noticed within a minute, not within TCP's two hours
            "keepalives_interval": 10,
            "keepalives_count": 3,
        },
    )
    _check_before_use(engine)
    return engine


def _check_before_use(engine: Engine) -> None:
    """What `pool_pre_ping` does, without its round trip per transaction: a server that ended or was restarted has
    closed its sockets, which shows here."""

    @event.listens_for(engine, "checkin")
    def used(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        used = record.info.get("used")
        if used is None or (time.monotonic() - used < _TRUSTED and not _has_input(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _has_input(connection: Any) -> bool:
    """Whether something came while nobody asked: the server's farewell, as a rule."""
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))
