"""What is on offer, in words, and forms from and to them: pure."""

import dataclasses
import re
from collections.abc import Mapping

from photogen.domain.audit import AuditView
from photogen.domain.plans.registry import EditModel, EditPack, EditPlan, ModelTerms, PackTerms, PlanOnOffer
from photogen.errors import Invalid
from photogen.web.text import number, plural, t
from photogen.web.words import dollars, iso

TIERS = [("free", t("Free")), ("basic", t("Basic")), ("pro", t("Pro")), ("enterprise", t("Enterprise"))]
UNITS = [
    ("picture", t("Picture")),
    ("megapixel", t("Megapixel")),
    ("second", t("Second (videos only)")),
]
_TIER = dict(TIERS)
_FIELDS = {
    "name": t("name"),
    "description": t("description"),
    "month_cents": t("monthly price"),
    "year_cents": t("yearly price"),
    "credits_month": t("credits a month"),
    "credits_once": t("credits to begin with"),
    "trainings_included": t("included trainings"),
    "trainings_once": t("trainings once"),
    "daily_quota": t("daily quota"),
    "model_slots": t("model slots"),
    "tier": t("tier"),
    "public_allowed": t("public models"),
    "pictures_at_once": t("pictures at once"),
    "queue_weight": t("share of the line"),
    "credits": t("credits"),
    "cents": t("price"),
    "enabled": t("offered"),
    "credit_unit": t("priced by the"),
    "quota_weight": t("weight in the quota"),
    "beta": t("beta"),
}


@dataclasses.dataclass(frozen=True)
class Item:
    """A plan, a pack or a model in a list. `mark` is a word beside the name, "" without one."""

    key: str
    name: str
    price: str
    about: str
    mark: str
    mark_tone: str


@dataclasses.dataclass(frozen=True)
class Change:
    """An edit that was made."""

    id: str
    who: str
    what: str
    lines: list[str]
    at: str


def plan(row: PlanOnOffer) -> Item:
    """A plan in the list."""
    terms = row.terms
    price = t("{month} a month, {year} a year", month=dollars(terms.month_cents), year=dollars(terms.year_cents))
    per = t("once") if terms.trainings_once else t("a month")
    gives = [
        plural(terms.credits_month or terms.credits_once, "{n} credit", "{n} credits"),
        plural(terms.trainings_included, "{n} training", "{n} trainings") + f" {per}",
        t("{n} pictures a day", n=terms.daily_quota) if terms.daily_quota else "",
        plural(terms.model_slots, "{n} model", "{n} models"),
        t("models up to {tier}", tier=_TIER[terms.tier.value]),
    ]
    sold = plural(row.subscribers, "{n} subscriber", "{n} subscribers") if row.subscribers else ""
    earlier = t("{n} on earlier terms", n=row.earlier) if row.earlier else ""
    return Item(
        row.key,
        terms.name,
        price if terms.month_cents else t("Costs nothing"),
        " · ".join(filter(None, [*gives, sold, earlier])),
        t("Version {n}", n=row.version) if row.version > 1 else "",
        "",
    )


def pack(row: PackTerms) -> Item:
    """A pack in the list."""
    name = plural(row.credits, "{n} credit", "{n} credits")
    each = t("{price} a credit", price=dollars(row.cents / row.credits, 3))
    return Item(row.key, name, dollars(row.cents), each, *_off(row.enabled))


def model(row: ModelTerms) -> Item:
    """A model in the list."""
    unit = {"picture": t("a picture"), "megapixel": t("a megapixel"), "second": t("a second")}[row.credit_unit.value]
    price = plural(row.credits, "{n} credit", "{n} credits") + f" {unit}"
    about = [
        _TIER[row.tier.value],
        t("weight {n} in the quota", n=row.quota_weight),
        ", ".join(vendor.capitalize() for vendor in row.vendors) or t("drawn by nobody now"),
    ]
    mark = _off(row.enabled)
    return Item(
        row.key, row.name, price, " · ".join(about), *(mark if mark[0] or not row.beta else (t("Beta"), "accent"))
    )


