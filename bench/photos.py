"""20 photos of 12 megapixels: from uploaded files to the trainer's ZIP, and their preparation alone against sharp."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from sqlmodel import Session

from alembic import command
from photogen.db.engine import make_engine
from photogen.db.uow import UnitOfWork
from photogen.domain.photosets import AddPhoto, PhotoSetsService, imaging
from photogen.gateways.queue.memory import MemoryQueue
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import Signer
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from tests.factories import photos
from tests.factories.images import account
from tests.fakes.servers import EmbeddedPostgres

COUNT = 20
WORKERS = 2
"""As many as a web process has (photogen.web.api.uploads.WORKERS)."""
ROUNDS = 3
SHARP = "0.35.5"


def run(report: Callable[[str, str], None]) -> None:
    """Reports seconds for the set, milliseconds per photo, and the ratio to sharp (under 1: quicker than sharp)."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = _files(folder)
        megabytes = sum(file.stat().st_size for file in files) / 1e6
        report(f"{COUNT} JPEGs of 4,000 x 3,000 pixels, together", f"{megabytes:.0f} MB")
        _service(folder, files, report)
        before = _sharp(folder, files)
        ours = _prepare(files)
        after = _sharp(folder, files)
        report(f"preparation alone, {WORKERS} at a time", f"{ours:.2f} s, {ours / COUNT * 1000:.0f} ms a photo")
        if before is None or after is None:
            report(f"sharp {SHARP}", "not measured: npm could not install it")
        else:
            sharps = min(before, after)
            each = f"{sharps:.2f} s, {sharps / COUNT * 1000:.0f} ms a photo"
            report(f"sharp {SHARP}, the same work, its best setting", each)
            report("preparation against sharp (aim: at most 1.0)", f"{ours / sharps:.2f} x")


def _files(folder: Path) -> list[Path]:
    files = [folder / f"{number:02}.jpg" for number in range(COUNT)]
    for number, file in enumerate(files):
        file.write_bytes(photos.jpeg(number, 4000, 3000, quality=90))
        photos.forget_scenes()
    return files


def _service(folder: Path, files: list[Path], report: Callable[[str, str], None]) -> None:
    with EmbeddedPostgres() as server:
        url = server.create("photos")
        config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
        config.attributes["url"] = url
        command.upgrade(config, "head")
        engine = make_engine(url)
        try:
            owner = account()
            with Session(engine, expire_on_commit=False) as session:
                session.add(owner)
                session.commit()
            storage = LocalStorage(folder / "storage", Signer("bench" * 8), address=None)
            service = PhotoSetsService(lambda: UnitOfWork(engine, MemoryQueue()), utc_now, storage)
            set_id = service.create(owner.id).id

            def add(file: Path) -> float:
                began = time.perf_counter()
                view = service.add(owner.id, set_id, AddPhoto.of(upload_id=new_id(), file_name=file.name), file)
                if view.problem_code:
                    raise RuntimeError(f"{file.name}: {view.problem}")
                return time.perf_counter() - began

            began = time.perf_counter()
            with ThreadPoolExecutor(WORKERS) as pool:
                each = list(pool.map(add, files))
            added = time.perf_counter() - began
            info = service.build_zip(set_id, folder / "set.zip")
            total = time.perf_counter() - began
        finally:
            engine.dispose()
    report("judged, stored and written, one photo", f"p50 {statistics.median(each) * 1000:.0f} ms")
    report(f"ZIP of {info.photos} photos, {info.bytes / 1e6:.1f} MB", f"{(total - added) * 1000:.0f} ms")
    report("files received to ZIP ready", f"{total:.2f} s")


def _prepare(files: list[Path]) -> float:
    """Seconds for all of them; the median of ROUNDS after a first that isn't counted."""
    seconds = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            list(pool.map(lambda file: imaging.prepare(file.read_bytes()), files))
            seconds.append(time.perf_counter() - began)
    return statistics.median(seconds[1:])


def _sharp(folder: Path, files: list[Path]) -> float | None:
    """The same by sharp, the better of one and two threads a picture; None where it can't be installed."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    npm, node = shutil.which("npm", path=tools), shutil.which("node", path=tools)
    if npm is None or node is None:
        return None
    home = folder / "sharp"
    if not home.exists():
        home.mkdir()
        install = [npm, "install", f"sharp@{SHARP}", "--no-audit", "--no-fund", "--silent"]
        if subprocess.run(install, cwd=home, env={**os.environ, "PATH": tools}, check=False).returncode:
            shutil.rmtree(home)
            return None
    settings = [ROUNDS, imaging.SHORT_SIDE, imaging.THUMBNAILS[512], imaging.THUMBNAILS[256], imaging.WEBP_EFFORT]
    script = [node, str(Path(__file__).with_name("sharp.mjs")), *map(str, settings), *map(str, files)]
    answer = subprocess.run(script, cwd=home, capture_output=True, check=True).stdout
    found: dict[str, list[float]] = json.loads(answer)
    return min(statistics.median(each) for each in found.values()) / 1000
