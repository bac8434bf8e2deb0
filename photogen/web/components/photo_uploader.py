"""The uploader of training photos: an island that talks to `/api/photosets/...` itself; the page hears only counts."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.domain.photosets.verdict import MAX_BYTES, MAX_PHOTOS
from photogen.web.text import t

_LIBRARY = rx.asset("photo_uploader.jsx", shared=True).importable_path
for _part in ("photo_uploads.js", "thumbhash.js"):
    rx.asset(_part, shared=True)


class _PhotoUploader(rx.Component):
    library = _LIBRARY
    tag = "PhotoUploader"

    set_id: rx.Var[str]
    max_bytes: rx.Var[int]
    words: rx.Var[dict[str, str]]
    on_change: rx.EventHandler[rx.event.passthrough_event_spec(int, int, int)]


def _words() -> dict[str, str]:
    megabytes = MAX_BYTES // 1_000_000
    return {
        "add": t("Add photos"),
        "list": t("Photos"),
        "title": t("Drop photos here, or pick them"),
        "more": t("Drop more photos here"),
        "drop": t("Let go to add them"),
        "help": t(
            "JPEG, PNG, WebP or HEIC, up to {n} MB each, {most} photos at most.",
            most=MAX_PHOTOS,
            n=megabytes,
        ),
        "readyOne": t("1 photo ready"),
        "readyMany": t("{n} photos ready"),
        "busyOne": t("1 on its way"),
        "busyMany": t("{n} on their way"),
        "refusedOne": t("1 could not be used"),
        "refusedMany": t("{n} could not be used"),
        "failedOne": t("1 did not arrive"),
        "failedMany": t("{n} did not arrive"),
        "waiting": t("Waiting"),
        "checking": t("Checking"),
        "uploading": t("Uploading {name}"),
        "ready": t("Ready"),
        "remove": t("Remove"),
        "removeOne": t("Remove {name}"),
        "removed": t("{name} removed"),
        "cancel": t("Cancel"),
        "cancelOne": t("Cancel {name}"),
        "retry": t("Try again"),
        "retryOne": t("Try {name} again"),
        "retryAll": t("Try all again"),
        "earlier": t("Move earlier"),
        "earlierOne": t("Move {name} earlier"),
        "movedEarlier": t("{name} moved earlier"),
        "later": t("Move later"),
        "laterOne": t("Move {name} later"),
        "movedLater": t("{name} moved later"),
        "tooBig": t("This file is {mb} MB; up to {n} MB can be used. Export it smaller.", mb="{mb}", n=megabytes),
        "interrupted": t("The connection was lost. Try again."),
        "offline": t("You are offline. Uploads go on when the connection is back."),
        "unreachable": t("photogen can't be reached. Check your connection, then try again."),
        "broken": t("Something went wrong on our side. Try again in a minute."),
    }


def photo_uploader(*, set_id: Any, on_change: Any) -> rx.Component:
    """Drop area and list of the photos of the set `set_id` (Var of str; files wait while it is empty).

    `on_change(accepted: int, rejected: int, busy: int)` hears of every change of these three counts."""
    return _PhotoUploader.create(set_id=set_id, max_bytes=MAX_BYTES, words=_words(), on_change=on_change)
