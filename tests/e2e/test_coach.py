"""The photo coach as a person meets it: remarks with one tap and a way back, near-duplicates, the editor by keyboard,
captions, suggested settings, and the set on its own page afterwards."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.e2e.conftest import register
from tests.factories import photos


@pytest.fixture(scope="module")
def mixed_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Five good photos, the first of them once more, and one with bars on its sides."""
    folder = tmp_path_factory.mktemp("mixed")
    files = []
    for seed in range(1, 6):
        files.append(folder / f"photo{seed}.jpg")
        files[-1].write_bytes(photos.jpeg(seed, 900, 1100))
    files.append(folder / "again.jpg")
    files[-1].write_bytes(photos.jpeg(1, 900, 1100, quality=80))
    barred = Image.new("RGB", (1500, 1100))
    barred.paste(photos.scene(7, 900, 1100), (300, 0))
    files.append(folder / "barred.jpg")
    files[-1].write_bytes(photos.encoded(barred, quality=90))
    return files


@pytest.fixture
def wizard(person: Callable[[], Page], mixed_files: list[Path]) -> Page:
    """Somebody at the wizard's second step, whose photos have been judged."""
    page = person()
    register(page)
    page.goto("/models/new")
    page.get_by_label("Model name").fill("Luna")
    page.get_by_role("radio", name=re.compile("Style")).check()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Add photos").set_input_files([str(path) for path in mixed_files])
    expect(page.get_by_text("7 photos ready")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("meter", name="Readiness")).to_be_visible()
    return page


