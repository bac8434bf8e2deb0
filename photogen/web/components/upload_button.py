"""A button that uploads one picture to a route of ours."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.components.scripts import LIBRARIES
from photogen.web.text import t

_LIBRARY = LIBRARIES["upload_button.jsx"]


class _UploadButton(rx.Component):
    library = _LIBRARY
    tag = "UploadButton"

    url: rx.Var[str]
    accept: rx.Var[str]
    label: rx.Var[str]
    busy_label: rx.Var[str]
    offline: rx.Var[str]
    too_big: rx.Var[str]
    most_bytes: rx.Var[int]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def upload_button(label: str, *, url: str, most_bytes: int, on_done: Any) -> rx.Component:
    """`on_done` gets the id of what was uploaded. The route's own words say what is wrong with a file."""
    return _UploadButton.create(
        url=url,
        label=label,
        accept="image/jpeg,image/png,image/webp,image/heic,image/heif",
        busy_label=t("Uploading"),
        offline=t("photogen can't be reached. Check your connection, then try again."),
        too_big=t("This file is {n} MB; up to {m} MB can be used.", n="{n}", m=most_bytes // 1_000_000),
        most_bytes=most_bytes,
        on_done=on_done,
        class_name="btn btn-secondary btn-sm",
    )
