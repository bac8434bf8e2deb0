"""The list of photo sets, beside that of models."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.photos.state import PhotoSets, SetCard
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length

_GRID = "grid grid-cols-2 sm:grid-cols-3 lg:grid-cols-4 gap-4 items-start"


def _card(card: Shown[SetCard]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            rx.cond(
                card.cover != "",
                ui.picture(card.cover, "", ratio="1", class_name="rounded-none!"),
                rx.el.div(
                    ui.icon("images", size=26, class_name="text-muted"),
                    class_name="aspect-square grid place-content-center bg-sunken",
                ),
            ),
            rx.el.div(
                rx.el.p(card.name, class_name="font-medium truncate"),
                rx.el.p(card.photos, " · ", card.used, class_name="text-sm text-muted num mt-0.5"),
                rx.el.div(ui.pill(card.readiness, tone=card.tone), class_name="mt-3"),
                class_name="p-4",
            ),
            href=routes.photo_set(card.id),
            class_name="card block overflow-hidden hover:border-strong transition-colors",
        ),
        key=card.id,
    )


@screen(routes.PHOTOS, t("Photo sets"), on_load=[PhotoSets.load])
def photos() -> rx.Component:
    """Every set of photos, to be trained with any number of times."""
    new = ui.button(t("New photo set"), icon_name="plus", on_click=PhotoSets.create_set, busy=PhotoSets.creating)
    return rx.fragment(
        page_head(t("Photo sets"), t("Photos that belong together, for as many trainings as you like."), action=new),
        ui.tab_links(t("Models and photos"), [(routes.MODELS, t("Models")), (routes.PHOTOS, t("Photo sets"))], 1),
        ui.states(
            loading=~PhotoSets.ready,
            error=PhotoSets.problem != "",
            empty=length(PhotoSets.cards) == 0,
            skeleton=ui.skeleton_grid(4, ratio="3/4", class_name=_GRID),
            failed=ui.error_state(
                PhotoSets.problem, code=PhotoSets.code, action=ui.button(t("Try again"), on_click=PhotoSets.load)
            ),
            nothing=ui.empty_state(
                t("You have no photo sets yet"),
                icon_name="images",
                help=t("A set is made when you add photos to a new model, or here."),
                action=ui.link_button(t("New model"), href=routes.NEW_MODEL),
            ),
            full=rx.fragment(
                rx.el.ul(
                    rx.foreach(PhotoSets.cards, _card), class_name=_GRID, custom_attrs={"aria-label": t("Photo sets")}
                ),
                ui.pager(PhotoSets),
            ),
        ),
    )
