"""From rows to views: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photogen.domain.loras import policy
from photogen.domain.loras.repository import Drawn, MadeWith, Picture
from photogen.domain.loras.views import LoraModelView, ModelStory, PastTraining, PictureView, VersionView
from photogen.models.lora import LoraModel, LoraVersion
from photogen.models.training import PaidBy, Training, TrainingStatus


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


def version(row: LoraVersion, made_by: Training | None, before: Training | None, made: MadeWith | None) -> VersionView:
    """A version, with what its training had other than the one `before`."""
    return VersionView(
        id=row.id,
        number=row.number,
        is_current=row.is_current,
        status=row.status.value,
        status_reason=row.status_reason,
        visibility=row.visibility.value,
        default_scale=row.default_scale,
        weights_bytes=row.weights_bytes,
        hub_url=row.hub_url,
        created_at=row.created_at,
        training_id=row.training_id,
        steps=made_by.steps if made_by else None,
        learning_rate=made_by.learning_rate if made_by else None,
        lora_rank=made_by.lora_rank if made_by else None,
        autocaption=made_by.autocaption if made_by else None,
        photo_count=made_by.photo_count if made_by else None,
        credits=paid(made_by) if made_by else None,
        seconds=took(made_by) if made_by else None,
        pictures=made.count if made else 0,
        preview_url=f"/media/images/{made.newest}/512" if made else "",
        changes=policy.changes(before, made_by) if before and made_by else (),
    )


def _past(row: Training, numbers: Mapping[str, int]) -> PastTraining:
    return PastTraining(
        id=row.id,
        status=row.status.value,
        error=row.error,
        error_code=row.error_code,
        percent=row.percent,
        steps=row.steps,
        credits=paid(row),
        seconds=took(row),
        version=numbers.get(row.id),
        created_at=row.created_at,
    )


def story(
    model: LoraModelView,
    versions: Sequence[tuple[LoraVersion, Training | None]],
    made: Mapping[str, MadeWith],
    trainings: Sequence[Training],
    drawn: Drawn,
    pictures: Sequence[Picture],
) -> ModelStory:
    """Everything about one; `versions` and `trainings` newest first."""
    numbers = {row.training_id: row.number for row, _ in versions if row.training_id}
    past = [_past(row, numbers) for row in trainings]
    befores = [training for _, training in versions[1:]] + [None]
    ended = drawn.done + drawn.failed
    over = {TrainingStatus.COMPLETED, TrainingStatus.FAILED, TrainingStatus.CANCELLED}
    return ModelStory(
        model=model,
        versions=tuple(
            version(row, training, before, made.get(row.id))
            for (row, training), before in zip(versions, befores, strict=True)
        ),
        trainings=tuple(past),
        pictures=tuple(PictureView(p.id, p.prompt, p.width, p.height, p.thumbhash) for p in pictures),
        drawn=drawn.done,
        failed=drawn.failed,
        success=drawn.done / ended if ended else None,
        mean_seconds=drawn.seconds,
        training_credits=sum(paid(row) for row in trainings if row.status is TrainingStatus.COMPLETED),
        picture_credits=drawn.credits,
        coming=next((view for view in past if view.status not in over), None),
    )
