"""The dashboard: credits, running work, recent pictures, and the next thing to do."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.me import Me
from photogen.web.pages.dashboard.state import Dashboard, Made
from photogen.web.pages.dashboard.welcome import welcome
from photogen.web.pages.trainings.state import Line
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _figure(label: str, value: rx.Component, foot: rx.Component | Shown[str]) -> rx.Component:
    return ui.card(
        rx.el.p(label, class_name="text-sm text-muted"),
        rx.el.p(value, class_name="text-xl sm:text-2xl font-semibold num mt-1"),
        rx.el.p(foot, class_name="text-sm text-muted num mt-1 min-h-5 max-sm:hidden"),
        class_name="max-sm:px-4! max-sm:py-3!",
    )


def _figures() -> rx.Component:
    return rx.el.div(
        _figure(
            t("Credits"),
            rx.el.span(Dashboard.credits, custom_attrs={"aria-label": t("Credit balance")}, role="status"),
            rx.cond(
                Dashboard.held > 0,
                rx.fragment(Dashboard.held, " ", t("more set aside for running work")),
                ui.text_link(t("See every movement"), href=routes.USAGE),
            ),
        ),
        _figure(t("Plan"), rx.el.span(Dashboard.plan), Dashboard.included),
        _figure(
            t("Models"),
            rx.el.span(Dashboard.models),
            ui.text_link(t("See your models"), href=routes.MODELS),
        ),
        class_name="grid grid-cols-3 gap-2 sm:gap-4 mb-8 sm:mb-12",
    )


def _running(line: Shown[Line]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            rx.el.div(
                rx.el.span(line.name, class_name="font-medium truncate"),
                ui.pill(line.status_word, tone=line.tone),
                rx.el.span(line.remark, class_name="text-sm text-muted num ml-auto"),
                class_name="flex items-center gap-3 mb-3",
            ),
            ui.progress(line.percent, label=t("Progress of {name}", name=line.name)),
            href=routes.training(line.id),
            class_name="card card-pad block hover:border-strong transition-colors",
        ),
        key=line.id,
    )


def _work() -> rx.Component:
    return rx.cond(
        (length(Dashboard.running) > 0) | (Dashboard.drawing != ""),
        ui.section(
            t("Under way"),
            rx.foreach(
                Dashboard.waiting,
                lambda words: rx.el.div(ui.notice(words, tone="warn"), role="status", class_name="mb-4", key=words),
            ),
            rx.el.ul(rx.foreach(Dashboard.running, _running), class_name="grid gap-3"),
            rx.cond(
                Dashboard.drawing != "",
                ui.nav_link(
                    rx.el.span(class_name="spinner", custom_attrs={"aria-hidden": "true"}),
                    Dashboard.drawing,
                    href=routes.GENERATE,
                    class_name="inline-flex items-center gap-2.5 text-sm text-soft mt-4",
                ),
            ),
        ),
    )


def _made(item: Shown[Made]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            ui.picture(item.src, item.prompt, ratio="1", src2x=item.src2x, preview=item.preview),
            href=item.href,
            class_name="block rounded-md",
        ),
        key=item.href,
    )


_GRID = "grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-6 2xl:grid-cols-9 gap-3"


def _pictures() -> rx.Component:
    return ui.section(
        t("Recent pictures"),
        rx.cond(
            length(Dashboard.recent) == 0,
            ui.empty_state(
                t("No pictures yet"),
                icon_name="images",
                help=t("What you generate is shown here and kept in the gallery."),
            ),
            rx.el.ul(rx.foreach(Dashboard.recent, _made), class_name=_GRID),
        ),
        action=rx.cond(
            length(Dashboard.recent) > 0,
            ui.link_button(t("Open the gallery"), href=routes.GALLERY, kind="ghost", size="sm"),
        ),
    )


def _loading() -> rx.Component:
    return rx.fragment(
        rx.el.div(*(ui.skeleton("h-[118px] w-full") for _ in range(3)), class_name="grid sm:grid-cols-3 gap-4 mb-12"),
        ui.skeleton("h-6 w-40 mb-6"),
        ui.skeleton_grid(6, class_name=_GRID),
    )


@screen(routes.DASHBOARD, t("Dashboard"), on_load=[Dashboard.load], wide=True)
def dashboard() -> rx.Component:
    """Where one lands after the log-in."""
    return rx.fragment(
        page_head(
            rx.cond(Me.ready, rx.fragment(t("Hello"), ", ", Me.name), t("Dashboard")),
            action=rx.cond(
                Dashboard.ready & (Dashboard.first_step == 0),
                ui.link_button(t("Generate a picture"), href=routes.GENERATE, kind="primary", icon_name="sparkles"),
            ),
        ),
        rx.cond(
            Dashboard.ready,
            rx.cond(
                Dashboard.problem != "",
                ui.error_state(
                    Dashboard.problem, code=Dashboard.code, action=ui.button(t("Try again"), on_click=Dashboard.load)
                ),
                rx.cond(
                    Dashboard.first_step > 0,
                    rx.fragment(welcome(), _work(), _figures()),
                    rx.fragment(_figures(), _work(), _pictures()),
                ),
            ),
            _loading(),
        ),
    )
