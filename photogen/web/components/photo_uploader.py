"""The list of training photos: an island that talks to `/api/photosets/...` itself; the page hears only counts."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.domain.photosets.imaging import SMALLEST_CROP
from photogen.domain.photosets.verdict import MAX_BYTES
from photogen.web.components.photo_words import photo_words
from photogen.web.components.scripts import LIBRARIES

_LIBRARY = LIBRARIES["photo_uploader.jsx"]


class _PhotoUploader(rx.Component):
    library = _LIBRARY
    tag = "PhotoUploader"
    lib_dependencies: list[str] = ["react-image-crop@11.1.2"]  # ISC; loaded with the editor alone

    set_id: rx.Var[str]
    subject: rx.Var[str]
    trigger_word: rx.Var[str]
    max_bytes: rx.Var[int]
    smallest_crop: rx.Var[int]
    words: rx.Var[dict[str, str]]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(int, int, int)]
    on_continue: rx.EventHandler[rx.event.no_args_event_spec]


def photo_uploader(
    *, set_id: Any, subject: Any, trigger_word: Any, on_change: Any, on_continue: Any = None
) -> rx.Component:
    """Drop area and list of the photos of the set `set_id` (Var of str; files wait while it is empty), with what the
    coach says of them as photos of a `subject` whose captions are to have `trigger_word` in them.

    `on_change(accepted: int, rejected: int, busy: int)` hears of every change of these three counts and of the score;
    `on_continue` is asked for in spite of a low one."""
    more = {} if on_continue is None else {"on_continue": on_continue}
    return _PhotoUploader.create(
        set_id=set_id,
        subject=subject,
        trigger_word=trigger_word,
        max_bytes=MAX_BYTES,
        smallest_crop=SMALLEST_CROP,
        words=photo_words(),
        on_change=on_change,
        **more,
    )
