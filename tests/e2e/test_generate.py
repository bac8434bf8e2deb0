"""The generate page by keyboard and mouse: suggestions, history, wildcards, presets, seeds, a picture to begin with."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import generate, repainted

FOX = "a red fox in fog in the distance"


def _sound(page: Page, where: str) -> None:
    repainted(page)
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == [], where


def test_a_creator_writes_remembers_varies_and_keeps(creator: Page) -> None:
    page = creator
    page.goto("/generate")
    generate(page, FOX)
    prompt = page.get_by_label("Prompt")
    prompt.fill("")
    prompt.press_sequentially("a red f")
    expect(page.get_by_role("option", name=FOX)).to_be_visible()
    _sound(page, "suggestions")
    prompt.press("ArrowDown")
    prompt.press("Enter")
    expect(prompt).to_have_value(FOX)
    expect(page.get_by_role("listbox", name="Suggestions")).to_have_count(0)

    prompt.fill("a {red|blue} hat")
    expect(page.get_by_text("2 combinations")).to_be_visible()
    page.get_by_text("Each once").click()
    expect(page.get_by_role("button", name="Generate 2 pictures")).to_be_visible()
    prompt.press("Control+Enter")
    for colour in ("red", "blue"):
        expect(page.get_by_alt_text(f"a {colour} hat")).to_be_visible()

    page.get_by_role("button", name="History").click()
    dialog = page.get_by_role("dialog", name="History")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    _sound(page, "history")
    dialog.get_by_label("Search").fill("FOX fog")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="Forget", exact=True).click()
    expect(dialog.get_by_role("listitem")).to_have_count(0)
    dialog.get_by_role("button", name="Undo").click()
    dialog.get_by_role("listitem").get_by_role("button").first.click()
    expect(prompt).to_have_value(FOX)

    page.get_by_role("button", name="Presets").click()
    page.get_by_label("Name", exact=True).fill("Foxes")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Share by link").click()
    expect(page.get_by_role("button", name=re.compile("preset="))).to_be_visible()
    _sound(page, "presets")
    page.keyboard.press("Escape")
    page.get_by_text("More settings").click()
    page.get_by_role("button", name="Another seed").click()
    expect(page.get_by_label("Seed", exact=True)).to_have_value(re.compile(r"^\d+$"))
    expect(page.get_by_role("button", name="Foxes (changed)")).to_be_visible()

    page.get_by_alt_text("a red hat").hover()
    page.get_by_role("button", name="Variations").nth(0).click()
    expect(page.get_by_label("Images", exact=True)).to_have_value("4")
    page.get_by_role("button", name="See all").click()
    expect(page.get_by_role("dialog", name="Models").get_by_text("FLUX.1 schnell")).to_be_visible()
    _sound(page, "models")


def test_on_a_phone_what_was_begun_comes_into_view(creator: Page) -> None:
    creator.set_viewport_size({"width": 390, "height": 844})
    creator.goto("/generate")
    creator.get_by_label("Prompt").first.fill("a small boat")
    creator.get_by_role("button", name=re.compile("^Generate 1")).click()
    expect(creator.get_by_role("heading", name="a small boat")).to_be_in_viewport()
