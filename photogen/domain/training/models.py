"""Trained models: shown, renamed, deleted everywhere."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.training import repository, show
from photogen.domain.training.commands import RenameModel
from photogen.domain.training.parts import Parts
from photogen.domain.training.publishing import delete
from photogen.domain.training.views import LoraModelView
from photogen.errors import Conflict, NotFound
from photogen.gateways.base import GatewayError
from photogen.kit import log
from photogen.kit.ids import is_id
from photogen.models.lora import LoraModel, LoraStatus

_log = log.get("models")


class Models:
    """A creator's models. Whatever belongs to somebody else is NotFound."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def all(self, account_id: str) -> list[LoraModelView]:
        """Newest first."""
        with self._p.uow() as uow:
            rows = repository.models(uow.session, account_id)
            ids = [row.id for row in rows]
            trainings = repository.trainings_of(uow.session, ids)
            previews = repository.previews(uow.session, ids)
        return [show.model(row, trainings.get(row.id), previews.get(row.id)) for row in rows]

    def get(self, account_id: str, model_id: str) -> LoraModelView:
        """Raises NotFound."""
        with self._p.uow() as uow:
            row = self._own(uow, account_id, model_id)
            training = repository.trainings_of(uow.session, [row.id]).get(row.id)
            preview = repository.previews(uow.session, [row.id]).get(row.id)
        return show.model(row, training, preview)

    def rename(self, account_id: str, model_id: str, name: str) -> None:
        """The name here; the hub's repository keeps its own. Raises NotFound, Invalid."""
        command = RenameModel.of(name=name)
        with self._p.uow() as uow:
            row = self._own(uow, account_id, model_id, locked=True)
            row.name = command.name
            uow.session.add(row)
            uow.notify(account_id, "model", row.id)

    def delete(self, account_id: str, model_id: str) -> None:
        """Out of sight at once, everywhere else soon. Pictures made with it stay. Raises NotFound, Conflict."""
        with self._p.uow() as uow:
            row = self._own(uow, account_id, model_id, locked=True)
            if repository.being_replaced(uow.session, account_id, model_id):
                raise Conflict(
                    "A training under way is to take this model's place. Cancel that training first.",
                    code="being_replaced",
                )
            delete(uow, self._p, row)

    def remove(self, model_id: str) -> None:
        """Worker: deletes weights and hub repository of a deleted model, once no picture is being made with it. What
        can't be deleted now stays due."""
        with self._p.uow() as uow:
            row = repository.model_of(uow.session, model_id)
            if row is None or row.status is not LoraStatus.DELETED or row.remove_due_at is None:
                return
            if repository.shots_under_way(uow.session, model_id):
                return
        try:
            if row.hub_repository:
                self._p.hub.delete(row.hub_repository)
            self._p.storage.delete(row.weights_key)
        except GatewayError as error:
            _log.warning("model not removed yet", model=model_id, code=error.code)
            return
        with self._p.uow() as uow:
            row = repository.model_of(uow.session, model_id)
            if row is not None:
                row.remove_due_at = None
                uow.session.add(row)

    def _own(self, uow: UnitOfWork, account_id: str, model_id: str, *, locked: bool = False) -> LoraModel:
        row = repository.model(uow.session, account_id, model_id, locked=locked) if is_id(model_id) else None
        if row is None:
            raise NotFound("This model does not exist, or it has been deleted.", code="model_not_found")
        return row
