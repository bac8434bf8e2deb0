"""One model: its pictures first, what it is and what can be done with it beside them, then its versions and history."""

import reflex as rx

from photogen.web import components as ui
from photogen.web import routes
from photogen.web.pages.model.parts import dialogs, history, photos, pictures, versions
from photogen.web.pages.model.state import ModelPage
from photogen.web.shell import page_head, screen
from photogen.web.text import t
from photogen.web.typed import length

_view = ModelPage.view


def _small(index: int) -> rx.Component:
    shot = ModelPage.pictures[index]
    return rx.cond(
        length(ModelPage.pictures) > index,
        ui.nav_link(
            ui.picture(shot.src, shot.prompt, ratio="1", src2x=shot.src2x, preview=shot.blurred), href=shot.href
        ),
        rx.el.div(
            class_name="aspect-square rounded-lg bg-sunken border border-line", custom_attrs={"aria-hidden": "true"}
        ),
    )


def _cover() -> rx.Component:
    first = ModelPage.pictures[0]
    return rx.cond(
        length(ModelPage.pictures) > 0,
        rx.el.div(
            ui.nav_link(
                ui.picture(
                    first.src2x, first.prompt, ratio="1", preview=first.blurred, eager=True, class_name="rounded-xl!"
                ),
                href=first.href,
                class_name="col-span-3",
            ),
            *(_small(index) for index in (1, 2, 3)),
            class_name="grid grid-cols-3 gap-2",
        ),
        rx.el.figure(
            rx.el.div(
                rx.foreach(
                    ModelPage.photos[:9],
                    lambda src: ui.picture(src, t("Training photo"), ratio="1", key=src),
                ),
                class_name="grid grid-cols-3 gap-2",
            ),
            rx.el.figcaption(
                t("The photos that it knows. Pictures you make with it will take their place here."),
                class_name="text-sm text-muted mt-3",
            ),
        ),
    )


def _about() -> rx.Component:
    return rx.el.div(
        rx.el.p(_view.line, " · ", _view.version, class_name="text-sm text-muted num"),
        rx.el.div(
            ui.copy_button(_view.trigger_word),
            rx.cond(_view.public, ui.pill(t("Public on the hub"), plain=True), ui.pill(t("Private"), plain=True)),
            rx.cond(
                _view.hub_url != "",
                rx.el.a(
                    t("Open on the hub"),
                    href=_view.hub_url,
                    target="_blank",
                    rel="noreferrer",
                    class_name="link text-sm",
                ),
            ),
            class_name="flex flex-wrap items-center gap-3 mt-3",
        ),
        rx.el.div(
            ui.link_button(
                t("Generate with this"),
                href=routes.generate_with(_view.id),
                kind="primary",
                size="lg",
                icon_name="sparkles",
            ),
            ui.link_button(t("Likeness lab"), href=routes.lab(_view.id), size="lg", icon_name="flask_conical"),
            class_name="flex flex-wrap gap-2 mt-6",
        ),
        rx.el.dl(
            rx.foreach(
                _view.stats,
                lambda fact: rx.el.div(
                    rx.el.dt(fact[0], class_name="text-sm text-muted"),
                    rx.el.dd(fact[1], class_name="num font-medium mt-0.5"),
                    key=fact[0],
                ),
            ),
            class_name="grid grid-cols-2 gap-x-6 gap-y-5 border-t border-line pt-6 mt-8",
        ),
        rx.el.div(
            ui.button(t("Rename"), size="sm", on_click=ModelPage.ask_rename),
            ui.button(t("Delete"), size="sm", kind="danger", on_click=ModelPage.ask_delete),
            class_name="flex flex-wrap gap-2 border-t border-line pt-6 mt-8",
        ),
        class_name="min-w-0",
    )


def _full() -> rx.Component:
    return rx.fragment(
        page_head(rx.el.span(_view.name, class_name="break-words"), back=(routes.MODELS, t("Models"))),
        rx.cond(_view.held != "", rx.el.div(ui.notice(_view.held, tone="warn"), class_name="mb-6")),
        rx.el.div(
            rx.el.div(_cover(), class_name="md:col-span-7"),
            rx.el.div(_about(), class_name="md:col-span-5"),
            class_name="grid md:grid-cols-12 gap-6 md:gap-10 items-start",
        ),
        pictures(),
        versions(),
        photos(),
        history(),
        dialogs(),
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
            ui.skeleton("aspect-square w-full md:col-span-7"),
            ui.skeleton("h-96 w-full md:col-span-5"),
            class_name="grid md:grid-cols-12 gap-6 md:gap-10 items-start",
        ),
    )
