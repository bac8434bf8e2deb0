"""The page of a training that failed: a person sees why, reads the log, and goes on from there."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import train
from tests.fakes.running import RunningPhotogen


def test_a_failed_training_explains_itself_and_goes_on_in_its_place(
    creator: Page, studio: RunningPhotogen, photo_files: list[Path]
) -> None:
    studio.sandbox.fault("replicate", "trainings.create", "failed")
    train(creator, photo_files, name="Moon")
    status = creator.get_by_role("status", name="Training status")
    expect(status).to_have_text("Failed", timeout=45_000)
    address = creator.url

    log = creator.get_by_role("log", name="Log")
    expect(log).to_contain_text("Extracted 6 files from zip")
    creator.get_by_label("Lines to show").select_option("Only errors")
    expect(log).to_contain_text("CUDA error")
    expect(log).not_to_contain_text("Extracted")
    creator.get_by_label("Lines to show").select_option("Everything")
    creator.get_by_label("Filter the log").fill("zip")
    expect(log).to_contain_text("Extracted")
    expect(log).not_to_contain_text("CUDA error")
    with creator.expect_download() as saved:
        creator.get_by_role("link", name="Download").click()
    assert "CUDA error" in saved.value.path().read_text()

    curve = creator.get_by_label("Point of the loss curve")
    curve.focus()
    creator.keyboard.press("ArrowLeft")
    expect(curve).to_have_attribute("aria-valuetext", re.compile(r"Step [\d,]+: loss 0\.\d+, smoothed 0\.\d+"))

    expect(creator.get_by_text("begins again with your photos, on this page").first).to_be_visible()
    creator.get_by_role("button", name="Retry").click()
    expect(status).to_have_text("Completed", timeout=45_000)
    assert creator.url == address
    expect(creator.get_by_text("Round 2, from preparing")).to_be_visible()

    creator.goto("/trainings?status=failed")
    expect(creator.get_by_text("No training fits this filter")).to_be_visible()
    creator.get_by_label("Status", exact=True).select_option("Completed")
    expect(creator.get_by_role("list", name="Trainings").get_by_role("listitem")).to_have_count(1)
    expect(creator).to_have_url(re.compile(r"status=completed"))
