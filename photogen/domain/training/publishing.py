"""The end of a training that went well: the model's row, the money and the replaced model, in one transaction."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.training import repository
from photogen.domain.training.parts import Parts
from photogen.domain.training.settle import REMOVE_MODEL
from photogen.gateways.base import HubRepository, Job
from photogen.models.lora import LoraModel, LoraStatus
from photogen.models.training import Training, TrainingStatus


def complete(uow: UnitOfWork, parts: Parts, row: Training, published: HubRepository, weights_bytes: int) -> bool:
    """A step: makes the model and completes the training, which the caller has locked. False when it was cancelled
    meanwhile; the clean-up then deletes what was published."""
    row.hub_repository = published.id
    if not parts.settlement.settle(uow, row, TrainingStatus.COMPLETED):
        uow.session.add(row)
        return False
    model = LoraModel(
        account_id=row.account_id,
        name=row.name,
        trigger_word=row.trigger_word,
        subject=row.subject,
        visibility=row.visibility,
        weights_key=row.weights_key,
        weights_bytes=weights_bytes,
        hub_repository=published.id,
        hub_url=published.url,
        created_at=parts.clock(),
    )
    uow.session.add(model)
    uow.session.flush()
    row.lora_model_id = model.id
    uow.session.add(row)
    uow.notify(row.account_id, "model", model.id)
    if row.replaces_model_id:
        old = repository.model(uow.session, row.account_id, row.replaces_model_id, locked=True)
        if old is not None:
            delete(uow, parts, old)
    return True


def delete(uow: UnitOfWork, parts: Parts, model: LoraModel) -> None:
    """A step: takes the model out of sight; what it consists of is removed by a job."""
    now = parts.clock()
    model.status, model.deleted_at, model.remove_due_at = LoraStatus.DELETED, now, now + parts.config.pickup
    uow.session.add(model)
    uow.notify(model.account_id, "model", model.id)
    uow.after_commit(Job(REMOVE_MODEL, (model.id,)))
