"""The page of one photo set."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.components.photo_uploader import photo_uploader
from photogen.web.pages.photo_set.state import PhotoSetPage, Use
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import Shown, length

_view = PhotoSetPage.view


def _actions() -> rx.Component:
    more = ui.menu(
        ui.icon("ellipsis", size=18),
        ui.menu_item(t("Rename"), icon_name="pencil", on_click=PhotoSetPage.ask_rename),
        ui.menu_item(t("Copy"), icon_name="copy", on_click=PhotoSetPage.copy_set),
        ui.menu_item(t("Delete"), icon_name="trash_2", danger=True, on_click=PhotoSetPage.ask_delete),
        label=t("More"),
        trigger_class="btn btn-secondary btn-icon",
    )
    return rx.el.div(
        rx.cond(
            _view.trainable,
            ui.link_button(
                t("Train with this set"), href=routes.train_with(_view.id), kind="primary", icon_name="sparkles"
            ),
        ),
        more,
        class_name="flex items-center gap-2",
    )


def _photos() -> rx.Component:
    subject = ui.segmented(
        t("Subject"),
        [("person", t("Person")), ("pet", t("Pet")), ("product", t("Product")), ("style", t("Style"))],
        name="subject",
        value=PhotoSetPage.subject,
        on_change=PhotoSetPage.set_subject,
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span(t("Judged as photos of a"), class_name="text-sm text-muted"),
            subject,
            class_name="flex flex-wrap items-center gap-3 mb-5",
        ),
        photo_uploader(
            set_id=_view.id,
            subject=PhotoSetPage.subject,
            trigger_word=PhotoSetPage.trigger_word,
            on_change=PhotoSetPage.photos_changed,
        ),
    )


def _use(use: Shown[Use]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            ui.text_link(use.name, href=routes.training(use.training_id)),
            rx.el.span(" · ", use.status, " · ", ui.ago(use.created_at), class_name="text-muted num"),
            class_name="min-w-0 truncate",
        ),
        rx.cond(use.model_id != "", ui.text_link(t("See the model"), href=routes.model(use.model_id))),
        class_name="flex items-center justify-between gap-4 py-3 text-sm",
        key=use.training_id,
    )


def _uses() -> rx.Component:
    return rx.cond(
        length(_view.uses) > 0,
        ui.section(
            t("Trained with this set"),
            rx.el.ul(
                rx.foreach(_view.uses, _use),
                class_name="divide-y divide-line border-y border-line",
                custom_attrs={"aria-label": t("Trained with this set")},
            ),
            rx.el.p(
                t("What you change here is for trainings to come; those above keep the photos they were made with."),
                class_name="text-sm text-muted mt-3",
            ),
            class_name="mt-10",
        ),
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        ui.dialog(
            t("Rename the photo set"),
            rx.el.form(
                ui.text_field(
                    t("Name"),
                    id="new_name",
                    value=PhotoSetPage.new_name,
                    on_change=PhotoSetPage.set_new_name,
                    max_length=80,
                    auto_focus=True,
                    error=PhotoSetPage.name_error,
                ),
                rx.el.div(
                    ui.button(t("Cancel"), kind="ghost", on_click=PhotoSetPage.close),
                    ui.button(t("Rename"), kind="primary", type="submit"),
                    class_name="flex justify-end gap-2 mt-6",
                ),
                on_submit=PhotoSetPage.rename,
            ),
            open=PhotoSetPage.renaming,
            on_close=PhotoSetPage.close,
        ),
        ui.confirm(
            t("Delete this photo set?"),
            t(
                "Its photos and captions are deleted. Models and pictures made with it stay, and so does what its "
                "trainings say of themselves. This can't be undone."
            ),
            open=PhotoSetPage.deleting,
            on_close=PhotoSetPage.close,
            action=t("Delete the photo set"),
            on_confirm=PhotoSetPage.delete,
            busy=PhotoSetPage.busy,
        ),
    )


@screen(routes.PHOTO_SET, t("Photo set"), on_load=[PhotoSetPage.load])
def photo_set() -> rx.Component:
    """The photos of a set, what the coach says of them, and what was made of them."""
    gone = ui.empty_state(
        t("There is no such photo set"),
        icon_name="search_x",
        help=t("The address may be mistyped, the set may be deleted, or it belongs to another account."),
        action=ui.link_button(t("See your photo sets"), href=routes.PHOTOS),
    )
    full = rx.fragment(
        page_head(
            rx.el.span(_view.name, class_name="break-words"),
            _view.about,
            action=_actions(),
            back=(routes.PHOTOS, t("Photo sets")),
        ),
        _photos(),
        _uses(),
        _dialogs(),
    )
    return rx.cond(
        PhotoSetPage.ready,
        rx.cond(
            PhotoSetPage.missing,
            gone,
            rx.cond(
                PhotoSetPage.problem != "",
                ui.error_state(
                    PhotoSetPage.problem,
                    code=PhotoSetPage.code,
                    action=ui.button(t("Try again"), on_click=PhotoSetPage.load),
                ),
                full,
            ),
        ),
        rx.el.div(ui.skeleton("h-8 w-64 mb-6"), ui.skeleton_grid(8)),
    )
