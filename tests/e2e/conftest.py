"""One running photogen and one browser for all of these tests; each test has a context (a person) of its own."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from photogen.runtime.preflight import find_chromium
from tests.factories import photos
from tests.fakes.running import RunningPhotogen

_people = count(1)
PASSWORD = "a long enough password"
PUBLIC = ["/", "/pricing", "/login", "/register", "/deletions", "/there-is-no-such-page"]
STUDIO = [
    "/dashboard",
    "/generate",
    "/gallery",
    "/shared",
    "/models",
    "/models/new",
    "/photos",
    "/trainings",
    "/usage",
    "/billing",
    "/billing/return",
    "/settings",
    "/notices",
]
INSIDE = [*STUDIO, "model", "lab", "set", "training", "picture"]  # the last five have addresses with an id
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPhotogen]:
    """The whole of it, with a sandbox that trains 1000 steps in two seconds and draws at once."""
    running = RunningPhotogen(
        tmp_path_factory.mktemp("studio"), environment={"POLL_SECONDS": "0.5", "LEASE_SECONDS": "5"}
    )
    with running:
        running.sandbox.pace(training_seconds_per_1000_steps=2, image_seconds=0.05)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium: the one that CHROMIUM_PATH names, or whichever is installed."""
    path = os.environ.get("CHROMIUM_PATH") or find_chromium()
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(path) if path else None, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def person(browser: Browser, studio: RunningPhotogen) -> Iterator[Callable[[], Page]]:
    """Makes people: each call is somebody new with a browser of their own, at the landing page's address."""
    contexts: list[BrowserContext] = []

    def enter() -> Page:
        context = browser.new_context(base_url=studio.url, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def creator(person: Callable[[], Page]) -> Page:
    """Somebody who has just registered and is on no page yet."""
    page = person()
    register(page)
    return page


def register(page: Page, name: str = "Ada") -> str:
    """Makes an account by the form's own address, logs the page's browser in and returns the e-mail address. Where the
    page itself matters: `register_by_hand`."""
    email = f"person{next(_people)}@example.com"
    fields = {"name": name, "email": email, "password": PASSWORD}
    here = page.request.get("/healthz").url.removesuffix("/healthz")
    answer = page.request.post("/auth/register", form=fields, headers={"origin": here}, max_redirects=0)
    assert answer.headers.get("location") == "/dashboard", answer.text()
    return email


def register_by_hand(page: Page, name: str = "Ada") -> str:
    """Makes an account through the page, ends on the dashboard and returns the e-mail address."""
    email = f"person{next(_people)}@example.com"
    page.goto("/register")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.wait_for_url("**/dashboard")
    return email


@pytest.fixture(scope="session")
def photo_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six good photos on disk."""
    folder = tmp_path_factory.mktemp("photos")
    files = []
    for seed in range(6):
        path = folder / f"photo{seed}.jpg"
        path.write_bytes(photos.jpeg(seed=seed + 1, width=900, height=1100))
        files.append(path)
    return files


def repainted(page: Page) -> None:
    """Waits until a change of colours has arrived everywhere: axe would judge those on the way."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")


def train(page: Page, files: list[Path], name: str = "Luna") -> None:
    """Goes through the wizard with these photos, up to the page of the running training."""
    page.goto("/models/new")
    page.get_by_label("Model name").fill(name)
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Add photos").set_input_files([str(path) for path in files])
    expect(page.get_by_role("list", name="Photos").get_by_role("listitem")).to_have_count(len(files))
    expect(page.get_by_text(f"{len(files)} photos ready")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_label("Steps", exact=True)).to_be_visible()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url("**/trainings/*")


def generate(page: Page, prompt: str, images: int = 1) -> None:
    """Asks for pictures on the page at hand and waits until all of them are painted."""
    page.get_by_label("Prompt").fill(prompt)
    page.get_by_label("Images").fill(str(images))
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_alt_text(prompt)).to_have_count(images, timeout=30_000)


@dataclass
class Somebody:
    """A person with a model and pictures, who wants no motion (so that nothing is judged on its way to another colour):
    what their browser keeps, where their things are, which hosts were asked. Whoever enters closes the
    context: a page that stays open goes on drawing."""

    state: Any
    addresses: dict[str, str]
    enter: Callable[..., BrowserContext]
    hosts: set[str]

    def open(self, page: Page, where: str) -> None:
        """Goes to a page and waits until it shows what it has."""
        page.goto(self.addresses.get(where, where))
        expect(page.locator("h1").first).to_be_attached()
        expect(page.locator("main .skeleton")).to_have_count(0)
        if where == "set":
            expect(page.get_by_role("meter", name="Readiness")).to_be_visible()
        if where == "picture":
            expect(page.get_by_role("dialog").get_by_role("term").first).to_be_visible()


@pytest.fixture(scope="session")
def somebody(browser: Browser, studio: RunningPhotogen, photo_files: list[Path]) -> Somebody:
    hosts: set[str] = set()

    def enter(**options: Any) -> BrowserContext:
        context = browser.new_context(base_url=studio.url, reduced_motion="reduce", **options)
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        return context

    context = enter()
    page = context.new_page()
    register(page)
    train(page, photo_files)
    addresses = {"training": urlsplit(page.url).path}
    expect(page.get_by_role("status", name="Training status")).to_have_text("Completed", timeout=60_000)
    addresses["model"] = str(page.get_by_role("link", name="See the model").get_attribute("href"))
    addresses["lab"] = f"{addresses['model']}/lab"
    page.get_by_role("link", name="Generate with it").click()
    generate(page, "a portrait by the sea", 2)
    addresses["picture"] = str(page.locator("a:has(img)").first.get_attribute("href"))
    page.evaluate(
        "(id) => fetch('/api/shares', {method: 'POST', body: JSON.stringify({pictures: [id], recipe: true})})",
        addresses["picture"].rpartition("=")[2],
    )
    page.goto("/photos")
    sets = page.get_by_role("list", name="Photo sets").get_by_role("link")
    addresses["set"] = str(sets.first.get_attribute("href"))
    state = context.storage_state()
    context.close()
    return Somebody(state, addresses, enter, hosts)
