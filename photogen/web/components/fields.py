"""Form fields: label above, help below, the error in its place and in words.

Two ways to use them. *Bound*: `value=State.name, on_change=State.set_name` (the page hears of typing 250 ms later;
the value survives).
*Native*: `name="email"` alone inside a form that posts to a route.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

import reflex as rx

from photogen.web.components.buttons import icon
from photogen.web.components.islands import DecimalInput, Radio, TextInput, Tick, WholeInput
from photogen.web.text import t
from photogen.web.typed import Shown


def error_line(id: str, error: Any) -> rx.Component:
    """The error under a field; nothing while `error` (text or Var) is empty."""
    line = rx.el.p(icon("circle_alert", size=15), rx.el.span(error), id=id, class_name="field-error", role="alert")
    if isinstance(error, rx.Var):
        return rx.cond(error != "", line)
    return line if error else rx.fragment()


def field(
    label: Any, control: rx.Component, *, id: str, help: Any = "", error: Any = "", optional: bool = False
) -> rx.Component:
    """The frame of a field around any `control` whose id is `id`; it should be described by `{id}-help {id}-error`."""
    mark = [rx.el.span(t("optional"), class_name="optional", custom_attrs={"aria-hidden": "true"})] if optional else []
    return rx.el.div(
        rx.el.label(label, *mark, html_for=id, class_name="field-label"),
        control,
        error_line(f"{id}-error", error),
        rx.el.p(help, id=f"{id}-help", class_name="field-help") if isinstance(help, rx.Var) or help else rx.fragment(),
        class_name="field",
    )


def _described(id: str, error: Any) -> dict[str, Any]:
    invalid = (error != "") if isinstance(error, rx.Var) else bool(error)
    attrs: dict[str, Any] = {"aria-describedby": f"{id}-error {id}-help"}
    attrs["aria-invalid"] = rx.cond(invalid, "true", "false") if isinstance(invalid, rx.Var) else str(invalid).lower()
    return attrs


def text_field(
    label: Any,
    *,
    id: str,
    name: str | None = None,
    help: Any = "",
    error: Any = "",
    optional: bool = False,
    value: Any = None,
    on_change: Any = None,
    rows: int | None = None,
    class_name: str = "",
    **props: Any,
) -> rx.Component:
    """One line of text, or several with `rows`. `type="email"` and the like pass through; so do max_length,
    placeholder, auto_complete."""
    control = TextInput.create(
        id=id,
        name=name or id,
        value=value,
        on_change=on_change,
        rows=rows,
        class_name=f"input {class_name}".strip(),
        custom_attrs=_described(id, error) | props.pop("custom_attrs", {}),
        **props,
    )
    return field(label, control, id=id, help=help, error=error, optional=optional)


def text_area(label: Any, *, id: str, rows: int = 4, **props: Any) -> rx.Component:
    """Several lines that grow with what is typed."""
    return text_field(label, id=id, rows=rows, **props)


def number_field(
    label: str,
    *,
    id: str,
    value: Any,
    on_change: Any,
    min: float,
    max: float,
    step: float = 1,
    scale: str = "linear",
    slider: bool = True,
    help: Any = "",
    error: Any = "",
    disabled: Any = False,
) -> rx.Component:
    """A number with a slider and a field. `on_change` gets a number: annotate the handler's argument `float`, or
    `int` for whole steps.

    `scale="log"` for a range over powers of ten, such as a learning rate. Out-of-range typing is brought back on
    leaving the field.
    """
    element = WholeInput if scale == "linear" and float(step).is_integer() else DecimalInput
    control = element.create(
        id=id,
        name=id,
        described_by=f"{id}-error {id}-help",
        value=value,
        min=min,
        max=max,
        step=step,
        scale=scale,
        slider=slider,
        disabled=disabled,
        on_change=on_change,
    )
    return field(label, control, id=id, help=help, error=error)


class Choice(Protocol):
    """A line of a select."""

    @property
    def value(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def disabled(self) -> bool: ...


def select_field(
    label: Any,
    options: Sequence[tuple[str, str]] | Shown[Sequence[Choice]],
    *,
    id: str,
    value: Any,
    on_change: Any,
    help: Any = "",
    error: Any = "",
    **props: Any,
) -> rx.Component:
    """A native select (role combobox). `options` are (value, text) pairs, or a Var of choices."""
    if isinstance(options, rx.Var):
        entries: list[Any] = [
            rx.foreach(options, lambda o: rx.el.option(o.text, value=o.value, disabled=o.disabled, key=o.value))
        ]
    else:
        entries = [rx.el.option(text, value=option) for option, text in cast(Sequence[tuple[str, str]], options)]
    control = rx.el.select(
        *entries,
        id=id,
        name=id,
        value=value,
        on_change=on_change,
        class_name="input",
        custom_attrs=_described(id, error),
        **props,
    )
    return field(label, control, id=id, help=help, error=error)


def radio_cards(
    label: str,
    options: Sequence[tuple[str, str, str]],
    *,
    name: str,
    value: Any,
    on_change: Any,
    columns: str = "sm:grid-cols-2",
    error: Any = "",
) -> rx.Component:
    """A radio group of cards; `options` are (value, title, one line of help). `on_change` gets the value chosen."""

    def card(option: str, title: str, help: str) -> rx.Component:
        return rx.el.label(
            Radio.create(type="radio", name=name, value=option, checked=value == option, on_change=on_change),
            rx.el.span(
                rx.el.span(title, class_name="block text-sm font-medium"),
                rx.el.span(help, class_name="block text-sm text-muted") if help else rx.fragment(),
            ),
            class_name="choice",
        )

    return rx.el.div(
        rx.el.span(label, id=f"{name}-label", class_name="field-label"),
        rx.el.div(*(card(*option) for option in options), class_name=f"grid gap-3 {columns}"),
        error_line(f"{name}-error", error),
        role="radiogroup",
        class_name="field",
        custom_attrs={"aria-labelledby": f"{name}-label"},
    )


def segmented(
    label: str,
    options: Sequence[tuple[str, Any]],
    *,
    name: str,
    value: Any,
    on_change: Any,
    class_name: str = "flex-wrap",
) -> rx.Component:
    """A small radio group in one row, for two to six short choices such as aspect ratios."""
    return rx.el.div(
        *(
            rx.el.label(
                Radio.create(
                    type="radio",
                    name=name,
                    value=option,
                    checked=value == option,
                    on_change=on_change,
                    class_name="sr-only",
                ),
                text,
            )
            for option, text in options
        ),
        role="radiogroup",
        class_name=f"segmented {class_name}",
        custom_attrs={"aria-label": label},
    )


def checkbox(
    label: Any, *, id: str, checked: Any = None, on_change: Any = None, help: Any = "", **props: Any
) -> rx.Component:
    """A tick with its sentence. `on_change` gets a bool."""
    return _toggle("check", label, id=id, checked=checked, on_change=on_change, help=help, **props)


def switch(
    label: Any, *, id: str, checked: Any = None, on_change: Any = None, help: Any = "", **props: Any
) -> rx.Component:
    """On or off, at once. `on_change` gets a bool."""
    return _toggle("switch", label, id=id, checked=checked, on_change=on_change, help=help, role="switch", **props)


def _toggle(look: str, label: Any, *, id: str, checked: Any, on_change: Any, help: Any, **props: Any) -> rx.Component:
    if checked is not None:
        props["checked"] = checked
    if on_change is not None:
        props["on_change"] = on_change
    return rx.el.div(
        Tick.create(
            type="checkbox",
            id=id,
            name=id,
            class_name=f"{look} mt-0.5",
            custom_attrs={"aria-describedby": f"{id}-help"},
            **props,
        ),
        rx.el.div(
            rx.el.label(label, html_for=id, class_name="text-sm font-medium"),
            rx.el.p(help, id=f"{id}-help", class_name="field-help")
            if isinstance(help, rx.Var) or help
            else rx.fragment(),
        ),
        class_name="flex gap-3 items-start",
    )
