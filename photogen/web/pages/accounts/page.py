"""The operator's list of accounts."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.accounts.state import Accounts, AccountShown
from photogen.web.pages.admin.frame import admin_frame
from photogen.web.shell import screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _account(item: Shown[AccountShown]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            rx.el.span(
                rx.el.span(
                    rx.el.span(item.name, class_name="font-medium truncate"),
                    rx.cond(item.role != "", ui.pill(item.role, tone="accent", plain=True)),
                    class_name="flex items-center gap-2 text-sm",
                ),
                rx.el.span(item.email, class_name="block text-sm text-muted wrap-anywhere"),
                class_name="block min-w-0 flex-1",
            ),
            rx.el.span(
                rx.el.span(item.credits, " ", t("credits"), class_name="block text-sm num"),
                rx.el.span(
                    item.plan,
                    rx.cond(item.plan != "", " · ", ""),
                    ui.ago(item.since),
                    class_name="block text-sm text-muted num",
                ),
                class_name="block text-right whitespace-nowrap",
            ),
            href=item.href,
            class_name="flex items-center justify-between gap-4 px-5 py-3.5 hover:bg-raised",
        ),
        key=item.id,
    )


def _list() -> rx.Component:
    return rx.fragment(
        ui.card(
            rx.el.ul(
                rx.foreach(Accounts.accounts, _account),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": t("Accounts")},
            ),
            pad=False,
            class_name="overflow-hidden",
        ),
        ui.pager(Accounts),
    )


@screen(routes.ADMIN_ACCOUNTS, t("Accounts"), on_load=[Accounts.load])
def accounts() -> rx.Component:
    """Not there for anybody but administrators."""
    return admin_frame(
        routes.ADMIN_ACCOUNTS,
        rx.el.div(
            ui.text_field(
                t("Find an account"),
                id="account_search",
                type="search",
                value=Accounts.words,
                on_change=Accounts.search,
                placeholder=t("Email, name or id"),
                max_length=254,
                auto_complete="off",
                error=Accounts.refused,
            ),
            class_name="max-w-md mb-6",
        ),
        ui.states(
            loading=~Accounts.ready,
            error=Accounts.problem != "",
            empty=length(Accounts.accounts) == 0,
            skeleton=ui.skeleton("h-96 w-full"),
            failed=ui.error_state(
                Accounts.problem, code=Accounts.code, action=ui.button(t("Try again"), on_click=Accounts.load)
            ),
            nothing=ui.empty_state(
                t("No account fits"), icon_name="user_search", help=t("Try a part of the email address or the name.")
            ),
            full=_list(),
        ),
    )
