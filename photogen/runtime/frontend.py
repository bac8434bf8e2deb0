"""The pages' build: made once per state of their sources, kept in a folder named after it, served from there.

`python -m photogen.runtime.frontend` builds where needed and prints the folder. A server that runs keeps its own build
while a newer one is made beside it.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from photogen.kit.text import language

ROOT = Path(__file__).resolve().parents[2]
_BUILDS = ROOT / ".build"
_WORKSHOP = ROOT / ".web"
_KEEP = 3
_ABSENT = {("photogen", "runtime"), ("photogen", "sandbox"), ("photogen", "__main__.py"), ("assets", "external")}
"""What no page can be made of; the last is put there by the build itself."""
_UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET", "ENETUNREACH", "SOCKET_TIMEOUT")


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """`base` with what Reflex has to know in every process, building or serving."""
    return dict(base) | {
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_DIR": str(_BUILDS / "reflex"),
    }


def sources(root: Path = ROOT) -> str:
    """A digest that changes when anything of ours changes that pages are built of, their language included."""
    trees = [root / "rxconfig.py", root / "requirements.txt", *_below(root / "photogen"), *_below(root / "assets")]
    ours = _digest(root, (file for file in trees if file.relative_to(root).parts[:2] not in _ABSENT))
    return ours if language() == "en" else f"{ours} {language()}"


def packages(root: Path = ROOT) -> str:
    """A digest that changes with the versions of the npm packages. A build that needs another package rewrites them."""
    return _digest(root, _below(root / "reflex.lock"))


def folder(ours: str | None = None) -> Path:
    """Where the build of the sources as they are now (or as `ours` tells) is, or will be."""
    return _BUILDS / hashlib.sha256(f"{ours or sources()} {packages()}".encode()).hexdigest()[:16]


def is_built() -> bool:
    """Whether that build is complete."""
    return folder().is_dir()


def _below(tree: Path) -> Iterator[Path]:
    return (file for file in tree.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def _digest(root: Path, files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _build() -> Path | None:
    """The new build's folder, None when it failed. It is named after the sources as they were before."""
    before = sources()
    tools = Path(sys.executable).parent
    env = environment(os.environ) | {
        "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}",
        "REFLEX_USE_NPM": "true",
        "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",  # the lock names packages and hashes, not a host
        "NPM_CONFIG_FETCH_RETRIES": "2",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
    }
    if not env.get("NPM_CONFIG_REGISTRY") and not env.get("npm_config_registry"):
        # Left to itself Reflex races the registry in use against a mirror and takes the quicker.
        asked = subprocess.run(
            [tools / "npm", "config", "get", "registry"], env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if asked.returncode == 0 and asked.stdout.strip():
            env["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    export = subprocess.Popen(
        [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = []
    for line in export.stdout or ():
        sys.stdout.write(line)
        said.append(line)
    client = _WORKSHOP / "build" / "client"
    if export.wait() != 0 or not (client / "index.html").exists():
        if any(word in line for line in said for word in _UNREACHABLE):
            print(
                "npm could not reach its package registry. Mend the network or the proxy, or name a registry that can "
                "be reached (NPM_CONFIG_REGISTRY=https://... make run); nothing else has to be done again."
            )
        return None
    target = folder(before)
    staging = target.with_name(target.name + ".new")
    shutil.rmtree(staging, ignore_errors=True)
    shutil.copytree(client, staging / "build" / "client")
    shutil.copytree(_WORKSHOP / "backend", staging / "backend")
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    return target


def _prune(keep: Path) -> None:
    others = (folder for folder in _BUILDS.iterdir() if (folder / "backend").is_dir() and folder != keep)
    for old in sorted(others, key=lambda folder: folder.stat().st_mtime)[: -(_KEEP - 1)]:
        shutil.rmtree(old, ignore_errors=True)


def _end_group(_number: int, _frame: FrameType | None) -> None:
    os.killpg(0, signal.SIGKILL)


def main() -> int:
    """Exit status 0 with the folder on the last line, 1 when the build failed, whose output stands above."""
    if os.getpgid(0) == os.getpid():  # npm and vite are in this group and would work on
        signal.signal(signal.SIGTERM, _end_group)
    _BUILDS.mkdir(exist_ok=True)
    with (_BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two copies of one clone share the workshop
        built: Path | None = folder()
        if not is_built():
            built = _build()
            if built is None:
                return 1
            _prune(built)
    print(built)
    return 0


if __name__ == "__main__":
    sys.exit(main())
