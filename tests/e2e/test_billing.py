"""Somebody buys credits and a plan on the sandbox's Stripe, spends, changes, fails to pay, recovers and cancels."""

import re

from playwright.sync_api import Page, expect

from tests.fakes.running import RunningPhotogen


def _pay(page: Page, verb: str, card: str = "4242") -> None:
    """On the payment service's page."""
    page.get_by_role("radio", name=re.compile(f"^{card}")).first.check()
    page.get_by_role("button", name=re.compile(f"^{verb}")).click()


def test_a_plan_and_credits_are_bought_spent_changed_and_cancelled(creator: Page, studio: RunningPhotogen) -> None:
    page = creator
    balance = page.get_by_role("status", name="Credit balance")
    status = page.get_by_role("status", name="Plan status")
    page.goto("/billing#packs")
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

    page.get_by_role("button", name="Choose Creator").click()
    _pay(page, "Subscribe")
    expect(page.get_by_role("heading", name="Creator is yours")).to_be_visible()
    page.get_by_role("link", name="Go to billing").click()
    expect(balance).to_have_text("305")
    expect(status).to_have_text("Active")

    page.get_by_role("button", name="Choose Pro").click()
    page.get_by_role("dialog", name="Change your plan").get_by_role("button", name="Change now").click()
    expect(page.get_by_role("heading", name="Pro")).not_to_have_count(0)
    expect(balance).to_have_text("505")
    page.get_by_role("button", name="Cancel plan").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel plan").click()
    expect(status).to_contain_text("Ends on")
    page.get_by_role("button", name="Keep the plan").click()
    expect(status).to_have_text("Active")
