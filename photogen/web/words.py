"""Times and amounts in words, the same on every page."""

from datetime import datetime

from photogen.domain.plans.views import Entitlements
from photogen.kit.text import day, dollars, month, number, plural, t

__all__ = [
    "about",
    "clock",
    "credits",
    "day",
    "dollars",
    "duration",
    "included_left",
    "iso",
    "left_behind",
    "megabytes",
    "month",
    "subject",
    "tier",
    "training",
]


_SUBJECTS = {"person": t("Person"), "pet": t("Pet"), "product": t("Product"), "style": t("Style")}
_TIERS = {"free": t("Free"), "basic": t("Basic"), "pro": t("Pro"), "enterprise": t("Enterprise")}
_TRAININGS = {
    "queued": t("Queued"),
    "preparing": t("Preparing"),
    "training": t("Training"),
    "publishing": t("Publishing"),
    "completed": t("Completed"),
    "failed": t("Failed"),
    "cancelled": t("Cancelled"),
}
_LEFT = {
    "dataset": t("ZIP of the photos"),
    "vendor": t("Training at the vendor"),
    "weights": t("Weights"),
    "repository": t("Repository"),
    "customer": t("Customer"),
}


def subject(kind: str) -> str:
    """What photos show: "Person"."""
    return _SUBJECTS.get(kind, kind.capitalize())


def tier(name: str) -> str:
    """A class of models: "Pro"."""
    return _TIERS.get(name, name.capitalize())


def training(status: str) -> str:
    """Where a training stands: "Publishing"."""
    return _TRAININGS.get(status, status.capitalize())


def left_behind(kind: str) -> str:
    """What should be gone: "Repository"."""
    return _LEFT.get(kind, kind.capitalize())


def iso(moment: datetime | None) -> str:
    """A moment for the browser; "" for none."""
    return moment.isoformat() if moment else ""


def duration(seconds: float | None) -> str:
    """ "25 s", "3 min", "1 h 20 min"; "" for none."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    if whole < 60:
        return t("{n} s", n=whole)
    minutes = round(whole / 60)
    if minutes < 60:
        return t("{n} min", n=minutes)
    return t("{h} h {m} min", h=minutes // 60, m=minutes % 60) if minutes % 60 else t("{h} h", h=minutes // 60)


def about(seconds: float | None) -> str:
    """ "about 3 minutes", for expectations; "" for none."""
    if seconds is None:
        return ""
    if seconds < 50:
        return t("about {n} seconds", n=max(5, round(seconds / 5) * 5))
    minutes = round(seconds / 60)
    if minutes < 90:
        return plural(max(1, minutes), "about {n} minute", "about {n} minutes")
    return plural(round(minutes / 60), "about {n} hour", "about {n} hours")


def clock(seconds: float | None) -> str:
    """ "1:04" or "1:02:09"; "" for none."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def credits(amount: int) -> str:
    """ "20 credits ($2.00)". A credit is worth ten cents."""
    return f"{plural(amount, '{n} credit', '{n} credits')} ({dollars(amount * 10, 2)})"


def included_left(rights: Entitlements) -> str:
    """ "1 of 3 included trainings left"; "" where the plan includes none."""
    if not rights.trainings_included:
        return ""
    if not rights.trainings_left:
        return t("No included training left")
    return plural(
        rights.trainings_included,
        "{left} of {n} included training left",
        "{left} of {n} included trainings left",
        left=rights.trainings_left,
    )


def megabytes(size: int) -> str:
    """ "3.2 MB"."""
    return t("{n} MB", n=number(size / 1_000_000, 1))
