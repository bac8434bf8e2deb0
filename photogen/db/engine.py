"""The one engine of a process."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url


def sqlalchemy_url(url: str) -> str:
    """`url` with the psycopg 3 driver named, as SQLAlchemy wants it; `postgres://` is understood too."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `url` (postgresql://...). Connections are made on first use, checked before each use, UTC."""
    return create_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
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
