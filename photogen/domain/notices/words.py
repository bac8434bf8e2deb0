"""What a notice says, on a page and in a mail: made from its facts when it is read, in the installation's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photogen.kit.text import day, dollars, plural, t
from photogen.models.notice import NoticeKind

Facts = Mapping[str, Any]
_BILLING, _PACKS, _PLANS = "/billing", "/billing#packs", "/billing#plans"


@dataclass(frozen=True, slots=True)
class Words:
    """`title` stands alone in a list and as a mail's subject; `facts` are (label, value); `action` leads to `path`.
    `tone` is "", good, warn or bad."""

    title: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    action: str = ""
    path: str = ""
    tone: str = ""


def words(kind: NoticeKind, data: Facts) -> Words:
    """The words of a notice with these facts."""
    return _WORDS[kind](data)


def _on(data: Facts, name: str) -> str:
    return day(datetime.fromisoformat(str(data[name])))


def _credits(amount: int) -> str:
    return plural(amount, "{n} credit", "{n} credits")


def _price(cents: int, interval: str) -> str:
    return (
        t("{price} a year", price=dollars(cents)) if interval == "year" else t("{price} a month", price=dollars(cents))
    )


# --- credits --------------------------------------------------------------------------------------------------------


def _low_credits(data: Facts) -> Words:
    left = int(data["left"])
    return Words(
        plural(left, "Only {n} credit is left", "Only {n} credits are left") if left else t("Your credits are used up"),
        (t("What is paid with credits stops when they are used up. Credits that you buy never lapse."),),
        action=t("Buy credits"),
        path=_PACKS,
        tone="warn",
    )


def _credits_lapse(data: Facts) -> Words:
    amount = int(data["credits"])
    return Words(
        plural(amount, "{n} credit lapses on {day}", "{n} credits lapse on {day}", day=_on(data, "at")),
        (t("They came with your plan, for one month. Use them until then; credits that you buy never lapse."),),
        action=t("Make pictures"),
        path="/generate",
    )


# --- the plan and its payments --------------------------------------------------------------------------------------


def _plan_started(data: Facts) -> Words:
    plan, trial = str(data["plan"]), bool(data.get("trial"))
    paid = t("Nothing yet") if trial else dollars(int(data["cents"]))
    facts = [(t("Plan"), plan), (t("Paid"), paid)]
    if data.get("credits"):
        facts.append((t("Credits"), str(data["credits"])))
    if data.get("until"):
        facts.append((t("Trial until") if trial else t("Paid until"), _on(data, "until")))
    return Words(
        t("Your trial of {plan} has begun", plan=plan) if trial else t("Your plan {plan} has begun", plan=plan),
        (t("Thank you. You can change or cancel it at any time on the billing page."),),
        tuple(facts),
        t("See your plan"),
        _BILLING,
        "good",
    )


def _receipt(data: Facts) -> Words:
    cents, plan, amount = int(data["cents"]), str(data.get("plan") or ""), int(data.get("credits") or 0)
    facts = [(t("Paid"), dollars(cents)), (t("For"), plan or _credits(amount))]
    if plan and amount:
        facts.append((t("Credits"), str(amount)))
    if data.get("until"):
        facts.append((t("Paid until"), _on(data, "until")))
    if data.get("number"):
        facts.append((t("Invoice"), str(data["number"])))
    return Words(
        t("You paid {price} for {what}", price=dollars(cents), what=plan or _credits(amount)),
        (t("Thank you. The invoice is on the billing page."),),
        tuple(facts),
        t("See the invoice"),
        _BILLING,
    )


def _payment_failed(data: Facts) -> Words:
    plan, until = str(data["plan"]), _on(data, "until")
    goes_on = (
        t("Your plan went on until {day}. It is back as soon as the payment is made.", day=until)
        if data.get("over")
        else t("Your plan goes on until {day}. If the payment has not been made by then, it ends.", day=until)
    )
    return Words(
        t("Your payment for {plan} did not go through", plan=plan),
        (
            goes_on,
            t("Pay with another card, or see whether your bank has stopped the payment; it is also tried again."),
        ),
        ((t("Plan"), plan), (t("Went on until") if data.get("over") else t("Goes on until"), until)),
        t("Make the payment"),
        _BILLING,
        "bad",
    )


def _payment_recovered(data: Facts) -> Words:
    return Words(
        t("Your payment for {plan} has arrived", plan=data["plan"]),
        (t("Your plan goes on as before; there is nothing more to do."),),
        action=t("See your plan"),
        path=_BILLING,
        tone="good",
    )


def _renewal(data: Facts) -> Words:
    plan, on = str(data["plan"]), _on(data, "at")
    price = _price(int(data["cents"]), str(data["interval"]))
    facts = [(t("Plan"), plan), (t("Price"), price), (t("Charged on"), on)]
    title = t("Your plan renews on {day}", day=on)
    line = t("{plan} goes on then, at {price} before taxes and reductions.", plan=plan, price=price)
    if data.get("before"):
        now = _price(int(data["before_cents"]), str(data["before_interval"]))
        facts = [
            (t("Until then"), t("{plan}, {price}", plan=data["before"], price=now)),
            (t("From then on"), t("{plan}, {price}", plan=plan, price=price)),
            (t("Charged on"), on),
        ]
        title, line = t("Your plan changes on {day}", day=on), t("As you chose, {plan} begins then.", plan=plan)
    return Words(
        title,
        (line, t("If you don't want that, change or cancel it before.")),
        tuple(facts),
        t("See your plan"),
        _BILLING,
    )


def _trial_ends(data: Facts) -> Words:
    plan, on = str(data["plan"]), _on(data, "at")
    price = _price(int(data["cents"]), str(data["interval"]))
    return Words(
        t("Your trial ends on {day}", day=on),
        (t("Then {plan} begins, and is charged. If you don't want that, cancel before; it costs nothing.", plan=plan),),
        ((t("Plan"), plan), (t("Then"), price)),
        t("See your plan"),
        _BILLING,
    )


def _plan_ended(data: Facts) -> Words:
    plan, stays = str(data["plan"]), str(data.get("stays") or "")
    if stays:
        return Words(
            t("You had paid for two plans at once"),
            (
                t("The second, {plan}, was ended, and all that you paid for it is on its way back.", plan=plan),
                t("Your plan {plan} goes on; there is nothing more to do.", plan=stays),
            ),
            action=t("See your payments"),
            path=_BILLING,
            tone="warn",
        )
    why = (
        t("Its last payment has not been made.")
        if data.get("unpaid")
        else t("As you chose. Thank you for the time with us.")
    )
    return Words(
        t("Your plan {plan} has ended", plan=plan),
        (why, t("Your models and pictures stay. Pictures and trainings are paid with credits from now on.")),
        action=t("Choose a plan"),
        path=_PLANS,
        tone="bad" if data.get("unpaid") else "",
    )


def _refund(data: Facts) -> Words:
    cents, taken = int(data["cents"]), int(data.get("credits") or 0)
    facts = [(t("Given back"), dollars(cents))]
    if taken:
        facts.append((t("Credits taken back"), str(taken)))
    return Words(
        t("{price} is on its way back to you", price=dollars(cents)),
        (t("Your bank shows it within ten days."),),
        tuple(facts),
        t("See your payments"),
        _BILLING,
    )


def _disputed(data: Facts) -> Words:
    cents, taken = int(data["cents"]), int(data.get("credits") or 0)
    lines = [
        t("It was paid with your card, and whoever holds the card has objected. Until the bank decides, it counts as "
          "given back."),
        t("If you did not mean to object, tell your bank that the payment was yours."),
    ]  # fmt: skip
    facts = ((t("Credits taken back"), str(taken)),) if taken else ()
    title = t("Your bank asks for a payment of {price} back", price=dollars(cents))
    return Words(title, tuple(lines), facts, t("See your payments"), _BILLING, "warn")


def _dispute_won(data: Facts) -> Words:
    returned = int(data.get("credits") or 0)
    return Words(
        t("The payment of {price} stands", price=dollars(int(data["cents"]))),
        (t("The bank has decided that it was right."),),
        ((t("Credits returned"), str(returned)),) if returned else (),
        t("See your payments"),
        _BILLING,
    )


# --- trainings ------------------------------------------------------------------------------------------------------


def _training_done(data: Facts) -> Words:
    return Words(
        t("{name} is trained", name=data["name"]),
        (t("Make the first pictures with it, or look in the lab how strongly it should draw."),),
        action=t("See the training"),
        path=f"/trainings/{data['training']}",
        tone="good",
    )


def _training_failed(data: Facts) -> Words:
    lines = [str(data.get("why") or ""), t("What it cost has come back to you.")]
    return Words(
        t("The training of {name} has failed", name=data["name"]),
        tuple(line for line in lines if line),
        action=t("See why, and try again"),
        path=f"/trainings/{data['training']}",
        tone="bad",
    )


# --- the day's quota ------------------------------------------------------------------------------------------------


def _quota_low(data: Facts) -> Words:
    left, limit = int(data["left"]), int(data["limit"])
    return Words(
        t("Less than a fifth of today's quota is left"),
        (t("{n} of {m}; a new day begins at 00:00 UTC.", n=left, m=limit),),
        action=t("See your usage"),
        path="/usage",
        tone="warn",
    )


def _quota_out(data: Facts) -> Words:
    more = (
        t("Further pictures are paid with credits until 00:00 UTC.")
        if data.get("overage")
        else t("A new day begins at 00:00 UTC. Until then you can have credits pay.")
    )
    return Words(t("Today's quota is used up"), (more,), action=t("See your usage"), path="/usage", tone="warn")


K = NoticeKind
_WORDS: Mapping[NoticeKind, Callable[[Facts], Words]] = {
    K.LOW_CREDITS: _low_credits,
    K.CREDITS_LAPSE: _credits_lapse,
    K.PLAN_STARTED: _plan_started,
    K.RECEIPT: _receipt,
    K.PAYMENT_FAILED: _payment_failed,
    K.PAYMENT_RECOVERED: _payment_recovered,
    K.RENEWAL: _renewal,
    K.TRIAL_ENDS: _trial_ends,
    K.PLAN_ENDED: _plan_ended,
    K.REFUND: _refund,
    K.DISPUTED: _disputed,
    K.DISPUTE_WON: _dispute_won,
    K.TRAINING_DONE: _training_done,
    K.TRAINING_FAILED: _training_failed,
    K.QUOTA_LOW: _quota_low,
    K.QUOTA_OUT: _quota_out,
}
