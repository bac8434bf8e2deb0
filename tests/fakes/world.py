"""A whole photogen without its pages: the real worker process, the sandbox, PostgreSQL, Valkey, a door for machines.

The door is what the web server is for vendors: it hands out what a signed address opens, and takes webhooks in.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import psutil

from photogen.bootstrap import Services, build
from photogen.domain.accounts.commands import Register
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.photosets.commands import AddPhoto
from photogen.domain.training.commands import StartTraining
from photogen.gateways.storage.local import LocalStorage
from photogen.kit.ids import new_id
from photogen.models import Account, GrantSource
from photogen.settings import Settings
from tests.factories.photos import jpeg
from tests.fakes.sandbox import SandboxServer
from tests.fakes.servers import wait_for

_PATIENCE = 40.0
_LOOK = 0.1
"""Seconds between two looks: each asks services, and so takes from the worker the core that it waits for."""


class World:
    """`with World(folder, database_url, redis_url, sandbox) as world:`; `world.services` is the web server's side."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, sandbox: SandboxServer) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.webhooks = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.environment = {
            "PORT": str(self._server.server_address[1]),
            "PHOTOGEN_DATA": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": secrets.token_hex(32),
            "PHOTOGEN_SANDBOX_URL": sandbox.url,
            "LEASE_SECONDS": "3",
            "POLL_SECONDS": "0.3",
        }
        values = {key.lower(): value for key, value in self.environment.items()}
        self.services: Services = build(
            Settings(
                data_folder=folder,
                port=int(values["port"]),
                database_url=database_url,
                redis_url=redis_url,
                secret_key=values["secret_key"],
                sandbox_url=sandbox.url,
            )
        )
        self._worker: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill_worker()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.services.close()

    # --- the worker ---

    def start_worker(self, processes: int = 1) -> int:
        """Starts `python -m worker run`; gives its process id."""
        with (self.folder / "worker.log").open("ab") as log:
            self._worker = subprocess.Popen(
                [sys.executable, "-m", "worker", "run", "--processes", str(processes)],
                env={**os.environ, **self.environment}, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return self._worker.pid

    def kill_worker(self) -> None:
        """SIGKILL to the parent and to every child, in one moment."""
        if self._worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._worker.pid, signal.SIGKILL)
            self._worker.wait(10)
            self._worker = None

    def end_worker(self, seconds: float = 15.0) -> int:
        """SIGTERM; gives the exit status."""
        assert self._worker is not None
        self._worker.terminate()
        status = self._worker.wait(seconds)
        self._worker = None
        return status

    def children(self) -> list[psutil.Process]:
        """The worker's processes below its parent."""
        assert self._worker is not None
        return list(psutil.Process(self._worker.pid).children())

    def log(self) -> str:
        """What the worker has said."""
        return (self.folder / "worker.log").read_text(errors="replace")

    def until(self, condition: Callable[[], bool], what: str, seconds: float = _PATIENCE) -> None:
        """Waits for it; fails with the worker's last words."""
        try:
            wait_for(condition, what, seconds, every=_LOOK)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()[-3000:]}") from None

    # --- somebody to work for ---

    def account(self, credits: int = 100, plan: str = "creator") -> str:
        """A creator with so many credits beside those of the plan."""
        services = self.services
        made = services.accounts.register(
            Register.of(name="Ada", email=f"{new_id()}@example.com", password="correct horse battery")
        )
        id_ = made.identity.account_id
        with services.uow() as uow:
            uow.session.get_one(Account, id_).plan_key = plan
            services.credits.grant(uow, id_, credits, GrantSource.PACK, f"test:{id_}")
        return id_

    def train(self, account_id: str, **changes: Any) -> str:
        """Starts a training of five true photos."""
        photos = self.services.photosets
        photo_set = photos.create(account_id)
        for n in range(5):
            file = self.folder / f"{n}.jpg"
            file.write_bytes(jpeg(seed=n))
            photos.add(account_id, photo_set.id, AddPhoto.of(upload_id=f"upload-{n:03}", file_name=f"{n}.jpg"), file)
        values: dict[str, Any] = {
            "photo_set_id": photo_set.id, "name": "Ada", "trigger_word": "adalove", "request_key": new_id(),
            "steps": 200,
        }  # fmt: skip
        return self.services.training.start(account_id, StartTraining.of(**values | changes))

    def draw(self, account_id: str, **changes: Any) -> str:
        """Starts a batch."""
        values: dict[str, Any] = {"request_key": new_id(), "model": "base:flux:schnell", "prompt": "a red fox"}
        return self.services.generation.start(account_id, StartGeneration.of(**values | changes))

    def training_status(self, account_id: str, training_id: str) -> str:
        return self.services.training.get(account_id, training_id).status

    def batch_status(self, account_id: str, generation_id: str) -> str:
        return self.services.generation.get(account_id, generation_id).status

    # --- the door ---

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        world = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                storage = world.services.storage
                assert isinstance(storage, LocalStorage)
                key = unquote(parts.path.removeprefix("/media/signed/"))
                opened = storage.verify_signature(key, dict(parse_qsl(parts.query)))
                if opened is None:
                    self.send_error(404)
                    return
                data = storage.read(opened.key)
                self.send_response(200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if world.webhooks:
                    event = world.services.webhooks.verify(dict(self.headers), body)
                    (kind, subject), *_ = parse_qsl(urlsplit(self.path).query)
                    world.services.inbox.receive(event.source, event.id, kind, subject, json.loads(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Says nothing."""

        return Door
