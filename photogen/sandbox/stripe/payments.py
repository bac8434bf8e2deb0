"""Payment intents, charges, refunds and disputes: money that moves, or does not."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, listing, new_id, nulls
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page
from photogen.sandbox.stripe.customers import ALWAYS_SECOND_STEP, DECLINES, SECOND_STEP

_DISPUTED = "4000000000000259"
_EVIDENCE_DAYS = 7


@dataclass(frozen=True)
class Outcome:
    """What became of a payment: succeeded, requires_action (a second step), or declined with words for the payer."""

    status: Literal["succeeded", "requires_action", "declined"]
    intent: Record
    words: str = ""
    code: str = ""
    decline_code: str = ""


@dataclass(frozen=True)
class Payment:
    """What is to be paid, in cents. `confirmed`: the payer has taken the second step; `present`: the payer is there."""

    amount: int
    customer: str | None
    description: str
    metadata: dict[str, str]
    present: bool = False
    confirmed: bool = False
    email: str | None = None


def pay(account: Account, payment: Payment, card: Record | None, at: int, intent: Record | None = None) -> Outcome:
    """Tries to pay, with an intent of its own or again with `intent`."""
    if intent is None:
        intent = account.keep(_intent(payment, at), "payment_intent.created", at=at)
    if card is None:
        return _refused(account, intent, None, at, ("card_declined", "", "There is no card to charge."))
    number = card["_number"]
    intent["payment_method"] = card["id"]
    asks = number in (SECOND_STEP if payment.present else ALWAYS_SECOND_STEP)
    if asks and not payment.confirmed:
        intent.update(status="requires_action", next_action={"type": "use_stripe_sdk"})
        account.keep(intent, "payment_intent.requires_action", at=at)
        words = "This payment needs a second step by the cardholder."
        return Outcome("requires_action", intent, words, "authentication_required", "authentication_required")
    if number in DECLINES:
        return _refused(account, intent, card, at, DECLINES[number])
    charge = _charge(account, intent, card, at, payment.email)
    intent.update(
        status="succeeded", amount_received=payment.amount, latest_charge=charge["id"], last_payment_error=None,
        next_action=None,
    )  # fmt: skip
    account.keep(charge, "charge.succeeded", at=at)
    account.keep(intent, "payment_intent.succeeded", at=at)
    if number == _DISPUTED:
        dispute(account, charge, "fraudulent")
    return Outcome("succeeded", intent)


def _refused(account: Account, intent: Record, card: Record | None, at: int, why: tuple[str, str, str]) -> Outcome:
    code, decline_code, words = why
    if card is not None:
        charge = _charge(account, intent, card, at, None)
        charge.update(
            status="failed", paid=False, captured=False, amount_captured=0, failure_code=code, failure_message=words,
            balance_transaction=None, receipt_url=None,
        )  # fmt: skip
        charge["outcome"].update(
            network_status="declined_by_network", reason=decline_code or None, type="issuer_declined"
        )
        intent["latest_charge"] = charge["id"]
        account.keep(charge, "charge.failed", at=at)
    error = {"type": "card_error", "code": code, "decline_code": decline_code or None, "message": words}
    intent.update(status="requires_payment_method", last_payment_error=error, payment_method=None)
    account.keep(intent, "payment_intent.payment_failed", at=at)
    return Outcome("declined", intent, words, code, decline_code)


def _intent(payment: Payment, at: int) -> Record:
    identity = new_id("payment_intent")
    return {
        **nulls(
            "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason "
            "customer_account excluded_payment_method_types last_payment_error latest_charge next_action on_behalf_of "
            "payment_method payment_method_configuration_details processing receipt_email review setup_future_usage "
            "shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group "
            "managed_payments"
        ),
        "id": identity,
        "object": "payment_intent",
        "amount": payment.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{identity}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": at,
        "currency": "usd",
        "customer": payment.customer,
        "description": payment.description,
        "livemode": False,
        "metadata": payment.metadata,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def _charge(account: Account, intent: Record, card: Record, at: int, email: str | None) -> Record:
    identity = new_id("charge")
    details = card["card"]
    return {
        **nulls(
            "application application_fee application_fee_amount calculated_statement_descriptor "
            "failure_balance_transaction failure_code failure_message on_behalf_of receipt_email receipt_number review "
            "shipping source source_transfer statement_descriptor statement_descriptor_suffix transfer_data "
            "transfer_group"
        ),
        "id": identity,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"],
        "amount_refunded": 0,
        "balance_transaction": f"txn_{identity.removeprefix('ch_')}",
        "billing_details": {
            **card["billing_details"], "email": email or card["billing_details"]["email"],
        },
        "captured": True,
        "created": at,
        "currency": "usd",
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": {
            **nulls("advice_code network_advice_code network_decline_code reason"),
            "network_status": "approved_by_network",
            "seller_message": "Payment complete.",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": card["id"],
        "payment_method_details": {
            "type": "card",
            "card": {
                **nulls(
                    "authorization_code extended_authorization incremental_authorization installments mandate "
                    "multicapture network_token network_transaction_id overcapture regulated_status three_d_secure "
                    "transaction_link_id wallet"
                ),
                "amount_authorized": intent["amount"],
                "brand": details["brand"],
                "checks": details["checks"],
                "country": details["country"],
                "exp_month": details["exp_month"],
                "exp_year": details["exp_year"],
                "fingerprint": details["fingerprint"],
                "funding": details["funding"],
                "last4": details["last4"],
                "network": details["brand"],
            },
        },
        "receipt_url": f"{account.sandbox.base_url}/stripe/pages/receipts/{identity}",
        "refunded": False,
        "refunds": listing([], f"/v1/charges/{identity}/refunds"),
        "status": "succeeded",
    }  # fmt: skip


# --- refunds and disputes -------------------------------------------------------------------------------------------


class _RefundParams(Params):
    charge: str = ""
    payment_intent: str = ""
    amount: int | None = Field(None, gt=0)
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None
    metadata: dict[str, str] = {}


class _OfCharge(ListParams):
    charge: str = ""
    payment_intent: str = ""


class _ChargesParams(ListParams):
    customer: str = ""
    payment_intent: str = ""


@endpoint("refunds.create")
def _refund(account: Account, call: StripeCall) -> Record:
    params = call.params(_RefundParams)
    identity = params.charge
    if params.payment_intent:
        identity = call.find(account, "payment_intent", params.payment_intent, "payment_intent")["latest_charge"]
    charge = call.find(account, "charge", identity, "charge")
    left = charge["amount"] - charge["amount_refunded"]
    amount = left if params.amount is None else params.amount
    if charge["status"] != "succeeded" or not left:
        words = f"Charge {charge['id']} has already been refunded."
        raise call.refuse(400, words, code="charge_already_refunded", param="charge")
    if any(one["status"] not in {"won", "warning_closed"} for one in _disputes_of(account, charge)):
        raise call.refuse(400, f"Charge {charge['id']} has been disputed.", code="charge_disputed", param="charge")
    if amount > left:
        words = f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge (${left / 100:.2f})"
        raise call.refuse(400, words, code="amount_too_large", param="amount")
    return refund(account, charge, amount, params.reason, params.metadata)


def refund(account: Account, charge: Record, amount: int, reason: str | None, metadata: dict[str, str]) -> Record:
    """Gives `amount` cents of a charge back."""
    moment = account.now(charge["customer"])
    identity = new_id("refund")
    record: Record = {
        **nulls("customer_account receipt_number source_transfer_reversal transfer_reversal"),
        "id": identity,
        "object": "refund",
        "amount": amount,
        "balance_transaction": f"txn_{identity.removeprefix('re_')}",
        "charge": charge["id"],
        "created": moment,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": metadata,
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "status": "succeeded",
    }
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    account.keep(record, "refund.created")
    account.keep(charge, "charge.refunded", at=moment)
    return record


def dispute(account: Account, charge: Record, reason: str = "fraudulent") -> Record:
    """The cardholder's bank takes a charge back, for now."""
    moment = account.now(charge["customer"])
    record: Record = {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": moment,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}, **nulls(_EVIDENCE)},
        "evidence_details": {
            "due_by": moment + _EVIDENCE_DAYS * 86_400, "has_evidence": False, "past_due": False,
            "submission_count": 0, "enhanced_eligibility": {},
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"], "case_type": "chargeback",
                "network_reason_code": "10.4", "network": charge["payment_method_details"]["card"]["brand"],
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }  # fmt: skip
    charge["disputed"] = True
    account.keep(charge)
    account.keep(record, "charge.dispute.created", "charge.dispute.funds_withdrawn", at=moment)
    return record


def close_dispute(account: Account, record: Record, won: bool) -> Record:
    """The bank decides."""
    moment = account.now(account.get("charge", record["charge"])["customer"])
    record["status"] = "won" if won else "lost"
    if won:  # the charge has been disputed, and stays so
        account.keep(record, "charge.dispute.funds_reinstated", at=moment)
    return account.keep(record, "charge.dispute.closed", at=moment)


_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)