def photo(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Photos").get_by_role("listitem", name=name, exact=True)


def undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").last.click()


def test_one_tap_mends_a_photo_and_one_takes_it_back(wizard: Page) -> None:
    barred = photo(wizard, "barred.jpg")
    expect(barred.get_by_role("list", name="Remarks on barred.jpg")).to_contain_text("bars")
    barred.get_by_role("button", name="Crop barred.jpg").click()
    expect(wizard.get_by_text("barred.jpg cropped as suggested")).to_be_visible()
    expect(barred.get_by_role("button", name="Crop barred.jpg")).to_have_count(0)
    undo(wizard)
    barred.get_by_role("button", name="Drop barred.jpg").click()
    expect(barred).to_contain_text("not trained on")
    expect(wizard.get_by_text("6 photos will be trained on.")).to_be_visible()
    barred.get_by_role("button", name="Put barred.jpg back").click()
    barred.get_by_role("button", name="Keep barred.jpg anyway").click()
    expect(barred).to_contain_text("Kept as it is")
    barred.get_by_role("button", name="Check barred.jpg again").click()
    expect(barred.get_by_role("button", name="Crop barred.jpg")).to_be_visible()


def test_of_two_that_are_almost_the_same_one_is_kept_and_all_suggestions_are_taken_at_once(wizard: Page) -> None:
    pairs = wizard.get_by_role("region", name="Almost the same")
    pairs.get_by_role("button", name="Keep the sharper one").click()
    expect(pairs).to_have_count(0)
    expect(wizard.get_by_text("6 photos will be trained on.")).to_be_visible()
    undo(wizard)
    expect(pairs).to_be_visible()
    wizard.get_by_role("button", name="Apply all suggestions").click()
    expect(wizard.get_by_role("button", name="Apply all suggestions")).to_have_count(0)
    expect(wizard.get_by_text("2 photos changed")).to_be_visible()
    undo(wizard)
    expect(wizard.get_by_text("7 photos will be trained on.")).to_be_visible()
    wizard.reload()
    expect(pairs).to_be_visible()


def test_two_changes_that_overtake_each_other_are_both_shown(wizard: Page) -> None:
    held: list[Route] = []
    wizard.route(re.compile(r"/drop\b"), lambda route: route.continue_() if held else held.append(route))
    photo(wizard, "barred.jpg").get_by_role("button", name="Drop barred.jpg").click()
    wizard.get_by_role("region", name="Almost the same").get_by_role("button", name="Keep the sharper one").click()
    expect(wizard.get_by_text("6 photos will be trained on.")).to_be_visible()  # the second one's answer
    held[0].continue_()
    expect(wizard.get_by_text("5 photos will be trained on.")).to_be_visible()
    expect(photo(wizard, "barred.jpg")).to_contain_text("not trained on")


def test_the_editor_obeys_the_keyboard(wizard: Page) -> None:
    first = photo(wizard, "photo2.jpg")
    before = first.locator("img").get_attribute("src")
    first.hover()
    opener = first.get_by_role("button", name="Crop and rotate photo2.jpg")
    opener.click()
    editor = wizard.get_by_role("dialog", name="Crop and rotate photo2.jpg")
    expect(editor.get_by_text("900 × 1100 pixels")).to_be_visible()
    editor.get_by_role("radio", name="1:1").click()
    expect(editor.get_by_text("900 × 900 pixels")).to_be_visible()
    top = editor.get_by_label("Top edge, %")
    placed = int(top.input_value())
    editor.get_by_label("Move the crop with the arrow keys").focus()
    wizard.keyboard.press("Shift+ArrowUp")
    expect(top).not_to_have_value(str(placed))
    editor.get_by_label("Width, %").fill("50")
    expect(editor.get_by_text("450 × 450 pixels")).to_be_visible()
    editor.get_by_label("Width, %").fill("10")
    expect(editor.get_by_role("alert")).to_contain_text("too small")
    editor.get_by_role("button", name="Reset").click()
    editor.get_by_role("button", name="Turn right").click()
    expect(editor.get_by_text("1100 × 900 pixels")).to_be_visible()
    editor.get_by_role("button", name="Save").click()
    expect(editor).to_be_hidden()
    expect(first.locator("img")).not_to_have_attribute("src", str(before))
    undo(wizard)
    expect(first.locator("img")).to_have_attribute("src", re.compile("/media/photos/"))
    first.hover()
    opener.click()
    expect(editor.get_by_text("900 × 1100 pixels")).to_be_visible()
    wizard.keyboard.press("Escape")
    expect(editor).to_be_hidden()
    expect(opener).to_be_focused()


def test_captions_settings_and_the_sets_own_page(wizard: Page) -> None:
    wizard.locator("summary", has_text="Captions").click()
    caption = wizard.get_by_role("textbox", name="Caption of photo1.jpg")
    caption.fill("soft shapes")
    expect(wizard.get_by_text("1 without the trigger word")).to_be_visible()
    wizard.get_by_label("Only problems").check()
    expect(wizard.get_by_role("list", name="Captions").get_by_role("listitem")).to_have_count(1)
    wizard.get_by_role("button", name=re.compile("into the caption of photo1.jpg")).click()
    expect(caption).to_have_value("luna_tok, soft shapes")
    expect(wizard.get_by_text("1 without the trigger word")).to_have_count(0)

    wizard.get_by_role("button", name="Next").click()
    wizard.get_by_label("LoRA rank").fill("100")
    wizard.get_by_label("Steps", exact=True).fill("150")
    wizard.get_by_label("Learning rate").focus()
    wizard.get_by_role("button", name="Use 800 as suggested").click()
    expect(wizard.get_by_label("Steps", exact=True)).to_have_value("800")
    expect(wizard.get_by_label("LoRA rank")).to_have_value("100")
    wizard.reload()
    expect(wizard.get_by_label("LoRA rank")).to_have_value("100")

    wizard.goto("/photos")
    wizard.get_by_role("list", name="Photo sets").get_by_role("link").click()
    expect(wizard.get_by_role("heading", name="Luna")).to_be_visible()
    wizard.get_by_role("button", name="More").click()
    wizard.get_by_role("menuitem", name="Copy").click()
    expect(wizard.get_by_text("Luna is copied")).to_be_visible()
    wizard.get_by_role("link", name="Train with this set").click()
    wizard.wait_for_url("**/models/new")
    expect(wizard.get_by_text("7 photos ready")).to_be_visible()
