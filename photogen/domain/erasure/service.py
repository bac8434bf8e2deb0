"""The deletion of an account.

At once, in one transaction: the row loses name, address and password, every log-in ends, a receipt is opened. Then, by
a job that may be killed anywhere and begins again where it was: the plan is ended at the payment service before
anything else, so that nobody pays for what is being taken away; what runs is cancelled, models, photos and pictures go
here and at the vendors, credits lapse, and the rows go last. The account's row stays, with an id and two dates: the
ledger hangs on it, adds up as before, and names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.accounts.service import AccountsService
from photogen.domain.billing.service import BillingService
from photogen.domain.credits.service import CreditsService
from photogen.domain.erasure import repository
from photogen.domain.erasure.commands import DeleteAccount
from photogen.domain.generation.service import GenerationService
from photogen.domain.leftovers import PAYMENTS, STORAGE, LeftoverOf, LeftoversService, Tried
from photogen.domain.loras.service import LorasService
from photogen.domain.receipts import Item, ReceiptKind, ReceiptsService
from photogen.domain.training.service import TrainingService
from photogen.errors import Conflict, Invalid, NotFound
from photogen.gateways.base import Job, Storage
from photogen.kit import log
from photogen.kit.clock import Clock
from photogen.kit.text import mark, t

ERASE = "erase_account"
"""The function of worker.jobs."""
_AGAIN = timedelta(seconds=15)
_SPELL = timedelta(minutes=1)
"""How long one job goes on deleting files: somebody's hundred thousand pictures must not keep all workers from the
others' work."""
_HELD = timedelta(minutes=2)
"""For so long an account belongs to the job that is at it; after a job that was killed another goes on then."""
_BATCH = 100
_ITEMS = (
    ("profile", mark("Name, email address, password"), "studio"),
    ("log_ins", mark("Log-ins on all devices"), "studio"),
    ("plan", mark("Plan and payment details"), "payments"),
    ("work", mark("Trainings and pictures under way"), "studio"),
    ("photos", mark("Photos and photo sets"), "studio"),
    ("pictures", mark("Pictures, prompts and recipes"), "studio"),
    ("trainings", mark("Training data and trained versions"), "trainer"),
    ("models", mark("Models, their weights and repositories"), "hub"),
    ("records", mark("Settings, drafts, history"), "studio"),
    ("credits", mark("Credits that were left"), "studio"),
)
_Find = Callable[..., Sequence[str]]
_Forget = Callable[..., None]
_log = log.get("erasure")


