"""From rows to views: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from photogen.domain.generation import policy
from photogen.domain.generation.line.views import Place
from photogen.domain.generation.styles import SQUARE, pixels
from photogen.domain.generation.views import GenerationView, ModelChoiceView, ShotView
from photogen.domain.plans.views import ImageModelView
from photogen.kit.text import t
from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.lora import LoraModel, LoraVersion


def shot(row: Shot, prompt: str, thumbhashes: Mapping[str, str]) -> ShotView:
    """One picture of a batch; one that was deleted since has no address any more."""
    there = row.image_id is not None and row.image_id in thumbhashes
    return ShotView(
        id=row.id,
        number=row.number,
        status=row.status.value,
        prompt=row.prompt or prompt,
        image_id=row.image_id if there else None,
        image_url=f"/media/images/{row.image_id}/original" if there else "",
        thumb_url=f"/media/images/{row.image_id}/512" if there else "",
        thumbhash=thumbhashes.get(row.image_id or "", ""),
        error=row.error,
        error_code=row.error_code,
        waiting=row.waiting,
        seed=row.seed,
    )


def generation(
    row: Generation,
    shots: Sequence[Shot],
    thumbhashes: Mapping[str, str],
    place: Place | None,
    seconds: float | None,
    now: datetime,
) -> GenerationView:
    """A batch with its shots; where it stands in line, and what a picture of its model takes (None: nobody knows)."""
    sums: Counter[str] = Counter()
    quota: Counter[str] = Counter()
    for one in shots:
        side = {ShotStatus.DONE: "spent", ShotStatus.FAILED: "returned", ShotStatus.CANCELLED: "returned"}
        where = side.get(one.status, "held")
        sums[where] += one.credits
        quota[where] += one.quota_weight
    status = policy.batch_status(one.status for one in shots)
    failures = Counter(one.error_category for one in shots if one.status is ShotStatus.FAILED)
    lost = [one for one in shots if one.status is ShotStatus.FAILED]
    stopped = [one for one in shots if one.status is ShotStatus.CANCELLED]
    notices = (
        policy.notice(failures, sum(one.credits for one in lost), sum(one.quota_weight for one in lost)),
        policy.cancelled(len(stopped), sum(one.credits for one in stopped), sum(one.quota_weight for one in stopped)),
    )
    started = [one.started_at for one in shots if one.status is ShotStatus.RENDERING and one.started_at]
    drawn_for = (now - max(started)).total_seconds() if started else 0.0
    over = all(one.status in policy.FINAL for one in shots)
    return GenerationView(
        id=row.id,
        prompt=row.prompt,
        prompt_sent=row.prompt_sent,
        model=f"lora:{row.lora_model_id}" if row.lora_model_id else f"base:{row.model_key}",
        model_name=row.model_name,
        style=row.style,
        aspect=row.aspect,
        width=row.width,
        height=row.height,
        count=row.count,
        seed=row.seed,
        status=status,
        status_word=policy.WORDS[status],
        done=sum(one.status is ShotStatus.DONE for one in shots),
        credits_each=row.credits_each,
        credits=sums["spent"],
        held=sums["held"],
        returned=sums["returned"],
        quota=quota["spent"],
        quota_held=quota["held"],
        quota_returned=quota["returned"],
        can_cancel=not over,
        can_retry=over and status != "done",
        notice=" ".join(one for one in notices if one),
        waiting=next((one.waiting for one in shots if one.waiting), ""),
        ahead=place.ahead if place else None,
        seconds_left=None if over or seconds is None else policy.seconds_left(place, seconds, drawn_for),
        created_at=row.created_at,
        shots=tuple(shot(one, row.prompt, thumbhashes) for one in shots),
    )


def base_choice(model: ImageModelView, preview: str | None) -> ModelChoiceView:
    """A base model in the picker, with a picture that the creator made with it."""
    return ModelChoiceView(
        choice=f"base:{model.key}",
        name=model.name,
        description=model.description,
        tier=model.tier.value,
        credits=model.price(*pixels(SQUARE)),
        capabilities=model.capabilities,
        locked=model.locked,
        unlocked_by=model.unlocked_by,
        beta=model.beta,
        vendors=model.vendors,
        preview_url=_preview_url(preview),
    )


def lora_choice(lora: LoraModel, version: LoraVersion, by: ImageModelView, preview: str | None) -> ModelChoiceView:
    """A creator's own model in the picker, drawn by the registry's model `by`."""
    return ModelChoiceView(
        choice=f"lora:{lora.id}",
        name=lora.name,
        description=t("Trigger word: {trigger_word}", trigger_word=lora.trigger_word),
        tier=by.tier.value,
        credits=by.price(*pixels(SQUARE)),
        capabilities=by.capabilities,
        locked=by.locked,
        unlocked_by=by.unlocked_by,
        beta=by.beta,
        vendors=by.vendors,
        trigger_word=lora.trigger_word,
        subject=lora.subject.value,
        default_scale=version.default_scale,
        preview_url=_preview_url(preview),
    )


def _preview_url(image_id: str | None) -> str:
    return f"/media/images/{image_id}/512" if image_id else ""
