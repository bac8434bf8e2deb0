"""A browser and a person for the benches."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from playwright.sync_api import Browser, Page, sync_playwright

from photogen.runtime.preflight import find_chromium

_people = count(1)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window."""
    path = os.environ.get("CHROMIUM_PATH") or find_chromium()
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path) if path else None, args=arguments)
        yield browser
        browser.close()


def register(page: Page) -> str:
    """Makes an account through the page; gives its e-mail address."""
    email = f"bench{next(_people)}@example.com"
    page.goto("/register")
    page.get_by_label("Name").fill("Bench")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/dashboard")
    return email
