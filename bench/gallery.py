"""Pages and searches of a creator with very many pictures: service, database and JSON, as the server does them.

The rival's figures are of InvokeAI's own storage (SQLite) with 200,000 images, measured by us on two cores.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.config import Config
from sqlalchemy import Engine, text
from sqlmodel import Session
from starlette.responses import Response

from alembic import command
from photogen.db.engine import make_engine
from photogen.db.uow import UnitOfWork
from photogen.domain.gallery import Change, GalleryQuery, GalleryService
from photogen.gateways.queue.memory import MemoryQueue
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.signing import Signer
from photogen.kit.clock import utc_now
from photogen.web.api.gallery import page_answer
from tests.factories.images import account, many_images
from tests.fakes.servers import EmbeddedPostgres

COUNTS = (200_000, 1_000_000)
ROUNDS = 40
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
    with _without_search_index(engine):
        many_images(engine, creator.id, count)
        many_images(engine, stranger.id, count // 5)  # an index that only serves one creator proves nothing
    report(f"{count:,} pictures and {count // 5:,} of somebody else, seeded", f"{time.perf_counter() - began:.1f} s")
    storage = LocalStorage(folder, Signer("bench" * 8), address=None)
    gallery = GalleryService(lambda: UnitOfWork(engine, MemoryQueue()), utc_now, storage)
    months = [month.month for month in gallery.months(creator.id)]
    middle = months[len(months) // 2]
    liked = gallery.page(creator.id, GalleryQuery(start=middle, limit=200))
    gallery.change(creator.id, Change(action="favourite"), [card.id for card in liked.items])

    deep = gallery.page(creator.id, GalleryQuery(start=months[-2], limit=1)).next_cursor
    cases: dict[str, tuple[GalleryQuery, str]] = {
        "first page": (GalleryQuery(), RIVAL_FIRST),
        "page in the second month": (GalleryQuery(before=deep), RIVAL_DEEP),
        f"jump to {middle}": (GalleryQuery(start=middle), RIVAL_DEEP),
        "oldest first": (GalleryQuery(sort="oldest"), RIVAL_DEEP),
        "favourites": (GalleryQuery(favourite=True), RIVAL_SEARCH),
        "shape, one in 4": (GalleryQuery(aspect="3:2"), RIVAL_SEARCH),
        "style, one in 1,000": (GalleryQuery(style="noir"), RIVAL_SEARCH),
        "model of the oldest third": (GalleryQuery(model="base:flux:old"), RIVAL_SEARCH),
        "model of the newer part, oldest first": (
            GalleryQuery(model="base:together:flux-schnell", sort="oldest"),
            RIVAL_SEARCH,
        ),
        "model of the oldest third, word": (GalleryQuery(model="base:flux:old", search="dusk"), RIVAL_SEARCH),
        "seed": (GalleryQuery(seed=count // 2), RIVAL_SEARCH),
        f"month {middle}, style": (GalleryQuery(month=middle, style="noir"), RIVAL_SEARCH),
        "word on every picture": (GalleryQuery(search="photograph"), RIVAL_SEARCH),
        "word on one in 7, beginning only": (GalleryQuery(search="astro"), RIVAL_SEARCH),
        "word on one in 40": (GalleryQuery(search="dusk"), RIVAL_SEARCH),
        "word on one in 10,000": (GalleryQuery(search="heliotrope"), RIVAL_SEARCH),
        "two words, never together": (GalleryQuery(search="heliotrope nowhere"), RIVAL_SEARCH),
    }

    def timed(name: str, act: Callable[[], object], rival: str = "") -> None:
        times, size = [], 0
        for _ in range(ROUNDS):
            start = time.perf_counter()
            answered = act()
            times.append((time.perf_counter() - start) * 1000)
            size = len(answered.body) if isinstance(answered, Response) else 0
        p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
        bytes_ = f"  {size / 1000:4.0f} kB" if size else ""
        report(
            f"{count:,}: {name}", f"p50 {p50:5.1f} ms  p95 {p95:5.1f} ms{bytes_}" + (f"   ({rival})" if rival else "")
        )

    for name, (query, rival) in cases.items():
        timed(name, lambda query=query: page_answer(gallery.page(creator.id, query)), rival)  # type: ignore[misc]
    for name in ("first page", "favourites", "shape, one in 4", "style, one in 1,000", "model of the oldest third",
                 "word on every picture", "word on one in 40", "word on one in 10,000"):  # fmt: skip
        asked = cases[name][0]
        timed(f"count: {name}", lambda asked=asked: gallery.counted(creator.id, asked))  # type: ignore[misc]
    timed("months", lambda: gallery.months(creator.id))
    report(
        f"{count:,}: an unrelated request while somebody searches", _meanwhile(gallery, creator.id, stranger.id, cases)
    )


def _meanwhile(
    gallery: GalleryService, creator_id: str, other_id: str, cases: dict[str, tuple[GalleryQuery, str]]
) -> str:
    """Latency of somebody else's latest twelve pictures (as on their dashboard) while one creator asks for everything
    above without a pause."""
    over = threading.Event()

    def search() -> None:
        while not over.is_set():
            for query, _ in cases.values():
                gallery.page(creator_id, query)
                gallery.counted(creator_id, query)

    searcher = threading.Thread(target=search)
    searcher.start()
    times = []
    end = time.monotonic() + 10
    while time.monotonic() < end:
        start = time.perf_counter()
        gallery.recent(other_id, 12)
        times.append((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
    over.set()
    searcher.join()
    return f"p50 {statistics.median(times):.1f} ms  p99 {statistics.quantiles(times, n=100)[-1]:.1f} ms  ({len(times)})"


@contextmanager
def _without_search_index(engine: Engine) -> Iterator[None]:
    """Built at the end, in a tenth of the time; the tables are vacuumed after."""
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_image_search"))
    yield
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        connection.execute(text("CREATE INDEX ix_image_search ON image USING gin (search)"))
        connection.execute(text("VACUUM ANALYZE image"))
