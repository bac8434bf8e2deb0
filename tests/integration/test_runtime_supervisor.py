"""The supervisor, with small services in the place of the real ones."""

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from photogen.runtime import supervisor as module
from photogen.runtime.instance import Instance
from photogen.runtime.preflight import CannotStart
from photogen.runtime.progress import Progress
from photogen.runtime.services import Service
from photogen.runtime.supervisor import Stopped, Supervisor
from tests.fakes.servers import wait_for


class Stage:
    """A supervisor on a temporary folder, and what it said."""

    def __init__(self, instance: Instance) -> None:
        self.out = io.StringIO()
        self.instance = instance
        self.supervisor = Supervisor(instance, Progress(self.out))

    def service(self, name: str, script: str, *, patience: float = 10.0, grace: float = 5.0) -> Service:
        """Runs `script`, which is ready once it has made the file `<name>`."""
        mark = self.instance.folder / name

        def ready(_since: datetime) -> bool:
            return mark.exists()

        script = f"import os, sys, time, signal\nfrom pathlib import Path\nmark = Path({str(mark)!r})\n" + script
        return Service(
            name, name.title(), [sys.executable, "-c", script], ready, patience=patience, grace=grace,
            prepare=lambda: mark.unlink(missing_ok=True),
        )  # fmt: skip


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Instance(tmp_path) as instance:
        stage = Stage(instance)
        yield stage
        stage.supervisor.stop()


GOOD = "mark.write_text(str(os.getpid()))\ntime.sleep(600)\n"


def test_a_service_is_awaited_and_ended(stage: Stage) -> None:
    stage.supervisor.launch(stage.service("web", GOOD))
    stage.supervisor.await_ready("web")
    process = psutil.Process(int((stage.instance.folder / "web").read_text()))
    stage.supervisor.stop()

    assert not process.is_running()
    assert "Web" in stage.out.getvalue()


def test_a_service_that_can_t_start_is_told_with_its_last_lines(stage: Stage) -> None:
    stage.supervisor.launch(stage.service("web", "print('port 99 is cursed'); sys.exit(3)"))

    with pytest.raises(CannotStart) as failure:
        stage.supervisor.await_ready("web")

    assert "Web ended with status 3" in failure.value.public
    assert "port 99 is cursed" in failure.value.public
    assert str(stage.instance.logs / "web.log") in failure.value.public


def test_the_last_lines_are_of_this_start_alone(stage: Stage) -> None:
    (stage.instance.logs / "web.log").write_text("an old sorrow\n")
    stage.supervisor.launch(stage.service("web", "sys.exit(1)"))

    with pytest.raises(CannotStart) as failure:
        stage.supervisor.await_ready("web")

    assert "an old sorrow" not in failure.value.public


def test_a_service_that_says_nothing_runs_out_of_patience(stage: Stage) -> None:
    stage.supervisor.launch(stage.service("web", "time.sleep(600)", patience=0.2))

    with pytest.raises(CannotStart, match="did not answer within"):
        stage.supervisor.await_ready("web")


def test_one_that_dies_while_another_is_awaited_is_noticed(stage: Stage) -> None:
    stage.supervisor.launch(stage.service("sandbox", "sys.exit(1)"))
    stage.supervisor.launch(stage.service("web", "time.sleep(600)"))

    with pytest.raises(CannotStart, match="Sandbox ended with status 1"):
        stage.supervisor.await_ready("web")


def test_a_failed_task_is_told(stage: Stage) -> None:
    stage.supervisor.launch_task("pages", [sys.executable, "-c", "print('no such package'); raise SystemExit(1)"], {})

    with pytest.raises(CannotStart, match=r"(?s)Pages ended with status 1.*no such package"):
        stage.supervisor.await_task("pages", "Pages")


def _watch_in_main_thread(stage: Stage, then: list[object]) -> threading.Thread:
    """Runs the steps of `then` beside `watch`, which has to have the main thread, and ends it after them."""

    def script() -> None:
        try:
            for step in then:
                assert callable(step)
                step()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=script)
    thread.start()
    return thread


@pytest.fixture
def signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_crashed_service_is_started_again_and_its_warnings_shown(
    stage: Stage, signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BACKOFF", (0.05,))
    mark = stage.instance.folder / "worker"
    stage.supervisor.take_signals()
    stage.supervisor.launch(stage.service("worker", "print('[ERROR] ouch', flush=True)\n" + GOOD))
    stage.supervisor.await_ready("worker")
    first = int(mark.read_text())

    def revived() -> bool:
        return mark.exists() and mark.read_text() not in ("", str(first))

    thread = _watch_in_main_thread(
        stage, [lambda: os.kill(first, signal.SIGKILL), lambda: wait_for(revived, "a new worker")]
    )
    stage.supervisor.watch()
    thread.join()

    said = stage.out.getvalue()
    assert "Worker was ended by SIGKILL" in said
    assert "worker: [ERROR] ouch" in said
    assert revived()


def test_a_service_that_keeps_crashing_waits_longer_each_time(
    stage: Stage, signals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BACKOFF", (0.01, 0.02, 0.03))
    stage.supervisor.take_signals()
    stage.supervisor.launch(stage.service("worker", "mark.touch(); time.sleep(0.1)"))
    stage.supervisor.await_ready("worker")
    thread = _watch_in_main_thread(stage, [lambda: wait_for(lambda: "in 0.03 s" in stage.out.getvalue(), "third wait")])
    stage.supervisor.watch()
    thread.join()

    said = stage.out.getvalue()
    assert said.index("in 0.01 s") < said.index("in 0.02 s") < said.index("in 0.03 s")


def test_a_signal_ends_a_start_that_is_under_way(stage: Stage, signals: None) -> None:
    stage.supervisor.take_signals()
    stage.supervisor.launch(stage.service("web", "time.sleep(600)"))
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped):
        stage.supervisor.await_ready("web")


def test_users_of_the_servers_end_before_the_servers(stage: Stage) -> None:
    last_words = (
        "def end(*_):\n"
        "    mark.with_suffix('.end').write_text(str(time.monotonic()))\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
    )
    for name in ("postgresql", "web"):
        stage.supervisor.launch(stage.service(name, last_words + GOOD))
    stage.supervisor.await_ready("postgresql", "web")
    stage.supervisor.stop()

    ends = {name: float((stage.instance.folder / f"{name}.end").read_text()) for name in ("postgresql", "web")}
    assert ends["web"] < ends["postgresql"]


def test_one_that_won_t_end_is_killed_and_named(stage: Stage) -> None:
    stage.supervisor.launch(stage.service("web", "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + GOOD, grace=0.2))
    stage.supervisor.await_ready("web")
    process = psutil.Process(int((stage.instance.folder / "web").read_text()))
    began = time.monotonic()
    stage.supervisor.stop()

    assert time.monotonic() - began < 5
    assert not process.is_running()
    assert "Web did not end by itself" in stage.out.getvalue()
