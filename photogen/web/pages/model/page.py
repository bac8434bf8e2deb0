"""One model: preview, facts, its photos, what can be done with it."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.model.state import ModelPage
from photogen.web.shell import page_head, screen
from photogen.web.text import t

_view = ModelPage.view


def _actions() -> rx.Component:
    return rx.el.div(
        ui.link_button(
            t("Generate with this"), href=routes.generate_with(_view.id), kind="primary", icon_name="sparkles"
        ),
        ui.button(t("Rename"), on_click=ModelPage.ask_rename),
        ui.button(t("Delete"), kind="danger", on_click=ModelPage.ask_delete),
        class_name="flex flex-wrap items-center gap-2",
    )


def _preview() -> rx.Component:
    return rx.cond(
        _view.preview != "",
        ui.picture(
            _view.preview,
            t("The newest picture made with this model"),
            ratio="1",
            preview=_view.blurred,
            class_name="rounded-xl!",
        ),
        rx.el.div(
            ui.icon("sparkles", size=26, class_name="text-muted"),
            rx.el.p(t("Pictures you make with it will show here."), class_name="text-sm text-muted"),
            class_name="aspect-square flex flex-col items-center justify-center gap-3 "
            "rounded-xl bg-sunken border border-line text-center p-8",
        ),
    )


def _facts() -> rx.Component:
    return ui.card(
        rx.el.dl(
            rx.foreach(
                _view.facts,
                lambda fact: rx.el.div(
                    rx.el.dt(fact[0], class_name="text-muted"),
                    rx.el.dd(fact[1], class_name="num text-right break-all"),
                    class_name="flex justify-between gap-4 py-2",
                    key=fact[0],
                ),
            ),
            class_name="text-sm divide-y divide-line",
        ),
        rx.el.div(
            rx.cond(
                _view.training_id != "", ui.text_link(t("See its training"), href=routes.training(_view.training_id))
            ),
            rx.cond(
                _view.hub_url != "",
                rx.el.a(t("Open on the hub"), href=_view.hub_url, target="_blank", rel="noreferrer", class_name="link"),
            ),
            class_name="flex flex-wrap gap-x-5 gap-y-1 text-sm mt-4",
        ),
    )


def _photos() -> rx.Component:
    return rx.cond(
        _view.photos.length() > 0,
        ui.section(
            t("Trained on"),
            rx.el.ul(
                rx.foreach(
                    _view.photos,
                    lambda src: rx.el.li(ui.picture(src, t("Training photo"), ratio="1"), key=src),
                ),
                class_name="grid grid-cols-4 sm:grid-cols-6 lg:grid-cols-12 gap-2",
            ),
            class_name="mt-10",
        ),
    )


def _dialogs() -> rx.Component:
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
                "Its weights are deleted here and at the vendors. Pictures made with it stay in your gallery. "
                "This can't be undone."
            ),
            open=ModelPage.deleting,
            on_close=ModelPage.close,
            action=t("Delete the model"),
            on_confirm=ModelPage.delete,
            busy=ModelPage.busy,
        ),
    )


def _full() -> rx.Component:
    return rx.fragment(
        page_head(
            rx.el.span(_view.name, class_name="break-words"), action=_actions(), back=(routes.MODELS, t("Models"))
        ),
        rx.cond(
            _view.status == "quarantined",
            rx.el.div(
                ui.notice(t("This model is held back while the operator checks that it is private."), tone="warn"),
                class_name="mb-6",
            ),
        ),
        rx.el.div(_preview(), _facts(), class_name="grid md:grid-cols-2 gap-6 items-start"),
        _photos(),
        _dialogs(),
    )


@screen(routes.MODEL, t("Model"), on_load=[ModelPage.load])
def model() -> rx.Component:
    """The page of a model."""
    gone = ui.empty_state(
        t("There is no such model"),
        icon_name="search_x",
        help=t("The address may be mistyped, the model may be deleted, or it belongs to another account."),
        action=ui.link_button(t("See your models"), href=routes.MODELS),
    )
    return rx.cond(
        ModelPage.ready,
        rx.cond(
            ModelPage.missing,
            gone,
            rx.cond(
                ModelPage.problem != "",
                ui.error_state(
                    ModelPage.problem, code=ModelPage.code, action=ui.button(t("Try again"), on_click=ModelPage.load)
                ),
                _full(),
            ),
        ),
        rx.el.div(
            ui.skeleton("aspect-square w-full"),
            ui.skeleton("h-80 w-full"),
            class_name="grid md:grid-cols-2 gap-6 items-start",
        ),
    )
