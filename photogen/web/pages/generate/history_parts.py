"""The dialog of earlier prompts."""

import reflex as rx

from photogen.web import components as ui
from photogen.web.pages.generate.history import Line, PromptHistory
from photogen.web.text import t
from photogen.web.typed import Shown, length


def history_button() -> rx.Component:
    """Opens the dialog."""
    return ui.button(t("History"), kind="ghost", size="sm", icon_name="history", on_click=PromptHistory.show)


def _line(item: Shown[Line]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(item.text, class_name="block text-sm line-clamp-3 break-words", custom_attrs={"dir": "auto"}),
            rx.el.span(
                ui.ago(item.used_at),
                rx.cond(item.times != "", rx.el.span(" · ", item.times)),
                class_name="block text-xs text-muted num mt-0.5",
            ),
            type="button",
            class_name="row-main",
            on_click=PromptHistory.use(item.text),
        ),
        ui.icon_button("x", t("Forget"), size="sm", on_click=PromptHistory.forget(item.id)),
        class_name="row-item",
        key=item.id,
    )


def _nothing() -> rx.Component:
    return rx.cond(
        PromptHistory.search != "",
        rx.el.p(t("Nothing has all of these words."), class_name="text-sm text-muted py-8 text-center"),
        rx.el.p(
            t("What you generate with is remembered here, even when the pictures are deleted."),
            class_name="text-sm text-muted py-8 text-center",
        ),
    )


def _list() -> rx.Component:
    return rx.cond(
        PromptHistory.ready,
        rx.cond(
            length(PromptHistory.items) == 0,
            _nothing(),
            rx.el.div(
                rx.el.ul(rx.foreach(PromptHistory.items, _line), class_name="flex flex-col gap-0.5 -mx-3"),
                rx.cond(
                    PromptHistory.cursor != "",
                    ui.button(t("Show more"), kind="ghost", size="sm", on_click=PromptHistory.more),
                ),
                class_name="flex flex-col items-center gap-2 [&>ul]:self-stretch",
            ),
        ),
        rx.el.div(*(ui.skeleton("h-10 w-full") for _ in range(5)), class_name="flex flex-col gap-2"),
    )


def history_dialog() -> rx.Component:
    """Search above, the newest first, forget at each and for all."""
    clear = rx.cond(
        PromptHistory.asking,
        rx.el.div(
            rx.el.p(t("Forget everything you have typed? This can't be undone."), class_name="text-sm text-soft"),
            ui.button(t("Keep"), kind="ghost", size="sm", on_click=PromptHistory.ask(False)),
            ui.button(t("Forget all"), kind="danger-solid", size="sm", on_click=PromptHistory.forget_all),
            class_name="flex flex-wrap items-center justify-end gap-2",
            role="alert",
        ),
        rx.cond(
            (length(PromptHistory.items) > 0) & (PromptHistory.search == ""),
            ui.button(t("Forget all"), kind="ghost", size="sm", on_click=PromptHistory.ask(True)),
        ),
    )
    undo = rx.el.div(
        rx.cond(
            PromptHistory.gone != "",
            rx.el.p(
                rx.el.span(t("Forgotten:"), " ", PromptHistory.gone, class_name="truncate min-w-0"),
                rx.el.button(t("Undo"), type="button", class_name="link shrink-0", on_click=PromptHistory.recall),
                class_name="flex gap-3 items-center text-sm text-soft min-h-10 mt-1",
            ),
        ),
        role="status",
    )
    return ui.dialog(
        t("History"),
        ui.text_field(
            t("Search"),
            id="history_search",
            value=PromptHistory.search,
            on_change=PromptHistory.find,
            auto_complete="off",
            placeholder=t("Words that were in it"),
            max_length=200,
        ),
        rx.el.div(_list(), class_name="mt-4 h-[min(420px,50dvh)] overflow-y-auto px-3 -mx-3", tab_index=0),
        undo,
        open=PromptHistory.open,
        on_close=PromptHistory.close,
        footer=[clear],
    )
