"""Use cases of trained models: the only door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.leftovers import HUB, STORAGE, LeftoverOf, LeftoversService, Tried
from photogen.domain.loras import repository, show
from photogen.domain.loras.commands import NewVersion, RenameModel, SetScale
from photogen.domain.loras.views import LoraModelView, ModelStory
from photogen.domain.receipts import Item, ReceiptKind, ReceiptsService
from photogen.domain.receipts.service import STUDIO
from photogen.errors import Conflict, NotFound
from photogen.gateways.base import Job, Storage
from photogen.gateways.base_hub import Hub
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion

REMOVE = "remove_model_version"
"""The function of worker.jobs."""
_PICKUP = timedelta(seconds=5)
"""When the schedule takes up a removal whose job got lost."""
_AGAIN = timedelta(seconds=30)
_PICTURES = 24
"""The newest pictures of a model that its page shows."""


class LorasService:
    """For pages: all, get, story, rename, switch, set_scale, delete, delete_version. For trainings, as steps: locked,
    check_idle, add, drop. For the upkeep, as steps: quarantine, release. For the worker: remove, due. Whatever belongs
    to somebody else is NotFound."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        storage: Storage,
        hub: Hub,
        leftovers: LeftoversService,
        receipts: ReceiptsService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._storage = storage
        self._hub = hub
        self._leftovers = leftovers
        self._receipts = receipts

    # --- shown ------------------------------------------------------------------------------------------------------

    def all(self, account_id: str) -> list[LoraModelView]:
        """The creator's models, newest first."""
        with self._uow() as uow:
            return self._views(uow, repository.listed(uow.session, account_id))

    def get(self, account_id: str, model_id: str) -> LoraModelView:
        """Raises NotFound."""
        with self._uow() as uow:
            found = repository.listed(uow.session, account_id, model_id) if is_id(model_id) else []
            if not found:
                raise _gone()
            return self._views(uow, found)[0]

    def story(self, account_id: str, model_id: str) -> ModelStory:
        """All that there is to know of a model: its versions, its trainings, what became of its pictures. Raises
        NotFound."""
        with self._uow() as uow:
            session = uow.session
            found = repository.listed(session, account_id, model_id) if is_id(model_id) else []
            if not found:
                raise _gone()
            model = self._views(uow, found)[0]
            versions = repository.versions_with_trainings(session, model.id)
            made = repository.pictures_by_version(session, model.id)
            trainings = repository.trainings(session, account_id, found[0].model)
            drawn = repository.drawn(session, model.id)
            pictures = repository.pictures(session, model.id, _PICTURES)
        return show.story(model, versions, made, trainings, drawn, pictures)

    def _views(self, uow: UnitOfWork, rows: list[repository.Listed]) -> list[LoraModelView]:
        ids = [row.model.id for row in rows]
        previews = repository.previews(uow.session, ids)
        counts = repository.counts(uow.session, ids)
        return [
            show.model(row.model, row.version, counts[row.model.id], row.training, previews.get(row.model.id))
            for row in rows
        ]

    # --- changed ----------------------------------------------------------------------------------------------------

    def rename(self, account_id: str, model_id: str, name: str) -> None:
        """The name here; the hub's repositories keep theirs. Raises NotFound, Invalid."""
        command = RenameModel.of(name=name)
        with self._uow() as uow:
            row = self.locked(uow, account_id, model_id)
            row.name = command.name
            uow.session.add(row)
            uow.notify(account_id, "model", row.id)

    def delete(self, account_id: str, model_id: str) -> str:
        """Out of sight at once, everywhere else soon; gives the number of the receipt. Pictures made with it stay.
        Raises NotFound, Conflict (`being_replaced`, `version_in_training`)."""
        with self._uow() as uow:
            row = self.locked(uow, account_id, model_id)
            self.check_idle(uow, row)
            return self.drop(uow, row)

    def switch(self, account_id: str, model_id: str, version_id: str) -> None:
        """Lets pictures be drawn with another version from now on. Raises NotFound, Conflict
        (`version_quarantined`)."""
        with self._uow() as uow:
            model = self.locked(uow, account_id, model_id)
            version = self._version(uow, model, version_id)
            if version.status is LoraStatus.QUARANTINED:
                raise Conflict(t("This version is held back; it can't be used for now."), code="version_quarantined")
            self._make_current(uow, model, version)

    def set_scale(self, account_id: str, model_id: str, version_id: str, scale: float) -> None:
        """The strength that pictures of this version are drawn with unless another is asked for. Raises NotFound,
        Invalid."""
        command = SetScale.of(scale=scale)
        with self._uow() as uow:
            model = self.locked(uow, account_id, model_id)
            version = self._version(uow, model, version_id)
            version.default_scale = command.scale
            uow.session.add(version)
            uow.notify(account_id, "model", model.id)

    def delete_version(self, account_id: str, model_id: str, version_id: str) -> str:
        """One version, everywhere; where it was the current one, the newest that is left takes its place. Pictures made
        with it stay. Gives the number of the receipt. Raises NotFound, Conflict (`only_version`)."""
        with self._uow() as uow:
            model = self.locked(uow, account_id, model_id)
            version = self._version(uow, model, version_id)
            rest = [row for row in repository.versions(uow.session, model.id) if row.id != version.id]
            if not rest:
                raise Conflict(
                    t("This is the model's only version. Delete the model, or train another version first."),
                    code="only_version",
                )
            was_current = version.is_current
            number = self._receipts.open(
                uow,
                ReceiptKind.VERSION,
                version.id,
                t("Version {n} of model {id}", n=version.number, id=model.id[-6:].upper()),
                _items(version),
                account_id=account_id,
            )
            self._drop_version(uow, version, self._clock())
            uow.session.flush()
            if was_current:
                usable = [row for row in rest if row.status is LoraStatus.READY]
                self._make_current(uow, model, (usable or rest)[0])
            uow.notify(account_id, "model", model.id)
            return number

    # --- steps ------------------------------------------------------------------------------------------------------

    def locked(self, uow: UnitOfWork, account_id: str, model_id: str) -> LoraModel:
        """Step: the account's model, locked until the end of the transaction. Raises NotFound."""
        row = repository.model(uow.session, account_id, model_id, locked=True) if is_id(model_id) else None
        if row is None:
            raise _gone()
        return row

    def check_idle(self, uow: UnitOfWork, model: LoraModel) -> None:
        """Step: raises Conflict (`being_replaced`, `version_in_training`) when a training under way is about this
        model, which the caller has locked."""
        training = repository.under_training(uow.session, model.account_id, model.id)
        if training is None:
            return
        if training.replaces_model_id == model.id:
            raise Conflict(
                t(
                    "A training under way is to take the place of “{name}”. Wait for it, or cancel it first.",
                    name=model.name,
                ),
                code="being_replaced",
            )
        raise Conflict(
            t("A new version of “{name}” is being trained. Wait for it, or cancel it first.", name=model.name),
            code="version_in_training",
        )

    def add(self, uow: UnitOfWork, made: NewVersion) -> LoraVersion:
        """Step: the version that a training has made, current from now on; with its model where it is the first."""
        now = self._clock()
        model = None
        if made.lora_model_id is not None:
            model = repository.model(uow.session, made.account_id, made.lora_model_id, locked=True)
        if model is None:
            model = LoraModel(
                account_id=made.account_id,
                name=made.name,
                trigger_word=made.trigger_word,
                subject=made.subject,
                created_at=now,
            )
            uow.session.add(model)
            uow.session.flush()
        self._make_current(uow, model, None)
        version = LoraVersion(
            lora_model_id=model.id,
            number=repository.next_number(uow.session, model.id),
            is_current=True,
            training_id=made.training_id,
            visibility=made.visibility,
            weights_key=made.weights_key,
            weights_bytes=made.weights_bytes,
            hub_repository=made.hub_repository,
            hub_url=made.hub_url,
            created_at=now,
        )
        uow.session.add(version)
        uow.notify(made.account_id, "model", model.id)
        return version

    def _make_current(self, uow: UnitOfWork, model: LoraModel, version: LoraVersion | None) -> None:
        before = repository.current(uow.session, model.id)
        if before is not None:
            before.is_current = False
            uow.session.add(before)
            uow.session.flush()  # the index allows one current version: the old one steps back first
        if version is not None:
            version.is_current = True
            uow.session.add(version)
            uow.notify(model.account_id, "model", model.id)

    def _version(self, uow: UnitOfWork, model: LoraModel, version_id: str) -> LoraVersion:
        found = repository.version(uow.session, model.id, version_id) if is_id(version_id) else None
        if found is None:
            raise NotFound(t("This version does not exist, or it has been deleted."), code="version_not_found")
        return found

    def drop(self, uow: UnitOfWork, model: LoraModel) -> str:
        """Step: takes a model, which the caller has locked, out of sight; what its versions consist of is removed by
        jobs. Gives the number of the receipt."""
        now = self._clock()
        versions = repository.versions(uow.session, model.id)
        number = self._receipts.open(
            uow,
            ReceiptKind.MODEL,
            model.id,
            t("Model {id}", id=model.id[-6:].upper()),
            [item for version in reversed(versions) for item in _items(version)],
            account_id=model.account_id,
        )
        for version in versions:
            self._drop_version(uow, version, now)
        model.status, model.deleted_at = LoraStatus.DELETED, now
        uow.session.add(model)
        uow.notify(model.account_id, "model", model.id)
        return number

    def _drop_version(self, uow: UnitOfWork, version: LoraVersion, now: datetime) -> None:
        version.status, version.is_current = LoraStatus.DELETED, False
        version.deleted_at, version.remove_due_at = now, now + _PICKUP
        uow.session.add(version)
        repository.trash_lab_pictures(uow.session, version.id, now)
        uow.after_commit(Job(REMOVE, (version.id,)))

    def quarantine(self, uow: UnitOfWork, version_id: str, reason: str) -> LoraVersion | None:
        """Step: nobody can draw with this version until it is released; `reason` is for its owner. The row,
        locked; None when it is deleted."""
        row = self._locked(uow, version_id)
        if row is not None and row.status is LoraStatus.READY:
            row.status, row.status_reason = LoraStatus.QUARANTINED, reason[:300]
            self._changed(uow, row)
        return row

    def release(self, uow: UnitOfWork, version_id: str) -> LoraVersion | None:
        """Step: a quarantined version can be used again. The row, locked; None when it is deleted."""
        row = self._locked(uow, version_id)
        if row is not None and row.status is LoraStatus.QUARANTINED:
            row.status, row.status_reason = LoraStatus.READY, ""
            self._changed(uow, row)
        return row

    def _changed(self, uow: UnitOfWork, row: LoraVersion) -> None:
        uow.session.add(row)
        uow.notify(repository.owner_of(uow.session, row), "model", row.lora_model_id)

    @staticmethod
    def _locked(uow: UnitOfWork, version_id: str) -> LoraVersion | None:
        row = repository.version_of(uow.session, version_id, locked=True)
        return None if row is None or row.status is LoraStatus.DELETED else row

    # --- the worker's side ------------------------------------------------------------------------------------------

    def remove(self, version_id: str) -> None:
        """Deletes weights and hub repository of a deleted version, once no picture is being made with it. What can't
        be deleted now stays due, and is listed."""
        with self._uow() as uow:
            row = repository.version_of(uow.session, version_id)
            if row is None or row.status is not LoraStatus.DELETED or row.remove_due_at is None:
                return
            if repository.shots_under_way(uow.session, version_id):
                return
        tried, repository_id, key = Tried(version_id), row.hub_repository, row.weights_key
        if repository_id:
            tried.part("repository", HUB, repository_id, lambda: self._hub.delete(repository_id))
        tried.part("weights", STORAGE, key, lambda: self._storage.delete(key))
        with self._uow() as uow:
            row = repository.version_of(uow.session, version_id, locked=True)
            if row is None or row.status is not LoraStatus.DELETED:
                return
            self._leftovers.record(uow, LeftoverOf.VERSION, version_id, tried.left, row.deleted_at or self._clock())
            left = {remains.what for remains in tried.left}
            gone = [f"{what}:{version_id}" for what in ("repository", "weights") if what not in left]
            self._receipts.gone(uow, ReceiptKind.MODEL, row.lora_model_id, gone)
            self._receipts.gone(uow, ReceiptKind.VERSION, version_id, gone)
            if not tried.left:
                row.remove_due_at = None
                uow.session.add(row)

    def known_weights(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` (of trainings: weights lie under them) of whose versions something is left."""
        with self._uow() as uow:
            return repository.with_weights(uow.session, ids)

    def expected_weights(self, after: str, until: str, limit: int) -> Sequence[tuple[str, str]]:
        """Ids of trainings between the two and keys of weights that have to be there."""
        with self._uow() as uow:
            return repository.stored(uow.session, after, until, limit)

    def due(self, limit: int = 100) -> list[Job]:
        """Jobs for the versions of which something is to be removed; each is not due again for a while."""
        with self._uow() as uow:
            found = repository.due_removals(uow.session, self._clock(), limit, _AGAIN)
        return [Job(REMOVE, (version_id,)) for version_id in found]


def _items(version: LoraVersion) -> list[Item]:
    weights = Item(f"weights:{version.id}", t("Weights of version {n}", n=version.number), STUDIO)
    if not version.hub_repository:
        return [weights]
    return [weights, Item(f"repository:{version.id}", t("Repository of version {n}", n=version.number), HUB)]


def _gone() -> NotFound:
    return NotFound(t("This model does not exist, or it has been deleted."), code="model_not_found")
