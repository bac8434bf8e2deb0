"""Makes the virtual environment and installs, by hash, what `requirements.txt` pins: the first thing `make` does.

Runs on the bare Python of the machine, with the standard library alone. A stamp remembers what was installed, so a
later start only compares two texts. The work is done by uv, from the PATH or from its own pinned wheel, because pip
takes ten times as long; pip does it where uv can't.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from photogen.runtime.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / ".photogen-installed"
OLDEST, NEWEST = (3, 11), (3, 13)


class CannotInstall(Exception):
    """The message says what is missing and how to mend it."""


def wanted(requirements: Path) -> str:
    """What the stamp must say: the Python and the pinned requirements."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return "{}.{} {}".format(*sys.version_info[:2], digest)


def installed(requirements: Path) -> bool:
    """Whether the virtual environment holds just these requirements, or the tests' larger set that contains them."""
    if not (VENV / "bin" / "python").exists() or not STAMP.exists():
        return False
    return wanted(requirements) in STAMP.read_text().splitlines()


def _usable_venv() -> bool:
    """Whether there is a virtual environment whose Python runs and has this Python's version."""
    version = "import sys; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        asked = subprocess.run([VENV / "bin" / "python", "-c", version], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return asked.stdout.strip() == "{}.{}".format(*sys.version_info[:2])


def check_python() -> None:
    """Raises CannotInstall when this Python is too old or too new."""
    here = sys.version_info[:2]
    if not OLDEST <= here <= NEWEST:
        raise CannotInstall(
            "photogen needs Python {}.{} to {}.{}, and this is {}.{}".format(*OLDEST, *NEWEST, *here)
            + f" ({sys.executable}).\nInstall one of them, or name it: make run PYTHON=/path/to/python3.12"
        )


def _run(command: list[str], what: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        raise CannotInstall(what + "\n" + "\n".join("    " + line for line in lines[-12:]))


def _make_venv(uv: str | None) -> None:
    if uv is not None:
        command = [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)]
        _run(command, "The virtual environment can't be made:")
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise CannotInstall(
            f"This Python ({sys.executable}) comes without its `venv` module, as Debian and Ubuntu package it.\n"
            + "Install it (apt install python{}.{}-venv), or install uv, then try again.".format(*sys.version_info[:2])
        )
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "The virtual environment can't be made:")


def _uv_from_wheel(requirements: Path) -> str | None:
    """Installs the pinned uv with pip, so by pip's own settings; None where there is no such wheel."""
    lines, keep = [], False
    for line in requirements.read_text().splitlines():
        keep = line.startswith("uv==") or (keep and line.startswith("    --hash"))
        if keep:
            lines.append(line)
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "uv.txt"
        pinned.write_text("\n".join(lines).rstrip("\\ ") + "\n")
        try:
            _pip(pinned)
        except CannotInstall:
            return None
    uv = VENV / "bin" / "uv"
    return str(uv) if uv.exists() else None


def _pip(requirements: Path) -> None:
    python = str(VENV / "bin" / "python")
    if subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        _run([python, "-m", "ensurepip", "--default-pip"], "pip can't be set up:")
    _run(
        [python, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", str(requirements)],
        "The packages can't be installed. Is the network there? pip says:",
    )


def _uv_environment() -> dict[str, str]:
    """uv reads neither pip's variables nor pip's files: the index and the certificates are handed over."""
    env = dict(os.environ)
    python = str(VENV / "bin" / "python")
    asked = subprocess.run(
        [python, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    index = env.get("PIP_INDEX_URL") or asked.stdout.strip()
    if index:
        env.setdefault("UV_DEFAULT_INDEX", index)
    if env.get("PIP_CERT"):
        env.setdefault("SSL_CERT_FILE", env["PIP_CERT"])
    env.setdefault("UV_HTTP_TIMEOUT", "30")
    return env


def _sync(requirements: Path, progress: Progress) -> None:
    uv = shutil.which("uv")
    if not _usable_venv():
        _make_venv(uv)
    STAMP.unlink(missing_ok=True)  # an installation that is cut short must not look finished
    uv = uv or _uv_from_wheel(requirements)
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", str(VENV / "bin" / "python")]
        try:
            _run([*command, "--require-hashes", "-r", str(requirements)], "uv says:", env=_uv_environment())
            return
        except CannotInstall as problem:
            last = str(problem).splitlines()[-1].strip()
            progress.warn(f"uv could not install the packages ({last}); trying pip, which takes longer")
    _pip(requirements)


def install(*, tests: bool, progress: Progress) -> None:
    """Brings `.venv` up to date. Raises CannotInstall with words for a person."""
    check_python()
    main, dev = ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"
    requirements = dev if tests else main
    if installed(requirements):
        return
    again = STAMP.exists()
    progress.begin("Python packages", "updating" if again else "installing, about a minute without a cache")
    try:
        _sync(requirements, progress)
    except CannotInstall:
        progress.failed("Python packages")
        raise
    # The tests' requirements hold everything of the program's own (tests/unit/test_house.py), so both are satisfied.
    STAMP.write_text("\n".join([wanted(requirements), wanted(main)]) + "\n")
    progress.done("Python packages")


def main() -> int:
    """Exit status 0 when all is in place, 1 when something is missing, which it has then said."""
    parser = argparse.ArgumentParser(description="Make .venv and install the pinned packages.")
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    options = parser.parse_args()
    progress = Progress()
    try:
        install(tests=options.tests, progress=progress)
    except CannotInstall as problem:
        progress.trouble(str(problem))
        return 1
    except OSError as problem:
        progress.trouble(f"{VENV} can't be written: {problem.strerror}. Mend that and try again.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
