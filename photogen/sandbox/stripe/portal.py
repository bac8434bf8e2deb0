"""The billing portal: its API, and a page of the sandbox's own. The page can also move the customer's time on."""

from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, new_id, nulls
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.checkout_page import card_choices
from photogen.sandbox.stripe.clocks import move_on
from photogen.sandbox.stripe.customers import CARDS, default_card, make_default, new_card
from photogen.sandbox.stripe.deliveries import account_of
from photogen.sandbox.stripe.invoices import collect
from photogen.sandbox.stripe.lifecycle import DAY, ENDED, item_of, settled
from photogen.sandbox.stripe.pages import answer, card, choices, dollars
from photogen.sandbox.stripe.subscriptions import cancel_at_end

_STEPS = {"hour": 3601, "day": DAY, "week": 7 * DAY, "month": 31 * DAY, "year": 366 * DAY}


class _ConfigurationParams(Params):
    features: dict[str, Any]
    business_profile: dict[str, Any] = {}
    default_return_url: str | None = None
    metadata: dict[str, str] = {}
    name: str | None = None


class _SessionParams(Params):
    customer: str
    return_url: str | None = None
    configuration: str = ""
    locale: str | None = None
    flow_data: dict[str, Any] | None = None


@endpoint("billing_portal.configurations.create")
def _configure(account: Account, call: StripeCall) -> Record:
    params = call.params(_ConfigurationParams)

    def on(name: str) -> bool:
        return str(params.features.get(name, {}).get("enabled", "false")) == "true"

    moment = account.now()
    record: Record = {
        "id": new_id("billing_portal.configuration"),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {
            "headline": params.business_profile.get("headline"),
            "privacy_policy_url": params.business_profile.get("privacy_policy_url"),
            "terms_of_service_url": params.business_profile.get("terms_of_service_url"),
        },
        "created": moment,
        "default_return_url": params.default_return_url,
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": on("customer_update")},
            "invoice_history": {"enabled": on("invoice_history")},
            "payment_method_update": {
                "enabled": on("payment_method_update"), "payment_method_configuration": None,
            },
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": []},
                "enabled": on("subscription_cancel"),
                "mode": "at_period_end",
                "proration_behavior": "none",
            },
            "subscription_update": {
                "billing_cycle_anchor": None,
                "default_allowed_updates": [],
                "enabled": on("subscription_update"),
                "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": not account.all("billing_portal.configuration"),
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": params.metadata,
        "name": params.name,
        "updated": moment,
    }  # fmt: skip
    return account.keep(record, "billing_portal.configuration.created")


@endpoint("billing_portal.configurations.list")
def _configurations(account: Account, call: StripeCall) -> Record:
    found = account.all("billing_portal.configuration")
    return page(call, found, call.params(ListParams), "/v1/billing_portal/configurations")


@endpoint("billing_portal.sessions.create")
def _create(account: Account, call: StripeCall) -> Record:
    params = call.params(_SessionParams)
    call.find(account, "customer", params.customer, "customer")
    known = account.all("billing_portal.configuration")
    if params.configuration:
        call.find(account, "billing_portal.configuration", params.configuration, "configuration")
    elif not known:
        words = "No configuration provided and your test mode default configuration has not been created."
        raise call.refuse(400, words)
    identity = new_id("billing_portal.session")
    record: Record = {
        **nulls("customer_account flow locale on_behalf_of"),
        "id": identity,
        "object": "billing_portal.session",
        "configuration": params.configuration or known[0]["id"],
        "created": account.now(),
        "customer": params.customer,
        "livemode": False,
        "return_url": params.return_url,
        "url": f"{account.sandbox.base_url}/stripe/portal/{identity}",
    }
    return account.keep(record)


# --- the page -------------------------------------------------------------------------------------------------------


def day(moment: int) -> str:
    """ "3 December 2026"."""
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at.day} {at:%B %Y}"


def _subscription(account: Account, customer: Record) -> Record | None:
    found = account.where("subscription", customer=customer["id"])
    return next((s for s in reversed(found) if s["status"] not in ENDED), None)


def _page(account: Account, session: Record, said: str = "") -> Response:
    customer = account.get("customer", session["customer"])
    features = account.get("billing_portal.configuration", session["configuration"])["features"]
    subscription = _subscription(account, customer)
    parts = [f"<p class=soft>{escape(customer['email'] or customer['id'])}</p>"]
    if said:
        parts.append(f"<p role=status class=card>{escape(said)}</p>")
    if subscription is None:
        parts.append(card("<h2>Plan</h2><p>There is no subscription.</p>"))
    else:
        parts.append(_plan_card(account, subscription, features))
    if features["payment_method_update"]["enabled"]:
        held = default_card(account, customer, subscription)
        words = f"{held['card']['brand'].title()} ending in {held['card']['last4']}" if held else "No card"
        parts.append(
            card(
                f"<h2>Payment method</h2><p>{escape(words)}</p>",
                "<form method=post>",
                choices("card", card_choices(), "4242424242424242"),
                "<button class=quiet name=do value=card>Use this card from now on</button></form>",
            )
        )
    if features["invoice_history"]["enabled"]:
        parts.append(_invoices(account, customer))
    now = account.now(customer["id"])
    steps = "".join(f"<button class=quiet name=do value=move_{name}>One {name} on</button>" for name in _STEPS)
    parts.append(
        card(
            "<h2>The sandbox's clock</h2>",
            f"<p>For this customer it is {day(now)}. What falls due on the way happens: renewals, failures, ends.</p>",
            f"<form method=post class=row>{steps}</form>",
        )
    )
    if session["return_url"]:
        parts.append(f'<p><a href="{escape(session["return_url"])}">Back to the shop</a></p>')
    return answer("Billing", *parts)


