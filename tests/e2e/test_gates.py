"""Promises of every page that a change could break unseen: twice the size, the keyboard alone, weight, and things that
stay where they are."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import INSIDE, PUBLIC, Somebody, generate

LIGHTEST, HEAVIEST = 200_000, 300_000  # bytes of script and style, compressed, of public pages and of the others
LEAST_SHIFT = 0.01
"""A tenth of what is called good on the web: nothing that one can see."""
WINDOW, HALF = ViewportSize(width=1440, height=900), ViewportSize(width=720, height=450)
"""The second is what the first is at 200 %."""
TALLEST = 0.5
"""Of the window, what stands still in it may take so much; the rest is for what one came for."""

CUT_OFF = """() => [...document.querySelectorAll('main :is(h1, h2, button, .btn, label, a, input, select, textarea)')]
  .filter((e) => e.checkVisibility() && !e.closest('.sr-only, [aria-hidden="true"], [data-scrolls]'))
  .filter((e) => {
    const box = e.getBoundingClientRect();
    if (box.width <= 1) return false;
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
      const how = getComputedStyle(up).overflowX;
      if (how === 'auto' || how === 'scroll') return false;
    }
    return box.left < -1 || box.right > document.documentElement.clientWidth + 1;
  })
  .map((e) => e.outerHTML.slice(0, 160))"""
STANDING_STILL = """() => [...document.querySelectorAll('body *')]
  .filter((e) => ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.checkVisibility())
  .filter((e) => !e.closest('[role="dialog"], dialog'))
  .reduce((most, e) => {
    const box = e.getBoundingClientRect();
    const seen = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    return box.width > innerWidth / 2 ? Math.max(most, seen / innerHeight) : most;
  }, 0)"""
CONTROLS = """() => {
  const of = (e) => [...document.querySelectorAll('[role="dialog"], dialog[open]')].filter((d) => d.checkVisibility());
  const inside = of().at(-1) ?? document.body;
  const open = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled && !e.closest('[inert]');
  const roving = (e) => e.tabIndex < 0;
  const wanted = [...inside.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter(open).filter((e) => !roving(e) && e.type !== 'hidden');
  window.wanted = wanted.filter((e) => e.type !== 'radio'
    || e === ([...document.getElementsByName(e.name)].find((r) => r.checked) ?? document.getElementsByName(e.name)[0]));
  window.reached = new Set();
  return window.wanted.length;
}"""
STEP = """() => {
  const e = document.activeElement;
  const round = e !== window.last && window.reached.has(e);  // a date has several stops within
  window.reached.add(window.last = e);
  return round || e === document.body;
}"""
MISSED = """() => window.wanted.filter((e) => e.isConnected && !window.reached.has(e) && e.checkVisibility())
  .map((e) => e.outerHTML.slice(0, 160))"""
MOUSE_ONLY = """() => [...document.querySelectorAll('main *')]
  .filter((e) => e.checkVisibility() && getComputedStyle(e).cursor === 'pointer')
  .filter((e) => !e.closest('a[href], button, summary, label, input, select, textarea, [tabindex]'))
  .map((e) => e.outerHTML.slice(0, 160))"""
WEIGHT = """() => performance.getEntriesByType('resource')
  .filter((one) => /\\.(m?js|css)$/.test(new URL(one.name).pathname))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
SHIFTS = """() => { window.shift = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true }); }"""
AT_REST = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def desk(somebody: Somebody) -> Iterator[Page]:
    with somebody.enter(viewport=WINDOW, storage_state=somebody.state) as context:
        yield context.new_page()


def _faults(page: Page, heaviest: int) -> dict[str, Any]:
    """What is wrong with a page at 200 %: pixels of sideways scrolling, what hangs out, what stands in the way; and the
    bytes of its script and style where they are too many."""
    weight = page.evaluate(WEIGHT)
    assert weight > heaviest / 4, "it was not weighed"
    found = {
        "too heavy": weight if weight > heaviest else 0,
        "sideways": page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"),
        "cut off": page.evaluate(CUT_OFF),
    }
    if (share := page.evaluate(STANDING_STILL)) > TALLEST:
        found["in the way"] = round(share, 2)
    return {what: value for what, value in found.items() if value}


def test_public_pages_light_and_whole_at_200_percent(somebody: Somebody) -> None:
    with somebody.enter(viewport=HALF) as context:
        page = context.new_page()
        for where in PUBLIC:
            somebody.open(page, where)
            assert _faults(page, LIGHTEST) == {}, where


@pytest.mark.parametrize("where", INSIDE)
def test_light_reached_by_the_keyboard_alone_and_whole_at_200_percent(
    desk: Page, somebody: Somebody, where: str
) -> None:
    desk.set_viewport_size(WINDOW)
    somebody.open(desk, where)
    assert desk.evaluate(MOUSE_ONLY) == []
    for _ in range(2 * desk.evaluate(CONTROLS) + 10):
        desk.keyboard.press("Tab")
        if desk.evaluate(STEP):
            break
    assert desk.evaluate(MISSED) == []
    desk.set_viewport_size(HALF)
    desk.evaluate(AT_REST)
    assert _faults(desk, HEAVIEST) == {}


def test_in_the_gallery_nothing_moves_by_itself(somebody: Somebody) -> None:
    with somebody.enter(viewport={"width": 500, "height": 400}, storage_state=somebody.state) as context:
        page = context.new_page()
        page.add_init_script(f"({SHIFTS})()")
        somebody.open(page, "/gallery")
        pictures = page.get_by_role("list", name="Pictures").get_by_role("img")
        expect(pictures.first).to_be_visible()
        pictures.first.evaluate("(one) => one.decode()")
        page.evaluate(AT_REST)
        assert page.evaluate("window.shift") < LEAST_SHIFT, "as it opens"
        # As though there were many more.
        page.evaluate("() => { document.querySelector('main').style.paddingBottom = '1000px'; }")
        page.evaluate(AT_REST)
        page.evaluate("scrollTo(0, 300)")
        page.evaluate(AT_REST)
        page.evaluate("window.shift = 0")
        other = context.new_page()
        somebody.open(other, "/generate")
        generate(other, "a lighthouse at night")
        page.bring_to_front()
        expect(page.get_by_role("button", name="1 new picture")).to_be_visible()
        page.evaluate(AT_REST)
        assert page.evaluate("[window.shift, scrollY]") == [0, 300], "as a new picture comes in"
