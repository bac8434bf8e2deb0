"""`photogen up`: from a folder of sources to an address in the browser."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg
from pydantic import ValidationError

from photogen.db import migrations
from photogen.db.embedded import EmbeddedPostgres
from photogen.errors import PhotogenError
from photogen.runtime import frontend, preflight, services
from photogen.runtime.instance import Instance
from photogen.runtime.preflight import CannotStart
from photogen.runtime.progress import Progress
from photogen.runtime.supervisor import Stopped, Supervisor
from photogen.runtime.valkey import EmbeddedValkey
from photogen.settings import Settings

DEFAULT_PORT = 3000
DEFAULT_DATA = ".data"


def data_folder() -> Path:
    """The data folder that the environment names, made and private. Raises CannotStart."""
    return preflight.private_folder(Path(os.environ.get("PHOTOGEN_DATA") or services.ROOT / DEFAULT_DATA))


def settings_from_environment() -> Settings:
    """The settings. Raises CannotStart naming each variable that can't be used, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        words = [
            ": ".join((*map(str, problem["loc"]), problem["msg"].removeprefix("Value error, ")))
            for problem in error.errors(include_input=False)
        ]
        raise CannotStart("The settings can't be used. " + "; ".join(words), code="settings") from None


def up() -> int:
    """Starts photogen, runs it until SIGINT or SIGTERM, ends it. Gives the exit status."""
    progress = Progress()
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            port = _port()
            folder = data_folder()
            instance = stack.enter_context(Instance(folder, address=f"http://localhost:{port}"))
            if warning := preflight.room_on_disk(folder):
                progress.warn(warning)
            preflight.free_port(port)
            supervisor = Supervisor(instance, progress)
            stack.callback(supervisor.stop)
            supervisor.take_signals()
            settings = _start(instance, supervisor, progress, folder, port)
            progress.say()
            seconds = time.monotonic() - began
            progress.say(f"photogen is ready: {progress.highlight(settings.address)}  (in {seconds:.1f} s)")
            if settings.needs_sandbox:
                progress.say("The sandbox plays the vendors that have no key; its pictures say so.")
            progress.say("Ctrl-C ends photogen.")
            supervisor.watch()
            progress.say()
            progress.say("photogen is stopping ...")
        except Stopped:
            progress.say("photogen is stopping ...")
        except PhotogenError as problem:
            progress.trouble(str(problem))
            return 1
    progress.say("photogen has stopped.")
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {text!r}: PORT=3000 make run", code="port")
    return int(text)


@dataclass(frozen=True)
class _Parts:
    """What this start has to run itself (the rest is given by the environment), and what its processes are told."""

    settings: Settings
    postgres: EmbeddedPostgres | None
    valkey: EmbeddedValkey | None
    sandbox_port: int | None
    env: Mapping[str, str]


def _parts(instance: Instance, folder: Path, port: int) -> _Parts:
    given = os.environ
    postgres = None if given.get("DATABASE_URL") else EmbeddedPostgres(folder / "postgresql", instance.sockets)
    valkey = None if given.get("REDIS_URL") else EmbeddedValkey(folder / "valkey", instance.sockets)
    sandbox_port = None if given.get("PHOTOGEN_SANDBOX_URL") else instance.port_for("sandbox")
    ours = {
        "PORT": str(port),
        "PHOTOGEN_DATA": str(folder),
        "SECRET_KEY": given.get("SECRET_KEY") or instance.secret_key(),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "",  # where images of containers set it, each process would compile all anew: 6 s
    }
    if postgres is not None:
        ours["DATABASE_URL"] = postgres.url()
    if valkey is not None:
        ours["REDIS_URL"] = valkey.url
    if sandbox_port is not None:
        ours["PHOTOGEN_SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
    given.update(ours)
    settings = settings_from_environment()
    if sandbox_port is not None and not settings.needs_sandbox:
        del given["PHOTOGEN_SANDBOX_URL"]
        sandbox_port = None
    return _Parts(settings, postgres, valkey, sandbox_port, dict(given))


def _start(instance: Instance, supervisor: Supervisor, progress: Progress, folder: Path, port: int) -> Settings:
    parts = _parts(instance, folder, port)
    pages = frontend.folder()
    building = not pages.is_dir()
    if building:
        progress.begin("Pages", "building, half a minute the first time")
        supervisor.launch_task("pages", [sys.executable, "-m", "photogen.runtime.frontend"], parts.env)
    helpers = []
    if parts.valkey is not None:
        helpers.append(services.valkey(parts.valkey))
    if parts.sandbox_port is not None:
        helpers.append(services.sandbox(parts.sandbox_port, folder / "sandbox", parts.env))
    for service in helpers:
        supervisor.launch(service)
    if parts.postgres is not None:
        postgres = services.postgres(parts.postgres)
        supervisor.launch(postgres)
        supervisor.await_ready(postgres.name)
        parts.postgres.ensure_database()
    _migrate(parts.settings.database_url.get_secret_value(), supervisor, progress, parts.env)
    if parts.valkey is not None:
        supervisor.await_ready("valkey")
    worker = services.worker(parts.settings.redis_url.get_secret_value(), parts.env)
    supervisor.launch(worker)
    if building:
        pages = Path(supervisor.await_task("pages", "Pages"))
        progress.done("Pages", "built")
    web = services.web(port, pages, parts.env)
    supervisor.launch(web)
    supervisor.await_ready(web.name, worker.name, *(service.name for service in helpers))
    return parts.settings


def _migrate(url: str, supervisor: Supervisor, progress: Progress, env: Mapping[str, str]) -> None:
    try:
        if migrations.current(url) == migrations.head():
            return
    except psycopg.OperationalError as error:
        raise CannotStart(
            f"The database of DATABASE_URL does not answer: {str(error).strip().splitlines()[-1]}", code="database"
        ) from None
    progress.begin("Database", "bringing the tables up to date")
    supervisor.launch_task("migrate", [sys.executable, "-m", "photogen", "migrate"], env)
    supervisor.await_task("migrate", "Database")
    progress.done("Database", "tables up to date")
