"""The audit of the hub: every published version is looked at once an hour, whether it is there as our row says.

One that stands open though it should be private is closed, quarantined, and the operator told: first the row, then the
hub, so that a worker killed in between leaves a model that nobody uses rather than a secret that nobody knows of.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from photogen.domain.training.card import CARD_FILE, WEIGHTS_FILE, model_card
from photogen.domain.training.parts import Parts
from photogen.domain.upkeep import policy, repository
from photogen.domain.upkeep.repository import Published
from photogen.errors import Conflict, NotFound, Unavailable
from photogen.gateways.base import GatewayError, Missing, Retry
from photogen.gateways.base_hub import HubRepository
from photogen.kit import log, scratch
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.lora import LoraStatus
from photogen.models.training import Visibility

PUBLIC, CLOSED, GONE = "hub_public", "hub_closed", "hub_weights_missing"
"""Kinds of incidents; their subject is the version's id."""
_REASON = t(
    "Its repository at the model hub could be seen by others, against your choice. It was closed at once, and the "
    "model is held back until whoever runs this studio has looked into it. Nothing of it is lost."
)
_SOON = timedelta(minutes=5)
_SPELL = timedelta(seconds=40)
"""How long one round looks: the next begins after a minute, and a slow hub must not keep all workers busy."""
_log = log.get("hub_audit")


class HubAudit:
    """Looks, closes, publishes again, and lets go."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def __call__(self, limit: int) -> int:
        """Looks at up to `limit` versions that are due; gives how many. While the hub is away, the rest stay due."""
        began = self._p.clock()
        with self._p.uow() as uow:
            due = repository.due_audits(uow.session, began - self._p.config.audit_every, limit)
        for seen, version_id in enumerate(due):
            if self._p.clock() > began + _SPELL:
                return seen
            try:
                self._look(version_id)
            except Retry as error:
                _log.warning("hub not audited", version=version_id, code=error.code)
                return seen
            except GatewayError as error:
                _log.warning("version not audited", version=version_id, code=error.code)
                self._look_again_soon(version_id)
        return len(due)

    def _look(self, version_id: str) -> None:
        with self._p.uow() as uow:
            known = repository.published(uow.session, version_id)
        if known is None:
            return
        version = known.version
        found = self._found(known)
        if found is not None and version.visibility is Visibility.PRIVATE and not found.private:
            found = self._close(known)
        complete = found is not None and policy.holds(found.files, WEIGHTS_FILE, version.weights_bytes)
        if not complete and version.status is LoraStatus.READY:
            self._publish_again(known)
        self._note(version_id, found, complete=complete)

    def _found(self, known: Published) -> HubRepository | None:
        try:
            return self._p.hub.look(known.version.hub_repository)
        except Missing:
            return None

    def _look_again_soon(self, version_id: str) -> None:
        """This one's trouble is its own: it must not keep the others from being looked at."""
        with self._p.uow() as uow:
            known = repository.published(uow.session, version_id)
            if known is not None:
                known.version.hub_checked_at = self._p.clock() - self._p.config.audit_every + _SOON
                uow.session.add(known.version)

    def _close(self, known: Published) -> HubRepository:
        with self._p.uow() as uow:
            self._p.loras.quarantine(uow, known.version.id, _REASON)
            self._p.incidents.report(
                uow,
                PUBLIC,
                known.version.id,
                t(
                    "A private model stood open at the hub. It is being closed and can't be used; look into who opened "
                    "it, then release it."
                ),
                account_id=known.model.account_id,
                repository=known.version.hub_repository,
            )
        return self._p.hub.make_private(known.version.hub_repository)

    def _publish_again(self, known: Published) -> None:
        """Puts the weights of our storage where they are missing; the incident stays until they were seen there."""
        version = known.version
        with self._p.uow() as uow:
            self._p.incidents.report(
                uow,
                GONE,
                version.id,
                t("A model's weights are missing at the hub. They are published again from the studio's own storage."),
                account_id=known.model.account_id,
                repository=version.hub_repository,
            )
        with scratch.folder() as folder:
            weights = folder / WEIGHTS_FILE
            self._p.storage.download(version.weights_key, weights)
            files: dict[str, Path | bytes] = {WEIGHTS_FILE: weights}
            if known.training is not None:
                files[CARD_FILE] = model_card(known.training, self._p.config.mark)
            self._p.hub.publish(version.hub_repository, files, public=version.visibility is Visibility.PUBLIC)
        with self._p.uow() as uow:
            deleted = repository.published(uow.session, version.id) is None
        if deleted:  # meanwhile, and its removal may have been here before us
            self._p.hub.delete(version.hub_repository)

    def _note(self, version_id: str, found: HubRepository | None, *, complete: bool) -> None:
        with self._p.uow() as uow:
            known = repository.published(uow.session, version_id)
            if known is None:
                return
            version = known.version
            version.hub_checked_at = self._p.clock()
            uow.session.add(version)
            if complete:
                self._p.incidents.resolve(uow, GONE, version_id)
            if found is None or version.visibility is Visibility.PRIVATE:
                return
            if found.private:
                self._p.incidents.report(
                    uow,
                    CLOSED,
                    version_id,
                    t(
                        "A model that its owner made public is private at the hub. Ask the hub why, and open it there "
                        "or tell the owner."
                    ),
                    account_id=known.model.account_id,
                    repository=version.hub_repository,
                )
            else:
                self._p.incidents.resolve(uow, CLOSED, version_id)

    def release(self, version_id: str) -> None:
        """A quarantined version is usable again. Raises NotFound, Conflict (`not_quarantined`, `still_open`),
        Unavailable."""
        with self._p.uow() as uow:
            known = repository.published(uow.session, version_id) if is_id(version_id) else None
        if known is None:
            raise NotFound(t("This model does not exist, or it has been deleted."), code="model_not_found")
        if known.version.status is not LoraStatus.QUARANTINED:
            raise Conflict(t("This model is not held back."), code="not_quarantined")
        try:
            found = self._found(known)
            if found is None or not policy.holds(found.files, WEIGHTS_FILE, known.version.weights_bytes):
                self._publish_again(known)
                found = self._p.hub.look(known.version.hub_repository)
        except GatewayError as error:
            raise Unavailable(
                t("The hub could not be asked whether the model is private. Try again in a minute."), code=error.code
            ) from error
        if known.version.visibility is Visibility.PRIVATE and not found.private:
            raise Conflict(
                t(
                    "The repository stands open again, so the model stays held back. It is closed within the hour; "
                    "look at the hub account first."
                ),
                code="still_open",
            )
        with self._p.uow() as uow:
            row = self._p.loras.release(uow, version_id)
            if row is not None:
                row.hub_checked_at = self._p.clock()
                self._p.incidents.resolve(uow, PUBLIC, version_id)
        _log.info("version released", version=version_id)
