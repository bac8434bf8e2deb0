"""A photogen whose every process can be killed: PostgreSQL, Valkey, the worker, the door of the web server."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil
import redis
from alembic.config import Config
from sqlalchemy import text

from alembic import command
from photogen.bootstrap import Services, build
from photogen.domain.accounts.commands import Register
from photogen.domain.photosets.commands import AddPhoto
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from photogen.models import (
    Account,
    GrantSource,
    Interval,
    PlanVersion,
    Subscription,
    SubscriptionStatus,
    Tier,
)
from photogen.runtime.child import Child
from photogen.settings import Settings
from tests.factories.photos import jpeg
from tests.fakes.sandbox import SandboxServer, free_port
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey, wait_for

_ROOT = Path(__file__).parents[2]
_PHOTOS = 5
CREDITS = 100_000
_SOLD = 90
"""Number of the plan's version that the storm's subscribers pay for."""


class Studio:
    """`with Studio(folder) as studio:`. `services` is what the pages would call; `pass_time` moves all clocks."""

    def __init__(self, folder: Path, *, processes: int = 3) -> None:
        self.folder, self._processes = folder, processes
        self.ahead = timedelta(0)
        self.postgres, self.valkey = EmbeddedPostgres(durable=True), EmbeddedValkey()
        self.sandbox = SandboxServer(folder / "vendors", environment={"SANDBOX_VERSION_DELETE_SECONDS": "0.5"})
        self.port = free_port()
        self.temporary = folder / "tmp"
        self._worker: Child | None = None
        self._door: Child | None = None

    def __enter__(self) -> Self:
        self.temporary.mkdir(parents=True)
        self.sandbox.start()
        self.postgres.start()
        self.valkey.start()
        self._environment = {
            **os.environ,
            "PORT": str(self.port),
            "PHOTOGEN_DATA": str(self.folder / "data"),
            "DATABASE_URL": self._database(),
            "REDIS_URL": self.valkey.url,
            "SECRET_KEY": secrets.token_hex(32),
            "PHOTOGEN_SANDBOX_URL": self.sandbox.url,
            "LEASE_SECONDS": "3",
            "POLL_SECONDS": "0.5",
            "TMPDIR": str(self.temporary),
            # Every start would compile the libraries again where the machine forbids to keep that.
            "PYTHONDONTWRITEBYTECODE": "",
        }
        self.services: Services = self._build()
        self.start_door()
        self.start_worker()
        wait_for(self.lives, "worker and door", 180)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill_worker()
        self.kill_door()
        self.services.close()
        self.valkey.stop()
        self.postgres.stop()
        self.sandbox.__exit__(kind, value, trace)

    def _database(self) -> str:
        config = Config(str(_ROOT / "alembic.ini"))
        config.attributes["url"] = self.postgres.create("photogen")
        command.upgrade(config, "head")
        return str(config.attributes["url"])

    def _build(self) -> Services:
        chosen = {name: self._environment[name.upper()] for name in ("port", "database_url", "redis_url", "secret_key")}
        values: dict[str, Any] = {
            **chosen,
            "data_folder": self.folder / "data",
            "sandbox_url": self.sandbox.url,
        }
        return build(Settings(**values), clock=lambda: utc_now() + self.ahead)

    # --- processes ----------------------------------------------------------------------------------------------------

    def start_worker(self) -> None:
        """Jobs and schedule, on the studio's clock."""
        arguments = ["-m", "tests.chaos.worker", str(self._processes), str(self.ahead.total_seconds())]
        self._worker = Child(
            [sys.executable, *arguments], log=self.folder / "worker.log", env=self._environment, cwd=_ROOT
        )

    def kill_worker(self) -> None:
        """SIGKILL to the parent and all children in one moment."""
        if self._worker is not None:
            _kill_group(self._worker)
            self._worker = None

    def kill_child(self, number: int) -> bool:
        """SIGKILL to one of the worker's children, in the order of their birth; the last one is the schedule. False
        when there is none yet."""
        if self._worker is None:
            return False
        with suppress(psutil.Error):
            children = psutil.Process(self._worker.pid).children()
            if len(children) > self._processes:
                children[number % len(children)].kill()
                return True
        return False

    def lives(self) -> bool:
        """Whether the worker has forked its children and the door answers."""
        if self._worker is None or self._door is None or not self.valkey.running:
            return False
        try:
            forked = len(psutil.Process(self._worker.pid).children()) > self._processes
            return forked and httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1, trust_env=False).is_success
        except (psutil.Error, httpx.HTTPError):
            return False

    def start_door(self) -> None:
        """Media and webhooks."""
        argv = [
            sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1", "--port",
            str(self.port), "--workers", "1", "--log-level", "warning", "tests.chaos.door:app",
        ]  # fmt: skip
        self._door = Child(argv, log=self.folder / "door.log", env=self._environment, cwd=_ROOT)

    def kill_door(self) -> None:
        """SIGKILL to the server and what it forked."""
        if self._door is not None:
            _kill_group(self._door)
            self._door = None

    def flush_queue(self) -> None:
        """Every job is forgotten."""
        client = redis.Redis.from_url(self.valkey.url)
        with suppress(redis.RedisError):
            client.flushall()
        client.close()

    def revive(self) -> None:
        """Whatever has been killed lives again, and answers."""
        self.valkey.revive()
        if self._worker is None:
            self.start_worker()
        if self._door is None:
            self.start_door()

    def pass_time(self, seconds: float) -> None:
        """Everybody's clock is so much later at once."""
        self.kill_worker()
        self.ahead += timedelta(seconds=seconds)
        self.start_worker()

    def log(self, word: str, lines: int = 60) -> str:
        """The worker's last lines that contain `word`."""
        text = (self.folder / "worker.log").read_text(errors="replace")
        return "\n".join([line for line in text.splitlines() if word in line][-lines:])

    # --- people -------------------------------------------------------------------------------------------------------

    def prepare(self, quota: int) -> None:
        """A plan without limits, and the same sold with so many pictures a day."""
        self.quota = quota
        with self.services.uow() as uow:
            uow.session.execute(
                text("UPDATE plan SET model_slots = 100000, trainings_included = 0, daily_quota = 0, tier = 'pro'")
            )
            terms = uow.session.get_one(PlanVersion, ("creator", 1)).model_dump()
            changes = {"number": _SOLD, "model_slots": 100_000, "trainings_included": 0, "tier": Tier.PRO}
            uow.session.add(PlanVersion(**terms | changes | {"daily_quota": quota}))

    def account(self, *, subscribed: bool = False) -> tuple[str, str]:
        """Somebody with credits and a set of photos; the ids of both. Who has subscribed lets credits pay beyond the
        day's quota."""
        services = self.services
        made = services.accounts.register(
            Register.of(name="Ada", email=f"{new_id()}@example.com", password="correct horse battery")
        )
        id_ = made.identity.account_id
        with services.uow() as uow:
            uow.session.get_one(Account, id_).plan_key = "creator"
            services.credits.grant(uow, id_, CREDITS, GrantSource.PACK, f"test:{id_}")
        if subscribed:
            self._subscribe(id_)
        photo_set = services.photosets.create(id_)
        for number in range(_PHOTOS):
            file = self.folder / f"{number}.jpg"
            if not file.exists():
                file.write_bytes(jpeg(seed=number))
            command_ = AddPhoto.of(upload_id=f"upload-{number:03}", file_name=file.name)
            services.photosets.add(id_, photo_set.id, command_, file)
        return id_, photo_set.id

    def _subscribe(self, account_id: str) -> None:
        now, end = self.services.clock(), self.services.clock() + timedelta(days=60)
        with self.services.uow() as uow:
            uow.session.get_one(Account, account_id).overage = True
            uow.session.add(
                Subscription(
                    account_id=account_id, gateway="stripe", gateway_id=f"sub_{account_id}",
                    status=SubscriptionStatus.ACTIVE, plan_key="creator", plan_version=_SOLD, interval=Interval.MONTH,
                    price_id="price_of_the_storm", period_start=now, period_end=end, entitled_until=end,
                )
            )  # fmt: skip


def _kill_group(child: Child) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.end(time.monotonic() + 10)
