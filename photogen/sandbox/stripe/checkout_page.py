"""The page that stands in for Stripe Checkout: a total, test cards, a promotion code, a second step."""

import asyncio
from html import escape

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account
from photogen.sandbox.stripe.catalogue import code_named
from photogen.sandbox.stripe.checkout import complete, debit, settle_debit, total
from photogen.sandbox.stripe.customers import CARDS
from photogen.sandbox.stripe.deliveries import account_of
from photogen.sandbox.stripe.pages import answer, card, choices, dollars, trouble

_DEBIT_SECONDS = 4.0
"""How long the sandbox's bank takes; at the vendor it takes days."""
DEBITS = {"debit_good": "Bank debit that arrives later", "debit_bad": "Bank debit that fails later"}


def spaced(number: str) -> str:
    """ "4242 4242 4242 4242"."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def card_choices() -> list[tuple[str, str]]:
    """The test cards with what becomes of them."""
    return [(number, f"{spaced(number)}: {words}") for number, (_, words) in CARDS.items()]


async def _show(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    session = account.find("checkout.session", request.path_params["id"])
    if session is None:
        return answer("This address leads nowhere", "<p>Go back to the shop and begin again.</p>", status=404)
    if session["status"] != "open":
        words = "It has been paid." if session["status"] == "complete" else "It has expired. Begin again in the shop."
        return answer("This checkout is over", f"<p>{words}</p>")
    return _page(account, session)


def _page(
    account: Account, session: Record, problem: str = "", chosen: str = "4242424242424242", email: str = ""
) -> Response:
    rows = []
    for line in session["_lines"]:
        price = account.get("price", line["price"])
        rhythm = f" / {price['recurring']['interval']}" if price["recurring"] else ""
        name = escape(account.get("product", price["product"])["name"])
        rows.append(f"<tr><td>{name}</td><td>{dollars(price['unit_amount'] * line['quantity'])}{rhythm}</td></tr>")
    due = total(account, session)
    off = session["total_details"]["amount_discount"]
    if off:
        rows.append(f"<tr><td>Discount</td><td>{dollars(-off)}</td></tr>")
    trial = session["_subscription_data"]["trial_period_days"] if session["mode"] == "subscription" else 0
    if trial:
        rows.append(f"<tr><td>Free for {trial} days</td><td></td></tr>")
    rows.append(f"<tr><th>Due now</th><th>{dollars(due)}</th></tr>")
    known = account.find("customer", session["customer"])
    known_email = (known or {}).get("email") or session["customer_email"] or email
    cards = card_choices()
    if session["mode"] == "payment" and due:
        cards += list(DEBITS.items())
    code = (
        "<div class=card><h2>Promotion code</h2><div class=row><input type=text name=code aria-label='Promotion code' "
        "style='flex:1'><button class=quiet name=do value=code>Apply</button></div></div>"
        if session["allow_promotion_codes"] and not session["discounts"]
        else ""
    )
    verb = "Start the trial" if trial else "Subscribe" if session["mode"] == "subscription" else "Pay"
    back = f'<p><a href="{escape(session["cancel_url"])}">Back without paying</a></p>' if session["cancel_url"] else ""
    return answer(
        "Checkout",
        f"<table>{''.join(rows)}</table>",
        trouble(problem),
        "<form method=post>",
        code,
        card(
            "<h2>Card</h2>",
            choices("card", cards, chosen),
            f'<label for=email>Email</label><input id=email type=email name=email value="{escape(known_email or "")}">',
            f"<button class=wide name=do value=pay>{verb} {dollars(due)}</button>",
        ),
        "</form>",
        back,
    )


async def _act(request: Request) -> Response:
    account = account_of(request.app.state.sandbox)
    session = account.find("checkout.session", request.path_params["id"])
    if session is None or session["status"] != "open":
        return await _show(request)
    form = await request.form()
    chosen, email = _text(form, "card"), _text(form, "email")
    if _text(form, "do") == "code":
        return _page(account, session, _apply(account, session, _text(form, "code")), email=email)
    if chosen in DEBITS and session["mode"] == "payment":
        debit(account, session, email)
        request.app.state.sandbox.spawn(f"debit {session['id']}", _later(account, session, chosen == "debit_good"))
        return _to_shop(session)
    if chosen not in CARDS:
        return _page(account, session, "Choose a card.", email=email)
    outcome = complete(account, session, chosen, email or "payer@example.com", confirmed=_text(form, "do") == "confirm")
    if outcome is None:
        return _to_shop(session)
    if outcome.status == "requires_action":
        return _second_step(session, chosen, email)
    return _page(account, session, f"{outcome.words} Choose another card.", chosen, email)


def _apply(account: Account, session: Record, text: str) -> str:
    """Takes a promotion code; gives what is wrong with it, "" when nothing is."""
    found = code_named(account, text)
    if found is None or not session["allow_promotion_codes"]:
        return "This code is not valid."
    session["discounts"] = [{"coupon": None, "promotion_code": found["id"]}]
    total(account, session)
    account.keep(session)
    return ""


def _second_step(session: Record, chosen: str, email: str) -> Response:
    hidden = f'<input type=hidden name=card value="{chosen}"><input type=hidden name=email value="{escape(email)}">'
    return answer(
        "Your bank asks for a second step",
        f"<p>This stands in for 3-D Secure: {escape(spaced(chosen))}.</p>",
        f"<form method=post>{hidden}<div class=row><button name=do value=confirm>Complete authentication</button>"
        "<button class=quiet name=do value=fail>Fail authentication</button></div></form>"
        if session["status"] == "open"
        else "",
    )


async def _later(account: Account, session: Record, arrives: bool) -> None:
    await asyncio.sleep(min(_DEBIT_SECONDS, account.sandbox.pace.image_seconds * 4))
    settle_debit(account, session, arrives)


def _to_shop(session: Record) -> Response:
    address = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    return RedirectResponse(address, 303)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


routes = [Route("/pay/{id}", _show, methods=["GET"]), Route("/pay/{id}", _act, methods=["POST"])]