class ErasureService:
    """For pages: request. For the operator: request_for. For the worker: erase, due."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        accounts: AccountsService,
        credits: CreditsService,
        training: TrainingService,
        generation: GenerationService,
        loras: LorasService,
        storage: Storage,
        receipts: ReceiptsService,
        leftovers: LeftoversService,
        billing: BillingService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._accounts = accounts
        self._credits = credits
        self._training = training
        self._generation = generation
        self._loras = loras
        self._storage = storage
        self._receipts = receipts
        self._leftovers = leftovers
        self._billing = billing

    def request(self, account_id: str, command: DeleteAccount) -> str:
        """Ends the account for its owner, now; gives the receipt's number.

        Raises Invalid (`wrong_password`, `not_confirmed`), Conflict (`last_admin`), NotFound."""
        email = self._accounts.profile(account_id).email
        if command.confirmation.strip().lower() != email:
            raise Invalid(
                t("This is not the email address of your account. Type it as it stands above."),
                field="confirmation",
                code="not_confirmed",
            )
        self._accounts.verify_password(account_id, command.password)
        return self._close(account_id)

    def request_for(self, email: str) -> str:
        """The same by the operator, for who asks for it. Raises NotFound, Conflict (`last_admin`)."""
        return self._close(self._accounts.find(email).account_id)

    def _close(self, account_id: str) -> str:
        with self._uow() as uow:
            row = repository.lock(uow.session, account_id)
            if row is None or row.deleted_at is not None:
                raise NotFound(t("There is no such account."), code="account_not_found")
            if row.role == "admin" and not repository.other_admins(uow.session, account_id):
                raise Conflict(
                    t("This is the last administrator. Make another one first: python -m photogen create-admin."),
                    code="last_admin",
                )
            now = self._clock()
            number = self._receipts.open(
                uow,
                ReceiptKind.ACCOUNT,
                account_id,
                t("An account"),
                [Item(key, what, place, now if key in {"profile", "log_ins"} else None) for key, what, place in _ITEMS],
            )
            self._accounts.close(uow, account_id)
            row.deleted_at, row.erase_due_at = now, now + _AGAIN
            uow.session.add(row)
            uow.after_commit(Job(ERASE, (account_id,)))
        _log.info("account closed", account=account_id)
        return number

    # --- the worker's side ------------------------------------------------------------------------------------------

    def due(self, limit: int = 20) -> list[Job]:
        """Jobs for the accounts that are being erased."""
        with self._uow() as uow:
            found = repository.due(uow.session, self._clock(), limit, _AGAIN)
        return [Job(ERASE, (account_id,)) for account_id in found]

    def erase(self, account_id: str) -> None:
        """Does what can be done now, and soon; what waits for vendors stays due. Does nothing while another worker is
        at it. Safe to repeat, and to be killed."""
        began = self._clock()
        with self._uow() as uow:
            row = repository.lock(uow.session, account_id)
            if row is None or row.deleted_at is None or row.erase_due_at is None:
                return
            if row.erase_due_at > began + _AGAIN:
                return  # held by another
            row.erase_due_at = began + _HELD
            uow.session.add(row)
            since = row.deleted_at
        tried = Tried(account_id)

        def files(folder: str, find: _Find, forget: _Forget) -> bool:
            work = partial(self._files, folder, account_id, find, forget, began + _SPELL)
            return tried.part(folder, STORAGE, account_id, work)

        done = {
            "plan": tried.part("customer", PAYMENTS, account_id, lambda: self._billing.forget(account_id)),
            "work": self._stop_work(account_id),
            "photos": files("photos", repository.photos, repository.forget_photos),
            "pictures": files("images", repository.images, repository.forget_images),
        }
        with self._uow() as uow:
            row = repository.lock(uow.session, account_id)
            if row is None or row.erase_due_at is None:
                return  # done by another worker meanwhile
            now = self._clock()
            row.erase_due_at = now if now >= began + _SPELL else now + _AGAIN
            uow.session.add(row)
            self._leftovers.record(uow, LeftoverOf.ACCOUNT, account_id, tried.left, since)
            done["trainings"] = not repository.trainings_left(uow.session, account_id)
            done["models"] = not repository.models_left(uow.session, account_id)
            gone = [key for key, over in done.items() if over]
            self._receipts.gone(uow, ReceiptKind.ACCOUNT, account_id, gone)
        if all(done.values()):
            self._forget(account_id)

    def _stop_work(self, account_id: str) -> bool:
        """Cancels what runs and deletes models; True when nothing is under way any more."""
        with self._uow() as uow:
            trainings = repository.running_trainings(uow.session, account_id)
            batches = repository.moving_batches(uow.session, account_id)
        for training_id in trainings:
            with suppress(Conflict, NotFound):
                self._training.cancel(account_id, training_id)
        for generation_id in batches:
            with suppress(Conflict, NotFound):
                self._generation.cancel(account_id, generation_id)
        with self._uow() as uow:
            repository.discard_trainings(uow.session, account_id, self._clock())
            models = repository.models(uow.session, account_id)
        for model_id in models:
            with suppress(Conflict, NotFound):
                self._loras.delete(account_id, model_id)
        with self._uow() as uow:
            return not (
                repository.running_trainings(uow.session, account_id)
                or repository.moving_batches(uow.session, account_id)
            )

    def _files(self, folder: str, account_id: str, find: _Find, forget: _Forget, until: datetime) -> bool:
        """Files first, rows after (rule 8), until there are none, or the time is over: then False. Raises
        GatewayError."""
        while True:
            with self._uow() as uow:
                ids = find(uow.session, account_id, _BATCH)
            if not ids:
                return True
            if self._clock() >= until:
                return False
            for one in ids:
                for key in list(self._storage.keys(f"{folder}/{one}/")):
                    self._storage.delete(key)
            with self._uow() as uow:
                forget(uow.session, ids)

    def _forget(self, account_id: str) -> None:
        with self._uow() as uow:
            row = repository.lock(uow.session, account_id)
            if row is None or row.erase_due_at is None or self._still_there(uow, account_id):
                return
            self._credits.lapse(uow, account_id)
            uow.session.flush()
            repository.forget(uow.session, account_id)
            row.erase_due_at = None
            uow.session.add(row)
            self._receipts.gone(uow, ReceiptKind.ACCOUNT, account_id, [key for key, _, _ in _ITEMS])
        _log.info("account erased", account=account_id)

    @staticmethod
    def _still_there(uow: UnitOfWork, account_id: str) -> bool:
        """Looked at again under the lock: a worker may have put a last picture there meanwhile."""
        session = uow.session
        return bool(
            repository.is_customer(session, account_id)
            or repository.running_trainings(session, account_id)
            or repository.moving_batches(session, account_id)
            or repository.photos(session, account_id, 1)
            or repository.images(session, account_id, 1)
            or repository.trainings_left(session, account_id)
            or repository.models_left(session, account_id)
        )
