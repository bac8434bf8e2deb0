"""A picture shared in a browser, looked at in another one without an account, and taken back."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import generate, repainted
from tests.e2e.test_accessibility import RULES_OF_COLOUR
from tests.fakes.running import RunningPhotogen

PROMPT = "a lantern in the fog"


def test_shared_seen_without_an_account_and_taken_back(
    creator: Page, browser: Browser, studio: RunningPhotogen
) -> None:
    creator.goto("/generate")
    generate(creator, PROMPT)
    creator.goto("/gallery")
    creator.get_by_role("list", name="Pictures").get_by_alt_text(PROMPT, exact=True).click()
    creator.get_by_role("dialog", name="Picture and recipe").get_by_role("button", name="Share").click()
    share = creator.get_by_role("dialog", name="Share")
    share.get_by_role("button", name="Close").click()
    creator.keyboard.press("s")
    share.get_by_label("Let people download").check()
    share.get_by_role("button", name="Make a link").click()
    address = share.get_by_label("Address of the link").input_value()
    assert address.startswith(f"{studio.url}/s/")

    with browser.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce") as stranger:
        page = stranger.new_page()
        trouble: list[str] = []
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        picture = page.get_by_role("img", name="A shared picture")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(e) => e.naturalWidth") > 0
        assert PROMPT not in page.content()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for scheme, rules in (("dark", {}), ("light", RULES_OF_COLOUR)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            repainted(page)
            faults = Axe().run(page, options=rules).response["violations"]
            assert [f["id"] for f in faults if f["impact"] in {"serious", "critical"}] == [], scheme
        with page.expect_download() as saved:
            page.get_by_role("link", name="Download").click()
        assert saved.value.suggested_filename.startswith("picture-")
        assert {url.split("/")[2] for url in asked} == {studio.url.removeprefix("http://")}
        assert stranger.cookies() == []
        assert trouble == []

        creator.goto("/shared")
        creator.get_by_role("list", name="Shared links").get_by_role("button", name="Revoke").click()
        creator.get_by_role("dialog", name="Revoke this link?").get_by_role("button", name="Revoke").click()
        expect(creator.get_by_text("Revoked", exact=True)).to_be_visible()
        source = str(picture.get_attribute("src"))
        assert stranger.request.get(f"{studio.url}{source}").status == 404
        page.reload()
        expect(page.get_by_role("heading", name="This link does not work")).to_be_visible()
