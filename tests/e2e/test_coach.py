"""The photo coach as a person meets it: the editor by keyboard, with a way back, and captions."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

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


def test_a_caption_gets_its_trigger_word_with_one_tap(wizard: Page) -> None:
    wizard.locator("summary", has_text="Captions").click()
    caption = wizard.get_by_role("textbox", name="Caption of photo1.jpg")
    caption.fill("soft shapes")
    expect(wizard.get_by_text("1 without the trigger word")).to_be_visible()
    wizard.get_by_label("Only problems").check()
    expect(wizard.get_by_role("list", name="Captions").get_by_role("listitem")).to_have_count(1)
    wizard.get_by_role("button", name=re.compile("into the caption of photo1.jpg")).click()
    expect(caption).to_have_value("luna_tok, soft shapes")
    expect(wizard.get_by_text("1 without the trigger word")).to_have_count(0)
