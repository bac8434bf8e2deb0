"""The gallery in a browser: pictures that were really made, found, opened, trashed and brought back."""

import re
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.conftest import generate, register
from tests.fakes.running import RunningPhotogen

FOX = "a red fox in the snow, wide landscape"
BOAT = "a paper boat on a quiet lake"


@pytest.fixture
def collector(creator: Page) -> Page:
    """Somebody with three pictures (two of a fox, then a boat), in the gallery."""
    return _collect(creator)


@pytest.fixture(scope="module")
def kept(browser: Browser, studio: RunningPhotogen) -> Iterator[Any]:
    """What the browser of such a person keeps, whose pictures are only looked at."""
    context = browser.new_context(base_url=studio.url)
    page = context.new_page()
    register(page)
    _collect(page)
    yield context.storage_state()
    context.close()


@pytest.fixture
def visitor(browser: Browser, studio: RunningPhotogen, kept: Any) -> Iterator[Page]:
    """That person again, in the gallery."""
    context = browser.new_context(base_url=studio.url, viewport={"width": 1440, "height": 900}, storage_state=kept)
    page = context.new_page()
    page.goto("/gallery")
    expect(_pictures(page).get_by_role("img")).to_have_count(3)
    yield page
    context.close()


def _collect(page: Page) -> Page:
    page.goto("/generate")
    generate(page, FOX, 2)
    generate(page, BOAT)
    page.goto("/gallery")
    expect(_pictures(page).get_by_role("img")).to_have_count(3)
    return page


def _pictures(page: Page) -> Locator:
    return page.get_by_role("list", name="Pictures")


def _go_back_late(page: Page) -> None:
    """The browser takes its time to go back, as on a busy machine: several frames are drawn before it has. `wentBack`
    counts how often it was told to."""
    page.evaluate(
        "() => { const back = history.back.bind(history); window.wentBack = 0;"
        " history.back = () => { window.wentBack += 1; setTimeout(back, 200); }; }"
    )


def test_an_empty_gallery_says_what_to_do(creator: Page) -> None:
    creator.goto("/gallery")
    expect(creator.get_by_text("No pictures yet")).to_be_visible()
    creator.get_by_role("link", name="Generate a picture").click()
    creator.wait_for_url("**/generate")


def test_search_stands_in_the_address_bar(visitor: Page) -> None:
    visitor.get_by_label("Search").fill("snow fo")
    visitor.wait_for_url("**/gallery?q=snow+fo")
    expect(_pictures(visitor).get_by_role("img")).to_have_count(2)
    visitor.reload()
    expect(visitor.get_by_label("Search")).to_have_value("snow fo")
    expect(_pictures(visitor).get_by_alt_text(FOX, exact=True)).to_have_count(2)
    visitor.get_by_label("Search").fill("zebra")
    expect(visitor.get_by_text("No picture matches “zebra”").first).to_be_visible()


def test_a_picture_opens_with_its_recipe_and_gives_the_focus_back(visitor: Page) -> None:
    _pictures(visitor).get_by_alt_text(BOAT, exact=True).click()
    dialog = visitor.get_by_role("dialog", name="Picture and recipe")
    expect(dialog.get_by_role("definition").filter(has_text=BOAT).first).to_be_visible()
    for term in ("Prompt", "Model", "Seed", "Size", "Provider", "Cost", "Made"):
        expect(dialog.get_by_role("term").filter(has_text=re.compile(f"^{term}$"))).to_be_visible()
    address = visitor.url
    assert "image=" in address
    visitor.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("definition").filter(has_text=FOX).first).to_be_visible()
    with visitor.expect_download() as saved:
        dialog.get_by_role("link", name="Download").click()
    assert saved.value.suggested_filename.startswith("photogen-")
    _go_back_late(visitor)
    visitor.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(_pictures(visitor).get_by_role("link").nth(1)).to_be_focused()
    visitor.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    visitor.keyboard.press("Escape")
    visitor.keyboard.press("Escape")  # an impatient second one does not leave the gallery
    visitor.wait_for_url("**/gallery")
    expect(_pictures(visitor).get_by_role("link").nth(1)).to_be_focused()
    assert visitor.evaluate("window.wentBack") == 2
    visitor.goto(address)
    expect(dialog.get_by_role("definition").filter(has_text=BOAT).first).to_be_visible()


def test_a_picture_is_copied_and_begun_with(visitor: Page) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _pictures(visitor).get_by_role("link").first.click()
    dialog = visitor.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy the picture").click()
    expect(dialog.get_by_role("button", name="Copied").last).to_be_visible()
    size = visitor.evaluate(
        "navigator.clipboard.read().then(([one]) => one.getType('image/png')).then(createImageBitmap)"
        ".then((picture) => [picture.width, picture.height])"
    )
    assert size == [1024, 1024]
    dialog.get_by_text("Use this recipe").click()
    expect(dialog.get_by_role("link", name="Begin with this picture")).to_have_attribute(
        "href", re.compile(r"/generate\?input=\w{26}$")
    )


