"""Use cases of trainings: the only door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from photogen.db.lease import Leases
from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.credits.service import CreditsService
from photogen.domain.incidents import IncidentsService
from photogen.domain.leftovers import LeftoversService
from photogen.domain.loras.service import LorasService
from photogen.domain.photosets.service import PhotoSetsService
from photogen.domain.plans.service import PlansService
from photogen.domain.training import logbook, policy, repository, show
from photogen.domain.training.admission import Admission, check_photos, check_visibility
from photogen.domain.training.advance import Advance
from photogen.domain.training.clean import CleanUp
from photogen.domain.training.commands import SaveDraft, StartTraining
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.drafts import Drafts
from photogen.domain.training.history import History
from photogen.domain.training.history import repository as past
from photogen.domain.training.history.service import ATTEMPTS
from photogen.domain.training.parts import Parts
from photogen.domain.training.settle import ADVANCE, CLEAN_UP, Settlement
from photogen.domain.training.views import (
    DraftView,
    Retried,
    RetryView,
    SetUse,
    SlotsView,
    TrainingQuote,
    TrainingRow,
    TrainingView,
)
from photogen.errors import Conflict, NotFound
from photogen.gateways.base import Job, Storage, Trainer
from photogen.gateways.base_hub import Hub
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, new_id
from photogen.kit.text import t
from photogen.models.training import PaidBy, Training, TrainingRound, TrainingStatus

_MOST_LISTED = 200
_CLEAN_AGAIN = timedelta(seconds=30)
_Rows = list[TrainingRow]  # inside the class, `list` is a method
_Jobs = list[Job]
_Uses = list[SetUse]


class TrainingService:
    """For pages: quote, draft, start, cancel, retry, get, list, slots, and `history`, what has been. For the worker:
    advance, clean_up, due. Whatever belongs to somebody else is NotFound."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        credits: CreditsService,
        plans: PlansService,
        photosets: PhotoSetsService,
        loras: LorasService,
        storage: Storage,
        trainer: Trainer,
        hub: Hub,
        config: TrainingConfig | None = None,
        *,
        incidents: IncidentsService,
        leftovers: LeftoversService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._credits = credits
        self._plans = plans
        self._photosets = photosets
        self._admission = Admission(loras)
        self._config = config or TrainingConfig()
        self._settlement = Settlement(clock, credits, self._config)
        self._leases: Leases[Training] = Leases(uow, clock, Training, self._config.lease)
        parts = Parts(
            uow, clock, credits, photosets, loras, storage, trainer, hub, self._config, self._leases, self._settlement,
            incidents, leftovers,
        )  # fmt: skip
        self.parts = parts
        """For what keeps trainings clean over time: photogen.domain.upkeep."""
        self.history = History(uow, clock, self._config, self._own)
        self._drafts = Drafts(parts)
        self._advance = Advance(parts)
        self._clean_up = CleanUp(parts)

    # --- before the start -------------------------------------------------------------------------------------------

    def quote(self, account_id: str, steps: int) -> TrainingQuote:
        """What a training of so many steps would cost now, and how long it would take."""
        price = self._plans.training_price(steps)
        balance = self._credits.balance(account_id).available
        with self._uow() as uow:
            left = self._plans.entitlements_of(uow, account_id).trainings_left
            seconds = self.history.expected(uow, steps)
        cost = 0 if left else price
        return TrainingQuote(
            credits=cost,
            paid_by=(PaidBy.INCLUDED if left else PaidBy.CREDITS).value,
            balance=balance,
            balance_after=balance - cost,
            seconds_expected=seconds,
            included_left=left,
            affordable=balance >= cost,
        )

    def slots(self, account_id: str) -> SlotsView:
        """Model slots, taken and all."""
        with self._uow() as uow:
            total = self._plans.entitlements_of(uow, account_id).model_slots
            return SlotsView(repository.slots_used(uow.session, account_id), total)

    def draft(self, account_id: str) -> DraftView:
        """The wizard's unfinished work; an empty one when there is none."""
        return self._drafts.get(account_id)

    def save_draft(self, account_id: str, command: SaveDraft) -> None:
        """Keeps the wizard's fields. Raises NotFound for a photo set that isn't the account's."""
        self._drafts.save(account_id, command)

    def clear_draft(self, account_id: str) -> None:
        """Forgets it."""
        self._drafts.clear(account_id)

    # --- start, cancel, retry ---------------------------------------------------------------------------------------

    def start(self, account_id: str, command: StartTraining) -> str:
        """Pays for the training and queues it; gives its id. The same `request_key` gives the same training.

        Raises NotFound (photo set, model), Invalid (photos, trigger word, visibility), Conflict (`no_free_slot`,
        `being_replaced`, `version_in_training`), InsufficientCredits."""
        key = f"{account_id}:{command.request_key}"
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            known = repository.by_request_key(uow.session, key)
            if known is not None:
                return known.id
            photos = self._photosets.accepted_in(uow, account_id, command.photo_set_id)
            entitled = self._plans.entitlements_of(uow, account_id)
            check_photos(photos)
            check_visibility(command.visibility, entitled)
            model = self._admission.model(uow, account_id, command.model_id) if command.model_id else None
            self._admission.check_word(uow, account_id, command.trigger_word, command.replace_model_id, model)
            self._admission.check_slots(uow, account_id, entitled.model_slots, command.replace_model_id, model)
            now = self._clock()
            row = Training(
                id=new_id(),
                account_id=account_id,
                request_key=key,
                photo_count=photos,
                replaces_model_id=command.replace_model_id,
                lora_model_id=command.model_id,
                created_at=now,
                stage_started_at=now,
                next_check_at=now + self._config.pickup,
                **command.model_dump(exclude={"request_key", "replace_model_id", "model_id"}),
            )
            if model is not None:
                row.name, row.trigger_word, row.subject = model.name, model.trigger_word, model.subject
            self._pay(uow, row, TrainingStatus.QUEUED)
            repository.delete_draft(uow.session, account_id)
            uow.notify(account_id, "training", row.id)
            uow.after_commit(Job(ADVANCE, (row.id,)))
            return row.id

    def cancel(self, account_id: str, training_id: str) -> None:
        """Ends it now, in whatever stage, and gives back what was paid; the vendor is told by the clean-up.

        Cancelling again is fine. Raises NotFound, Conflict (`already_finished`)."""
        with self._uow() as uow:
            row = self._own(uow, account_id, training_id, locked=True)
            if row.status is TrainingStatus.CANCELLED:
                return
            row.cancel_requested_at = self._clock()
            if not self._settlement.settle(uow, row, TrainingStatus.CANCELLED):
                raise Conflict(
                    t("This training has already failed.")
                    if row.status is TrainingStatus.FAILED
                    else t("This training has already finished."),
                    code="already_finished",
                )

    def retry(self, account_id: str, training_id: str) -> Retried:
        """Goes on from the failed stage where that is possible, else starts a new training with the same settings. Pays
        again, as what was paid came back. A second click gives the first one's answer.

        Raises NotFound, Conflict (`not_failed`, `busy`), and what `start` raises."""
        with self._uow() as uow:
            row = self._own(uow, account_id, training_id, locked=True)
            if row.status not in {TrainingStatus.FAILED, TrainingStatus.CANCELLED}:
                if row.rounds > 1 and row.status not in policy.FINAL:
                    return _resumed(row, row.status)
                raise Conflict(t("Only a training that failed or was cancelled can be retried."), code="not_failed")
            stage = policy.resumes_at(row, self._clock(), self._config)
            if stage is not None:
                return self._resume(uow, row, stage)
            further = self._admission.further(uow, row)
        known = row.model_dump(include=set(StartTraining.model_fields))
        command = StartTraining.of(
            **known
            | {
                "request_key": f"retry_{row.id}",
                "replace_model_id": row.replaces_model_id,
                "model_id": further.id if further else None,
            }
        )
        return Retried(
            self.start(account_id, command),
            resumed=False,
            stage=TrainingStatus.QUEUED.value,
            words=t("A new training with the same photos and settings has been started."),
        )

    def _resume(self, uow: UnitOfWork, row: Training, stage: TrainingStatus) -> Retried:
        now = self._clock()
        if row.lease_until is not None and row.lease_until > now:
            raise Conflict(t("The last try is still being tidied up. Try again in a few seconds."), code="busy")
        lock_account(uow.session, row.account_id)
        entitled = self._plans.entitlements_of(uow, row.account_id)
        further = self._admission.further(uow, row, idle=True)
        self._admission.check_slots(uow, row.account_id, entitled.model_slots, row.replaces_model_id, further)
        if stage is TrainingStatus.PREPARING:
            row.photo_count = self._photosets.accepted_in(uow, row.account_id, row.photo_set_id)
            check_photos(row.photo_count)
            check_visibility(row.visibility, entitled)
            self._admission.check_word(uow, row.account_id, row.trigger_word, row.replaces_model_id, further)
            row.percent = row.step = 0
            row.vendor_id = row.vendor_version = ""
            row.submit_started_at = None
        row.idle_seconds += (now - (row.finished_at or now)).total_seconds()
        row.rounds += 1
        self._pay(uow, row, stage)
        self._settlement.settle(uow, row, stage, retry=True)
        row.error = row.error_code = row.error_category = row.advice = row.failed_stage = ""
        row.clean_due_at = row.cleaned_at = row.cancel_requested_at = None
        uow.after_commit(Job(ADVANCE, (row.id,)))
        return _resumed(row, stage)

    def _retry_view(self, uow: UnitOfWork, row: Training) -> RetryView | None:
        if row.status not in {TrainingStatus.FAILED, TrainingStatus.CANCELLED}:
            return None
        stage = policy.resumes_at(row, self._clock(), self._config) or TrainingStatus.QUEUED
        if self._plans.entitlements_of(uow, row.account_id).trainings_left:
            return RetryView(stage.value, 0, PaidBy.INCLUDED.value, affordable=True)
        price = self._plans.training_price(row.steps)
        have = self._credits.available(uow, row.account_id)
        return RetryView(stage.value, price, PaidBy.CREDITS.value, affordable=have >= price)

    def _pay(self, uow: UnitOfWork, row: Training, stage: TrainingStatus) -> None:
        """Holds the money and adds the row, if it is new, and its round."""
        if self._plans.included_left(uow, row.account_id) > 0:
            row.paid_by, row.credits, row.hold_key = PaidBy.INCLUDED, 0, ""
        else:
            row.paid_by, row.credits = PaidBy.CREDITS, self._plans.training_price(row.steps)
            row.hold_key = f"training:{row.id}" if row.rounds == 1 else f"training:{row.id}:{row.rounds}"
            self._credits.hold(uow, row.account_id, row.credits, row.hold_key, "training", row.id)
        uow.session.add(row)
        uow.session.flush()
        uow.session.add(
            TrainingRound(
                training_id=row.id, number=row.rounds, stage=stage.value, paid_by=row.paid_by, credits=row.credits,
                started_at=self._clock(),
            )
        )  # fmt: skip

    # --- shown ------------------------------------------------------------------------------------------------------

    def get(self, account_id: str, training_id: str) -> TrainingView:
        """Everything about one. Raises NotFound."""
        with self._uow() as uow:
            row = self._own(uow, account_id, training_id)
            now = self._clock()
            spans = past.spans(uow.session, row.id, now)
            attempts = past.attempts(uow.session, row.id, None, ATTEMPTS)
            made = repository.version_by(uow.session, row.id)
            expected = self.history.expected(uow, row.steps) if row.status not in policy.FINAL else 0
            retry, log = self._retry_view(uow, row), logbook.head(uow, row.id)
        hub_url = made.hub_url if made else ""
        return show.training(row, spans, attempts, hub_url, expected, retry, log, now, self._config)

    # --- the worker's side ------------------------------------------------------------------------------------------

    def knows(self, training_id: str) -> bool:
        """Whether there is such a training, whosever it is."""
        with self._uow() as uow:
            return is_id(training_id) and repository.peek(uow.session, training_id) is not None

    def advance(self, training_id: str) -> None:
        """Does what is next. Safe to call at any time, by anybody, in parallel."""
        self._advance(training_id)

    def clean_up(self, training_id: str) -> None:
        """Deletes what a finished training has left."""
        self._clean_up(training_id)

    def due(self, limit: int = 100) -> _Jobs:
        """Jobs for the rows that somebody should look at now; each is not due again for a while."""
        now = self._clock()
        with self._uow() as uow:
            later = max(self._config.pickup, self._config.lease / 3)
            advance = repository.due(uow.session, now, limit, later)
            clean = repository.due_clean_ups(uow.session, now, limit, _CLEAN_AGAIN)
        return [
            *(Job(ADVANCE, (row_id,)) for row_id in advance),
            *(Job(CLEAN_UP, (row_id,)) for row_id in clean),
        ]

    def known_files(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are trainings in work or still to be cleaned up: their ZIP and weights are theirs."""
        with self._uow() as uow:
            return set(repository.unfinished(uow.session, ids))

    def recover(self) -> int:
        """Frees what dead workers of this machine held, so that it is due at once. How many rows that were."""
        return len(self._leases.free_dead(policy.ACTIVE))

    def list(self, account_id: str, before: str | None = None, limit: int = 50) -> _Rows:
        """Newest first; `before` is the id of the last one seen."""
        with self._uow() as uow:
            rows = repository.page(uow.session, account_id, before, max(1, min(limit, _MOST_LISTED)))
            per_step, rest = past.pace(uow.session)
        now = self._clock()
        return [
            show.training_row(row, policy.expected_seconds(row.steps, per_step, rest, self._config), now)
            for row in rows
        ]

    def uses_of_sets(self, account_id: str, set_ids: Sequence[str]) -> _Uses:
        """The account's trainings with any of these photo sets, newest first, at most 200."""
        with self._uow() as uow:
            rows = repository.with_sets(uow.session, account_id, set_ids, _MOST_LISTED)
            return [show.set_use(row, model_id) for row, model_id in rows]

    def _own(self, uow: UnitOfWork, account_id: str, training_id: str, *, locked: bool = False) -> Training:
        find = repository.lock if locked else repository.get
        row = find(uow.session, account_id, training_id) if is_id(training_id) else None
        if row is None:
            raise NotFound(t("This training does not exist."), code="training_not_found")
        return row


def _resumed(row: Training, stage: TrainingStatus) -> Retried:
    publishing = stage is TrainingStatus.PUBLISHING
    words = (
        t("The training goes on from publishing; nothing is trained again.")
        if publishing
        else t("The training begins again with its photos and settings.")
    )
    return Retried(row.id, resumed=True, stage=stage.value, words=words)
