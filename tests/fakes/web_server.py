"""The real web server on real servers, without a built front end: what attackers reach, and the services beside it."""

from __future__ import annotations

import os
import secrets
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from photogen.bootstrap import Services, build
from photogen.domain.accounts.secrets import digest, new_token
from photogen.gateways.http import tls
from photogen.kit.ids import new_id
from photogen.models import Account, GrantSource, LoginSession
from photogen.runtime import services as runtime
from photogen.settings import Settings
from tests.fakes.sandbox import free_port
from tests.fakes.servers import wait_for

PAGES = (
    "",
    "dashboard",
    "generate",
    "gallery",
    "models",
    "models/new",
    "trainings",
    "settings",
    "usage",
    "login",
    "admin",
    "deletions",
)


class WebServer:
    """`with WebServer(folder, database_url, redis_url) as web:` serves at `web.url`, as `make run` would;
    `web.environment` is what its process was told.

    `web.services` is a second process's view of the same rows: for making them, and for looking at them."""

    def __init__(
        self, folder: Path, database_url: str, redis_url: str, *, environment: dict[str, str] | None = None
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://localhost:{self.port}"
        values = {
            "PORT": str(self.port),
            "PHOTOGEN_DATA": str(folder),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEY": secrets.token_hex(32),
            "PHOTOGEN_SANDBOX_URL": "http://127.0.0.1:1",
            "PUBLIC_URL": self.url,
        }
        self.environment = {**os.environ, **values, **(environment or {})}
        self.services: Services = build(
            Settings(
                data_folder=folder,
                port=self.port,
                database_url=database_url,
                redis_url=redis_url,
                secret_key=values["SECRET_KEY"],
                sandbox_url=values["PHOTOGEN_SANDBOX_URL"],
            )
        )

    def __enter__(self) -> Self:
        client = self.folder / "pages" / "build" / "client"
        for page in PAGES:
            (client / page).mkdir(parents=True, exist_ok=True)
            (client / page / "index.html").write_text(f"<html><script>1</script>{page}</html>")
        (client / "404.html").write_text("<html>not here</html>")
        (self.folder / "pages" / "backend").mkdir()
        service = runtime.web(self.port, self.folder / "pages", self.environment)
        with (self.folder / "web.log").open("ab") as log:
            self._process = subprocess.Popen(service.argv, cwd=service.cwd, env=service.env, stdout=log, stderr=log)
        try:
            wait_for(lambda: service.ready(datetime.now(UTC)), "the web server's answer", 120)
        except AssertionError as error:
            self._end()
            raise AssertionError(f"{error}\n{self.log()[-3000:]}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self.services.close()

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(15)

    @property
    def pid(self) -> int:
        """The process that was started; what serves is a child of it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs and answers."""
        return (
            self._process.poll() is None and httpx.get(f"{self.url}/healthz", verify=tls(), trust_env=False).is_success
        )

    def log(self, after: int = 0) -> str:
        """All that it has said, but for its first `after` bytes."""
        with (self.folder / "web.log").open("rb") as file:
            file.seek(after)
            return file.read().decode(errors="replace")

    @property
    def log_length(self) -> int:
        """Bytes that it has said."""
        return (self.folder / "web.log").stat().st_size

    # --- people ---

    def account(self, *, credits: int = 100, plan: str = "creator", email: str = "", name: str = "Ada") -> str:
        """Somebody who has not logged in; the password opens nothing."""
        id_ = new_id()
        with self.services.uow() as uow:
            address = email or f"{id_}@example.com"
            uow.session.add(Account(id=id_, email=address, name=name, password_hash="none", plan_key=plan))
            uow.session.flush()
            if credits:
                self.services.credits.grant(uow, id_, credits, GrantSource.PACK, f"test:{id_}")
        return id_

    def session(self, account_id: str, *, days: float = 30) -> str:
        """A session's token, without the tenth of a second that a password takes."""
        token, now = new_token(), datetime.now(UTC)
        row = LoginSession(
            id=digest(token), account_id=account_id, created_at=now, last_seen_at=now,
            expires_at=now + timedelta(days=days),
        )  # fmt: skip
        with self.services.uow() as uow:
            uow.session.add(row)
        return token

    def client(self, token: str = "", *, origin: str | None = None, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser at the address `address`, whose requests come from our own page unless `origin` says otherwise."""
        origin = self.url if origin is None else origin
        return httpx.AsyncClient(
            base_url=self.url,
            cookies={"photogen_session": token} if token else {},
            headers={"origin": origin} if origin else {},
            transport=httpx.AsyncHTTPTransport(verify=tls(), local_address=address),
            timeout=15,
        )
