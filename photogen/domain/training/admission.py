"""What has to hold before a training may start or go on: photos, visibility, trigger word, a slot, an idle model."""

from __future__ import annotations

from photogen.db.uow import UnitOfWork
from photogen.domain.loras.service import LorasService
from photogen.domain.plans.views import Entitlements
from photogen.domain.training import repository
from photogen.domain.training.commands import PHOTOS
from photogen.errors import Conflict, Invalid
from photogen.kit.text import plural, t
from photogen.models.lora import LoraModel
from photogen.models.training import Training, Visibility


class Admission:
    """Steps: the caller has locked the account."""

    def __init__(self, loras: LorasService) -> None:
        self._loras = loras

    def model(self, uow: UnitOfWork, account_id: str, model_id: str) -> LoraModel:
        """A model that a training may be about, locked. Raises NotFound, Conflict."""
        model = self._loras.locked(uow, account_id, model_id)
        self._loras.check_idle(uow, model)
        return model

    def further(self, uow: UnitOfWork, row: Training, *, idle: bool = False) -> LoraModel | None:
        """The model that `row` is to make a further version of; None when it makes a new one, or that one is gone.
        With `idle`, raises Conflict when another training is about it."""
        if row.lora_model_id is None:
            return None
        model = repository.model(uow.session, row.account_id, row.lora_model_id, locked=True)
        if idle and model is not None:
            self._loras.check_idle(uow, model)
        return model

    def check_word(
        self, uow: UnitOfWork, account_id: str, word: str, replaced: str | None, further: LoraModel | None
    ) -> None:
        """Raises Invalid for a word that another model has, or that is not the model's own."""
        if further is not None:
            if word.lower() != further.trigger_word.lower():
                raise Invalid(
                    t(
                        "A new version keeps its model's trigger word, “{trigger_word}”, so that prompts go on "
                        "working.",
                        trigger_word=further.trigger_word,
                    ),
                    field="trigger_word",
                    code="trigger_word_fixed",
                )
        elif repository.trigger_word_taken(uow.session, account_id, word, except_model=replaced):
            raise Invalid(
                t(
                    "You already use the trigger word “{word}”. Choose another, so that the two models can be "
                    "told apart.",
                    word=word,
                ),
                field="trigger_word",
                code="trigger_word_taken",
            )

    def check_slots(
        self, uow: UnitOfWork, account_id: str, slots: int, replaced: str | None, further: LoraModel | None
    ) -> None:
        """Raises Conflict (`no_free_slot`, `being_replaced`, `version_in_training`), NotFound (model to replace),
        Invalid (a further version replaces nothing)."""
        if further is not None:
            if replaced is not None:
                raise Invalid(
                    t("A new version takes no slot, so nothing has to make room for it."),
                    field="replace_model_id",
                    code="nothing_to_replace",
                )
            return
        if replaced is not None:
            self.model(uow, account_id, replaced)
        used = repository.slots_used(uow.session, account_id) - (1 if replaced is not None else 0)
        if used >= slots:
            raise Conflict(
                plural(
                    slots,
                    "Your plan has room for {n} model, and it is taken. Replace a model with the new one, delete one, "
                    "or choose a larger plan.",
                    "Your plan has room for {n} models, and all are taken. Replace a model with the new one, delete "
                    "one, or choose a larger plan.",
                ),
                code="no_free_slot",
                used=used,
                slots=slots,
            )


def check_photos(photos: int) -> None:
    """Raises Invalid for too few and too many."""
    fewest, most = PHOTOS
    if photos < fewest:
        raise Invalid(
            t("A training needs at least {fewest} photos; this set has {photos}.", fewest=fewest, photos=photos),
            field="photo_set_id",
            code="too_few_photos",
        )
    if photos > most:
        raise Invalid(
            t("A training takes at most {most} photos; this set has {photos}.", most=most, photos=photos),
            field="photo_set_id",
            code="too_many_photos",
        )


def check_visibility(wanted: Visibility, entitled: Entitlements) -> None:
    """Raises Invalid for what the plan does not allow."""
    if wanted is Visibility.PUBLIC and not entitled.public_allowed:
        raise Invalid(
            t("Models on the {name} plan can't be public.", name=entitled.name), field="visibility", code="not_a_choice"
        )
