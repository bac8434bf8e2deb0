"""From rows to views: pure."""

from __future__ import annotations

from photogen.domain.loras.views import LoraModelView
from photogen.models.lora import LoraModel, LoraVersion
from photogen.models.training import PaidBy, Training


def paid(row: Training) -> int:
    """Credits that a training cost; 0 for one that the plan included."""
    return row.credits if row.paid_by is PaidBy.CREDITS else 0


def took(row: Training) -> float | None:
    """Seconds from the order to the end, without those between a failure and its retry; None before that."""
    if row.finished_at is None:
        return None
    return max(0.0, (row.finished_at - row.created_at).total_seconds() - row.idle_seconds)


def model(
    row: LoraModel, version: LoraVersion, versions: int, made_by: Training | None, preview: tuple[str, str] | None
) -> LoraModelView:
    """A model with its current version, the training that this came of, and its newest picture."""
    image_id, thumbhash = preview or ("", "")
    return LoraModelView(
        id=row.id,
        name=row.name,
        trigger_word=row.trigger_word,
        subject=row.subject.value,
        base_model=row.base_model,
        status=version.status.value,
        status_reason=version.status_reason,
        version_id=version.id,
        version_number=version.number,
        versions=versions,
        visibility=version.visibility.value,
        preview_url=f"/media/images/{image_id}/512" if image_id else "",
        preview_thumbhash=thumbhash,
        uses=row.uses,
        default_scale=version.default_scale,
        weights_bytes=version.weights_bytes,
        created_at=row.created_at,
        training_id=version.training_id,
        steps=made_by.steps if made_by else None,
        learning_rate=made_by.learning_rate if made_by else None,
        lora_rank=made_by.lora_rank if made_by else None,
        photo_count=made_by.photo_count if made_by else None,
        credits=paid(made_by) if made_by else None,
        seconds=took(made_by) if made_by else None,
        photo_set_id=made_by.photo_set_id if made_by else None,
        hub_repository=version.hub_repository,
        hub_url=version.hub_url,
    )
