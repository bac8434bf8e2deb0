"""The gallery's island: it fetches its list itself, so that a hundred thousand pictures never pass through a State."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.text import t

_LIBRARY = rx.asset("gallery_grid.jsx", shared=True).importable_path
for _part in (
    "gallery_bar.jsx",
    "gallery_detail.jsx",
    "gallery_feed.js",
    "gallery_keys.js",
    "gallery_moves.jsx",
    "gallery_parts.jsx",
    "gallery_place.js",
    "thumbhash.js",
    "toasts.jsx",
):
    rx.asset(_part, shared=True)


class _GalleryGrid(rx.Component):
    library = _LIBRARY
    tag = "GalleryGrid"

    version: rx.Var[int]
    words: rx.Var[dict[str, str]]


def _words() -> dict[str, str]:
    return {
        "title": t("Gallery"),
        "search": t("Search"),
        "searchHint": t("Search in prompts"),
        "clear": t("Clear the search"),
        "views": t("View"),
        "pictures": t("Pictures"),
        "trash": t("Trash"),
        "trashHelp": t("Pictures stay here for 30 days, then they are deleted for good."),
        "trashEmpty": t("The trash is empty"),
        "empty": t("No pictures yet"),
        "emptyHelp": t("Everything you generate is kept here, with the recipe to make it again."),
        "generate": t("Generate a picture"),
        "noMatch": t("No picture matches “{q}”"),
        "noMatchHelp": t("All words have to be in the prompt. Try fewer of them, or only their beginnings."),
        "loading": t("Loading pictures"),
        "lost": t("This picture could not be loaded"),
        "retry": t("Try again"),
        "offline": t("photogen can't be reached. Check your connection, then try again."),
        "broken": t("Something went wrong on our side. Try again; if it stays, quote the code."),
        "newOne": t("1 new picture"),
        "newMany": t("{n} new pictures"),
        "newLots": t("Many new pictures"),
        "trashed": t("Moved to the trash"),
        "restored": t("Back in the gallery"),
        "undo": t("Undo"),
        "close": t("Close"),
        "detail": t("Picture and recipe"),
        "recipe": t("Recipe"),
        "previous": t("Previous picture"),
        "next": t("Next picture"),
        "full": t("Open in full size"),
        "prompt": t("Prompt"),
        "sent": t("As sent to the model"),
        "negative": t("Negative prompt"),
        "model": t("Model"),
        "version": t("Version"),
        "seed": t("Seed"),
        "size": t("Size"),
        "aspect": t("Aspect"),
        "steps": t("Steps"),
        "guidance": t("Guidance"),
        "modelVersion": t("Model version"),
        "scale": t("LoRA scale"),
        "style": t("Style"),
        "provider": t("Provider"),
        "took": t("Time"),
        "seconds": t("{n} s"),
        "cost": t("Cost"),
        "credit": t("{n} credit (${usd})"),
        "credits": t("{n} credits (${usd})"),
        "file": t("File"),
        "made": t("Made"),
        "copyPrompt": t("Copy prompt"),
        "copySent": t("Copy prompt as sent"),
        "copySeed": t("Copy seed"),
        "copied": t("Copied"),
        "reuse": t("Use this recipe"),
        "download": t("Download"),
        "delete": t("Delete"),
        "restore": t("Restore"),
    }


def gallery_grid(*, version: Any) -> rx.Component:
    """The whole gallery with its heading. `version` (Var of int) changes when a picture came, went or moved."""
    return _GalleryGrid.create(version=version, words=_words())
