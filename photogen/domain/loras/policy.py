"""The rules of models, without any I/O."""

from __future__ import annotations

from photogen.domain.loras.views import Change
from photogen.models.training import Training

COMPARED = ("steps", "learning_rate", "lora_rank", "autocaption", "photo_count")
"""Settings of a training that tell one version from another."""


def changes(before: Training, after: Training) -> tuple[Change, ...]:
    """What the training `after` had other than the one `before` it."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in COMPARED]
    found = [Change(name, _text(old), _text(new)) for name, old, new in pairs if old != new]
    if before.photo_set_id != after.photo_set_id:
        found.append(Change("photo_set_id", before.photo_set_id, after.photo_set_id))
    return tuple(found)


def _text(value: float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}"
