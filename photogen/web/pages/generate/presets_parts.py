"""The dialog of presets, and the button that opens it."""

import reflex as rx

from photogen.domain.generation.presets.commands import NAME_LENGTH
from photogen.web import components as ui
from photogen.web.pages.generate.presets import Line, Presets
from photogen.web.pages.generate.state import Generate
from photogen.web.text import t
from photogen.web.typed import Shown, length


def presets_button() -> rx.Component:
    """Says which preset is in the form, and whether it was changed since."""
    name = rx.cond(Generate.preset_name != "", Generate.preset_name, t("Presets"))
    changed = rx.cond(
        Generate.dirty,
        rx.el.span(
            rx.el.span(class_name="block w-1.5 h-1.5 rounded-full bg-accent", custom_attrs={"aria-hidden": "true"}),
            rx.el.span(t("(changed)"), class_name="sr-only"),
        ),
    )
    return ui.button(
        rx.el.span(name, class_name="truncate max-w-48"), changed, icon_name="bookmark", on_click=Presets.show
    )


def _line(item: Shown[Line]) -> rx.Component:
    asks = rx.el.div(
        rx.el.p(t("Delete {name}?", name=item.name), class_name="text-sm flex-1 min-w-0 truncate"),
        ui.button(t("Keep"), kind="ghost", size="sm", on_click=Presets.ask("")),
        ui.button(t("Delete"), kind="danger-solid", size="sm", on_click=Presets.delete(item.id)),
        class_name="flex items-center gap-2 px-3 py-2",
        role="alert",
    )
    shared = rx.cond(
        item.link != "",
        rx.el.div(
            rx.el.p(
                t("Everybody who is logged in here and has this link can read it."), class_name="text-xs text-muted"
            ),
            rx.el.div(
                rx.el.div(
                    ui.copy_button(item.link), class_name="min-w-0 flex-1 [&>button]:max-w-full [&_.code]:truncate"
                ),
                ui.button(t("Stop sharing"), kind="ghost", size="sm", on_click=Presets.unshare(item.id)),
                class_name="flex items-center gap-2 mt-1.5",
            ),
            class_name="px-3 pb-3",
        ),
    )
    row = rx.el.div(
        rx.el.button(
            rx.el.span(item.name, class_name="block text-sm font-medium truncate"),
            rx.el.span(item.note, class_name="block text-sm text-muted truncate", custom_attrs={"dir": "auto"}),
            type="button",
            class_name="row-main",
            on_click=Presets.use(item.id),
        ),
        rx.cond(
            item.link == "",
            ui.icon_button("link", t("Share by link"), size="sm", on_click=Presets.share(item.id)),
        ),
        ui.icon_button("trash_2", t("Delete"), size="sm", on_click=Presets.ask(item.id)),
        class_name="row-item",
    )
    return rx.el.li(rx.cond(Presets.going == item.id, asks, row), shared, key=item.id)


def presets_dialog() -> rx.Component:
    """Mine, to be put into the form; below, what saves it."""
    mine = rx.cond(
        length(Presets.items) == 0,
        rx.el.p(
            t("Save what stands in the form, with prompt, model and settings, to have it again with one click."),
            class_name="text-sm text-muted py-4",
        ),
        rx.el.ul(
            rx.foreach(Presets.items, _line),
            class_name="flex flex-col gap-0.5 -mx-3 max-h-[44dvh] overflow-y-auto",
            tab_index=0,
        ),
    )
    return ui.dialog(
        t("Presets"),
        mine,
        rx.el.form(
            ui.text_field(
                t("Name"),
                id="preset_name",
                value=Presets.name,
                on_change=Presets.set_name,
                error=Presets.error,
                max_length=NAME_LENGTH,
                auto_complete="off",
                placeholder=t("Soft portraits"),
            ),
            rx.el.div(
                rx.cond(
                    Generate.preset != "",
                    ui.button(
                        t("Update {name}", name=Generate.preset_name),
                        on_click=Presets.update_current,
                        class_name="min-w-0 max-w-full truncate",
                    ),
                ),
                ui.button(t("Save as new"), kind="primary", type="submit"),
                class_name="flex flex-wrap justify-end gap-2",
            ),
            on_submit=Presets.save,
            class_name="flex flex-col gap-3 mt-4 pt-4 border-t border-line",
            custom_attrs={"noValidate": True},
        ),
        open=Presets.open,
        on_close=Presets.close,
    )