def test_into_the_trash_by_keyboard_and_back(collector: Page) -> None:
    pictures = _pictures(collector)
    pictures.get_by_role("link").first.focus()
    collector.keyboard.press("ArrowRight")
    collector.keyboard.press("Delete")
    expect(pictures.get_by_role("img")).to_have_count(2)
    expect(pictures.get_by_role("link").nth(1)).to_be_focused()
    collector.get_by_role("button", name="Undo").click()
    expect(pictures.get_by_role("img")).to_have_count(3)
    collector.keyboard.press("Tab")
    pictures.get_by_role("link").first.focus()
    collector.keyboard.press("Delete")
    expect(pictures.get_by_role("img")).to_have_count(2)
    collector.get_by_role("link", name="Trash").click()
    collector.get_by_role("list", name="Trash").get_by_alt_text(BOAT, exact=True).click()
    dialog = collector.get_by_role("dialog", name="Picture and recipe")
    expect(dialog.get_by_role("definition").filter(has_text=BOAT).first).to_be_visible()
    collector.get_by_role("button", name="Restore").click()
    expect(collector.get_by_text("The trash is empty")).to_be_visible()
    collector.get_by_role("link", name="Pictures").click()
    pictures.get_by_alt_text(BOAT, exact=True).click()
    expect(dialog.get_by_role("definition").filter(has_text=BOAT).first).to_be_visible()
    expect(dialog.get_by_role("button", name="Restore")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Share")).to_be_visible()


def test_chosen_liked_rated_put_into_albums_and_changed_together(collector: Page) -> None:
    pictures, images = _pictures(collector), _pictures(collector).get_by_role("img", name=re.compile("fox|boat"))
    expect(collector.get_by_text("3 pictures", exact=True)).to_be_visible()
    pictures.get_by_role("link").first.focus()
    collector.keyboard.press("f")
    collector.keyboard.press("4")
    collector.get_by_role("button", name="Favourites").click()
    collector.wait_for_url("**/gallery?favourite=1")
    expect(images).to_have_count(1)
    expect(pictures.get_by_role("img", name="4 of 5 stars")).to_be_visible()
    collector.get_by_role("button", name="Favourites").click()
    expect(images).to_have_count(3)

    pictures.get_by_role("button", name="Select").nth(1).click()
    pictures.get_by_role("link").nth(2).click(modifiers=["Shift"])
    expect(collector.get_by_role("status").filter(has_text="2 pictures selected")).to_be_visible()
    collector.get_by_role("button", name="Compare").click()
    comparing = collector.get_by_role("dialog", name="Compare")
    comparing.get_by_role("slider").press("End")
    expect(comparing.get_by_role("slider")).to_have_value("100")
    comparing.get_by_role("button", name="Side by side").click()
    expect(comparing.get_by_role("img")).to_have_count(2)
    collector.keyboard.press("Escape")
    collector.get_by_role("button", name="Add to an album").click()
    collector.get_by_label("New album").fill("Foxes")
    collector.get_by_role("button", name="Make the album").click()
    collector.get_by_label("Album", exact=True).select_option("Foxes")
    expect(images).to_have_count(2)
    expect(pictures.get_by_alt_text(FOX, exact=True)).to_have_count(2)
    collector.reload()
    expect(collector.get_by_role("heading", name="Foxes")).to_be_visible()

    pictures.get_by_role("link").first.focus()
    collector.keyboard.press("Control+a")
    collector.get_by_role("region", name="Selected pictures").get_by_role("button", name="Delete").click()
    expect(collector.get_by_text("No picture matches these filters").last).to_be_visible()
    collector.get_by_role("button", name="Undo").click()
    expect(images).to_have_count(2)
    collector.get_by_role("button", name="Delete the album").click()
    collector.get_by_role("dialog").get_by_role("button", name="Delete the album").click()
    expect(images).to_have_count(3)
    collector.keyboard.press("?")
    expect(collector.get_by_role("dialog", name="Keys")).to_be_visible()
    collector.keyboard.press("Escape")
    pictures.get_by_role("link").first.focus()
    collector.keyboard.press("Control+a")
    collector.get_by_role("region", name="Selected pictures").get_by_role("button", name="Download").click()
    collector.get_by_role("dialog", name="Download").get_by_text("WebP").click()
    with collector.expect_download() as saved:
        collector.get_by_role("button", name="Download the ZIP").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        assert sorted(name.rsplit(".", 1)[1] for name in archive.namelist()) == ["webp"] * 3


def test_new_pictures_come_in_by_themselves(collector: Page) -> None:
    other = collector.context.new_page()
    other.goto("/generate")
    generate(other, "a lighthouse at night")
    expect(_pictures(collector).get_by_role("img").first).to_have_attribute("alt", "a lighthouse at night")


def test_others_can_not_open_it(visitor: Page, person: Callable[[], Page]) -> None:
    _pictures(visitor).get_by_role("link").first.click()
    visitor.wait_for_url("**image=**")
    eve = person()
    register(eve, "Eve")
    eve.goto(visitor.url)
    expect(eve.get_by_role("alert").filter(has_text="This picture does not exist")).to_be_visible()
    assert eve.request.get(f"/media/images/{visitor.url.split('image=')[1]}/512").status == 404


RUSH = """async (frames) => {
  for (let n = 0; n < frames; n += 1) {
    window.scrollBy({ top: 2 * innerHeight, behavior: "instant" });
    await new Promise(requestAnimationFrame);
  }
}"""


def test_pictures_that_are_rushed_past_are_not_asked_for(creator: Page) -> None:
    asked: list[str] = []
    made = [{"id": f"{n:026}", "p": "a fox", "w": 512, "h": 512, "th": "", "t": 10**12 - n} for n in range(600)]
    blank = b64decode("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA=")

    def picture(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=blank, content_type="image/webp")

    creator.route("**/api/gallery?*", lambda route: route.fulfill(json={"items": made, "next": None}))
    creator.route("**/media/images/**", picture)
    creator.goto("/gallery")
    here = creator.locator(".gallery-card")
    there = creator.locator('.gallery-card:has(img[data-state="loaded"], img[data-state="at-once"])')
    expect(there.first).to_be_visible()
    expect(there).to_have_count(here.count())
    before = len(asked)
    creator.evaluate(RUSH, 12)
    assert len(asked) - before < 24, "asked for what nobody sees"
    expect(creator.locator('.gallery-card:not(:has(img:not([data-state=""])))')).to_have_count(0)
