"""The whole of photogen, started as `make run` starts it, for tests in a browser and for benches."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from photogen.db.embedded import EmbeddedPostgres
from photogen.runtime.instance import Instance
from tests.fakes.sandbox import SandboxServer, free_port

ROOT = Path(__file__).resolve().parents[2]
_READY = re.compile(r"photogen is ready: .*?(https?://[\w.:-]+)")


class RunningPhotogen:
    """`python -m photogen up` on a data folder of its own, with a sandbox whose faults and pace can be set.

    `url` is its address, `seconds` how long the start took."""

    def __init__(
        self, data: Path, *, environment: dict[str, str] | None = None, sandbox: SandboxServer | None = None
    ) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.sandbox = sandbox or SandboxServer(data / "vendors")
        self.seconds = 0.0
        self.output: list[str] = []
        self._environment = {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}},
            "PORT": str(self.port),
            "PHOTOGEN_DATA": str(data),
            "PHOTOGEN_SANDBOX_URL": self.sandbox.url,
            "REGISTRATION_RATE": "10000/hour",  # everybody here comes from one address
            "LOGIN_RATE": "10000/hour",
            "PYTHONUNBUFFERED": "1",
            **(environment or {}),
        }
        self.process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        self.sandbox.start()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.sandbox.__exit__(kind, value, trace)

    def start(self, patience: float = 180.0) -> None:
        """Starts everything and waits for the address. Raises RuntimeError with what it printed when none comes."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "photogen", "up"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._pump, args=(self.process, lines), daemon=True).start()
        while (left := patience - (time.monotonic() - began)) > 0:
            try:
                line = lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            if _READY.search(line):
                self.seconds = time.monotonic() - began
                return
        words = "".join(self.output)
        self.stop()
        raise RuntimeError(f"photogen did not start:\n{words}")

    def make_admin(self, email: str) -> str:
        """Lets somebody who has registered administer it, and gives the account's id."""
        postgres = EmbeddedPostgres(self.data / "postgresql", Instance(self.data).sockets)
        with psycopg.connect(postgres.url()) as connection:
            row = connection.execute(
                "UPDATE account SET role = 'admin' WHERE email = %s RETURNING id", (email,)
            ).fetchone()
        assert row is not None
        return str(row[0])

    def _pump(self, process: "subprocess.Popen[str]", lines: "queue.Queue[str | None]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.output.append(line)
            lines.put(line)
        lines.put(None)
        process.stdout.close()

    def stop(self) -> int:
        """Ends it as Ctrl-C does, and returns the exit status."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(timeout=60)
        self.process = None
        return status
