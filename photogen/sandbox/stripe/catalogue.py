"""Products, prices, coupons and promotion codes."""

import re
import secrets
from typing import Literal

from pydantic import Field
from starlette.routing import Route

from photogen.sandbox.store import Record
from photogen.sandbox.stripe.account import Account, new_id, nulls
from photogen.sandbox.stripe.calls import ListParams, Params, StripeCall, endpoint, page


class _ProductParams(Params):
    id: str = ""
    name: str | None = None
    description: str | None = None
    active: bool | None = None
    metadata: dict[str, str] = {}
    tax_code: str | None = None
    statement_descriptor: str | None = None
    unit_label: str | None = None
    url: str | None = None


class _ProductsParams(ListParams):
    active: bool | None = None
    ids: list[str] | None = None


class _Recurring(Params):
    interval: Literal["day", "week", "month", "year"]
    interval_count: int = Field(1, ge=1)
    usage_type: Literal["licensed"] = "licensed"


class _PriceParams(Params):
    product: str
    currency: Literal["usd"]
    unit_amount: int = Field(ge=0)
    recurring: _Recurring | None = None
    lookup_key: str | None = None
    transfer_lookup_key: bool = False
    nickname: str | None = None
    active: bool = True
    tax_behavior: str = "unspecified"
    metadata: dict[str, str] = {}


class _PriceUpdate(Params):
    active: bool | None = None
    nickname: str | None = None
    lookup_key: str | None = None
    transfer_lookup_key: bool = False
    metadata: dict[str, str] = {}


class _PricesParams(ListParams):
    active: bool | None = None
    product: str = ""
    type: Literal["one_time", "recurring"] | None = None
    lookup_keys: list[str] = []
    currency: str = ""


class _CouponParams(Params):
    id: str = ""
    name: str | None = None
    percent_off: float | None = Field(None, gt=0, le=100)
    amount_off: int | None = Field(None, gt=0)
    currency: str | None = None
    duration: Literal["once", "repeating", "forever"] = "once"
    duration_in_months: int | None = None
    max_redemptions: int | None = None
    metadata: dict[str, str] = {}


class _Promotion(Params):
    type: Literal["coupon"]
    coupon: str


class _PromotionCodeParams(Params):
    promotion: _Promotion
    code: str = ""
    active: bool = True
    max_redemptions: int | None = None
    metadata: dict[str, str] = {}


class _PromotionCodesParams(ListParams):
    code: str = ""
    active: bool | None = None


@endpoint("products.create")
def _create_product(account: Account, call: StripeCall) -> Record:
    params = call.params(_ProductParams)
    if not params.name:
        raise call.refuse(400, "Missing required param: name.", param="name", code="parameter_missing")
    if params.id and account.find("product", params.id):
        raise call.refuse(400, "Product already exists.", param="id", code="resource_already_exists")
    moment = account.now()
    record: Record = {
        **nulls("default_price description package_dimensions shippable statement_descriptor tax_code unit_label url"),
        "id": params.id or new_id("product"),
        "object": "product",
        "active": True,
        "created": moment,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "type": "service",
        "updated": moment,
        **params.model_dump(exclude={"id", "expand"}, exclude_none=True),
    }
    return account.keep(record, "product.created")


@endpoint("products.get")
def _get_product(account: Account, call: StripeCall) -> Record:
    return call.find(account, "product", call.id)


@endpoint("products.update")
def _update_product(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_ProductParams), call.find(account, "product", call.id)
    given = params.model_dump(exclude={"id", "expand", "metadata"}, exclude_unset=True)
    record.update(given, metadata={**record["metadata"], **params.metadata}, updated=account.now())
    return account.keep(record, "product.updated")


@endpoint("products.list")
def _products(account: Account, call: StripeCall) -> Record:
    params = call.params(_ProductsParams)
    found = [
        p
        for p in account.all("product")
        if params.active in (None, p["active"]) and (params.ids is None or p["id"] in params.ids)
    ]
    return page(call, found, params, "/v1/products")


@endpoint("prices.create")
def _create_price(account: Account, call: StripeCall) -> Record:
    params = call.params(_PriceParams)
    call.find(account, "product", params.product, "product")
    if params.lookup_key:
        _claim_lookup_key(account, call, params.lookup_key, params.transfer_lookup_key)
    recurring = params.recurring
    record: Record = {
        **nulls("custom_unit_amount tiers_mode transform_quantity"),
        "id": new_id("price"),
        "object": "price",
        "active": params.active,
        "billing_scheme": "per_unit",
        "created": account.now(),
        "currency": params.currency,
        "livemode": False,
        "lookup_key": params.lookup_key,
        "metadata": params.metadata,
        "nickname": params.nickname,
        "product": params.product,
        "recurring": None
        if recurring is None
        else {
            "interval": recurring.interval,
            "interval_count": recurring.interval_count,
            "meter": None,
            "trial_period_days": None,
            "usage_type": recurring.usage_type,
        },
        "tax_behavior": params.tax_behavior,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": params.unit_amount,
        "unit_amount_decimal": str(params.unit_amount),
    }
    return account.keep(record, "price.created")


def _claim_lookup_key(account: Account, call: StripeCall, key: str, transfer: bool) -> None:
    for other in account.where("price", lookup_key=key):
        if not transfer:
            words = f"A price (`{other['id']}`) already uses that lookup key."
            raise call.refuse(400, words, param="lookup_key", code="resource_already_exists")
        other["lookup_key"] = None
        account.keep(other, "price.updated")


@endpoint("prices.get")
def _get_price(account: Account, call: StripeCall) -> Record:
    return call.find(account, "price", call.id)


