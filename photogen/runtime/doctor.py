"""`photogen doctor`: what is configured, what answers, what is missing. Says names of variables, never their values."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import httpx
import psycopg
import redis

from photogen.db import migrations
from photogen.db.embedded import EmbeddedPostgres
from photogen.errors import PhotogenError
from photogen.runtime import frontend, preflight
from photogen.runtime.instance import Instance
from photogen.runtime.up import data_folder
from photogen.runtime.valkey import EmbeddedValkey

_TIMEOUT = 4.0
_VENDORS = (
    ("Replicate", "REPLICATE_API_TOKEN", "https://api.replicate.com"),
    ("Together", "TOGETHER_API_KEY", "https://api.together.ai"),
    ("Hugging Face", "HF_TOKEN", "https://huggingface.co"),
    ("Nebius", "NEBIUS_API_KEY", "https://api.tokenfactory.nebius.com"),
)
_NEEDED = {"REPLICATE_API_TOKEN", "TOGETHER_API_KEY", "HF_TOKEN"}


class Health(Enum):
    """How a part is: fine, fine but worth knowing, or in the way of a start."""

    GOOD = "ok"
    NOTE = "--"
    BAD = "!!"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    part: str
    health: Health
    words: str


def examine(say: Callable[[str], None] = print) -> int:
    """Says one line per part. Gives 1 when something would keep photogen from starting, else 0."""
    worst = 0
    for finding in findings():
        say(f"  {finding.health.value}  {finding.part:<14}{finding.words}")
        worst = max(worst, int(finding.health is Health.BAD))
    say("")
    say("Something has to be mended before photogen can start." if worst else "photogen can start: make run")
    return worst


def findings() -> Iterator[Finding]:
    """Every part, in the order of a start."""
    yield Finding("Python", Health.GOOD, f"{platform.python_version()} ({sys.executable})")
    yield _pages()
    try:
        folder = data_folder()
        warning = preflight.room_on_disk(folder)
    except PhotogenError as problem:
        yield Finding("Data folder", Health.BAD, str(problem))
        return
    yield Finding("Data folder", Health.NOTE if warning else Health.GOOD, warning or str(folder))
    sockets = Instance(folder).sockets
    yield _database(folder, sockets)
    yield _queue(folder, sockets)
    yield _storage(folder)
    for name, variable, address in _VENDORS:
        yield _vendor(name, variable, address)
    chromium = preflight.find_chromium()
    yield Finding(
        "Chromium",
        Health.GOOD if chromium else Health.NOTE,
        str(chromium)
        if chromium
        else "none found; only the browser tests need one (install chromium, or CHROMIUM_PATH)",
    )


def _pages() -> Finding:
    if frontend.is_built():
        return Finding("Pages", Health.GOOD, "built")
    node = shutil.which("node", path=str(Path(sys.executable).parent))
    if node is None:
        return Finding("Pages", Health.BAD, "not built, and Node is missing from .venv: make install")
    return Finding("Pages", Health.NOTE, "not built from the present sources; the next start does that")


def _database(folder: Path, sockets: Path) -> Finding:
    given = os.environ.get("DATABASE_URL")
    name = "DATABASE_URL" if given else "embedded"
    try:
        server = EmbeddedPostgres(folder / "postgresql", sockets) if not given else None
        if server is not None and not server.answers():
            return Finding("PostgreSQL", Health.GOOD, "embedded, not running now")
        current = migrations.current(given or (server.url() if server else ""))
    except PhotogenError as problem:
        return Finding("PostgreSQL", Health.BAD, str(problem))
    except psycopg.Error as problem:
        return Finding("PostgreSQL", Health.BAD, f"{name} does not answer ({type(problem).__name__})")
    if current != migrations.head():
        return Finding(
            "PostgreSQL", Health.NOTE, f"{name}, answers; the tables are brought up to date at the next start"
        )
    return Finding("PostgreSQL", Health.GOOD, f"{name}, answers, tables up to date")


def _queue(folder: Path, sockets: Path) -> Finding:
    given = os.environ.get("REDIS_URL")
    try:
        if given:
            with redis.Redis.from_url(given, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT) as client:
                client.ping()
            return Finding("Queue", Health.GOOD, "REDIS_URL, answers")
        running = EmbeddedValkey(folder / "valkey", sockets).answers()
    except PhotogenError as problem:
        return Finding("Queue", Health.BAD, str(problem))
    except (redis.RedisError, ValueError) as problem:
        return Finding("Queue", Health.BAD, f"REDIS_URL does not answer ({type(problem).__name__})")
    return Finding("Queue", Health.GOOD, "embedded, answers" if running else "embedded, not running now")


def _storage(folder: Path) -> Finding:
    if not os.environ.get("S3_BUCKET"):
        return Finding("Storage", Health.GOOD, f"files in {folder}")
    endpoint = os.environ.get("S3_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT_URL_S3")
    if not endpoint:
        return Finding("Storage", Health.GOOD, "S3_BUCKET at Amazon")
    if _answers(endpoint):
        return Finding("Storage", Health.GOOD, "S3_BUCKET at S3_ENDPOINT_URL, answers")
    return Finding("Storage", Health.BAD, "S3_ENDPOINT_URL does not answer")


def _vendor(name: str, variable: str, address: str) -> Finding:
    if not os.environ.get(variable):
        if variable not in _NEEDED:
            return Finding(name, Health.NOTE, f"no {variable}; not needed")
        health = Health.BAD if os.environ.get("PHOTOGEN_ENV") == "production" else Health.NOTE
        return Finding(name, health, f"no {variable}: the sandbox stands in, in development only")
    if _answers(address):
        return Finding(name, Health.GOOD, f"{variable} is set, {address.removeprefix('https://')} answers")
    return Finding(
        name, Health.NOTE, f"{variable} is set, but {address.removeprefix('https://')} can't be reached from here"
    )


def _answers(address: str) -> bool:
    try:
        httpx.head(address, timeout=_TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
    return True
