"""How migrations run: against DATABASE_URL, or the address that the caller put into `config.attributes["url"]`."""

import os
from typing import Any

from sqlmodel import SQLModel

import photogen.models  # noqa: F401  (registers every table)
from alembic import context
from photogen.db.engine import make_engine

# Any number that nothing else in this database locks: two starts at once must not both migrate.
_LOCK = 7_061_727


def _url() -> str:
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("Set DATABASE_URL, or run `python -m photogen migrate`, which knows the embedded server.")
    return str(url)


def _configure(**target: Any) -> None:
    context.configure(target_metadata=SQLModel.metadata, compare_type=True, compare_server_default=True, **target)


def _offline() -> None:
    _configure(url=_url(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def _online() -> None:
    engine = make_engine(_url(), pool_size=1)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            connection.commit()
            _configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


if context.is_offline_mode():
    _offline()
else:
    _online()
