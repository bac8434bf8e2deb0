"""Every page for everybody: axe in both themes, phones, the keyboard, less motion, and nothing from other people's
servers. One person with a trained model and pictures serves all of these tests."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import INSIDE, PUBLIC, Somebody, register, repainted
from tests.fakes.running import RunningPhotogen

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
ADMIN = ["/admin", "/admin/figures", "/admin/plans", "/admin/accounts", "account"]
LEAST_TARGET = 40  # px, for a thumb
RULES_OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""The only ones that a theme can break: the elements are the same in both."""

AXE = Axe().axe_script
VIOLATIONS = "(options) => axe.run(document, options).then((results) => results.violations)"
"""All that is asked for: what is in order is ten times as long."""
SMALL_TARGETS = """(least) => {
  const controls = [...document.querySelectorAll('main :is(button, .btn, input, select, summary), header .btn, nav a')];
  return controls
    .filter((e) => e.checkVisibility() && !e.closest('.sr-only, [aria-hidden="true"]'))
    .filter((e) => {
      const box = (e.closest('label, .choice') ?? e).getBoundingClientRect();
      return box.height > 1 && box.height < least && !e.matches('.check, .switch');
    })
    .map((e) => e.outerHTML.slice(0, 160));
}"""
MOVING = """() => [...document.querySelectorAll('*')].filter((e) => {
  const { animationDuration, transitionDuration } = getComputedStyle(e);
  return `${animationDuration},${transitionDuration}`.split(',').some((d) => parseFloat(d) > 0.001);
}).map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def desk(somebody: Somebody) -> Iterator[Page]:
    with somebody.enter(viewport={"width": 1440, "height": 900}, storage_state=somebody.state) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def phone(somebody: Somebody) -> Iterator[Page]:
    with somebody.enter(**PHONE, storage_state=somebody.state) as context:
        yield context.new_page()


def _faults(page: Page) -> list[str]:
    """What axe calls serious or critical, in the dark theme and in the light one, as "theme, rule: element"."""
    faults: list[str] = []
    for scheme, rules in (("dark", {}), ("light", RULES_OF_COLOUR)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_function("(theme) => document.documentElement.classList.contains(theme)", arg=scheme)
        repainted(page)
        if not page.evaluate("() => 'axe' in window"):
            page.evaluate(AXE)
        for rule in page.evaluate(VIOLATIONS, rules | {"resultTypes": ["violations"]}):
            if rule["impact"] in {"serious", "critical"}:
                faults += [f"{scheme}, {rule['id']}: {node['html'][:200]}" for node in rule["nodes"]]
    return faults


@pytest.mark.parametrize("where", INSIDE)
def test_axe_finds_nothing_serious_inside(desk: Page, somebody: Somebody, where: str) -> None:
    somebody.open(desk, where)
    assert _faults(desk) == []


def test_axe_finds_nothing_serious_in_public(somebody: Somebody) -> None:
    with somebody.enter() as context:
        page = context.new_page()
        for where in PUBLIC:
            somebody.open(page, where)
            assert _faults(page) == [], where


def test_axe_finds_nothing_serious_on_the_way_through_the_wizard(desk: Page, somebody: Somebody) -> None:
    somebody.open(desk, "/models/new")
    desk.get_by_role("button", name="Next").click()
    expect(desk.get_by_label("Model name")).to_have_attribute("aria-invalid", "true")
    assert _faults(desk) == [], "refused"
    desk.get_by_label("Model name").fill("Nova")
    desk.get_by_role("button", name="Next").click()
    expect(desk.get_by_label("Add photos")).to_be_attached()
    assert _faults(desk) == [], "photos"


@pytest.mark.parametrize("where", INSIDE)
def test_a_phone_needs_no_sideways_scroll_and_no_needle(phone: Page, somebody: Somebody, where: str) -> None:
    somebody.open(phone, where)
    assert _too_wide(phone) <= 0
    assert phone.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def test_public_pages_fit_a_phone(somebody: Somebody) -> None:
    with somebody.enter(**PHONE) as context:
        page = context.new_page()
        for where in PUBLIC:
            somebody.open(page, where)
            assert _too_wide(page) <= 0, where


def _too_wide(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_the_operators_pages_too(somebody: Somebody, studio: RunningPhotogen) -> None:
    with somebody.enter(viewport={"width": 1440, "height": 900}) as large:
        page = large.new_page()
        boss = studio.make_admin(register(page, "Boss"))
        somebody.addresses["account"] = f"/admin/accounts/{boss}"
        with somebody.enter(**PHONE, storage_state=large.storage_state()) as phone:
            small = phone.new_page()
            for where in ADMIN:
                somebody.open(page, where)
                assert _faults(page) == [], where
                somebody.open(small, where)
                assert _too_wide(small) <= 0, where
                assert small.evaluate(SMALL_TARGETS, LEAST_TARGET) == [], where


def test_motion_is_left_out_when_it_is_not_wanted(somebody: Somebody) -> None:
    with somebody.enter(storage_state=somebody.state) as context:
        page = context.new_page()
        for where in ("/generate", "/gallery"):
            somebody.open(page, where)
            assert page.evaluate(MOVING) == [], where


def test_the_keyboard_gets_past_the_side_bar_and_sees_where_it_is(desk: Page, somebody: Somebody) -> None:
    somebody.open(desk, "/models")
    desk.keyboard.press("Tab")
    skip = desk.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("#content")).to_be_focused()
    desk.keyboard.press("Tab")
    first = desk.get_by_role("link", name="New model")
    expect(first).to_be_focused()
    assert first.evaluate("(e) => parseFloat(getComputedStyle(e).outlineWidth)") >= 2


def test_a_dialog_takes_the_focus_and_gives_it_back(desk: Page, somebody: Somebody) -> None:
    somebody.open(desk, "model")
    rename = desk.get_by_role("button", name="Rename")
    rename.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog", name="Rename the model")
    expect(dialog.get_by_label("Model name")).to_be_focused()
    assert _faults(desk) == []
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(rename).to_be_focused()


def test_nothing_is_asked_of_other_hosts(somebody: Somebody, studio: RunningPhotogen) -> None:
    with somebody.enter(storage_state=somebody.state) as context:
        page = context.new_page()
        page.on("websocket", lambda socket: somebody.hosts.add(urlsplit(socket.url).netloc))
        for where in ("/", "/generate", "/gallery"):
            somebody.open(page, where)
        assert somebody.hosts - {""} == {urlsplit(studio.url).netloc}