def _disputes_of(account: Account, charge: Record) -> list[Record]:
    return account.where("dispute", charge=charge["id"])


@endpoint("refunds.get")
def _get_refund(account: Account, call: StripeCall) -> Record:
    return call.find(account, "refund", call.id)


@endpoint("refunds.list")
def _refunds(account: Account, call: StripeCall) -> Record:
    params = call.params(_OfCharge)
    wanted = {name: value for name in ("charge", "payment_intent") if (value := getattr(params, name))}
    return page(call, account.where("refund", **wanted), params, "/v1/refunds")


@endpoint("charges.get")
def _get_charge(account: Account, call: StripeCall) -> Record:
    return call.find(account, "charge", call.id)


@endpoint("charges.list")
def _charges(account: Account, call: StripeCall) -> Record:
    params = call.params(_ChargesParams)
    wanted = {name: value for name in ("customer", "payment_intent") if (value := getattr(params, name))}
    return page(call, account.where("charge", **wanted), params, "/v1/charges")


@endpoint("payment_intents.get")
def _get_intent(account: Account, call: StripeCall) -> Record:
    return call.find(account, "payment_intent", call.id)


@endpoint("disputes.list")
def _disputes(account: Account, call: StripeCall) -> Record:
    params = call.params(_OfCharge)
    wanted = {name: value for name in ("charge", "payment_intent") if (value := getattr(params, name))}
    return page(call, account.where("dispute", **wanted), params, "/v1/disputes")


@endpoint("disputes.get")
def _get_dispute(account: Account, call: StripeCall) -> Record:
    return call.find(account, "dispute", call.id)


routes = [
    Route("/v1/refunds", _refund, methods=["POST"]),
    Route("/v1/refunds", _refunds, methods=["GET"]),
    Route("/v1/refunds/{id}", _get_refund, methods=["GET"]),
    Route("/v1/charges", _charges, methods=["GET"]),
    Route("/v1/charges/{id}", _get_charge, methods=["GET"]),
    Route("/v1/payment_intents/{id}", _get_intent, methods=["GET"]),
    Route("/v1/disputes", _disputes, methods=["GET"]),
    Route("/v1/disputes/{id}", _get_dispute, methods=["GET"]),
]
