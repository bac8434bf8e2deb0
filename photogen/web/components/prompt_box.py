"""The prompt's field: a text that grows, with suggestions while typing and a row of tools below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.components.fields import error_line
from photogen.web.components.scripts import LIBRARIES
from photogen.web.text import t

_LIBRARY = LIBRARIES["prompt_box.jsx"]


class _PromptBox(rx.Component):
    library = _LIBRARY
    tag = "PromptBox"

    value: rx.Var[str]
    suggested: rx.Var[Any]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]
    placeholder: rx.Var[str]
    words: rx.Var[dict[str, str]]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def prompt_box(
    label: str, *tools: Any, id: str, value: Any, on_change: Any, suggested: Any, error: Any, placeholder: str
) -> rx.Component:
    """`suggested` (Var) has `of`, the text that it is about, and `items` of `source` (history, trigger, phrase),
    `label` and `text`. `tools` stand in the row below the text."""
    box = _PromptBox.create(
        *tools,
        id=id,
        value=value,
        suggested=suggested,
        described_by=f"{id}-error",
        invalid=error != "",
        placeholder=placeholder,
        words={
            "suggestions": t("Suggestions"),
            "count": t("{n} suggestions, arrow keys to choose"),
            "history": t("used before"),
            "trigger": t("trigger word"),
            "phrase": "",
        },
        on_change=on_change,
    )
    return rx.el.div(
        rx.el.label(label, html_for=id, class_name="field-label"),
        box,
        error_line(f"{id}-error", error),
        class_name="field",
    )
