"""What an account may do, on its plan, now."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from photogen.errors import NotFound
from photogen.kit.ids import new_id
from photogen.models import PaidBy, PhotoSet, Tier, Training, TrainingRound, TrainingStatus
from tests.factories.studio import Studio


def train(studio: Studio, account: str, status: TrainingStatus, paid_by: PaidBy = PaidBy.INCLUDED) -> None:
    with studio.uow() as uow:
        photo_set = PhotoSet(account_id=account)
        uow.session.add(photo_set)
        uow.session.flush()
        uow.session.add(
            Training(
                account_id=account, photo_set_id=photo_set.id, name="Fox", trigger_word="FOXY", steps=1000,
                learning_rate=4e-4, lora_rank=16, status=status, paid_by=paid_by, created_at=studio.clock.now,
                request_key=new_id(),
            )
        )  # fmt: skip


def left(studio: Studio, account: str) -> int:
    with studio.uow() as uow:
        return studio.plans.included_left(uow, account)


def test_entitlements_are_the_plans(studio: Studio) -> None:
    free, pro = studio.plans.entitlements(studio.account()), studio.plans.entitlements(studio.account(plan="pro"))
    assert (free.plan_key, free.name, free.tier, free.model_slots) == ("free", "Free", Tier.FREE, 1)
    assert free.public_allowed
    assert (pro.tier, pro.model_slots, pro.trainings_left) == (Tier.PRO, 5, 3)
    with pytest.raises(NotFound):
        studio.plans.entitlements(new_id())
    assert [plan.name for plan in studio.plans.plans()] == ["Free", "Creator", "Pro", "Enterprise"]


def test_an_included_training_is_used_up_unless_it_fails(studio: Studio) -> None:
    account = studio.account(plan="pro")
    for status in (TrainingStatus.FAILED, TrainingStatus.CANCELLED):
        train(studio, account, status)
    train(studio, account, TrainingStatus.COMPLETED, PaidBy.CREDITS)
    train(studio, studio.account(plan="pro"), TrainingStatus.COMPLETED)
    assert left(studio, account) == 3
    for status in (TrainingStatus.QUEUED, TrainingStatus.TRAINING, TrainingStatus.COMPLETED, TrainingStatus.COMPLETED):
        train(studio, account, status)
    assert left(studio, account) == 0
    assert studio.plans.entitlements(account).trainings_used == 4
    with pytest.raises(NotFound):
        left(studio, new_id())


def test_a_months_trainings_come_back_with_the_month_and_a_lifetimes_do_not(studio: Studio) -> None:
    monthly, once = studio.account(plan="creator"), studio.account()
    studio.clock.now = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    train(studio, monthly, TrainingStatus.COMPLETED)
    train(studio, once, TrainingStatus.COMPLETED)
    assert (left(studio, monthly), left(studio, once)) == (0, 0)
    studio.clock.move(minutes=1)
    assert (left(studio, monthly), left(studio, once)) == (1, 0)


def test_what_was_used_before_a_plan_was_bought_was_not_the_plans(studio: Studio) -> None:
    account = studio.account()
    train(studio, account, TrainingStatus.COMPLETED)
    assert left(studio, account) == 0
    studio.clock.move(minutes=1)
    studio.subscribe(account, "creator")
    assert left(studio, account) == 1
    studio.clock.move(minutes=1)
    train(studio, account, TrainingStatus.COMPLETED)
    assert left(studio, account) == 0


def test_models_are_locked_until_a_plan_opens_them(studio: Studio) -> None:
    for who in (None, studio.account()):
        seen = {model.key: (model.locked, model.unlocked_by) for model in studio.plans.image_models(who)}
        assert seen == {
            "flux:schnell": (False, ""),
            "flux:1.1-pro": (True, "Creator"),
            "flux:dev-lora": (False, ""),
        }
    creator = studio.account(plan="creator")
    assert not any(model.locked for model in studio.plans.image_models(creator))
    assert studio.plans.image_model("flux:1.1-pro").locked
    assert not studio.plans.image_model("flux:1.1-pro", creator).locked


def test_the_seeded_models_can_do_what_their_vendors_say(studio: Studio) -> None:
    schnell, pro, lora = studio.plans.image_models()
    assert (schnell.capabilities.steps, schnell.capabilities.guidance, schnell.capabilities.lora) == (
        (1, 12, 4),
        None,
        False,
    )
    assert (pro.capabilities.steps, pro.capabilities.seed) == (None, True)
    assert lora.capabilities.lora
    assert lora.capabilities.steps == (1, 50, 28)
    assert lora.capabilities.guidance == (0, 10, 3)
    assert lora.capabilities.lora_scale == (0, 2, 1)


def test_a_retired_model_is_only_for_work_begun_with_it(studio: Studio) -> None:
    with studio.engine.begin() as connection:
        connection.execute(text("UPDATE image_model SET enabled = false WHERE key = 'flux:schnell'"))
    assert "flux:schnell" not in [model.key for model in studio.plans.image_models()]
    with pytest.raises(NotFound):
        studio.plans.image_model("flux:schnell")
    assert studio.plans.image_model("flux:schnell", retired=True).name == "FLUX.1 schnell"
    with pytest.raises(NotFound):
        studio.plans.image_model("flux:never", retired=True)


def test_a_retry_uses_up_the_month_in_which_it_is_begun(studio: Studio) -> None:
    account = studio.account(plan="creator")
    studio.clock.now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    train(studio, account, TrainingStatus.TRAINING)
    studio.clock.move(days=1)
    with studio.uow() as uow:
        row = uow.session.exec(select(Training).where(Training.account_id == account)).one()
        row.rounds = 2
        uow.session.add(
            TrainingRound(
                training_id=row.id, number=2, stage="training", paid_by=PaidBy.INCLUDED, started_at=studio.clock()
            )
        )
    assert left(studio, account) == 0
    studio.clock.move(days=30)
    assert left(studio, account) == 1
