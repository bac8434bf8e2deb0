"""The end of a training that went well: the version, the money and the replaced model, in one transaction."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.loras.commands import NewVersion
from photogen.domain.training import repository
from photogen.domain.training.parts import Parts
from photogen.gateways.base_hub import HubRepository
from photogen.kit.text import t
from photogen.models.training import Training, TrainingStatus


def complete(uow: UnitOfWork, parts: Parts, row: Training, published: HubRepository, weights_bytes: int) -> bool:
    """A step: makes the version (and its model) and completes the training, which the caller has locked. False when it
    was cancelled meanwhile; the clean-up then deletes what was published."""
    row.hub_repository = published.id
    done = t("The weights are on the hub: {n} files, looked up after the upload.", n=len(published.files))
    if not parts.settlement.settle(uow, row, TrainingStatus.COMPLETED, done=done, request_id=published.id):
        uow.session.add(row)
        return False
    version = parts.loras.add(
        uow,
        NewVersion(
            account_id=row.account_id,
            lora_model_id=row.lora_model_id,
            training_id=row.id,
            name=row.name,
            trigger_word=row.trigger_word,
            subject=row.subject,
            visibility=row.visibility,
            weights_key=row.weights_key,
            weights_bytes=weights_bytes,
            hub_repository=published.id,
            hub_url=published.url,
        ),
    )
    row.lora_model_id = version.lora_model_id
    uow.session.add(row)
    if row.replaces_model_id:
        old = repository.model(uow.session, row.account_id, row.replaces_model_id, locked=True)
        if old is not None:
            parts.loras.drop(uow, old)
    return True
