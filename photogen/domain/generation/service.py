"""Use cases of generations: the only door."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from photogen.db.lease import Leases
from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.credits.service import CreditsService
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation import policy, repository, show
from photogen.domain.generation.choosing import Choosing, check_available, painter
from photogen.domain.generation.commands import LARGEST_SEED, QuoteGeneration, StartGeneration
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.draw import Draw
from photogen.domain.generation.line import repository as line
from photogen.domain.generation.making import Making
from photogen.domain.generation.parts import Parts
from photogen.domain.generation.paying import Payment
from photogen.domain.generation.policy import Take
from photogen.domain.generation.prompts import repository as prompts
from photogen.domain.generation.settle import ADVANCE, DRAW_NEXT, Settlement
from photogen.domain.generation.styles import ASPECTS, SQUARE, STYLES, pixels, size
from photogen.domain.generation.views import GenerateOptions, GenerationQuote, GenerationView, ModelTotal, Tariff
from photogen.domain.loras import repository as loras
from photogen.domain.plans.service import PlansService
from photogen.domain.plans.views import ImageModelView
from photogen.domain.quota import QuotaService
from photogen.domain.vendors.routing import CUSTOM
from photogen.errors import Conflict, NotFound
from photogen.gateways.base import ImageVendor, Job, Storage
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id
from photogen.kit.text import t
from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.lora import LoraModel, LoraVersion

_MOST_LISTED = 50
_PACE_OF, _PACE_FRESH = timedelta(days=1), timedelta(seconds=20)
_MOST_BEGUN = 20
"""Pictures in line whose jobs got lost that are looked after at a time."""
_MOST_MODELS = 12


class GenerationService:
    """For pages: options, quote, tariff, start, cancel, retry, get, recent, by_model. For the worker: advance, due,
    recover. Whatever belongs to somebody else is NotFound."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        credits: CreditsService,
        quota: QuotaService,
        plans: PlansService,
        gallery: GalleryService,
        storage: Storage,
        image_vendors: Mapping[str, ImageVendor],
        config: GenerationConfig | None = None,
        paused: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """`paused` names the vendors that are not to be asked for pictures now."""
        self._uow = uow
        self._clock = clock
        self._payment = Payment(credits, quota)
        self._plans, self._gallery = plans, gallery
        self._config = config or GenerationConfig()
        self._settlement = Settlement(clock, self._payment, self._config)
        self._leases: Leases[Shot] = Leases(uow, clock, Shot, self._config.lease)
        self._paces: dict[str, tuple[datetime, float | None]] = {}
        self._choosing = Choosing(plans)
        self._making = Making(plans, self._choosing, self._payment, image_vendors, self._config)
        self._draw = Draw(
            Parts(uow, clock, storage, gallery, image_vendors, paused, self._config, self._leases, self._settlement)
        )

    # --- before the start -------------------------------------------------------------------------------------------

    def options(self, account_id: str) -> GenerateOptions:
        """Models, styles and shapes that the page offers."""
        models = self._plans.image_models(account_id)
        painting = painter(models)
        mine: Sequence[tuple[LoraModel, LoraVersion]] = ()
        previews: dict[str, str] = {}
        if painting is not None:
            with self._uow() as uow:
                mine = repository.loras(uow.session, account_id)
                newest = loras.previews(uow.session, [lora.id for lora, _ in mine])
                previews = {model_id: image_id for model_id, (image_id, _) in newest.items()}
        base = [model for model in models if not model.draws_loras]
        made = self._gallery.newest_of(account_id, [model.key for model in base])
        return GenerateOptions(
            base_models=tuple(show.base_choice(model, made.get(model.key)) for model in base),
            my_models=tuple(
                show.lora_choice(lora, version, painting, previews.get(lora.id)) for lora, version in mine if painting
            ),
            styles=STYLES,
            aspects=ASPECTS,
        )

    def quote(self, account_id: str, command: QuoteGeneration) -> GenerationQuote:
        """What it would cost now. Raises NotFound, Invalid (no such shape), Conflict (`model_unavailable`,
        `unit_not_suitable`)."""
        with self._uow() as uow:
            model, _ = self._choosing.chosen(uow, account_id, command.model)
            check_available(model)
            shape = size(command.aspect, command.width, command.height)
            return self._payment.tariff(uow, account_id, model, shape).quote(command.count)

    def tariff(self, account_id: str) -> Tariff:
        """What pictures of the account's own models cost. Raises what `painter` raises."""
        with self._uow() as uow:
            return self._payment.tariff(uow, account_id, self._choosing.painter_of(uow, account_id), pixels(SQUARE))

    # --- start, cancel, retry ---------------------------------------------------------------------------------------

    def start(self, account_id: str, command: StartGeneration) -> str:
        """Sets quota and credits aside and queues a shot per picture; gives the batch's id. The same `request_key`
        gives the same batch.

        Raises NotFound (model), TierRequired, Conflict (`model_unavailable`), Invalid (what no vendor can do that draws
        it now; wildcards that can't be drawn), QuotaExhausted, InsufficientCredits."""
        first = secrets.randbelow(LARGEST_SEED + 1) if command.seed is None else command.seed
        return self._start(account_id, command, policy.takes(command, first), typed=True)

    def _start(
        self,
        account_id: str,
        command: StartGeneration,
        takes: Sequence[Take],
        lab_run_id: str | None = None,
        *,
        typed: bool = False,
    ) -> str:
        at = self._clock()  # of the click: whoever waits for the lock until midnight has asked before it
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            known = repository.by_request_key(uow.session, f"{account_id}:{command.request_key}")
            if known is not None:
                return known.id
            batch, shots = self._making.prepared(uow, account_id, command, takes, lab_run_id, at)
            self._making.enter(uow, account_id, [batch], shots, at, background=not typed)
            if typed:
                prompts.remember(uow.session, account_id, command.prompt, at)
            return batch.id

    def begin(
        self, uow: UnitOfWork, account_id: str, commands: Sequence[StartGeneration], lab_run_id: str, at: datetime
    ) -> None:
        """Step: batches of one picture each for a run of the lab asked for at `at`, all or none; the caller has locked
        the account, and each command has its seed. Raises what `start` raises."""
        made = [
            self._making.prepared(uow, account_id, one, policy.takes(one, one.seed or 0), lab_run_id, at)
            for one in commands
        ]
        shots = [shot for _, those in made for shot in those]
        self._making.enter(uow, account_id, [batch for batch, _ in made], shots, at, background=True)

    def painter(self, account_id: str) -> ImageModelView:
        """The registry's model that draws trained models, with its price. Raises NotFound, Conflict
        (`model_unavailable`)."""
        with self._uow() as uow:
            return self._choosing.painter_of(uow, account_id)

    def cancel(self, account_id: str, generation_id: str, *, begun: bool = True) -> None:
        """Ends what is not finished yet (without `begun`: what still stands in line) and gives back what it took; what
        is done stays. Cancelling again is fine.

        Raises NotFound, Conflict (`already_finished`)."""
        with self._uow() as uow:
            batch = self._own(uow, account_id, generation_id)
            shots = repository.shots(uow.session, [batch.id], locked=True)
            now = self._clock()
            stopped = []
            for shot in shots:
                under_way = shot.status is ShotStatus.RENDERING
                if under_way and not begun:
                    continue
                if self._settlement.settle(uow, shot, ShotStatus.CANCELLED):
                    shot.cancel_requested_at = now
                    stopped.append(shot)
                    if under_way:
                        uow.after_commit(Job(ADVANCE, (shot.id,)))
            if not stopped and not any(shot.status is ShotStatus.CANCELLED for shot in shots):
                raise Conflict(t("These pictures are finished already."), code="already_finished")

    def retry(self, account_id: str, generation_id: str) -> str:
        """A new batch of the shots that failed or were cancelled, with their own seeds; gives its id. A second click
        gives the first one's answer. Raises NotFound, Conflict (`nothing_to_retry`), and what `start` raises."""
        with self._uow() as uow:
            batch = self._own(uow, account_id, generation_id)
            shots = repository.shots(uow.session, [batch.id])
        lost = [
            Take(shot.seed, shot.prompt) for shot in shots if shot.status in {ShotStatus.FAILED, ShotStatus.CANCELLED}
        ]
        if not lost or any(shot.status not in policy.FINAL for shot in shots):
            raise Conflict(t("There is nothing to retry: no picture of this batch failed."), code="nothing_to_retry")
        if batch.lora_scale is not None and (batch.lora_model_id is None or batch.lora_version_id is None):
            raise NotFound(t("The model of these pictures has been deleted."), code="model_not_found")
        command = StartGeneration.of(
            request_key=f"retry_{batch.id}",
            model=f"lora:{batch.lora_model_id}" if batch.lora_model_id else f"base:{batch.model_key}",
            version_id=batch.lora_version_id,
            prompt=batch.prompt,
            negative_prompt=batch.negative_prompt,
            aspect=batch.aspect,
            width=batch.width if batch.aspect == CUSTOM else None,
            height=batch.height if batch.aspect == CUSTOM else None,
            steps=batch.steps,
            guidance=batch.guidance,
            lora_scale=batch.lora_scale,
            style=batch.style,
            input_image_id=batch.input_image_id,
            strength=batch.strength,
            seed=batch.seed if batch.seed_chosen else None,
        )
        return self._start(account_id, command, lost, batch.lab_run_id)

    # --- shown ------------------------------------------------------------------------------------------------------

    def get(self, account_id: str, generation_id: str) -> GenerationView:
        """A batch with its shots. Raises NotFound."""
        with self._uow() as uow:
            return self._views(uow, [self._own(uow, account_id, generation_id)])[0]

    def recent(self, account_id: str, limit: int = 6) -> list[GenerationView]:
        """The newest batches, and those before them that are not over."""
        with self._uow() as uow:
            newest = max(1, min(limit, _MOST_LISTED))
            return self._views(uow, repository.recent(uow.session, account_id, newest, _MOST_LISTED))

    def by_model(self, account_id: str, days: int = 30) -> list[ModelTotal]:
        """What was delivered of the batches of the last UTC days, today included, by model; a dozen at most."""
        midnight = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        with self._uow() as uow:
            return repository.by_model(uow.session, account_id, midnight - timedelta(days=days - 1), _MOST_MODELS)

    # --- the worker's side ------------------------------------------------------------------------------------------

    def knows(self, shot_id: str) -> bool:
        """Whether there is such a shot, whosever it is."""
        with self._uow() as uow:
            return is_id(shot_id) and repository.is_shot(uow.session, shot_id)

    def advance(self, shot_id: str) -> None:
        """Does what is next. Safe to call at any time, by anybody, in parallel."""
        self._draw(shot_id)

    def draw_next(self) -> None:
        """Begins the picture that is next in line, if one is and there is room for it."""
        self._draw.next()

    def due(self, limit: int = 100) -> list[Job]:
        """Jobs for the shots that somebody should look at now; each is not due again for a while."""
        with self._uow() as uow:
            later = max(self._config.pickup, self._config.lease / 3)
            found = repository.due(uow.session, self._clock(), limit, later)
            waiting = line.overdue(uow.session, self._clock(), _MOST_BEGUN, later)
        return [Job(ADVANCE, (id_,)) for id_ in found] + [Job(DRAW_NEXT, (id_,)) for id_ in waiting]

    def known_files(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that are shots in work: a picture that was paid for may be stored and not in the gallery
        yet."""
        with self._uow() as uow:
            return set(repository.in_work(uow.session, ids))

    def recover(self) -> int:
        """Frees what dead workers of this machine held, so that it is due at once. How many shots that were."""
        return len(self._leases.free_dead(policy.ACTIVE))

    # --- within -----------------------------------------------------------------------------------------------------

    def _own(self, uow: UnitOfWork, account_id: str, generation_id: str) -> Generation:
        row = repository.get(uow.session, account_id, generation_id) if is_id(generation_id) else None
        if row is None:
            raise NotFound(t("These pictures do not exist."), code="generation_not_found")
        return row

    def _views(self, uow: UnitOfWork, rows: Sequence[Generation]) -> list[GenerationView]:
        found = repository.shown(uow.session, [row.id for row in rows])
        shots = [shot for shot, _ in found]
        hashes = {shot.image_id: thumbhash for shot, thumbhash in found if shot.image_id and thumbhash is not None}
        waiting = {shot.generation_id for shot in shots if shot.status is ShotStatus.QUEUED}
        active = waiting | {shot.generation_id for shot in shots if shot.status is ShotStatus.RENDERING}
        places = line.places(uow.session, sorted(waiting)) if waiting else {}
        return [
            show.generation(
                row,
                [shot for shot in shots if shot.generation_id == row.id],
                hashes,
                places.get(row.id),
                self._seconds(uow, row.model_key) if row.id in active else None,
                self._clock(),
            )
            for row in rows
        ]

    def _seconds(self, uow: UnitOfWork, model_key: str) -> float | None:
        """What a picture of the model takes, by the last day; looked up once in a while."""
        now = self._clock()
        known = self._paces.get(model_key)
        if known is None or known[0] < now - _PACE_FRESH:
            known = self._paces[model_key] = (now, line.seconds(uow.session, model_key, now - _PACE_OF))
        return known[1]
