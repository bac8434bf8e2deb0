"""The islands of ui.jsx and times.jsx as Reflex components. Pages use this package's functions, not these classes."""

from typing import Any, Self

import reflex as rx

from photogen.web.components.scripts import LIBRARIES

_LIBRARY = LIBRARIES["ui.jsx"]
_TIMES = LIBRARIES["times.jsx"]


class Island(rx.Component):
    """Base of what lives in these files."""

    library = _LIBRARY

    @classmethod
    def create(cls, *children: Any, **props: Any) -> Self:
        return super().create(*children, **{k: v for k, v in props.items() if v is not None})


class TextInput(Island):
    tag = "TextInput"
    value: rx.Var[str]
    rows: rx.Var[int]
    wait: rx.Var[int]
    name: rx.Var[str]
    type: rx.Var[str]
    placeholder: rx.Var[str]
    disabled: rx.Var[bool]
    required: rx.Var[bool]
    max_length: rx.Var[int]
    min_length: rx.Var[int]
    auto_complete: rx.Var[str]
    auto_focus: rx.Var[bool]
    spell_check: rx.Var[bool]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class NumberInput(Island):
    tag = "NumberInput"
    name: rx.Var[str]
    label: rx.Var[str]
    described_by: rx.Var[str]
    value: rx.Var[int | float]
    min: rx.Var[int | float]
    max: rx.Var[int | float]
    step: rx.Var[int | float]
    scale: rx.Var[str]
    disabled: rx.Var[bool]
    invalid: rx.Var[bool]
    slider: rx.Var[bool]


class WholeInput(NumberInput):
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class DecimalInput(NumberInput):
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(float)]


class Radio(Island):
    tag = "Choice"
    type: rx.Var[str]
    name: rx.Var[str]
    value: rx.Var[str]
    checked: rx.Var[bool]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Tick(Island):
    tag = "Choice"
    type: rx.Var[str]
    name: rx.Var[str]
    role: rx.Var[str]
    checked: rx.Var[bool]
    disabled: rx.Var[bool]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(bool)]


class Dialog(Island):
    tag = "Dialog"
    open: rx.Var[bool]
    locked: rx.Var[bool]
    label: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


class Menu(Island):
    tag = "Menu"
    plain: rx.Var[bool]
    label: rx.Var[str]
    trigger_class: rx.Var[str]
    list_class: rx.Var[str]


class Part(Island):
    tag = "Part"
    at: rx.Var[int]
    label: rx.Var[str]


class SkipLink(Island):
    tag = "SkipLink"
    to: rx.Var[str]


class Anchored(Island):
    tag = "Anchored"


class Toasts(Island):
    tag = "Toasts"
    items: rx.Var[list[Any]]
    close_label: rx.Var[str]
    code_label: rx.Var[str]


class Reveal(Island):
    tag = "Reveal"
    at: rx.Var[str]
    label: rx.Var[str]


class Offline(Island):
    tag = "Offline"
    text: rx.Var[str]


class ThemeSwitch(Island):
    tag = "ThemeSwitch"
    label: rx.Var[str]
    labels: rx.Var[dict[str, str]]


class Ago(Island):
    library = _TIMES
    tag = "Ago"
    at: rx.Var[str]


class Elapsed(Island):
    library = _TIMES
    tag = "Elapsed"
    since: rx.Var[str]
    until: rx.Var[str]


class Until(Island):
    library = _TIMES
    tag = "Until"
    at: rx.Var[str]


class Picture(Island):
    tag = "Picture"
    src: rx.Var[str]
    src2x: rx.Var[str]
    alt: rx.Var[str]
    ratio: rx.Var[str]
    preview: rx.Var[str]
    sizes: rx.Var[str]
    eager: rx.Var[bool]


class FormFlash(Island):
    tag = "FormFlash"
    form: rx.Var[str]
    code_label: rx.Var[str]


class CopyButton(Island):
    tag = "CopyButton"
    text: rx.Var[str]
    label: rx.Var[str]
    done_label: rx.Var[str]
