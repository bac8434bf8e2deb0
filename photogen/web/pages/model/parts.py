"""The parts of a model's page below its head: pictures, versions, photos, trainings, dialogs."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.model.shown import Past, Shot, VersionShown
from photogen.web.pages.model.state import ModelPage
from photogen.web.text import t
from photogen.web.typed import Shown, length

_view = ModelPage.view


def _shot(shot: Shown[Shot]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            ui.picture(shot.src, shot.prompt, ratio="1", src2x=shot.src2x, preview=shot.blurred),
            href=shot.href,
            class_name="block",
        ),
        key=shot.id,
    )


def pictures() -> rx.Component:
    """What was made with it, newest first; the first four are in the head already."""
    return rx.cond(
        length(ModelPage.pictures) > 4,
        ui.section(
            t("Made with it"),
            rx.el.ul(
                rx.foreach(ModelPage.pictures[4:], _shot),
                class_name="grid grid-cols-3 sm:grid-cols-5 lg:grid-cols-8 gap-2",
            ),
            class_name="mt-12",
        ),
    )


def _version(version: Shown[VersionShown]) -> rx.Component:
    preview = rx.cond(
        version.preview != "",
        ui.picture(version.preview, "", ratio="1", class_name="w-full"),
        rx.el.div(
            ui.icon("sparkles", size=18, class_name="text-muted"),
            class_name="aspect-square grid place-content-center rounded-lg bg-sunken border border-line",
        ),
    )
    return rx.el.li(
        rx.el.div(preview, class_name="w-20 sm:w-24 shrink-0"),
        rx.el.div(
            rx.el.div(
                rx.el.h3(version.title, class_name="text-base"),
                rx.cond(version.current, ui.pill(t("In use"), tone="good")),
                rx.cond(version.held != "", ui.pill(t("Held back"), tone="bad")),
                rx.cond(version.public, ui.pill(t("Public"), plain=True)),
                rx.el.span(ui.ago(version.created_at), class_name="text-sm text-muted"),
                class_name="flex flex-wrap items-center gap-x-2.5 gap-y-1",
            ),
            rx.el.p(version.settings, class_name="text-sm text-soft num mt-1"),
            rx.cond(
                length(version.changes) > 0,
                rx.el.ul(
                    rx.foreach(version.changes, lambda change: rx.el.li(change, class_name="pill plain", key=change)),
                    class_name="flex flex-wrap gap-1.5 mt-2",
                    custom_attrs={"aria-label": t("Other than the version before")},
                ),
            ),
            rx.el.p(version.more, class_name="text-sm text-muted num mt-2"),
            rx.cond(version.held != "", rx.el.p(version.held, class_name="text-sm text-bad mt-2")),
            rx.el.div(
                rx.cond(
                    version.training_id != "",
                    ui.text_link(t("See its training"), href=routes.training(version.training_id)),
                ),
                rx.cond(
                    version.hub_url != "",
                    rx.el.a(
                        t("Open on the hub"), href=version.hub_url, target="_blank", rel="noreferrer", class_name="link"
                    ),
                ),
                class_name="flex flex-wrap gap-x-5 gap-y-1 text-sm mt-2",
            ),
            class_name="min-w-0 flex-1",
        ),
        rx.cond(
            _view.several,
            rx.el.div(
                rx.cond(
                    ~version.current & (version.held == ""),
                    ui.button(t("Use this version"), size="sm", on_click=ModelPage.switch(version.id)),
                ),
                ui.button(t("Delete version"), size="sm", kind="ghost", on_click=ModelPage.ask_drop(version.id)),
                class_name="flex sm:flex-col gap-2 sm:items-end max-sm:w-full",
            ),
        ),
        class_name="flex flex-wrap sm:flex-nowrap gap-4 sm:gap-5 py-5 first:pt-0",
        key=version.id,
    )


def versions() -> rx.Component:
    """The versions, newest first, with what each had other than the one before."""
    coming = rx.cond(
        _view.coming != "",
        ui.nav_link(
            rx.el.div(
                rx.el.span(t("A new version is being trained"), class_name="font-medium"),
                rx.el.span(_view.coming_percent, " %", class_name="num text-muted"),
                class_name="flex justify-between gap-3 text-sm mb-2.5",
            ),
            ui.progress(_view.coming_percent, label=t("Progress of the new version")),
            href=routes.training(_view.coming),
            class_name="card card-pad block mb-6",
        ),
    )
    return ui.section(
        t("Versions"),
        coming,
        rx.el.ul(rx.foreach(ModelPage.versions, _version), class_name="divide-y divide-line"),
        action=rx.cond(
            _view.coming == "", ui.link_button(t("New version"), href=routes.new_version(_view.id), size="sm")
        ),
        class_name="mt-12",
    )


def photos() -> rx.Component:
    """The photos that it was trained on."""
    return rx.cond(
        length(ModelPage.photos) > 0,
        ui.section(
            t("Trained on"),
            rx.el.ul(
                rx.foreach(
                    ModelPage.photos,
                    lambda src: rx.el.li(ui.picture(src, t("Training photo"), ratio="1"), key=src),
                ),
                class_name="grid grid-cols-4 sm:grid-cols-6 lg:grid-cols-12 gap-2",
            ),
            class_name="mt-12",
        ),
    )


def _past(row: Shown[Past]) -> rx.Component:
    return rx.el.li(
        ui.nav_link(
            ui.pill(row.word, tone=row.tone),
            rx.el.span(row.remark, class_name="text-sm text-soft num min-w-0 flex-1 max-sm:basis-full max-sm:order-1"),
            rx.el.span(ui.ago(row.created_at), class_name="text-sm text-muted num max-sm:ml-auto"),
            href=routes.training(row.id),
            class_name="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-3 rounded-md hover:text-text",
        ),
        key=row.id,
    )


def history() -> rx.Component:
    """Every training of it, failed ones too."""
    return ui.section(
        t("Trainings"),
        rx.el.ul(rx.foreach(ModelPage.trainings, _past), class_name="divide-y divide-line border-t border-line"),
        class_name="mt-12",
    )


def dialogs() -> rx.Component:
    """Rename, delete the model, delete one version."""
    return rx.fragment(
        ui.dialog(
            t("Rename the model"),
            rx.el.form(
                ui.text_field(
                    t("Model name"),
                    id="new_name",
                    value=ModelPage.new_name,
                    on_change=ModelPage.set_new_name,
                    max_length=60,
                    auto_focus=True,
                    error=ModelPage.name_error,
                ),
                rx.el.div(
                    ui.button(t("Cancel"), kind="ghost", on_click=ModelPage.close),
                    ui.button(t("Rename"), kind="primary", type="submit"),
                    class_name="flex justify-end gap-2 mt-6",
                ),
                on_submit=ModelPage.rename,
            ),
            open=ModelPage.renaming,
            on_close=ModelPage.close,
        ),
        ui.confirm(
            t("Delete this model?"),
            t(
                "All its versions are deleted here and at the vendors. Pictures made with it stay in your gallery. "
                "This can't be undone."
            ),
            open=ModelPage.deleting,
            on_close=ModelPage.close,
            action=t("Delete the model"),
            on_confirm=ModelPage.delete,
            busy=ModelPage.busy,
        ),
        ui.confirm(
            t("Delete this version?"),
            t(
                "Its weights are deleted here and at the vendors. Pictures made with it stay in your gallery, and the "
                "model keeps its other versions. This can't be undone."
            ),
            open=ModelPage.dropping != "",
            on_close=ModelPage.close,
            action=t("Delete the version"),
            on_confirm=ModelPage.drop,
            busy=ModelPage.busy,
        ),
    )
