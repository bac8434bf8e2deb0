"""Starts the processes in their order, watches them, and ends them: nothing of photogen runs without it or after it."""

import re
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import FrameType

from photogen.runtime.child import Child
from photogen.runtime.instance import Instance
from photogen.runtime.logs import LogFollower, make_room
from photogen.runtime.preflight import CannotStart
from photogen.runtime.progress import Progress
from photogen.runtime.services import ROOT, Service

_TICK = 0.05
_WATCH_TICK = 0.2
_BACKOFF = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before the first, second ... start anew of a service that keeps ending."""
_STEADY = 60.0
"""Seconds after which a service counts as running well, so that its next end is a first one again."""
_LOG_CHECK = 30.0
_SAME_WISH = 0.5


class Stopped(Exception):
    """Somebody asked for the end."""


@dataclass
class _Running:
    service: Service
    child: Child
    log: LogFollower
    launched: float = field(default_factory=time.monotonic)
    ready: bool = False
    failures: int = 0
    again_at: float | None = None


class Supervisor:
    """Runs services inside `instance`. To be used from the main thread: it takes the signals, and children follow its
    end."""

    def __init__(self, instance: Instance, progress: Progress) -> None:
        self._instance = instance
        self._progress = progress
        self._running: dict[str, _Running] = {}
        self._tasks: dict[str, Child] = {}
        self._stop_asked = 0
        self._last_signal = -_SAME_WISH

    def take_signals(self) -> None:
        """From now on SIGINT, SIGTERM and SIGHUP end photogen; a second one ends it without waiting for anybody."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def launch(self, service: Service) -> None:
        """Starts a service; `await_ready` waits for it."""
        self._progress.begin(service.title, "starting")
        self._running[service.name] = self._spawn(service)

    def await_ready(self, *names: str) -> None:
        """Waits until all these services are ready. Raises CannotStart with the last lines of one that fails."""
        while not all(self._running[name].ready for name in names):
            self._wait_a_little()

    def launch_task(self, name: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """Starts a process that has to end well by itself, like a build; `await_task` waits for it."""
        log = self._instance.logs / f"{name}.log"
        make_room(log)
        self._tasks[name] = Child(argv, log=log, env=env, cwd=ROOT)
        self._instance.remember(name, self._tasks[name].pid)

    def await_task(self, name: str, title: str) -> str:
        """Waits for the task's end and gives its last line. Raises CannotStart with its last lines when it failed, or
        Stopped."""
        child = self._tasks[name]
        while (status := child.poll()) is None:
            self._wait_a_little()
        del self._tasks[name]
        if status != 0:
            self._progress.failed(title)
            raise _failure(title, child, _how_it_ended(status))
        return "".join(child.tail(1))

    def watch(self) -> None:
        """Keeps everything running and shows what the services warn of. Returns when somebody asks for the end."""
        next_log_check = time.monotonic() + _LOG_CHECK
        while not self._stop_asked:
            for running in list(self._running.values()):
                self._keep(running)
                for line in running.log.warnings():
                    self._progress.warn(f"{running.service.name}: {line}")
            if time.monotonic() > next_log_check:
                next_log_check = time.monotonic() + _LOG_CHECK
                for running in self._running.values():
                    make_room(running.child.log)
            time.sleep(_WATCH_TICK)

    def stop(self) -> None:
        """Ends everything: first who uses the servers, then the servers. Nothing is left when it returns."""
        for task in self._tasks.values():
            task.ask_to_stop()
            task.end(time.monotonic() + 2)
        self._tasks.clear()
        servers = {"postgresql", "valkey"}
        for group in (
            [r for name, r in self._running.items() if name not in servers],
            [r for name, r in self._running.items() if name in servers],
        ):
            asked = time.monotonic()
            for running in group:
                running.child.ask_to_stop()
            for running in group:
                patience = 0.0 if self._stop_asked > 1 else running.service.grace
                if not self._end(running, asked + patience):
                    self._progress.warn(f"{running.service.title} did not end by itself and was killed")
        self._running.clear()

    def _end(self, running: _Running, deadline: float) -> bool:
        while running.child.poll() is None and time.monotonic() < deadline and self._stop_asked < 2:
            time.sleep(_TICK)
        return running.child.end(time.monotonic())

    def _spawn(self, service: Service, failures: int = 0) -> _Running:
        service.prepare()
        log = self._instance.logs / f"{service.name}.log"
        make_room(log)
        follower = LogFollower(log)
        child = Child(
            service.argv,
            log=log,
            env=service.env,
            cwd=service.cwd,
            stop_signal=service.stop_signal,
            preexec=service.preexec,
        )
        self._instance.remember(service.name, child.pid)
        return _Running(service, child, follower, failures=failures)

    def _wait_a_little(self) -> None:
        if self._stop_asked:
            raise Stopped
        for running in self._running.values():
            if not running.ready:
                self._look_whether_ready(running)
        time.sleep(_TICK)

    def _look_whether_ready(self, running: _Running) -> None:
        service = running.service
        waited = time.monotonic() - running.launched
        status = running.child.poll()
        if status is None and service.ready(datetime.now(UTC) - timedelta(seconds=waited)):
            running.ready = True
            self._progress.done(service.title)
        elif status is not None or waited > service.patience:
            self._progress.failed(service.title)
            how = _how_it_ended(status) if status is not None else f"did not answer within {service.patience:.0f} s"
            raise _failure(service.title, running.child, how)

    def _keep(self, running: _Running) -> None:
        service, now = running.service, time.monotonic()
        if running.again_at is not None:
            if now >= running.again_at:
                try:
                    self._running[service.name] = self._spawn(service, running.failures)
                except (CannotStart, OSError) as problem:
                    self._progress.warn(f"{service.title} can't be started: {problem}")
                    self._plan_restart(running)
            return
        status = running.child.poll()
        if status is None:
            if now - running.launched > _STEADY:
                running.failures = 0
            return
        running.child.end(now)  # what it left of its process group
        self._progress.warn(f"{service.title} {_how_it_ended(status)}; its log: {running.child.log}")
        for line in running.child.tail(3):
            self._progress.warn(f"  {line}")
        self._plan_restart(running)

    def _plan_restart(self, running: _Running) -> None:
        wait = _BACKOFF[min(running.failures, len(_BACKOFF) - 1)]
        running.failures += 1
        running.again_at = time.monotonic() + wait
        self._progress.warn(f"{running.service.title} is started again in {wait:g} s")

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # `timeout` and some service managers signal the process and its group: two in one moment are one wish.
        if time.monotonic() - self._last_signal > _SAME_WISH:
            self._stop_asked += 1
        self._last_signal = time.monotonic()


def _how_it_ended(status: int) -> str:
    if status < 0:
        with suppress(ValueError):
            return f"was ended by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _failure(title: str, child: Child, how: str) -> CannotStart:
    lines = "\n".join(f"    {re.sub(chr(27) + r'[^m]*m', '', line)}" for line in child.tail())
    return CannotStart(
        f"{title} {how}. Its last lines, from {child.log}:\n{lines or '    (it said nothing)'}", code="service_failed"
    )
