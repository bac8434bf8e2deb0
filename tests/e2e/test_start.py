"""`make run` as a person meets it: an address, pages behind it, a clean end, and words when something is in the way."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from photogen.runtime.preflight import any_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
"""Seconds: the first start may have to build the pages, on a slow machine."""
pytestmark = pytest.mark.timeout(2 * PATIENCE)
_OURS = ("DATABASE_URL", "REDIS_URL", "PHOTOGEN_SANDBOX_URL", "PUBLIC_URL", "SECRET_KEY", "PHOTOGEN_ENV")


class Start:
    """One `photogen up` on a data folder, what it says, and every process that it started."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        env = {name: value for name, value in os.environ.items() if name not in _OURS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "photogen", "up"],
            cwd=ROOT, env=env | {"PORT": str(port), "PHOTOGEN_DATA": str(data)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.said.append(line)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def address(self) -> str:
        """Waits for the printed address."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := re.search(r"photogen is ready: (\S+)", self.text):
                return found[1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"no address:\n{self.text}")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout=60)
        self._reader.join()
        if self.process.stdout:
            self.process.stdout.close()
        return status


@pytest.fixture
def starts() -> Iterator[list[Start]]:
    begun: list[Start] = []
    yield begun
    for start in begun:
        with suppress(subprocess.TimeoutExpired):
            start.end()


def _running(processes: list[psutil.Process]) -> list[str]:
    _, alive = psutil.wait_procs(processes, timeout=15)
    return [" ".join(p.cmdline()) for p in alive if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


def _connected(browser: Browser, address: str) -> None:
    """Opens the landing page; its socket must reach the server it came from."""
    page = browser.new_page()
    with page.expect_websocket(lambda socket: "/_event" in socket.url) as opened:
        page.goto(address + "/login")
    assert opened.value.url.startswith(address.replace("http", "ws", 1) + "/_event")
    expect(page.get_by_label("Email")).to_be_visible()
    page.close()


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A copy that runs while others are tried beside it, and ends cleanly by Ctrl-C."""
    start = Start(tmp_path_factory.mktemp("one"), any_port())
    try:
        start.address()
        yield start
        family = start.family()
        assert len(family) > 5
        assert start.end(signal.SIGINT) == 0
        assert _running(family) == []
        assert start.said[-1] == "photogen has stopped.\n"
        assert "killed" not in start.text
    finally:
        start.end()


def test_two_copies_of_one_clone_run_side_by_side_and_a_killed_one_recovers(
    tmp_path: Path, one: Start, starts: list[Start], browser: Browser
) -> None:
    two = Start(tmp_path / "data", any_port())
    starts.append(two)
    two.address()

    assert one.address() == f"http://localhost:{one.port}"
    for start in (one, two):
        _connected(browser, start.address())
        _connected(browser, f"http://127.0.0.1:{start.port}")

    left = two.family()
    assert len(left) > 5
    two.end(signal.SIGKILL)
    again = Start(two.data, two.port)
    starts.append(again)
    again.address()
    assert _running(left) == []
    assert one.process.poll() is None

    family = again.family()
    assert len(family) > 5
    assert again.end(signal.SIGTERM) == 0
    assert _running(family) == []
    assert again.said[-1] == "photogen has stopped.\n"
    assert "killed" not in again.text


def test_a_second_copy_on_the_same_data_is_refused(one: Start, starts: list[Start]) -> None:
    second = Start(one.data, any_port())
    starts.append(second)

    assert second.process.wait(timeout=60) == 1
    second.end()
    assert "is in use by another photogen" in second.text
    assert f"http://localhost:{one.port}" in second.text
    assert one.process.poll() is None


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path: Path, one: Start, starts: list[Start]) -> None:
    second = Start(tmp_path, one.port)
    starts.append(second)

    assert second.process.wait(timeout=60) == 1
    second.end()
    assert f"Port {one.port} is taken" in second.text
    assert "starting" not in second.text


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "eighty", "PORT must be a number"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "DATABASE_URL does not answer"),
        ("PHOTOGEN_ENV", "production", "production needs keys for every vendor"),
    ],
)
def test_settings_that_can_t_work_are_told(tmp_path: Path, variable: str, value: str, words: str) -> None:
    env = {name: text for name, text in os.environ.items() if name not in _OURS}
    env |= {"PORT": str(any_port()), "PHOTOGEN_DATA": str(tmp_path / "data"), variable: value}
    done = subprocess.run(
        [sys.executable, "-m", "photogen", "up"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
