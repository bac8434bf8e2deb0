"""Runs the benches and prints their figures with the machine they were taken on.

`python -m bench` runs all of them, `python -m bench photos gallery` only those.
"""

import importlib
import os
import platform
import sys
import time
import traceback
from pathlib import Path

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


def _report(name: str, value: str) -> None:
    print(f"  {name:<62} {value}", flush=True)


def main(names: list[str]) -> int:
    """Runs the benches called `names` (all when empty). Returns the exit code: 1 when one of them broke."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such bench: {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    print(f"Machine: {_machine()}")
    broken = 0
    for name in names or BENCHES:
        print(f"\n{name}: {BENCHES[name]}", flush=True)
        began = time.monotonic()
        try:
            importlib.import_module(f"bench.{name}").run(_report)
        except Exception:  # noqa: BLE001  (the other benches still have something to say)
            traceback.print_exc()
            broken = 1
        print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
