"""The forms: a plan, a pack, a model."""

from typing import Any

import reflex as rx

from photogen.web import components as ui
from photogen.web.pages.plans.shown import TIERS, UNITS
from photogen.web.pages.plans.state import PlansPage
from photogen.web.text import t
from photogen.web.typed import contains

_FIELDS, _ERRORS = PlansPage.fields, PlansPage.errors


def _text(label: str, name: str, help: str = "", **props: Any) -> rx.Component:
    return ui.text_field(
        label,
        id=name,
        help=help,
        value=_FIELDS[name],
        error=rx.cond(contains(_ERRORS, name), _ERRORS[name], ""),
        auto_complete="off",
        **props,
    )


def _number(label: str, name: str, help: str = "") -> rx.Component:
    return _text(label, name, help, custom_attrs={"inputMode": "decimal"}, class_name="num")


def _choice(label: str, name: str, options: list[tuple[str, str]], help: str = "") -> rx.Component:
    control = rx.el.select(
        *(rx.el.option(text, value=option) for option, text in options),
        id=name,
        name=name,
        default_value=_FIELDS[name],
        class_name="input",
        custom_attrs={"aria-describedby": f"{name}-error {name}-help"},
    )
    return ui.field(label, control, id=name, help=help, error=rx.cond(contains(_ERRORS, name), _ERRORS[name], ""))


def _tick(label: str, name: str, help: str = "") -> rx.Component:
    return ui.switch(label, id=name, checked=_FIELDS[name] == "true", help=help)


def _form(title: str, kind: str, *fields: rx.Component) -> rx.Component:
    return ui.dialog(
        title,
        rx.cond(
            PlansPage.editing == kind,
            rx.el.form(
                *fields,
                rx.cond(contains(_ERRORS, "form"), ui.notice(_ERRORS["form"], tone="bad", role="alert")),
                rx.el.div(
                    ui.button(t("Cancel"), kind="ghost", on_click=PlansPage.leave),
                    ui.button(t("Save"), type="submit", kind="primary", busy=PlansPage.busy),
                    class_name="flex justify-end gap-2 pt-2",
                ),
                on_submit=PlansPage.save,
                class_name="flex flex-col gap-5",
            ),
        ),
        open=PlansPage.editing == kind,
        on_close=PlansPage.leave,
    )


def _two(*fields: rx.Component) -> rx.Component:
    return rx.el.div(*fields, class_name="grid sm:grid-cols-2 gap-5 items-start")


def dialogs() -> rx.Component:
    """All three; the one that is open has its fields."""
    plan = _form(
        t("Edit the plan"),
        "plan",
        _text(t("Name"), "name", max_length=40),
        _two(
            _number(t("Price by the month, in $"), "month_cents"), _number(t("Price by the year, in $"), "year_cents")
        ),
        _two(
            _number(t("Credits a month"), "credits_month", t("With each paid month.")),
            _number(t("Credits to begin with"), "credits_once", t("At registration.")),
        ),
        _two(
            _number(t("Included trainings"), "trainings_included", t("A month, or once.")),
            _tick(t("Once in a lifetime"), "trainings_once"),
        ),
        _two(
            _number(t("Daily quota"), "daily_quota", t("0: pictures are paid with credits alone.")),
            _number(t("Model slots"), "model_slots"),
        ),
        _two(
            _number(t("Pictures at once"), "pictures_at_once", t("Drawn at the same time; others wait.")),
            _number(t("Share of the line"), "queue_weight", t("Of 2: two for each one of a creator of 1.")),
        ),
        _two(_choice(t("Models up to tier"), "tier", TIERS), _tick(t("Models may be published"), "public_allowed")),
    )
    pack = _form(
        t("Credits to buy once"),
        "pack",
        _two(_number(t("Credits"), "credits"), _number(t("Price in $"), "cents")),
        _tick(t("On sale"), "enabled"),
    )
    model = _form(
        t("Edit the model"),
        "model",
        _text(t("Name"), "name", max_length=60),
        _text(t("Description"), "description", max_length=200),
        _two(
            _number(t("Credits"), "credits"),
            _choice(
                t("Priced by the"),
                "credit_unit",
                UNITS,
                t("A megapixel is 1024 by 1024; the price is rounded to whole credits."),
            ),
        ),
        _two(_number(t("Weight in the daily quota"), "quota_weight"), _choice(t("Tier"), "tier", TIERS)),
        _two(_tick(t("Offered"), "enabled"), _tick(t("Beta"), "beta")),
    )
    return rx.fragment(plan, pack, model)
