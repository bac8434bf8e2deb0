"""From what was asked to rows: a batch with its shots, paid for, and the jobs that draw them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from photogen.db.uow import UnitOfWork
from photogen.domain.generation import policy, repository
from photogen.domain.generation.choosing import Choosing, check_available
from photogen.domain.generation.commands import StartGeneration
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.line import repository as line
from photogen.domain.generation.paying import Payment
from photogen.domain.generation.policy import Take
from photogen.domain.generation.settle import DRAW_NEXT
from photogen.domain.generation.styles import pixels, size
from photogen.domain.plans.service import PlansService
from photogen.domain.vendors import routing
from photogen.domain.vendors.routes import routes_of
from photogen.errors import Invalid, TierRequired
from photogen.gateways.base import ImageVendor, Job
from photogen.kit.ids import new_id
from photogen.kit.text import t
from photogen.models.generation import Generation, Shot
from photogen.models.image import Image


class Making:
    """Steps; they join the caller's unit of work."""

    def __init__(
        self,
        plans: PlansService,
        choosing: Choosing,
        payment: Payment,
        vendors: Mapping[str, ImageVendor],
        config: GenerationConfig,
    ) -> None:
        self._plans = plans
        self._choosing = choosing
        self._payment = payment
        self._vendors = vendors
        self._config = config

    def prepared(
        self,
        uow: UnitOfWork,
        account_id: str,
        command: StartGeneration,
        takes: Sequence[Take],
        lab_run_id: str | None,
        at: datetime,
    ) -> tuple[Generation, list[Shot]]:
        """The rows, not yet added. Raises NotFound, TierRequired, Conflict, Invalid."""
        model, own = self._choosing.chosen(uow, account_id, command.model, command.version_id)
        lora, version = own or (None, None)
        if model.locked:
            raise TierRequired(
                t(
                    "{name} comes with the {unlocked_by} plan. Choose another model, or change the plan.",
                    name=model.name,
                    unlocked_by=model.unlocked_by,
                ),
                tier=model.tier.value,
                plan=model.unlocked_by,
            )
        check_available(model)
        chosen = policy.choose(command, model.capabilities, version.default_scale if version else None)
        begin = self._input(uow, account_id, command.input_image_id)
        aspect = policy.nearest_aspect(begin.width, begin.height) if begin else command.aspect
        width, height = pixels(aspect) if begin else size(aspect, command.width, command.height)
        word = lora.trigger_word if lora else ""
        batch = Generation(
            id=new_id(),
            account_id=account_id,
            request_key=f"{account_id}:{command.request_key}",
            model_key=model.key,
            lora_model_id=lora.id if lora else None,
            lora_version_id=version.id if version else None,
            lab_run_id=lab_run_id,
            model_name=lora.name if lora else model.name,
            prompt=command.prompt,
            prompt_sent=policy.prompt_sent(command.prompt, word, command.style),
            negative_prompt=command.negative_prompt,
            style=command.style,
            aspect=aspect,
            width=width,
            height=height,
            count=len(takes),
            seed=takes[0].seed,
            seed_chosen=command.seed is not None,
            steps=chosen.steps,
            guidance=chosen.guidance,
            lora_scale=chosen.lora_scale if lora else None,
            input_image_id=begin.id if begin else None,
            strength=chosen.strength,
            credits_each=model.price(width, height),
            created_at=at,
        )
        routes = routes_of(uow, [model.key])[model.key]
        if routing.choose(routes, policy.wanted(batch), set_up=self._vendors) is None:
            raise Invalid(
                t(
                    "No service that draws with this model now can do all of these settings together. Change some of "
                    "them, or choose another model."
                ),
                code="not_supported",
            )
        shots = [self._shot(batch, number, take, word, model.quota_weight) for number, take in enumerate(takes, 1)]
        return batch, shots

    @staticmethod
    def _input(uow: UnitOfWork, account_id: str, image_id: str | None) -> Image | None:
        if image_id is None:
            return None
        found = repository.input_image(uow.session, account_id, image_id)
        if found is None:
            raise Invalid(
                t("The picture to begin with has been deleted. Choose another."), field="input", code="no_input"
            )
        return found

    def enter(
        self,
        uow: UnitOfWork,
        account_id: str,
        batches: Sequence[Generation],
        shots: Sequence[Shot],
        at: datetime,
        *,
        background: bool,
    ) -> None:
        """The money, the places in the line, the rows, the jobs. Spends before it inserts (rule 5)."""
        self._payment.hold(uow, account_id, batches, shots, at)
        terms = self._plans.line_of(uow, account_id)
        step = 1 / terms.weight
        turn = line.first_turn(uow.session, account_id, background=background, step=step)
        for number, shot in enumerate(shots):
            shot.background, shot.turn, shot.at_once = background, turn + number * step, terms.at_once
        uow.session.add_all(batches)
        uow.session.flush()
        uow.session.add_all(shots)
        for batch in batches:
            uow.notify(account_id, "generation", batch.id)
        for shot in shots[: terms.at_once]:  # more can't begin: each that ends calls the next
            uow.after_commit(Job(DRAW_NEXT, (shot.id,)))

    def _shot(self, batch: Generation, number: int, take: Take, word: str, weight: int) -> Shot:
        shot_id = new_id()
        return Shot(
            id=shot_id,
            generation_id=batch.id,
            account_id=batch.account_id,
            number=number,
            seed=take.seed,
            prompt=take.prompt,
            prompt_sent=policy.prompt_sent(take.prompt, word, batch.style) if take.prompt else "",
            hold_key=f"shot:{shot_id}",
            credits=batch.credits_each,
            quota_weight=weight,
            created_at=batch.created_at,
            next_check_at=batch.created_at + self._config.pickup,
        )
