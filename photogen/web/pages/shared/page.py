"""My share links, newest first."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.shared.state import Line, Shared
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length


def _line(line: Shown[Line]) -> rx.Component:
    ends = rx.cond(
        line.ended_at != "",
        rx.fragment(" · ", t("ended"), " ", ui.ago(line.ended_at)),
        rx.cond(line.ends_at != "", rx.fragment(" · ", t("ends"), " ", ui.ago(line.ends_at))),
    )
    return rx.el.li(
        ui.nav_link(
            rx.cond(
                line.cover != "",
                rx.el.img(src=line.cover, alt="", width="56", height="56", loading="lazy"),
                ui.icon("image_off", size=18),
            ),
            href=line.place,
            class_name="cover",
            custom_attrs={"tabIndex": -1, "aria-hidden": "true"},
        ),
        rx.el.div(
            rx.el.p(
                ui.nav_link(line.what, href=line.place, class_name="text-sm font-medium hover:underline wrap-anywhere"),
                " ",
                ui.pill(line.state, tone=line.tone),
                class_name="flex flex-wrap items-center gap-x-3 gap-y-1",
            ),
            rx.el.p(
                t("made"),
                " ",
                ui.ago(line.made_at),
                ends,
                rx.cond(line.more != "", rx.fragment(" · ", line.more)),
                class_name="text-sm text-muted num mt-0.5",
            ),
            class_name="min-w-0",
        ),
        rx.cond(
            line.active,
            rx.el.div(
                rx.cond(
                    line.address != "",
                    rx.fragment(
                        ui.copy_button(line.address),
                        rx.el.a(
                            t("Open"),
                            href=line.address,
                            target="_blank",
                            rel="noreferrer",
                            class_name="btn btn-ghost btn-sm",
                        ),
                    ),
                ),
                ui.button(t("Revoke"), size="sm", kind="ghost", on_click=Shared.ask(line.id)),
                class_name="acts",
            ),
            rx.fragment(),
        ),
        key=line.id,
        class_name=rx.cond(line.active, "shared-row", "shared-row ended"),
    )


@screen(routes.SHARED, t("Shared links"), on_load=[Shared.load])
def shared() -> rx.Component:
    """What one has given away, and the way to take it back."""
    full = ui.card(
        rx.el.ul(
            rx.foreach(Shared.lines, _line),
            class_name="divide-y divide-line",
            custom_attrs={"aria-label": t("Shared links")},
        ),
        pad=False,
    )
    return rx.el.div(
        page_head(
            t("Shared links"),
            t("Whoever has an active link sees what it shows, without an account. Ended ones stay here for 30 days."),
            back=(routes.GALLERY, t("Gallery")),
        ),
        ui.states(
            loading=~Shared.ready,
            error=Shared.problem != "",
            empty=length(Shared.lines) == 0,
            skeleton=ui.skeleton("h-96 w-full"),
            failed=ui.error_state(
                Shared.problem, code=Shared.code, action=ui.button(t("Try again"), on_click=Shared.load)
            ),
            nothing=ui.empty_state(
                t("You have shared nothing yet"),
                icon_name="link",
                help=t("Open a picture or an album in the gallery and choose Share."),
                action=ui.link_button(t("Open the gallery"), href=routes.GALLERY, kind="primary"),
            ),
            full=full,
        ),
        ui.confirm(
            t("Revoke this link?"),
            t("Whoever opens it from now on sees nothing, its pictures included. It can't be undone."),
            open=Shared.revoking != "",
            on_close=Shared.ask(""),
            action=t("Revoke"),
            on_confirm=Shared.revoke,
        ),
        class_name="max-w-4xl",
    )
