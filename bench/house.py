"""All of photogen's processes for the benches that need no browser: its web server, its worker, the sandbox, both
databases; and what each of them has cost so far."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from alembic.config import Config

from alembic import command
from photogen.runtime import services as runtime
from tests.fakes.sandbox import SandboxServer
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey, wait_for
from tests.fakes.web_server import WebServer


@dataclass(frozen=True)
class House:
    """`web` serves at `web.url` and has services to make people with; `parts` are the processes by their names."""

    web: WebServer
    sandbox: SandboxServer
    parts: Mapping[str, psutil.Process]

    def seconds(self) -> dict[str, float]:
        """Seconds of a processor that each part has used."""
        return {name: sum(sum(p.cpu_times()[:2]) for p in _family(part)) for name, part in self.parts.items()}

    def memory(self) -> dict[str, int]:
        """Bytes of each part: proportional set sizes, so that what processes share counts once."""
        return {name: sum(p.memory_full_info().pss for p in _family(part)) for name, part in self.parts.items()}


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


@contextmanager
def house(*, workers: int) -> Iterator[House]:
    """One web process, `workers` processes for jobs beside that of the schedule. Commits wait for the disk."""
    with (
        TemporaryDirectory() as folder,
        EmbeddedPostgres(durable=True) as postgres,
        EmbeddedValkey() as valkey,
        SandboxServer(Path(folder) / "vendors") as sandbox,
    ):
        config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
        url = config.attributes["url"] = postgres.create("bench")
        command.upgrade(config, "head")
        data = Path(folder) / "data"
        data.mkdir()
        with (
            WebServer(data, url, valkey.url, environment={"PHOTOGEN_SANDBOX_URL": sandbox.url}) as web,
            _worker(web, valkey.url, workers) as worker,
        ):
            started = {"web": web.pid, "workers": worker, "PostgreSQL": postgres.pid}
            started |= {"Valkey": valkey.pid, "sandbox": sandbox.pid}
            yield House(web, sandbox, {name: psutil.Process(pid) for name, pid in started.items()})


@contextmanager
def _worker(web: WebServer, redis_url: str, processes: int) -> Iterator[int]:
    service = runtime.worker(redis_url, web.environment)
    began = datetime.now(UTC)
    with (web.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [*service.argv, "--processes", str(processes)], cwd=service.cwd, env=service.env, stdout=log, stderr=log
        )
    try:
        wait_for(lambda: service.ready(began), "the worker", service.patience)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)
