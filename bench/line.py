"""The line: what taking the next picture costs, however many wait, and whom one creator's 500 hold up."""

import io
import statistics
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path

from alembic.config import Config
from PIL import Image
from sqlalchemy import text

from alembic import command
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.line import repository as line
from photogen.domain.generation.service import GenerationService
from photogen.gateways.base import ImageJob, ImageRequest, ImageVendor, Picture
from photogen.gateways.images.inline import Inline
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from photogen.models import Shot
from tests.factories.studio import Studio
from tests.fakes.servers import EmbeddedPostgres
from tests.fakes.storage import MemoryStorage

WAITING = (100, 10_000, 100_000)
CREATORS = 100
TAKES = 200
WORKERS = 2
DRAWING = 0.05  # seconds

Report = Callable[[str, str], None]


def run(report: Report) -> None:
    """On a fresh database, with a vendor in memory."""
    with EmbeddedPostgres() as server:
        url = server.create("line")
        config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
        config.attributes["url"] = url
        command.upgrade(config, "head")
        studio = Studio.on(url)
        studio.clock.now = utc_now()
        try:
            _fairness(studio, report)
            for waiting in WAITING:
                _takes(studio, waiting, report)
        finally:
            studio.close()


class _Vendor(Inline):
    """Draws for a while, and remembers the order in which it was asked."""

    name = "together"

    def __init__(self) -> None:
        self.asked: list[str] = []
        picture = io.BytesIO()
        Image.new("RGB", (96, 96)).save(picture, "PNG")
        self._picture = Picture(picture.getvalue(), "image/png")

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        self.asked.append(request.reference)
        time.sleep(DRAWING)
        return self._picture

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        return frozenset(among)

    def close(self) -> None:
        """Nothing is open."""


def _service(studio: Studio, vendor: ImageVendor) -> GenerationService:
    storage = MemoryStorage()
    gallery = GalleryService(studio.uow, studio.clock, storage)
    return GenerationService(
        studio.uow,
        studio.clock,
        studio.credits,
        studio.quota,
        studio.plans,
        gallery,
        storage,
        {vendor.name: vendor},
    )


def _ask(service: GenerationService, account: str, count: int = 1) -> str:
    return service.start(
        account, StartGeneration.of(request_key=new_id(), model="base:flux:schnell", prompt="a fox", count=count)
    )


def _fairness(studio: Studio, report: Report) -> None:
    vendor = _Vendor()
    service = _service(studio, vendor)
    ada, bob = studio.account(credits=1000, plan="enterprise"), studio.account(credits=10)
    for _ in range(63):
        _ask(service, ada, 8)
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            service.draw_next()

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    between, waits = [], []
    for _ in range(10):
        time.sleep(3 * DRAWING)
        before, clicked = len(vendor.asked), time.perf_counter()
        mine = service.get(bob, _ask(service, bob)).shots[0].id
        while mine not in vendor.asked[before:]:
            time.sleep(0.002)
        waits.append((time.perf_counter() - clicked) * 1000)
        between.append(vendor.asked[before:].index(mine))
    over.set()
    for worker in workers:
        worker.join()
    report(
        f"A has 500 in line, B's one begins after so many of A's ({WORKERS} workers)",
        f"at most {max(between)} in 10 tries, p50 {statistics.median(waits):.0f} ms (one takes {DRAWING * 1000:.0f})",
    )
    with studio.uow() as uow:
        uow.session.execute(text("DELETE FROM generation"))


def _takes(studio: Studio, waiting: int, report: Report) -> None:
    service = _service(studio, _Vendor())
    accounts = [studio.account(credits=1) for _ in range(CREATORS)]
    for account in accounts:
        _ask(service, account)
    with studio.uow() as uow:
        columns = [column.name for column in Shot.__table__.columns]  # type: ignore[attr-defined]
        own = {"id": "substr(md5(s.id || n), 1, 26)", "number": "n + 1", "turn": "n"}
        values = ", ".join(own.get(name, f"s.{name}") for name in columns)
        uow.session.execute(
            text(
                f"INSERT INTO shot ({', '.join(columns)}) SELECT {values} FROM shot s, "  # noqa: S608
                "generate_series(1, :each) n WHERE s.status = 'queued'"
            ),
            {"each": waiting // CREATORS - 1},
        )
    with studio.uow() as uow:
        uow.session.connection().execute(text("ANALYZE shot"))
    took = []
    for _ in range(min(TAKES, waiting)):
        with studio.uow() as uow:
            began = time.perf_counter()
            taken = line.take_next(uow.session, studio.clock())
            took.append((time.perf_counter() - began) * 1000)
            uow.session.execute(text("UPDATE shot SET status = 'rendering' WHERE id = :id"), {"id": taken})
    ordered = sorted(took)
    report(
        f"the next of {waiting:,} that wait, of {CREATORS} creators",
        f"p50 {statistics.median(ordered):.2f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.2f} ms (n={len(ordered)})",
    )
    with studio.uow() as uow:
        uow.session.execute(text("DELETE FROM generation"))