def _off(enabled: bool) -> tuple[str, str]:
    return ("", "") if enabled else (t("Off"), "warn")


def change(row: AuditView) -> Change:
    """An edit, field by field."""
    lines = [
        t(
            "{field}: {before} → {after}",
            field=_FIELDS.get(name, name),
            before=_value(name, row.before),
            after=_value(name, row.after),
        )
        for name in row.after
    ]
    if row.action == "shop_synced":
        lines = [t("Asked for what is missing at the payment service")]
    return Change(row.id, row.made_by, row.subject, lines, iso(row.at))


def _value(name: str, fields: Mapping[str, object]) -> str:
    value = fields.get(name)
    if value is None:
        return t("nothing")
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if name.endswith("cents") and isinstance(value, int):
        return dollars(value)
    return number(value) if isinstance(value, int) else str(value)


# --- forms ----------------------------------------------------------------------------------------------------------


def plan_form(row: PlanOnOffer) -> dict[str, str]:
    """What stands in the form of a plan."""
    terms = row.terms
    return {
        "version": str(row.version),
        "name": terms.name,
        "month_cents": money(terms.month_cents),
        "year_cents": money(terms.year_cents),
        **{
            name: str(getattr(terms, name))
            for name in (
                "credits_month",
                "credits_once",
                "trainings_included",
                "daily_quota",
                "model_slots",
                "pictures_at_once",
                "queue_weight",
            )
        },
        "tier": terms.tier.value,
        "trainings_once": _tick(terms.trainings_once),
        "public_allowed": _tick(terms.public_allowed),
    }


def pack_form(row: PackTerms | None) -> dict[str, str]:
    """What stands in the form of a pack; of a new one nothing."""
    if row is None:
        return {"credits": "", "cents": "", "enabled": "true"}
    return {"credits": str(row.credits), "cents": money(row.cents), "enabled": _tick(row.enabled)}


def model_form(row: ModelTerms) -> dict[str, str]:
    """What stands in the form of a model."""
    return {
        "name": row.name,
        "description": row.description,
        "tier": row.tier.value,
        "credits": str(row.credits),
        "credit_unit": row.credit_unit.value,
        "quota_weight": str(row.quota_weight),
        "enabled": _tick(row.enabled),
        "beta": _tick(row.beta),
    }


_MONEY = ("month_cents", "year_cents", "cents")
_TICKS = {
    EditPlan: ("trainings_once", "public_allowed"),
    EditPack: ("enabled",),
    EditModel: ("enabled", "beta"),
}


def command(
    kind: type[EditPlan | EditPack | EditModel], key: str, sent: Mapping[str, object]
) -> EditPlan | EditPack | EditModel:
    """What a form asks for. Raises Invalid, with the field at fault."""
    known = {name: str(value).strip() for name, value in sent.items() if name in kind.model_fields}
    fields: dict[str, object] = {**known, "key": key}
    for name in _MONEY:
        if name in known:
            fields[name] = cents(known[name], name)
    for name in _TICKS[kind]:
        fields[name] = known.get(name, "") in {"on", "true", "True"}
    return kind.of(**fields)


def cents(text: str, field: str) -> int:
    """ "20", "$20.50", "20,50", "1,200" and "1.200,00" in cents: two figures behind the last mark are cents, three are
    not. Raises Invalid."""
    found = re.fullmatch(r"\$?\s*(\d{1,7}|\d{1,3}(?:([.,])\d{3})+)(?:[.,](\d{1,2}))?\s*\$?", text.strip(), re.ASCII)
    if found is None:
        raise Invalid(t("This should be dollars, such as 20 or 20.50."), field=field, code="not_money")
    whole, _, rest = found.groups()
    return int(re.sub(r"\D", "", whole)) * 100 + int((rest or "").ljust(2, "0"))


def money(amount: int) -> str:
    """ "20.00", for a field."""
    return f"{amount / 100:.2f}"


def _tick(value: bool) -> str:
    return "true" if value else ""
