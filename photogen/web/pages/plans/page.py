"""Plans, packs and models: what is on offer, edited by the operator."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.admin.frame import admin_frame
from photogen.web.pages.plans.parts import dialogs
from photogen.web.pages.plans.shown import Change, Item
from photogen.web.pages.plans.state import PlansPage
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _item(item: Shown[Item], kind: str) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(
                rx.el.span(item.name, class_name="text-sm font-medium"),
                rx.cond(item.mark != "", ui.pill(item.mark, tone=item.mark_tone, plain=True)),
                class_name="flex flex-wrap items-center gap-2",
            ),
            rx.el.p(item.price, class_name="text-sm num mt-0.5"),
            rx.el.p(item.about, class_name="text-sm text-muted num mt-0.5"),
            class_name="min-w-0 flex-1",
        ),
        ui.button(
            t("Edit"),
            size="sm",
            on_click=PlansPage.edit(kind, item.key),
            custom_attrs={"aria-label": t("Edit {name}", name=item.name)},
        ),
        key=item.key,
        class_name="flex items-start justify-between gap-4 px-5 py-4",
    )


def _list(
    title: str, kind: str, items: Shown[list[Item]], help: str, action: rx.Component | None = None
) -> rx.Component:
    return ui.section(
        title,
        rx.el.p(help, class_name="text-sm text-muted -mt-3 mb-4"),
        ui.card(
            rx.el.ul(
                rx.foreach(items, lambda item: _item(item, kind)),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": title},
            ),
            pad=False,
        ),
        action=action,
    )


def _change(item: Shown[Change]) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.span(item.what, class_name="font-medium first-letter:uppercase"),
            rx.el.span(item.who, " · ", ui.ago(item.at), class_name="text-muted num"),
            class_name="flex flex-wrap justify-between gap-x-4 text-sm",
        ),
        rx.el.ul(
            rx.foreach(item.lines, lambda line: rx.el.li(line, class_name="wrap-anywhere")),
            class_name="text-sm text-soft num mt-1",
        ),
        key=item.id,
        class_name="px-5 py-4",
    )


def _changes() -> rx.Component:
    return ui.section(
        t("Last changes"),
        rx.cond(
            length(PlansPage.changes) > 0,
            ui.card(
                rx.el.ul(
                    rx.foreach(PlansPage.changes, _change),
                    class_name="divide-y divide-line",
                    custom_attrs={"aria-label": t("Last changes")},
                ),
                pad=False,
            ),
            rx.el.p(t("Nothing has been changed since the installation."), class_name="text-sm text-muted"),
        ),
    )


def _full() -> rx.Component:
    return rx.fragment(
        rx.cond(
            PlansPage.missing != "",
            rx.el.div(
                ui.notice(
                    rx.el.p(PlansPage.missing),
                    rx.el.p(
                        t("Each is made when somebody buys it, or now, as by python -m photogen stripe sync."),
                        class_name="mt-1",
                    ),
                    rx.el.div(ui.button(t("Make them now"), size="sm", on_click=PlansPage.sync), class_name="mt-3"),
                    tone="warn",
                ),
                class_name="mb-8",
            ),
        ),
        _list(
            t("Plans"),
            "plan",
            PlansPage.plans,
            t("An edit is a new version. Whoever pays for a plan keeps the terms that were sold."),
        ),
        _list(
            t("Packs"),
            "pack",
            PlansPage.packs,
            t("Credits to buy once."),
            ui.button(t("Add a pack"), size="sm", icon_name="plus", on_click=PlansPage.edit("pack", "")),
        ),
        _list(
            t("Image models"),
            "model",
            PlansPage.models,
            t("Prices hold from the next click on; what was asked for keeps the price on its button."),
        ),
        _changes(),
        dialogs(),
    )


@screen(routes.ADMIN_PLANS, t("Plans and models"), on_load=[PlansPage.load])
def plans() -> rx.Component:
    """Not there for anybody but administrators."""
    return admin_frame(
        routes.ADMIN_PLANS,
        rx.cond(
            ~PlansPage.ready,
            ui.skeleton("h-96 w-full"),
            rx.cond(
                PlansPage.problem != "",
                ui.error_state(
                    PlansPage.problem,
                    code=PlansPage.code,
                    action=ui.button(t("Try again"), on_click=PlansPage.load),
                ),
                _full(),
            ),
        ),
    )
