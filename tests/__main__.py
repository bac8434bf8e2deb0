"""`make test`: the checks and every suite, each in the process it needs; one verdict at the end.

The browser tests run in a process of their own: Playwright's synchronous interface keeps an event loop running, in
which the asynchronous tests can't start theirs. Everything is run even after a failure. Further arguments go to pytest.
Two parts run side by side, for two cores.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from photogen.runtime.preflight import find_chromium

_ROOT = Path(__file__).resolve().parents[1]
_BIN = Path(sys.executable).parent
_CHECKS = (  # the longest first, as below
    ("pages", [sys.executable, "-m", "photogen.runtime.frontend"]),
    ("mypy", [_BIN / "mypy"]),
    ("import-linter", [_BIN / "lint-imports"]),
    ("ruff", [_BIN / "ruff", "check", "."]),
    ("ruff format", [_BIN / "ruff", "format", "--check", "."]),
)
_SUITES = (("integration",), ("e2e",), ("worker", "chaos"), ("web",), ("unit", "contract"))
_CORES = 2
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|deselected|xfailed|xpassed|warnings?)")
_NOTHING_COLLECTED = 5
_printing = Lock()


def _check(name: str, command: list[Path | str]) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment(), check=False
    )
    good = done.returncode == 0
    with _printing:
        print(f"{'ok    ' if good else 'FAILED'} {name:<16}{time.monotonic() - began:5.1f} s", flush=True)
        print("" if good else done.stdout, end="", flush=True)
    return good


def _suite(folders: tuple[str, ...], further: list[str]) -> tuple[bool, Counter[str]]:
    """Whether all is well, and how many tests there were of each outcome."""
    counts: Counter[str] = Counter()
    present = [f"tests/{folder}" for folder in folders if list((_ROOT / "tests" / folder).rglob("test_*.py"))]
    if not present:
        return True, counts
    name, last = "+".join(folders), ""
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", *present, *further],
        cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment(),
    )  # fmt: skip
    for line in run.stdout or ():
        with _printing:
            print(f"{name:<13}| {line}", end="", flush=True)
        last = line if line.strip() else last
    for number, what in _COUNT.findall(last):
        counts[what] += int(number)
    return run.wait() == 0 or (run.returncode == _NOTHING_COLLECTED and bool(further)), counts


def _environment() -> dict[str, str]:
    chromium = find_chromium()
    # A hundred processes are started, and without kept bytecode each takes 6 s of a core longer.
    ours = {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
    return os.environ | ours | ({"CHROMIUM_PATH": str(chromium)} if chromium else {})


def main() -> int:
    """0 when every check and every test passed, 1 otherwise."""
    if find_chromium() is None:
        print(
            "The browser tests need a Chromium and there is none. Install one (apt install chromium, or\n"
            ".venv/bin/playwright install chromium), or name it: CHROMIUM_PATH=/path/to/chrome make test",
            file=sys.stderr,
        )
        return 1
    began = time.monotonic()
    with ThreadPoolExecutor(_CORES) as cores:
        good = list(cores.map(lambda check: _check(*check), _CHECKS))
        # After the checks: the pages are built by then, once.
        suites = list(cores.map(lambda folders: _suite(folders, sys.argv[1:]), _SUITES))
    failed = [*good, *(fine for fine, _ in suites)].count(False)
    counts: Counter[str] = sum((found for _, found in suites), Counter())
    words = ", ".join(f"{number} {what}" for what, number in counts.items())
    print(f"\n{'' if not failed else f'{failed} parts FAILED. '}All suites together:")
    print(f"{f' {words} in {time.monotonic() - began:.2f}s ':=^100}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
