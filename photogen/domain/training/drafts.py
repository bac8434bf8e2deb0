"""The wizard's unfinished work, one per account."""

from __future__ import annotations

from photogen.domain.training import repository
from photogen.domain.training.commands import SaveDraft
from photogen.domain.training.parts import Parts
from photogen.domain.training.views import DraftView


class Drafts:
    """Kept as typed, judged at the start."""

    def __init__(self, parts: Parts) -> None:
        self._p = parts

    def get(self, account_id: str) -> DraftView:
        """The wizard's unfinished work; an empty one when there is none."""
        with self._p.uow() as uow:
            row = repository.draft(uow.session, account_id)
        fields = SaveDraft.of(**({**row.fields, "photo_set_id": row.photo_set_id} if row else {}))
        return DraftView(
            name=fields.name,
            trigger_word=fields.trigger_word,
            subject=fields.subject.value,
            steps=fields.steps,
            learning_rate=fields.learning_rate,
            lora_rank=fields.lora_rank,
            autocaption=fields.autocaption,
            visibility=fields.visibility.value,
            by_hand=fields.by_hand,
            step=fields.step,
            photo_set_id=fields.photo_set_id,
            model_id=fields.model_id,
            updated_at=row.updated_at if row else None,
        )

    def save(self, account_id: str, command: SaveDraft) -> None:
        """Keeps the wizard's fields. Raises NotFound for a photo set that isn't the account's."""
        with self._p.uow() as uow:
            if command.photo_set_id is not None:
                self._p.photosets.accepted_in(uow, account_id, command.photo_set_id)
            fields = command.model_dump(mode="json", exclude={"photo_set_id"})
            repository.save_draft(uow.session, account_id, fields, command.photo_set_id, self._p.clock())

    def clear(self, account_id: str) -> None:
        """Forgets it."""
        with self._p.uow() as uow:
            repository.delete_draft(uow.session, account_id)
