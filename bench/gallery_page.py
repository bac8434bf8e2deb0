"""A gallery of 100,000 pictures in Chromium: first pictures, half a minute of scrolling, jumps to months."""

import statistics
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, Route
from sqlalchemy import text

from bench.browser import chromium, register
from photogen.db.engine import make_engine
from tests.factories.images import many_images
from tests.fakes.running import RunningPhotogen
from tests.fakes.servers import EmbeddedPostgres

COUNT = 100_000
SCROLLING = 30
"""Seconds."""
JUMPS = 10

_PICTURE = b64decode("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=")
_WATCH = """() => {
  window.tasks = [];
  new PerformanceObserver((list) => { for (const e of list.getEntries()) window.tasks.push(e.duration); })
    .observe({ type: "longtask" });
}"""
_SCROLL = """async (seconds) => {
  let most = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    window.scrollBy({ top: 260, behavior: "instant" });
    await new Promise(requestAnimationFrame);
    most = Math.max(most, document.querySelectorAll(".gallery-card").length);
  }
  return { most, y: window.scrollY, longest: Math.max(0, ...window.tasks), over: window.tasks.length };
}"""
# From the click until a picture of that month stands in the window.
_JUMP = """async (month) => {
  const began = performance.now();
  document.querySelectorAll(".gallery-months button")[month].click();
  const wanted = document.querySelectorAll(".gallery-months button")[month];
  while (performance.now() - began < 10000) {
    await new Promise(requestAnimationFrame);
    const seen = [...document.querySelectorAll(".gallery-card")].some((card) => {
      const box = card.getBoundingClientRect();
      return box.bottom > 0 && box.top < window.innerHeight;
    });
    if (seen && wanted.getAttribute("aria-current") === "true") return performance.now() - began;
  }
  return NaN;
}"""


def run(report: Callable[[str, str], None]) -> None:
    """Starts all of photogen, with a picture of one pixel for each of them: what is measured is the page."""
    with TemporaryDirectory() as folder, EmbeddedPostgres() as postgres:
        url = postgres.create("bench")
        with RunningPhotogen(Path(folder), environment={"DATABASE_URL": url}) as running, chromium() as browser:
            context = browser.new_context(base_url=running.url, viewport={"width": 1440, "height": 900})
            context.route("**/media/images/**", _picture)
            page = context.new_page()
            _seed(url, register(page))
            _measure(page, report)


def _picture(route: Route) -> None:
    route.fulfill(body=_PICTURE, content_type="image/webp")


def _seed(url: str, email: str) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        account_id = connection.execute(text("SELECT id FROM account WHERE email = :e"), {"e": email}).scalar_one()
    many_images(engine, account_id, COUNT)
    with engine.begin() as connection:  # over a year and a half
        spread = "UPDATE image SET created_at = timestamptz '2025-06-01 00:00Z' + seed * interval '8 minutes'"
        connection.execute(text(spread))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE image"))
    engine.dispose()


def _measure(page: Page, report: Callable[[str, str], None]) -> None:
    name = f"{COUNT:,} pictures"
    first = []
    for _ in range(5):
        page.goto("/gallery")
        page.locator(".gallery-card img[data-state]").first.wait_for()
        painted = (
            "performance.getEntriesByType('resource').filter(e => e.name.includes('/media/images/'))[0].responseEnd"
        )
        first.append(page.evaluate(painted))
    report(f"{name}: first picture there, from the address", f"{statistics.median(first):.0f} ms (median of 5)")
    page.evaluate(_WATCH)
    seen = page.evaluate(_SCROLL, SCROLLING)
    report(
        f"{name}: {SCROLLING} s of scrolling, {seen['y']:,.0f} pixels",
        f"longest task {seen['longest']:.0f} ms ({seen['over']} over 50 ms), at most {seen['most']} cards in the page",
    )
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    heap = client.send("Runtime.getHeapUsage")["usedSize"]
    report(f"{name}: heap after it", f"{heap / 1e6:.0f} MB")
    page.goto("/gallery")
    page.locator(".gallery-months button").nth(5).wait_for()
    months = page.locator(".gallery-months button").count()
    times = [page.evaluate(_JUMP, 1 + n * (months - 2) // JUMPS) for n in range(JUMPS)]
    report(f"{name}: jump to a month", f"p50 {statistics.median(times):.0f} ms  max {max(times):.0f} ms ({JUMPS})")
