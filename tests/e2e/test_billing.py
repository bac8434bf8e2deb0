"""Somebody meets each of the three walls and takes its way out, on the sandbox's Stripe: buys credits and a plan,
spends the day's quota, changes, fails to pay, recovers, cancels, and pays by credit again when the plan is over."""

import re

from playwright.sync_api import Page, expect

from tests.fakes.running import RunningPhotogen

LOCKED = "base:flux:1.1-pro"  # opened by the smallest plan; a picture takes two of the day's quota
REFUSED = "4000 0000 0000 0341"


def _pay(page: Page, verb: str, card: str = "4242") -> None:
    """On the payment service's page."""
    page.get_by_role("radio", name=re.compile(f"^{card}")).first.check()
    page.get_by_role("button", name=re.compile(f"^{verb}")).click()


def _ask(page: Page, images: int, model: str = "") -> None:
    """Asks for pictures on the page at hand."""
    if model:
        page.get_by_role("combobox", name="Model").select_option(model)
    page.get_by_label("Prompt").fill("a lighthouse")
    page.get_by_label("Images").fill(str(images))
    button = page.get_by_role("button", name=re.compile(f"^Generate {images} "))
    expect(button).to_be_enabled()
    button.click()


def test_the_walls_and_the_ways_out(creator: Page, studio: RunningPhotogen) -> None:
    page = creator
    balance = page.get_by_role("status", name="Credit balance")
    page.goto("/generate")
    _ask(page, 8)
    page.get_by_role("dialog", name="Not enough credits").get_by_role("link", name="Buy credits").click()
    expect(balance).to_have_text("5")
    page.get_by_role("button", name="Buy 100 credits").click()
    page.get_by_role("link", name="Back without paying").click()
    expect(page.get_by_role("heading", name="You left the checkout")).to_be_visible()
    page.get_by_role("link", name="Back to the offers").click()
    page.get_by_role("button", name="Buy 100 credits").click()
    _pay(page, "Pay")
    expect(page.get_by_role("heading", name="100 credits are yours")).to_be_visible()
    page.get_by_role("link", name="Go to billing").click()
    expect(balance).to_have_text("105")

    page.goto("/generate")
    _ask(page, 1, LOCKED)
    page.get_by_role("dialog", name="This needs another plan").get_by_role("link", name="See the Creator plan").click()
    marked = page.get_by_role("article").filter(has_text="Opens what you chose")
    marked.get_by_role("button", name="Choose Creator").click()
    _pay(page, "Subscribe")
    expect(page.get_by_role("heading", name="Creator is yours")).to_be_visible()

    page.goto("/generate")
    for taken in ("16 of 50", "32 of 50", "48 of 50"):
        _ask(page, 8, LOCKED)
        expect(page.get_by_role("main").get_by_text(taken)).to_be_visible()
    _ask(page, 2)
    wall = page.get_by_role("dialog", name="Today's quota is used up")
    wall.get_by_role("button", name="Let credits pay").click()
    wall.get_by_role("button", name="Go on").click()
    _ask(page, 2)
    expect(page.get_by_role("main").get_by_text("50 of 50")).to_be_visible()
    page.goto("/usage")
    expect(balance).to_have_text("303")  # one picture by the quota, one by two credits
    expect(page.get_by_role("list", name="Today by model").get_by_role("listitem")).to_have_count(1)
    overage = page.get_by_role("switch", name="Let credits pay beyond the day's quota")
    expect(overage).to_be_checked()
    overage.click()
    expect(page.get_by_text("pictures wait for the next day")).to_be_visible()


def test_a_plan_is_changed_fails_recovers_ends_and_credits_pay_again(creator: Page, studio: RunningPhotogen) -> None:
    page = creator
    balance = page.get_by_role("status", name="Credit balance")
    status = page.get_by_role("status", name="Plan status")
    page.goto("/billing#plans")
    page.get_by_role("button", name="Choose Creator").click()
    _pay(page, "Subscribe")
    expect(page.get_by_role("heading", name="Creator is yours")).to_be_visible()
    page.get_by_role("link", name="Go to billing").click()
    expect(balance).to_have_text("205")
    page.get_by_role("button", name="Choose Pro").click()
    page.get_by_role("dialog", name="Change your plan").get_by_role("button", name="Change now").click()
    expect(page.get_by_role("heading", name="Pro")).not_to_have_count(0)
    expect(balance).to_have_text("405")

    page.get_by_role("button", name="Card and invoices").click()
    _pay(page, "Use this card", REFUSED)
    page.get_by_role("button", name="One month on").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(status).to_have_text("Payment failed")
    page.get_by_role("button", name="Change the card").click()
    _pay(page, "Use this card")
    page.get_by_role("button", name="Pay now").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(status).to_have_text("Active")

    page.get_by_role("button", name="Cancel plan").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel plan").click()
    expect(status).to_contain_text("Ends on")
    expect(page.get_by_text("it becomes pay as you go")).to_be_visible()
    page.get_by_role("button", name="Keep the plan").click()
    expect(status).to_have_text("Active")
    page.get_by_role("button", name="Cancel plan").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel plan").click()
    expect(status).to_contain_text("Ends on")
    page.get_by_role("button", name="Card and invoices").click()
    page.get_by_role("button", name="One month on").click()
    page.get_by_role("link", name="Back to the shop").click()
    expect(status).to_have_text("No payment")
    expect(page.get_by_text("Pay as you go", exact=True)).to_be_visible()
    page.goto("/generate")
    expect(page.get_by_role("button", name="Generate 1 picture for 1 credit")).to_be_visible()
    _ask(page, 1)
    expect(page.get_by_alt_text("a lighthouse")).to_have_count(1, timeout=30_000)