def _plan_card(account: Account, subscription: Record, features: Record) -> str:
    item = item_of(subscription)
    price = item["price"]
    name = account.get("product", price["product"])["name"]
    until = day(item["current_period_end"])
    rhythm = price["recurring"]["interval"]
    status = subscription["status"].replace("_", " ")
    words = f"Ends on {until}." if subscription["cancel_at_period_end"] else f"Renews on {until}."
    buttons = ""
    if features["subscription_cancel"]["enabled"]:
        buttons = (
            "<button class=quiet name=do value=resume>Don't cancel the plan</button>"
            if subscription["cancel_at_period_end"]
            else "<button class=quiet name=do value=cancel>Cancel the plan</button>"
        )
    return card(
        f"<h2>Plan</h2><p>{escape(name)}: {dollars(price['unit_amount'])} / {rhythm} ({escape(status)}). {words}</p>",
        f"<form method=post class=row>{buttons}</form>",
    )


def _invoices(account: Account, customer: Record) -> str:
    rows = []
    for invoice in reversed(account.where("invoice", customer=customer["id"])):
        if not invoice["number"]:
            continue
        pay = (
            f"<form method=post><button class=quiet name=do value=pay_{invoice['id']}>Pay now</button></form>"
            if invoice["status"] == "open"
            else ""
        )
        link = f'<a href="{escape(invoice["hosted_invoice_url"])}">{escape(invoice["number"])}</a>'
        rows.append(
            f"<tr><td>{day(invoice['created'])}</td><td>{link}</td><td>{escape(invoice['status'])}{pay}</td>"
            f"<td>{dollars(invoice['total'])}</td></tr>"
        )
    return card(f"<h2>Invoices</h2><table>{''.join(rows) or '<tr><td>None yet</td></tr>'}</table>")


async def _show(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    session = account.find("billing_portal.session", request.path_params["id"])
    if session is None:
        return answer("This address leads nowhere", "<p>Open the portal again from the shop.</p>", status=404)
    return _page(account, session)


async def _act(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    session = account.find("billing_portal.session", request.path_params["id"])
    if session is None:
        return await _show(request)
    form = await request.form()
    customer = account.get("customer", session["customer"])
    said = _do(account, customer, str(form.get("do", "")), str(form.get("card", "")))
    if said:
        return _page(account, session, said)
    return RedirectResponse(request.url.path, 303)


def _do(account: Account, customer: Record, what: str, number: str) -> str:
    """Does what a button asks; gives what is to be said about it."""
    subscription = _subscription(account, customer)
    moment = account.now(customer["id"])
    verb, _, rest = what.partition("_")
    if verb == "move" and rest in _STEPS:
        move_on(account, customer, _STEPS[rest])
        return f"It is {day(account.now(customer['id']))} now."
    if verb == "card" and number in CARDS:
        made = new_card(account, number, customer["id"], customer["email"])
        if subscription is not None:
            subscription["default_payment_method"] = None
            account.keep(subscription)
        make_default(account, customer, made)
        return f"Invoices are paid with the card ending in {number[-4:]} from now on."
    if verb in {"cancel", "resume"} and subscription is not None:
        cancel_at_end(account, subscription, verb == "cancel", moment)
        return "The plan ends with the paid period." if verb == "cancel" else "The plan goes on."
    invoice = account.find("invoice", rest) if verb == "pay" else None
    if invoice is not None and invoice["customer"] == customer["id"] and invoice["status"] == "open":
        outcome = collect(account, invoice, moment, present=True, confirmed=True)
        settled(account, invoice, moment)
        return "Paid." if invoice["status"] == "paid" else outcome.words if outcome else "Nothing was due."
    return ""


async def _invoice(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    name, _, suffix = request.path_params["id"].partition(".")
    invoice = account.find("invoice", name)
    if invoice is None:
        return answer("There is no such invoice", status=404)
    rows = "".join(
        f"<tr><td>{escape(line['description'])}</td><td>{dollars(line['amount'])}</td></tr>"
        for line in invoice["lines"]["data"]
    )
    off = sum(part["amount"] for part in invoice["total_discount_amounts"])
    foot = f"<tr><td>Discount</td><td>{dollars(-off)}</td></tr>" if off else ""
    foot += f"<tr><th>Total</th><th>{dollars(invoice['total'])}</th></tr>"
    foot += f"<tr><td>Paid</td><td>{dollars(invoice['amount_paid'])}</td></tr>"
    about = f"<p class=soft>{day(invoice['created'])}, {escape(invoice['status'])}</p>"
    shown = answer(f"Invoice {invoice['number'] or '(draft)'}", about, card(f"<table>{rows}{foot}</table>"))
    if suffix == "pdf" and isinstance(shown, HTMLResponse):
        shown.headers["content-disposition"] = f'inline; filename="{invoice["number"]}.html"'
    return shown


async def _receipt(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    charge = account.find("charge", request.path_params["id"])
    if charge is None:
        return answer("There is no such receipt", status=404)
    paid, back = dollars(charge["amount"]), dollars(charge["amount_refunded"])
    return answer("Receipt", f"<p>{paid} paid on {day(charge['created'])}, {back} given back.</p>")


routes = [
    Route("/v1/billing_portal/configurations", _configure, methods=["POST"]),
    Route("/v1/billing_portal/configurations", _configurations, methods=["GET"]),
    Route("/v1/billing_portal/sessions", _create, methods=["POST"]),
    Route("/portal/{id}", _show, methods=["GET"]),
    Route("/portal/{id}", _act, methods=["POST"]),
    Route("/pages/invoices/{id}", _invoice, methods=["GET"]),
    Route("/pages/receipts/{id}", _receipt, methods=["GET"]),
]
