"""Pages and searches of a creator with very many pictures: service, database and JSON, as the server does them.

The rival's figures are of InvokeAI's own storage (SQLite) with 200,000 images, measured by us on two cores.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from sqlalchemy import Engine
from sqlmodel import Session

from alembic import command
from photogen.db.engine import make_engine
from photogen.db.uow import UnitOfWork
from photogen.domain.gallery import GalleryQuery, GalleryService
from photogen.domain.gallery.policy import Position, encode_cursor
from photogen.gateways.queue.memory import MemoryQueue
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import Signer
from photogen.kit.clock import utc_now
from photogen.web.api.gallery import page_answer
from tests.factories.images import account, many_images
from tests.fakes.servers import EmbeddedPostgres

COUNTS = (100_000, 200_000)
ROUNDS = 50
RIVAL_FIRST = "InvokeAI, 200,000: 350-620 ms"
RIVAL_DEEP = "InvokeAI, 200,000: 790-1,110 ms"
RIVAL_SEARCH = "InvokeAI, 200,000: 150-460 ms"


def run(report: Callable[[str, str], None]) -> None:
    """Seeds a fresh database and reports p50 and p95 of a page of 100 cards, in milliseconds."""
    with EmbeddedPostgres() as server, TemporaryDirectory() as folder:
        for count in COUNTS:
            url = server.create(f"gallery_{count}")
            _migrate(url)
            engine = make_engine(url)
            try:
                _measure(engine, Path(folder), count, report)
            finally:
                engine.dispose()


def _migrate(url: str) -> None:
    config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _measure(engine: Engine, folder: Path, count: int, report: Callable[[str, str], None]) -> None:
    creator, stranger = account(), account()
    with Session(engine, expire_on_commit=False) as session:
        session.add_all([creator, stranger])
        session.commit()
    began = time.perf_counter()
    many_images(engine, creator.id, count)
    many_images(engine, stranger.id, count // 2)  # an index that only serves one creator proves nothing
    report(f"{count:,} pictures and {count // 2:,} of somebody else, seeded", f"{time.perf_counter() - began:.1f} s")
    storage = LocalStorage(folder, Signer("bench" * 8), address=None)
    gallery = GalleryService(lambda: UnitOfWork(engine, MemoryQueue()), utc_now, storage)

    def cursor(depth: int) -> str:
        seen = gallery.recent(creator.id, depth)[-1]
        return encode_cursor(Position(seen.created_at, seen.id), trash=False)

    deep = cursor(count * 9 // 10)
    cases = {
        "first page": (GalleryQuery(), RIVAL_FIRST),
        f"page at {count * 9 // 10:,}": (GalleryQuery(before=deep), RIVAL_DEEP),
        "word on every picture": (GalleryQuery(search="photograph"), RIVAL_SEARCH),
        "word on one in 7, beginning only, deep": (GalleryQuery(search="astro", before=deep), RIVAL_SEARCH),
        "word on one in 40": (GalleryQuery(search="dusk"), RIVAL_SEARCH),
        "word on one in 10,000": (GalleryQuery(search="heliotrope"), RIVAL_SEARCH),
        "two words, never together": (GalleryQuery(search="heliotrope nowhere"), RIVAL_SEARCH),
    }
    for name, (query, rival) in cases.items():
        times, size = [], 0
        for _ in range(ROUNDS):
            start = time.perf_counter()
            size = len(page_answer(gallery.page(creator.id, query)).body)
            times.append((time.perf_counter() - start) * 1000)
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        report(f"{count:,}: {name}", f"p50 {p50:5.1f} ms  p95 {p95:5.1f} ms  {size / 1000:4.0f} kB   ({rival})")
    start = time.perf_counter()
    gallery.count(creator.id)
    report(f"{count:,}: count", f"{(time.perf_counter() - start) * 1000:.1f} ms")
