"""One account, explained: what it has, why, until when, and every entry with its cause."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.account.state import AccountPage, Amount, Entry
from photogen.web.pages.admin.frame import admin_frame
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import Shown, digits, length

_CELL = "py-3 pr-6 max-sm:pr-4 align-top"


def _part(item: Shown[Amount]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(item.words, scope="row", class_name="py-1.5 pr-6 text-left font-normal"),
        rx.el.td(item.credits, class_name="py-1.5 text-right num whitespace-nowrap"),
        key=item.words,
    )


def _statement() -> rx.Component:
    return ui.card(
        rx.el.h2(t("What makes it up"), class_name="text-base mb-3"),
        rx.el.table(
            rx.el.tbody(rx.foreach(AccountPage.parts, _part)),
            rx.el.tfoot(
                rx.el.tr(
                    rx.el.th(t("Balance"), scope="row", class_name="pt-2.5 pr-6 text-left font-medium"),
                    rx.el.td(AccountPage.summary.balance, class_name="pt-2.5 text-right font-medium num"),
                    class_name="border-t border-line",
                )
            ),
            class_name="w-full text-sm",
        ),
        rx.el.p(AccountPage.summary.proof, class_name="text-sm text-muted num mt-4"),
    )


def _amount(item: Shown[Amount]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(item.words, class_name="min-w-0 first-letter:uppercase"),
            rx.el.span(item.credits, class_name="num whitespace-nowrap"),
            class_name="flex justify-between gap-4 text-sm",
        ),
        rx.el.p(item.foot, class_name="text-xs text-muted num mt-1 wrap-anywhere"),
    )


def _amounts(title: str, items: Shown[list[Amount]], nothing: str) -> rx.Component:
    return rx.el.div(
        rx.el.h2(title, class_name="text-base mb-3"),
        rx.cond(
            length(items) > 0,
            rx.el.ul(rx.foreach(items, _amount), class_name="flex flex-col gap-4", custom_attrs={"aria-label": title}),
            rx.el.p(nothing, class_name="text-sm text-muted"),
        ),
    )


def _entry(item: Shown[Entry]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.span(item.why),
            rx.cond(
                item.about != "", rx.el.span(item.about, class_name="block text-xs text-muted wrap-anywhere mt-0.5")
            ),
            rx.el.span(ui.ago(item.at), class_name="block sm:hidden text-xs text-muted mt-0.5"),
            class_name=f"{_CELL} pl-5 w-full",
        ),
        rx.el.td(ui.ago(item.at), class_name=f"{_CELL} text-muted whitespace-nowrap max-sm:hidden"),
        rx.el.td(
            item.amount,
            class_name=rx.cond(
                item.tone == "text-good", f"{_CELL} text-right num text-good", f"{_CELL} text-right num"
            ),
        ),
        rx.el.td(item.balance, class_name="py-3 pr-5 align-top text-right num text-muted"),
        key=digits(item.id),
    )


def _head(text: str, extra: str) -> rx.Component:
    return rx.el.th(text, class_name=f"py-2.5 font-medium text-muted {extra}", scope="col")


def _ledger() -> rx.Component:
    table = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                _head(t("Why"), "text-left pl-5 pr-6"),
                _head(t("When"), "text-left pr-6 max-sm:hidden"),
                _head(t("Credits"), "text-right pr-6 max-sm:pr-4"),
                _head(t("Balance"), "text-right pr-5"),
                class_name="border-b border-line",
            )
        ),
        rx.el.tbody(rx.foreach(AccountPage.entries, _entry), class_name="divide-y divide-line"),
        class_name="w-full text-sm",
    )
    turn = rx.cond(
        AccountPage.older | AccountPage.newer,
        rx.el.div(
            ui.button(t("Back"), on_click=AccountPage.show_newer, disabled=~AccountPage.newer, size="sm"),
            ui.button(t("Further"), on_click=AccountPage.show_older, disabled=~AccountPage.older, size="sm"),
            class_name="flex justify-center gap-2 mt-6",
        ),
    )
    return ui.section(
        t("Every entry"),
        rx.cond(
            length(AccountPage.entries) > 0,
            rx.fragment(ui.card(table, pad=False, class_name="overflow-x-auto"), turn),
            ui.empty_state(t("Nothing has moved yet"), icon_name="coins"),
        ),
        action=ui.segmented(
            t("Order"),
            [("newest", t("Newest first")), ("oldest", t("Oldest first"))],
            name="order",
            value=AccountPage.order,
            on_change=AccountPage.show_order,
        ),
    )


def _account() -> rx.Component:
    shown = AccountPage.summary
    return rx.fragment(
        rx.el.div(
            ui.nav_link(
                ui.icon("arrow_left", size=14),
                t("Accounts"),
                href=routes.ADMIN_ACCOUNTS,
                class_name="inline-flex items-center gap-1.5 text-sm text-muted hover:text-text py-2 -mt-2",
            ),
            rx.el.h2(shown.name, class_name="text-xl"),
            rx.el.p(shown.about, class_name="text-sm text-muted num wrap-anywhere"),
            class_name="mb-6",
        ),
        rx.cond(shown.wrong != "", rx.el.div(ui.notice(shown.wrong, tone="bad"), class_name="mb-6", role="alert")),
        rx.el.div(
            _statement(),
            ui.card(
                rx.el.p(t("Can be spent"), class_name="text-sm text-muted"),
                rx.el.p(
                    rx.el.span(shown.available, role="status", custom_attrs={"aria-label": t("Credit balance")}),
                    class_name="text-2xl font-semibold num mt-1",
                ),
                rx.el.p(shown.held, class_name="text-sm text-muted num mt-1 mb-6"),
                _amounts(t("What is left, and until when"), AccountPage.lots, t("No credits are left.")),
                rx.cond(
                    length(AccountPage.holds) > 0,
                    rx.el.div(
                        _amounts(t("Set aside"), AccountPage.holds, ""), class_name="mt-6 pt-6 border-t border-line"
                    ),
                ),
            ),
            class_name="grid lg:grid-cols-2 gap-4 mb-12 items-start",
        ),
        _ledger(),
    )


@screen(routes.ADMIN_ACCOUNT, t("Account"), on_load=[AccountPage.load])
def account() -> rx.Component:
    """Not there for anybody but administrators."""
    return admin_frame(
        routes.ADMIN_ACCOUNTS,
        rx.cond(
            ~AccountPage.ready,
            ui.skeleton("h-96 w-full"),
            rx.cond(
                AccountPage.missing,
                ui.empty_state(
                    t("There is no such account"),
                    icon_name="user_x",
                    action=ui.link_button(t("All accounts"), href=routes.ADMIN_ACCOUNTS),
                ),
                rx.cond(
                    AccountPage.problem != "",
                    ui.error_state(
                        AccountPage.problem,
                        code=AccountPage.code,
                        action=ui.button(t("Try again"), on_click=AccountPage.load),
                    ),
                    _account(),
                ),
            ),
        ),
    )