@endpoint("prices.update")
def _update_price(account: Account, call: StripeCall) -> Record:
    params, record = call.params(_PriceUpdate), call.find(account, "price", call.id)
    if params.lookup_key and params.lookup_key != record["lookup_key"]:
        _claim_lookup_key(account, call, params.lookup_key, params.transfer_lookup_key)
    given = params.model_dump(exclude={"expand", "metadata", "transfer_lookup_key"}, exclude_unset=True)
    record.update(given, metadata={**record["metadata"], **params.metadata})
    return account.keep(record, "price.updated")


@endpoint("prices.list")
def _prices(account: Account, call: StripeCall) -> Record:
    params = call.params(_PricesParams)
    found = [
        p
        for p in account.all("price")
        if params.active in (None, p["active"])
        and params.product in ("", p["product"])
        and params.type in (None, p["type"])
        and (not params.lookup_keys or p["lookup_key"] in params.lookup_keys)
    ]
    return page(call, found, params, "/v1/prices")


@endpoint("coupons.create")
def _create_coupon(account: Account, call: StripeCall) -> Record:
    params = call.params(_CouponParams)
    if (params.percent_off is None) == (params.amount_off is None):
        raise call.refuse(400, "Must provide percent_off or amount_off.", param="percent_off")
    record: Record = {
        **nulls("amount_off currency duration_in_months max_redemptions name percent_off redeem_by"),
        **params.model_dump(exclude={"id", "expand"}, exclude_none=True),
        "id": params.id or secrets.token_hex(4).upper(),
        "object": "coupon",
        "created": account.now(),
        "livemode": False,
        "times_redeemed": 0,
        "valid": True,
    }
    if account.find("coupon", record["id"]):
        raise call.refuse(400, "Coupon already exists.", param="id", code="resource_already_exists")
    return account.keep(record, "coupon.created")


@endpoint("coupons.get")
def _get_coupon(account: Account, call: StripeCall) -> Record:
    return call.find(account, "coupon", call.id)


@endpoint("coupons.list")
def _coupons(account: Account, call: StripeCall) -> Record:
    params = call.params(ListParams)
    return page(call, account.all("coupon"), params, "/v1/coupons")


@endpoint("promotion_codes.create")
def _create_code(account: Account, call: StripeCall) -> Record:
    params = call.params(_PromotionCodeParams)
    call.find(account, "coupon", params.promotion.coupon, "promotion[coupon]")
    code = params.code or secrets.token_hex(4).upper()
    if not re.fullmatch(r"[A-Za-z0-9-]{1,500}", code):
        raise call.refuse(400, "Invalid promotion code.", param="code")
    record: Record = {
        **nulls("customer customer_account expires_at"),
        "id": new_id("promotion_code"),
        "object": "promotion_code",
        "active": params.active,
        "code": code,
        "created": account.now(),
        "livemode": False,
        "max_redemptions": params.max_redemptions,
        "metadata": params.metadata,
        "promotion": {"type": "coupon", "coupon": params.promotion.coupon},
        "restrictions": {
            "first_time_transaction": False, "minimum_amount": None, "minimum_amount_currency": None,
        },
        "times_redeemed": 0,
    }  # fmt: skip
    return account.keep(record, "promotion_code.created")


@endpoint("promotion_codes.list")
def _codes(account: Account, call: StripeCall) -> Record:
    params = call.params(_PromotionCodesParams)
    found = [
        c
        for c in account.all("promotion_code")
        if params.active in (None, c["active"]) and params.code.lower() in ("", c["code"].lower())
    ]
    return page(call, found, params, "/v1/promotion_codes")


def coupon_of(account: Account, given: Record) -> Record | None:
    """The coupon that a discount's parameters name, by itself or by a promotion code."""
    if given.get("promotion_code"):
        code = account.find("promotion_code", given["promotion_code"])
        return account.find("coupon", code["promotion"]["coupon"]) if code and code["active"] else None
    return account.find("coupon", given.get("coupon"))


def code_named(account: Account, text: str) -> Record | None:
    """The active promotion code that a person typed."""
    wanted = text.strip().lower()
    for code in account.all("promotion_code"):
        spent = code["max_redemptions"] is not None and code["times_redeemed"] >= code["max_redemptions"]
        if code["active"] and not spent and code["code"].lower() == wanted:
            return code
    return None


def reduction(coupon: Record | None, amount: int) -> int:
    """Cents that a coupon takes off `amount`."""
    if coupon is None or amount <= 0:
        return 0
    if coupon["percent_off"] is not None:
        return round(amount * float(coupon["percent_off"]) / 100)
    return min(amount, int(coupon["amount_off"]))


def duration_left(coupon: Record, since: int, at: int) -> bool:
    """Whether a coupon taken at `since` still counts for an invoice made at `at`."""
    if coupon["duration"] == "forever":
        return True
    if coupon["duration"] == "once":
        return at <= since
    return at < since + int(coupon["duration_in_months"] or 1) * 30 * 86_400


routes = [
    Route("/v1/products", _create_product, methods=["POST"]),
    Route("/v1/products", _products, methods=["GET"]),
    Route("/v1/products/{id}", _get_product, methods=["GET"]),
    Route("/v1/products/{id}", _update_product, methods=["POST"]),
    Route("/v1/prices", _create_price, methods=["POST"]),
    Route("/v1/prices", _prices, methods=["GET"]),
    Route("/v1/prices/{id}", _get_price, methods=["GET"]),
    Route("/v1/prices/{id}", _update_price, methods=["POST"]),
    Route("/v1/coupons", _create_coupon, methods=["POST"]),
    Route("/v1/coupons", _coupons, methods=["GET"]),
    Route("/v1/coupons/{id}", _get_coupon, methods=["GET"]),
    Route("/v1/promotion_codes", _create_code, methods=["POST"]),
    Route("/v1/promotion_codes", _codes, methods=["GET"]),
]
