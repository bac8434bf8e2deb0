"""The islands of a training's page: its log and its loss curve, which they fetch themselves, so that neither passes
through a State."""

from __future__ import annotations

from typing import Any

import reflex as rx

from photogen.web.components.scripts import LIBRARIES
from photogen.web.text import t


class _TrainingLog(rx.Component):
    library = LIBRARIES["training_log.jsx"]
    tag = "TrainingLog"

    training_id: rx.Var[str]
    version: rx.Var[int]
    running: rx.Var[bool]
    words: rx.Var[dict[str, str]]


class _LossCurve(rx.Component):
    library = LIBRARIES["loss_curve.jsx"]
    tag = "LossCurve"

    training_id: rx.Var[str]
    version: rx.Var[str]
    steps: rx.Var[int]
    summary: rx.Var[str]
    words: rx.Var[dict[str, str]]


def training_log(training_id: Any, *, version: Any, running: Any) -> rx.Component:
    """The whole log with its filter and its download. `version` changes when there is more of it."""
    words = {
        "title": t("Log"),
        "filter": t("Filter the log"),
        "level": t("Lines to show"),
        "all": t("Everything"),
        "quiet": t("Without progress bars"),
        "warnings": t("Warnings and errors"),
        "errors": t("Only errors"),
        "download": t("Download"),
        "newest": t("Go to the newest line"),
        "earlier": t("Show earlier lines ({n} more)"),
        "waiting": t("The trainer has not said anything yet."),
        "none": t("The trainer left no log."),
        "noMatch": t("No line matches."),
        "problem": t("The log could not be read just now. Code to quote: {code}"),
        "matches": t("{n} of {m} lines"),
        "count": t("{n} lines"),
        "following": t("following"),
        "paused": t("paused while you read"),
    }
    return _TrainingLog.create(training_id=training_id, version=version, running=running, words=words)


def loss_curve(training_id: Any, *, version: Any, steps: Any, summary: Any) -> rx.Component:
    """The curve over all `steps`. `version` changes when it has grown; `summary` tells the same in words."""
    words = {
        "slider": t("Point of the loss curve"),
        "value": t("Step {step}: loss {loss}, smoothed {smooth}"),
    }
    return _LossCurve.create(training_id=training_id, version=version, steps=steps, summary=summary, words=words)
