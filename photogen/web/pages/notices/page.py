"""Notices: what plan, credits, quota and trainings had to tell."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.me import Me
from photogen.web.pages.notices.state import Item, NoticeList
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _mark(item: Shown[Item]) -> rx.Component:
    drawn = rx.match(
        item.tone,
        ("bad", ui.icon("circle_alert", size=18, class_name="text-bad")),
        ("warn", ui.icon("triangle_alert", size=18, class_name="text-warn")),
        ("good", ui.icon("circle_check", size=18, class_name="text-good")),
        ui.icon("info", size=18, class_name="text-muted"),
    )
    return rx.el.div(drawn, class_name="pt-0.5")


def _item(item: Shown[Item]) -> rx.Component:
    new = rx.el.span(
        class_name="inline-block size-2 rounded-full bg-accent ml-2 align-middle",
        role="img",
        custom_attrs={"aria-label": t("New")},
    )
    return rx.el.li(
        _mark(item),
        rx.el.div(
            rx.el.p(item.title, rx.cond(item.new, new), class_name="text-sm font-medium wrap-anywhere"),
            rx.el.p(item.text, class_name="text-sm text-soft mt-0.5 max-w-[72ch] wrap-anywhere"),
            rx.el.p(
                ui.ago(item.at),
                rx.cond(
                    item.path != "",
                    rx.fragment(" · ", ui.text_link(item.action, href=item.path)),
                ),
                class_name="text-sm text-muted num mt-1",
            ),
            class_name="min-w-0 flex-1",
        ),
        ui.icon_button("x", t("Take off the list"), size="sm", on_click=NoticeList.dismiss(item.id)),
        key=item.id,
        class_name="flex gap-3.5 px-5 py-4",
    )


@screen(routes.NOTICES, t("Notices"), on_load=[NoticeList.load])
def notices() -> rx.Component:
    """What one was told, newest first."""
    full = rx.fragment(
        ui.card(
            rx.el.ul(
                rx.foreach(NoticeList.items, _item),
                class_name="divide-y divide-line",
                custom_attrs={"aria-label": t("Notices")},
            ),
            pad=False,
        ),
        ui.pager(NoticeList),
    )
    return rx.el.div(
        page_head(
            t("Notices"),
            t("What your plan, your credits and your trainings have to tell."),
            action=rx.cond(
                Me.news.unread > 0,
                ui.button(t("Mark all as read"), on_click=NoticeList.read_all),
                ui.link_button(t("Choose mails"), href=routes.SETTINGS),
            ),
        ),
        ui.states(
            loading=~NoticeList.ready,
            error=NoticeList.problem != "",
            empty=length(NoticeList.items) == 0,
            skeleton=ui.skeleton("h-96 w-full"),
            failed=ui.error_state(
                NoticeList.problem, code=NoticeList.code, action=ui.button(t("Try again"), on_click=NoticeList.load)
            ),
            nothing=ui.empty_state(
                t("Nothing to tell"), icon_name="bell", help=t("When there is something, it stands here.")
            ),
            full=full,
        ),
        class_name="max-w-4xl",
    )
