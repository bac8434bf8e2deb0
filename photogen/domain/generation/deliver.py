"""A picture comes home: bytes first, then the row (rule 8), with the money in the same transaction."""

from __future__ import annotations

import time

from photogen.db.lease import Lease
from photogen.domain.gallery.commands import NewImage
from photogen.domain.generation import pictures, repository
from photogen.domain.generation.parts import Parts
from photogen.domain.generation.pictures import Prepared
from photogen.domain.generation.repository import Order
from photogen.gateways.base import GatewayError, Picture, Retry
from photogen.kit import log
from photogen.models.generation import Shot, ShotStatus

_STORAGE_TRIES = 3
_log = log.get("generation")


def deliver(parts: Parts, lease: Lease, order: Order, picture: Picture) -> None:
    """Keeps the picture of a shot and captures its credit. Raises Unreadable, and what the storage raises."""
    made = pictures.prepare(picture.data)
    shot, batch = order.shot, order.generation
    key = f"images/{shot.id}/original.{made.suffix}"
    files = {key: (made.data, made.content_type)}
    files |= {f"images/{shot.id}/{name}.webp": (data, "image/webp") for name, data in made.thumbnails.items()}
    for name, (data, content_type) in files.items():
        _store(parts, name, data, content_type)
    with parts.uow() as uow:
        mine = parts.leases.mine(uow.session, lease)
        delivered = parts.settlement.settle(uow, mine, ShotStatus.DONE)
        if delivered:
            mine.image_id = shot.id
            route = next(
                (r for r in order.routes if (r.vendor, r.vendor_model) == (mine.vendor, mine.vendor_model)), None
            )
            mine.vendor_cost_cents = route.cost(made.width, made.height) if route else None
            parent = repository.still_there(uow.session, batch.input_image_id) if batch.input_image_id else None
            parts.gallery.add(uow, _image(parts, order, made, key, mine, parent))
            if batch.lora_model_id and batch.lab_run_id is None:
                repository.count_use(uow.session, batch.lora_model_id)
    if not delivered:  # cancelled meanwhile
        forget(parts, shot.id)


def forget(parts: Parts, shot_id: str) -> None:
    """Nobody has paid for what is there of this shot, nobody gets it."""
    try:
        for key in list(parts.storage.keys(f"images/{shot_id}/")):
            parts.storage.delete(key)
    except GatewayError as error:
        _log.warning("files of a failed shot left behind", shot=shot_id, code=error.code)


def _store(parts: Parts, key: str, data: bytes, content_type: str) -> None:
    """These bytes may have been paid for and be nowhere else: the storage gets a second and a third chance."""
    for left in reversed(range(_STORAGE_TRIES)):
        try:
            parts.storage.put(key, data, content_type)
        except Retry:
            if not left:
                raise
            time.sleep(parts.config.storage_pause)
        else:
            return


def _image(parts: Parts, order: Order, made: Prepared, key: str, drawn: Shot, parent: str | None) -> NewImage:
    shot, batch = order.shot, order.generation
    now = parts.clock()
    return NewImage(
        id=shot.id,
        account_id=shot.account_id,
        generation_id=batch.id,
        shot_id=shot.id,
        model_key=batch.model_key,
        model_name=batch.model_name,
        lora_model_id=batch.lora_model_id,
        lora_version_id=batch.lora_version_id,
        parent_id=parent,
        in_gallery=batch.lab_run_id is None,
        prompt=batch.prompt,
        prompt_sent=shot.prompt_sent or batch.prompt_sent,
        aspect=batch.aspect,
        width=made.width,
        height=made.height,
        seed=shot.seed,
        vendor=drawn.vendor,
        credits=shot.credits,
        storage_key=key,
        content_type=made.content_type,
        bytes=len(made.data),
        thumbhash=made.thumbhash,
        recipe={
            "prompt_drawn": shot.prompt,
            "strength": batch.strength,
            "steps": batch.steps,
            "guidance": batch.guidance,
            "lora_scale": batch.lora_scale,
            "model_version": order.lora.number if order.lora else None,
            "style": batch.style,
            "negative_prompt": batch.negative_prompt,
            "vendor_model": drawn.vendor_model,
            "seconds": round((now - (shot.started_at or now)).total_seconds(), 2),
        },
        created_at=now,
    )
