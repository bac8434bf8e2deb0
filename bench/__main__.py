"""Runs the benches and prints their figures with the machine they were taken on.

`python -m bench` runs all of them, `python -m bench photos gallery` only those; with `--write` their sections of
docs/benchmarks.md are replaced, each as soon as it is measured. A bench that breaks leaves its section as it was.
"""

import importlib
import inspect
import os
import platform
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.page import PAGE, Section, write

BENCHES = {
    "photos": "20 photos of 12 megapixels: upload to ZIP, preparation against sharp",
    "gallery": "pages, searches and counts of 200,000 and of 1,000,000 pictures; an unrelated request meanwhile",
    "gallery_page": "the gallery's page with 100,000 pictures: first picture, scrolling, jumps to months",
    "thumbnails": "WebP against AVIF at the sizes of thumbnails: bytes, time, how true they stay",
    "start": "bare clone to address, later start, memory, weight of the pages",
    "trainings": "trainings in flight on one worker, losses made good, what we add to the vendor's time",
    "money": "quota checks, credits and quota taken by 16 clients at once, the month's end for 10,000 subscribers",
    "books": "the books checked, the figures and a balance explained at 10,000 subscribers and a million entries",
    "line": "taking the next picture of so many that wait, and whom 500 of one creator hold up",
    "crowd": "a hundred creators press the button together: click to picture, losses, whose time it takes",
    "sessions": "memory of an open session, and of the whole with 200 of them",
    "journey": "click to vendor call, row to page, click to picture",
}


def _machine() -> str:
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or "unknown processor",
    )
    kib = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    memory = f"{kib / 1024 / 1024:.0f} GiB" if kib else "unknown memory"
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} x {model}, {memory}, {system}, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _git(*arguments: str) -> str:
    try:
        command = [shutil.which("git") or "git", "-C", str(PAGE.parents[1]), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def _commit() -> str:
    changed = [line for line in _git("status", "--porcelain").splitlines() if not line.endswith("docs/benchmarks.md")]
    return (_git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")


def _collector(rows: list[tuple[str, str]]) -> Callable[[str, str], None]:
    def report(name: str, value: str) -> None:
        rows.append((name, value))
        print(f"  {name:<62} {value}", flush=True)

    return report


def _measure(name: str) -> Section:
    """Runs one; raises what it raises."""
    began, moment, commit, load = time.monotonic(), datetime.now(UTC), _commit(), os.getloadavg()[0]
    rows: list[tuple[str, str]] = []
    module = importlib.import_module(f"bench.{name}")
    module.run(_collector(rows))
    seconds = time.monotonic() - began
    print(f"  ({seconds:.0f} s)", flush=True)
    taken = (
        f"Taken on {moment:%Y-%m-%d} at {moment:%H:%M} UTC, commit {commit}, in {seconds:.0f} s, load {load:.1f} at "
        f"the beginning, on {_machine()}."
    )
    return Section(name, BENCHES[name], " ".join((inspect.getdoc(module) or "").split()), taken, rows)


def main(arguments: list[str]) -> int:
    """Runs the benches that are named (all when none is). Returns the exit code: 1 when one of them broke."""
    names = [argument for argument in arguments if argument != "--write"]
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    print(f"Machine: {_machine()}")
    broken = 0
    for name in names or BENCHES:
        print(f"\n{name}: {BENCHES[name]}", flush=True)
        try:
            section = _measure(name)
        except Exception:  # noqa: BLE001  (the other benches still have something to say)
            traceback.print_exc()
            broken = 1
            continue
        if "--write" in arguments:
            write(section, list(BENCHES))
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
