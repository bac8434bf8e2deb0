"""Which processes make up photogen, how each is started, and how it is known to be ready."""

import http.client
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import redis

from photogen.db import embedded
from photogen.runtime import frontend
from photogen.runtime.valkey import EmbeddedValkey

ROOT = frontend.ROOT


@dataclass(frozen=True)
class Service:
    """A process that runs as long as photogen does.

    `prepare` runs before each launch. `ready` is asked with the moment of the launch until it says yes, for at most
    `patience` seconds. `grace` is how many seconds the process gets to end by itself.
    """

    name: str
    title: str
    argv: Sequence[str]
    ready: Callable[[datetime], bool]
    env: Mapping[str, str] | None = None
    cwd: Path = ROOT
    prepare: Callable[[], object] = field(default=lambda: None)
    preexec: Callable[[], None] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 30.0
    grace: float = 10.0


def postgres(server: embedded.EmbeddedPostgres) -> Service:
    """PostgreSQL on the data folder."""
    return Service(
        name="postgresql",
        title="PostgreSQL",
        argv=server.argv,
        ready=lambda _since: server.answers(),
        cwd=Path("/"),
        prepare=server.prepare,
        preexec=server.preexec,
        stop_signal=embedded.STOP_SIGNAL,
        patience=60.0,  # after a loss of power it reads its log first
    )


def valkey(server: EmbeddedValkey) -> Service:
    """Valkey or Redis on the data folder."""
    return Service(
        name="valkey",
        title="Valkey",
        argv=server.argv,
        ready=lambda _since: server.answers(),
        prepare=server.prepare,
    )


def sandbox(port: int, folder: Path, env: Mapping[str, str]) -> Service:
    """The stand-in for vendors without a key."""
    return Service(
        name="sandbox",
        title="Sandbox",
        argv=[sys.executable, "-m", "photogen.sandbox", "--port", str(port), "--data", str(folder)],
        ready=lambda _since: _answers_http(port, "/"),
        env=env,
    )


def web(port: int, pages: Path, env: Mapping[str, str]) -> Service:
    """Pages, sockets, media and API on the one port, from the build in `pages`: no JavaScript tool runs here."""
    return Service(
        name="web",
        title="Web server",
        argv=[
            sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port",
            str(port), "--workers", "1", "--backpressure", "1024", "--workers-kill-timeout", "5",
            "photogen.photogen:app",
        ],
        ready=lambda _since: _answers_http(port, "/healthz"),
        env=frontend.environment(env)
        | {
            "REFLEX_WEB_WORKDIR": str(pages),
            # Names inside Reflex 0.10.1: serve the built client, compile nothing (tests/e2e would notice a change).
            "__REFLEX_SKIP_COMPILE": "true",
            "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        },
        patience=90.0,  # as the worker's, and Reflex besides
    )  # fmt: skip


def worker(redis_url: str, env: Mapping[str, str]) -> Service:
    """Jobs and the schedule."""
    return Service(
        name="worker",
        title="Worker",
        argv=[sys.executable, "-m", "worker", "run"],
        ready=lambda since: _has_worker(redis_url, since),
        env=env,
        patience=90.0,  # its libraries take a while to import on a busy machine
        grace=20.0,  # the job at hand is ended first
    )


def _answers_http(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _has_worker(url: str, since: datetime) -> bool:
    """Whether an RQ worker has registered after `since`: rq:workers holds names, each one's hash its birth."""
    client = redis.Redis.from_url(url, decode_responses=True, socket_timeout=2)
    try:
        births = [client.hget(key, "birth") for key in cast(set[str], client.smembers("rq:workers"))]
        return any(datetime.fromisoformat(birth).astimezone(UTC) >= since for birth in births if isinstance(birth, str))
    except (redis.RedisError, ValueError):
        return False
    finally:
        client.close()
