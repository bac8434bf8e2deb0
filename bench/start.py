"""How long it takes to an address, what the whole of it weighs in memory, and what each page weighs on the wire."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Page

from bench.browser import chromium, register
from tests.fakes.sandbox import free_port

ROOT = Path(__file__).resolve().parents[1]
LATER_STARTS = 3
PUBLIC = ("/", "/pricing", "/login", "/register")
PRIVATE = ("/dashboard", "/models", "/models/new", "/trainings", "/generate", "/gallery", "/usage", "/settings")
_READY = re.compile(r"photogen is ready: .*?(https?://[\w.:-]+)")


def run(report: Callable[[str, str], None]) -> None:
    """Clones the last commit beside itself, so that nothing of this checkout helps; package caches stay warm."""
    with TemporaryDirectory() as folder:
        clone, data = Path(folder) / "clone", Path(folder) / "data"
        subprocess.run([shutil.which("git") or "git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        with _running(clone, data) as (seconds, _process, _url):
            report("bare clone to address printed (caches warm)", f"{seconds:.1f} s")
        later = []
        for number in range(LATER_STARTS):
            with _running(clone, data) as (seconds, process, url):
                later.append(seconds)
                if number == LATER_STARTS - 1:
                    _memory(process, report)
                    _weights(url, report)
        report(f"later start, median of {LATER_STARTS} (aim: under 8 s)", f"{sorted(later)[LATER_STARTS // 2]:.1f} s")


@contextmanager
def _running(clone: Path, data: Path) -> Iterator[tuple[float, psutil.Process, str]]:
    """`make run` in `clone`: seconds to the address, the process, the address. Ended by SIGINT."""
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "VIRTUAL_ENV"}}
    began = time.monotonic()
    process = subprocess.Popen(
        [shutil.which("make") or "make", "run"],
        cwd=clone,
        env=environment | {"PORT": str(free_port()), "PHOTOGEN_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if found := _READY.search(line):
                yield time.monotonic() - began, psutil.Process(process.pid), found[1]
                break
        else:
            raise RuntimeError("photogen did not start:\n" + "".join(lines))
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
        process.wait(timeout=60)


def _memory(process: psutil.Process, report: Callable[[str, str], None]) -> None:
    time.sleep(3)  # what only the start needed is given back by then
    whole = 0
    for part in [process, *process.children(recursive=True)]:
        try:
            whole += part.memory_full_info().pss
        except psutil.Error:
            continue
    report("memory of the whole (proportional set size)", f"{whole / 2**20:.0f} MiB")


def _weights(url: str, report: Callable[[str, str], None]) -> None:
    with chromium() as browser:
        context = browser.new_context(base_url=url)
        page = context.new_page()
        for path in PUBLIC:
            report(f"script and style of {path}, gzipped (aim: 200 kB)", f"{_weight(page, path) / 1000:.0f} kB")
        register(page)
        for path in PRIVATE:
            report(f"script and style of {path}, gzipped (aim: 300 kB)", f"{_weight(page, path) / 1000:.0f} kB")
        context.close()


def _weight(page: Page, path: str) -> float:
    """Bytes on the wire of scripts and style sheets until the page is at rest, with an empty cache."""
    session = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    weight = 0.0

    def answered(event: dict[str, object]) -> None:
        kinds[str(event["requestId"])] = str(event["type"])

    def finished(event: dict[str, object]) -> None:
        nonlocal weight
        if kinds.get(str(event["requestId"])) in {"Script", "Stylesheet"}:
            weight += float(str(event["encodedDataLength"]))

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(path)
    page.wait_for_load_state("networkidle")
    session.detach()
    return weight
