"""The main job, end to end, as a person does it: account, photos, training, pictures, gallery."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PASSWORD, generate, register, register_by_hand, train
from tests.fakes.running import RunningPhotogen


def test_from_an_account_to_pictures_in_the_gallery(
    person: Callable[[], Page], studio: RunningPhotogen, photo_files: list[Path]
) -> None:
    page = person()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
    page.goto("/")
    page.get_by_role("link", name="Get started").first.click()
    page.wait_for_url("**/register")
    register_by_hand(page, name="Ada")

    train(page, photo_files, name="Luna")
    status = page.get_by_role("status", name="Training status")
    expect(status).to_have_text(re.compile("Queued|Preparing|Training|Publishing|Completed"))
    expect(page.get_by_role("progressbar").first).to_be_visible()
    expect(status).to_have_text("Completed", timeout=45_000)

    page.get_by_role("link", name="Generate with it").click()
    page.wait_for_url("**/generate?model=*")
    expect(page.get_by_role("combobox", name="Model").locator("option:checked")).to_have_text(re.compile("Luna"))
    generate(page, "a portrait at sunset by the sea", images=2)

    page.get_by_role("link", name="Gallery").first.click()
    page.wait_for_url("**/gallery*")
    pictures = page.get_by_alt_text("a portrait at sunset by the sea")
    expect(pictures).to_have_count(2)
    pictures.first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("a portrait at sunset by the sea")
    expect(dialog).to_contain_text("luna_tok")
    assert problems == []
    assert hosts == {studio.url.split("/")[2]}


def test_credits_are_charged_for_what_was_delivered(creator: Page) -> None:
    creator.goto("/usage")
    balance = creator.get_by_label("Credit balance")
    expect(balance).to_have_text("5")
    creator.goto("/generate")
    generate(creator, "three boats", images=3)
    creator.goto("/usage")
    expect(balance).to_have_text("2")


def test_a_failed_picture_gives_its_credit_back_and_says_so(creator: Page, studio: RunningPhotogen) -> None:
    studio.sandbox.fault("together", "images.generate", "nsfw", times=1)
    creator.goto("/generate")
    creator.get_by_label("Prompt").fill("something refused")
    creator.get_by_role("button", name="Generate").click()
    expect(creator.get_by_text(re.compile("returned", re.IGNORECASE)).first).to_be_visible(timeout=30_000)
    creator.goto("/usage")
    expect(creator.get_by_label("Credit balance")).to_have_text("5")


def test_log_in_and_out(person: Callable[[], Page]) -> None:
    page = person()
    email = register_by_hand(page)
    page.get_by_role("button", name="Log out").first.click()
    page.wait_for_url(re.compile(r"/$"))
    page.goto("/dashboard")
    page.wait_for_url(re.compile("/login"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Email or password is wrong")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/dashboard")


def test_the_wizard_survives_a_refresh(creator: Page, photo_files: list[Path]) -> None:
    creator.goto("/models/new")
    creator.get_by_label("Model name").fill("Miso")
    creator.get_by_role("radio", name=re.compile("Pet")).check()
    creator.get_by_role("button", name="Next").click()
    creator.get_by_label("Add photos").set_input_files([str(path) for path in photo_files])
    expect(creator.get_by_text("6 photos ready")).to_be_visible()
    creator.reload()
    expect(creator.get_by_role("list", name="Photos").get_by_role("listitem")).to_have_count(6)
    creator.get_by_role("button", name="Back").click()
    expect(creator.get_by_label("Model name")).to_have_value("Miso")
    expect(creator.get_by_role("radio", name=re.compile("Pet"))).to_be_checked()


def test_a_bad_file_gets_its_own_message_and_spoils_nothing(
    creator: Page, photo_files: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "notes.jpg"
    bad.write_text("this is not a picture")
    creator.goto("/models/new")
    creator.get_by_label("Model name").fill("Miso")
    creator.get_by_role("button", name="Next").click()
    creator.get_by_label("Add photos").set_input_files([str(bad), *(str(path) for path in photo_files[:5])])
    expect(creator.get_by_text("5 photos ready")).to_be_visible()
    item = creator.get_by_role("listitem").filter(has_text="notes.jpg")
    expect(item).to_contain_text(re.compile("JPEG, PNG, WebP", re.IGNORECASE))


def test_a_training_can_be_cancelled_and_gives_back_what_it_cost(
    creator: Page, studio: RunningPhotogen, photo_files: list[Path]
) -> None:
    studio.sandbox.pace(training_seconds_per_1000_steps=60)
    try:
        train(creator, photo_files, name="Otto")
        status = creator.get_by_role("status", name="Training status")
        expect(status).to_have_text("Training", timeout=30_000)
        creator.get_by_role("button", name="Cancel training").click()
        creator.get_by_role("button", name="Yes, stop it").click()
        expect(status).to_have_text("Cancelled", timeout=30_000)
        expect(creator.get_by_text("Returned: the training included in your plan.")).to_be_visible()
    finally:
        studio.sandbox.pace(training_seconds_per_1000_steps=2)


def test_somebody_elses_pages_are_not_there(person: Callable[[], Page], photo_files: list[Path]) -> None:
    mine, theirs = person(), person()
    register(mine)
    register(theirs)
    train(mine, photo_files, name="Luna")
    theirs.goto(mine.url)
    expect(theirs.get_by_text("There is no such training")).to_be_visible()


def test_photos_can_be_dropped_tried_again_and_taken_out(creator: Page, photo_files: list[Path]) -> None:
    creator.goto("/models/new")
    creator.get_by_label("Model name").fill("Miso")
    creator.get_by_role("button", name="Next").click()
    expect(creator.get_by_label("Add photos")).to_be_attached()
    cut: list[str] = []

    def cut_the_first(route: Route) -> None:
        if route.request.method == "POST" and not cut:
            cut.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    creator.route("**/api/photosets/*/photos", cut_the_first)
    dropped = creator.evaluate_handle(
        """(text) => {
          const transfer = new DataTransfer();
          const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
          transfer.items.add(new File([bytes], "dropped.jpg", { type: "image/jpeg" }));
          return transfer;
        }""",
        base64.b64encode(photo_files[0].read_bytes()).decode(),
    )
    creator.get_by_text(re.compile("Drop photos here")).dispatch_event("drop", {"dataTransfer": dropped})
    photo = creator.get_by_role("list", name="Photos").get_by_role("listitem")
    expect(photo).to_have_count(1)
    photo.get_by_role("button", name="Try dropped.jpg again").click()
    expect(creator.get_by_text("1 photo ready")).to_be_visible()
    photo.get_by_role("button", name=re.compile("Remove")).click()
    expect(photo).to_have_count(0)
