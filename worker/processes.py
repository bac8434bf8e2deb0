"""The processes of a worker: a parent that only watches, one child per SimpleWorker, and one for the schedule.

The parent imports everything and then forks, so that the children share that memory; connections and services are made
after the fork. A child that dies is started again, ever more slowly when it keeps dying.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from redis.client import Pipeline
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty
from rq.worker import SimpleWorker

from photogen.gateways.queue.rq import LANES, connection
from photogen.kit import log
from worker import context, jobs  # noqa: F401  (jobs: imported before the fork, looked up by name after it)
from worker.schedule import Schedule

_BACKOFF = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)
_STEADY = 30.0
"""Seconds after which a child counts as well: its next death is a first one again."""
_PATIENCE = 8.0
"""Seconds that children get to finish what they do; the rows of those that don't are taken up when their lease ends."""
_WORKER_TTL = 60
"""Seconds after which a silent worker is forgotten by RQ; it looks for jobs at least every 45."""
_PR_SET_PDEATHSIG = 1

_log = log.get("worker")


class TookTooLong(JobTimeoutException, TimeoutError):
    """A job's own time is up. The services know TimeoutError, RQ its JobTimeoutException."""


class _Deadline(UnixSignalDeathPenalty):
    def handle_death_penalty(self, signum: int, frame: FrameType | None) -> None:  # noqa: ARG002
        raise TookTooLong(f"more than {self._timeout} seconds")


class JobWorker(SimpleWorker):
    """Runs jobs in its own process, one after the other: without a fork per job a click reaches the vendor at once."""

    death_penalty_class = _Deadline
    max_connection_wait_time = 2.0
    parent = 0

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Tells RQ that it lives; ends when the parent no longer does."""
        if self.parent and os.getppid() != self.parent:
            raise StopRequested
        super().heartbeat(timeout, pipeline)


def _run_jobs(parent: int) -> None:
    chosen = context.settings()
    context.services()  # connections and clients now, not at the first click
    worker = JobWorker(
        list(LANES),
        connection=connection(chosen.redis_url.get_secret_value()),
        serializer=JSONSerializer,
        worker_ttl=_WORKER_TTL,
        log_job_description=False,
    )
    worker.parent = parent
    worker.work(logging_level="WARNING")


def _run_schedule(_parent: int) -> None:
    schedule = Schedule(context.services())
    signal.signal(signal.SIGTERM, lambda *_: schedule.stop())
    signal.signal(signal.SIGINT, lambda *_: schedule.stop())
    schedule.run()


@dataclass
class _Child:
    name: str
    run: Callable[[int], None]
    pid: int = 0
    born: float = 0.0
    deaths: int = 0
    again_at: float = field(default=0.0)


class Family:
    """The parent. `run` returns once everybody has ended."""

    def __init__(self, processes: int) -> None:
        self._children = [_Child(f"jobs-{n}", _run_jobs) for n in range(1, processes + 1)]
        self._children.append(_Child("schedule", _run_schedule))
        self._ending = False

    def run(self) -> None:
        """Keeps the children running until SIGTERM or SIGINT."""
        gc.collect()
        gc.freeze()  # what was imported stays in pages that the children share
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._ending:
            for child in self._children:
                if not child.pid and time.monotonic() >= child.again_at:
                    self._fork(child)
            self._reap()
            time.sleep(0.1)
        self._wind_up()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self._ending = True

    def _fork(self, child: _Child) -> None:
        parent = os.getpid()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            child.pid, child.born = pid, time.monotonic()
            return
        status = 1
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the group; the parent then asks in order
            _follow(parent)
            child.run(parent)
            status = 0
        except Exception:  # noqa: BLE001  (the parent starts it again)
            _log.exception("process ended", process=child.name)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _reap(self) -> None:
        for child in self._children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            lived, child.pid = time.monotonic() - child.born, 0
            child.deaths = 1 if lived > _STEADY else child.deaths + 1
            wait = _BACKOFF[min(child.deaths, len(_BACKOFF)) - 1]
            child.again_at = time.monotonic() + wait
            if not self._ending:
                _log.warning(
                    "process ended and is started again",
                    process=child.name, status=os.waitstatus_to_exitcode(status), seconds=wait,
                )  # fmt: skip

    def _wind_up(self) -> None:
        for child in self._children:
            self._signal(child, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE
        while any(child.pid for child in self._children) and time.monotonic() < deadline:
            self._reap()
            time.sleep(0.02)
        for child in self._children:
            if child.pid:
                _log.warning("process killed; its row is taken up again when the lease ends", process=child.name)
                self._signal(child, signal.SIGKILL)
                os.waitpid(child.pid, 0)

    @staticmethod
    def _signal(child: _Child, number: signal.Signals) -> None:
        if child.pid:
            os.kill(child.pid, number)


def _follow(parent: int) -> None:
    """Ends this process when its parent dies, however that dies. On Linux at once; elsewhere `JobWorker` notices."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died in between
        os._exit(1)
