"""Use cases of the lab: the only door."""

from __future__ import annotations

from collections.abc import Sequence

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.service import GenerationService
from photogen.domain.lab import policy, repository, show
from photogen.domain.lab.commands import StartLab
from photogen.domain.lab.views import LabOffer, LabRunView, PromptView
from photogen.domain.loras.service import LorasService
from photogen.errors import Conflict, Invalid, NotFound
from photogen.kit.clock import Clock
from photogen.kit.ids import is_id, new_id
from photogen.kit.text import t
from photogen.models.lab import LabRun
from photogen.models.lora import LoraVersion

_MOST_RUNS = 12


class LabService:
    """offer, start, runs, vote, use_scale, keep, retry, cancel. Whatever belongs to somebody else is NotFound."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        gallery: GalleryService,
        loras: LorasService,
        generation: GenerationService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._gallery = gallery
        self._loras = loras
        self._generation = generation

    def offer(self, account_id: str, model_id: str, version_id: str | None = None) -> LabOffer:
        """What a run would be: of the version given, or of the current one. Raises NotFound."""
        story = self._loras.story(account_id, model_id)
        version = next(
            (v for v in story.versions if (v.id == version_id if version_id else v.is_current)),
            None,
        )
        if version is None:
            raise NotFound(t("This version does not exist, or it has been deleted."), code="version_not_found")
        painter = self._generation.painter(account_id)
        prompts = policy.PROMPTS[story.model.subject]
        return LabOffer(
            version_id=version.id,
            version_number=version.number,
            prompts=tuple(PromptView(p.key, p.of(story.model.trigger_word)) for p in prompts),
            suggested=tuple(p.key for p in prompts[: policy.SUGGESTED]),
            scales=policy.scales_within(painter.capabilities.lora_scale),
            tariff=self._generation.tariff(account_id),
        )

    def start(self, account_id: str, command: StartLab) -> str:
        """Sets aside what the whole grid takes of quota and credits and queues its pictures, all or none; gives the
        run's id.

        Raises NotFound, Invalid, Conflict (`lab_running`), TierRequired, QuotaExhausted, InsufficientCredits."""
        at = self._clock()
        key = f"{account_id}:{command.request_key}"
        painter = self._generation.painter(account_id)
        scales = policy.scales_within(painter.capabilities.lora_scale)
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            known = repository.by_request_key(uow.session, key)
            if known is not None:
                return known.id
            model = self._loras.locked(uow, account_id, command.model_id)
            if repository.under_way(uow.session, command.version_id):
                raise Conflict(t("Pictures of this version are being drawn for the lab already."), code="lab_running")
            prompts = policy.chosen(model.subject.value, command.prompts)
            if not prompts:
                raise Invalid(t("Choose at least one prompt."), field="prompts", code="missing")
            rows = [{"key": p.key, "text": p.of(model.trigger_word), "seed": p.seed} for p in prompts]
            run = LabRun(
                id=new_id(),
                account_id=account_id,
                lora_model_id=model.id,
                lora_version_id=command.version_id,
                request_key=key,
                grid={"prompts": rows, "scales": list(scales)},
                created_at=self._clock(),
            )
            uow.session.add(run)
            uow.session.flush()
            orders = [
                StartGeneration.of(
                    request_key=f"lab_{run.id}_{n}_{m}",
                    model=f"lora:{model.id}",
                    version_id=command.version_id,
                    prompt=row["text"],
                    seed=row["seed"],
                    lora_scale=scale,
                )
                for n, row in enumerate(rows)
                for m, scale in enumerate(scales)
            ]
            self._generation.begin(uow, account_id, orders, run.id, at)
            return run.id

    def runs(self, account_id: str, model_id: str) -> list[LabRunView]:
        """The runs of a model, newest first. Raises NotFound."""
        self._loras.get(account_id, model_id)
        with self._uow() as uow:
            found = repository.runs(uow.session, account_id, model_id, _MOST_RUNS)
            cells = repository.cells(uow.session, [run.id for run, _ in found])
        return [show.run(run, version, _of(cells, run.id)) for run, version in found]

    def vote(self, account_id: str, run_id: str, generation_id: str, *, right: bool) -> None:
        """This picture is right, or it is not after all. Raises NotFound, Conflict (`not_drawn`)."""
        with self._uow() as uow:
            cell = self._cell(uow, account_id, run_id, generation_id)
            if right and cell.image_id is None:
                raise Conflict(t("This picture is not there yet."), code="not_drawn")
            if right:
                repository.vote(uow.session, run_id, generation_id, self._clock())
            else:
                repository.unvote(uow.session, generation_id)
            uow.notify(account_id, "generation", generation_id)

    def use_scale(self, account_id: str, run_id: str, scale: float) -> None:
        """Makes a strength of the run the usual one of its version. Raises NotFound, Invalid."""
        with self._uow() as uow:
            run, version = self._run(uow, account_id, run_id)
        if scale not in run.grid["scales"]:
            raise Invalid(t("Choose one of the strengths of this run."), field="scale", code="not_a_choice")
        self._loras.set_scale(account_id, run.lora_model_id, version.id, scale)

    def keep(self, account_id: str, run_id: str, generation_id: str) -> None:
        """Puts a picture of the run into the gallery. Raises NotFound."""
        with self._uow() as uow:
            cell = self._cell(uow, account_id, run_id, generation_id)
        if cell.image_id is None:
            raise NotFound(t("This picture does not exist, or it has been deleted."), code="image_not_found")
        self._gallery.keep(account_id, cell.image_id)

    def retry(self, account_id: str, run_id: str) -> int:
        """Asks again for what failed or was cancelled; how many pictures that are. Raises NotFound, and what the start
        raises."""
        with self._uow() as uow:
            run, version = self._run(uow, account_id, run_id)
            cells = repository.cells(uow.session, [run_id])
        lost = [
            cell.generation_id
            for row in show.run(run, version, cells).rows
            for cell in row.cells
            if cell.status in {"failed", "cancelled"}
        ]
        for generation_id in lost:
            self._generation.retry(account_id, generation_id)
        return len(lost)

    def cancel(self, account_id: str, run_id: str) -> None:
        """Ends what has not been drawn yet; its credits come back. Raises NotFound."""
        with self._uow() as uow:
            self._run(uow, account_id, run_id)
            cells = repository.cells(uow.session, [run_id])
        for cell in cells:
            if cell.status.value in {"queued", "rendering"}:
                self._generation.cancel(account_id, cell.generation_id)

    # --- within -----------------------------------------------------------------------------------------------------

    def _run(self, uow: UnitOfWork, account_id: str, run_id: str) -> tuple[LabRun, LoraVersion]:
        found = repository.run(uow.session, account_id, run_id) if is_id(run_id) else None
        if found is None:
            raise NotFound(
                t("This run of the lab does not exist, or its version has been deleted."), code="lab_not_found"
            )
        return found

    def _cell(self, uow: UnitOfWork, account_id: str, run_id: str, generation_id: str) -> repository.Cell:
        self._run(uow, account_id, run_id)
        for cell in repository.cells(uow.session, [run_id]):
            if cell.generation_id == generation_id:
                return cell
        raise NotFound(t("This picture does not exist, or it has been deleted."), code="image_not_found")


def _of(cells: Sequence[repository.Cell], run_id: str) -> list[repository.Cell]:
    return [cell for cell in cells if cell.run_id == run_id]
