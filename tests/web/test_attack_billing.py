"""Somebody else's payments and checkouts over a real socket, and keys that nothing is sold under."""

import pytest

from photogen.kit.ids import new_id
from photogen.models import Interval, Payment, PaymentStatus, Purchase, PurchaseKind
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.web_server import WebServer

BILLING = f"{ROOT}.photogen___web___pages___billing___state____billing"
SHOP = f"{ROOT}.photogen___web___pages___billing___shop____shop"


@pytest.fixture
def hers(web: WebServer) -> tuple[str, str]:
    """A payment and a checkout of Ada's: their ids."""
    ada, now = web.account(), web.services.clock()
    payment = Payment(
        account_id=ada, gateway="stripe", gateway_id=f"cs_{new_id()}", kind=PurchaseKind.PACK, cents=1234,
        credits=100, status=PaymentStatus.PAID, number="ADA-0001", created_at=now, paid_at=now,
    )  # fmt: skip
    purchase = Purchase(
        account_id=ada, request_key=f"{ada}:{new_id()}", gateway="stripe", kind=PurchaseKind.PLAN,
        plan_key="creator", plan_version=1, interval=Interval.MONTH, price_id="price_ada", created_at=now,
    )  # fmt: skip
    with web.services.uow() as uow:
        uow.session.add_all([payment, purchase])
    return payment.id, purchase.id


async def test_what_somebody_else_paid_is_not_there(web: WebServer, hers: tuple[str, str]) -> None:
    payment, purchase = hers
    token = web.session(web.account())
    async with RawTab(web.url, token, path="/billing", address="127.0.9.1") as tab:
        await tab.send(f"{BILLING}.ask_refund", {"payment_id": payment})
        assert [code for _, code in tab.toasts] == ["payment_not_found"]
        await tab.send(f"{BILLING}.confirm_refund", {})
        await tab.send(f"{BILLING}.show_older", {})
        assert "ADA-0001" not in "".join(tab.words)
    async with RawTab(web.url, token, path=f"/billing/return?purchase={purchase}", address="127.0.9.2") as tab:
        said = "".join(tab.words)
        assert "purchase_not_found" in said
        assert "price_ada" not in said
    with web.services.uow() as uow:
        assert uow.session.get_one(Payment, payment).refund_cents == 0


@pytest.mark.parametrize("key", ["", "free", "credits_7", "../etc", "x" * 5000, "\u202eevil"])
async def test_what_is_not_on_sale_leads_nowhere(web: WebServer, key: str) -> None:
    async with RawTab(web.url, web.session(web.account()), path="/billing", address="127.0.9.3") as tab:
        await tab.send(f"{SHOP}.buy", {"pack": key})
        await tab.send(f"{SHOP}.choose", {"plan": key, "interval": "month"})
        await tab.send(f"{SHOP}.choose", {"plan": "creator", "interval": "century"})
        await tab.send(f"{SHOP}.confirm", {})
        await tab.send(f"{BILLING}.end", {})
        await tab.send(f"{BILLING}.take_back", {})
        assert tab.redirects == []
        assert len(tab.toasts) >= 4
