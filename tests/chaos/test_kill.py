"""The worker is killed with SIGKILL in each stage, and started again: the job ends as it should, is charged once, and
the vendor was asked once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from photogen.models import Plan
from tests.fakes.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def struck(world: World, operation: str, fault: str) -> bool:
    """Whether a call hangs in this fault now."""
    return bool(world.sandbox.requests(operation=operation, fault=fault))


def hang(world: World, vendor: str, operation: str, fault: str = "hang") -> Callable[[World, str, str], bool]:
    """Lets the next such call hang; gives the moment in which it does. `hang_after`: its work is done by then."""
    world.sandbox.fault(vendor, operation, fault, seconds=600)

    def moment(world: World, _account: str, _id: str) -> bool:
        if fault == "hang_after":
            return bool(world.sandbox.accepted(operation=operation, fault=fault))
        return struck(world, operation, fault)

    return moment


def slow_training(world: World) -> Callable[[World, str, str], bool]:
    world.sandbox.pace(training_seconds_per_1000_steps=40)
    return lambda world, ada, id_: world.services.training.get(ada, id_).step > 0


TRAINING: dict[str, Callable[[World], Callable[[World, str, str], bool]]] = {
    "queued": lambda _: lambda *_: True,
    "preparing": lambda _: lambda world, ada, id_: world.training_status(ada, id_) != "queued",
    "before the vendor accepted": lambda world: hang(world, "replicate", "trainings.create"),
    "after the vendor accepted": lambda world: hang(world, "replicate", "trainings.create", "hang_after"),
    "training": slow_training,
    "fetching the weights": lambda world: hang(world, "replicate", "delivery"),
    "creating the repository": lambda world: hang(world, "hub", "repos.create", "hang_after"),
    "publishing": lambda world: hang(world, "hub", "commit", "hang_after"),
}


@pytest.mark.parametrize("stage", TRAINING)
def test_a_training(world: World, stage: str) -> None:
    with world.services.uow() as uow:
        uow.session.execute(update(Plan).values(trainings_included=0))
    ada = world.account(credits=100)
    before = world.services.credits.balance(ada).available
    moment = TRAINING[stage](world)
    training = world.train(ada)
    world.start_worker(1)
    world.until(lambda: moment(world, ada, training), f"the moment has come: {stage}")
    world.kill_worker()
    world.sandbox.clear_faults()
    world.start_worker(1)
    world.until(lambda: world.training_status(ada, training) == "completed", "it ends well", 120)

    created = world.sandbox.accepted(operation="trainings.create")
    assert len(created) == 1
    assert training in str(created[0]["body"])
    assert len(world.services.loras.all(ada)) == 1
    balance = world.services.credits.balance(ada)
    assert (balance.available, balance.held) == (before - 20, 0)
    assert world.services.credits.audit() == []
    world.until(lambda: not list(world.services.storage.keys("datasets/")), "nothing is left behind")


LORA: dict[str, Callable[[World], Callable[[World, str, str], bool]]] = {
    "before the vendor accepted": lambda world: hang(world, "replicate", "models.predictions.create"),
    "after the vendor accepted": lambda world: hang(world, "replicate", "models.predictions.create", "hang_after"),
    "fetching the picture": lambda world: hang(world, "replicate", "delivery"),
}


@pytest.mark.parametrize("stage", LORA)
def test_a_picture_of_ones_own_model(world: World, stage: str) -> None:
    ada = world.account(credits=10)
    training = world.train(ada)
    world.start_worker(1)
    world.until(lambda: world.training_status(ada, training) == "completed", "there is a model", 90)
    before = world.services.credits.balance(ada).available
    moment = LORA[stage](world)
    batch = world.draw(ada, model=f"lora:{world.services.loras.all(ada)[0].id}")
    world.until(lambda: moment(world, ada, batch), f"the moment has come: {stage}")
    world.kill_worker()
    world.sandbox.clear_faults()
    world.start_worker(1)
    world.until(lambda: world.batch_status(ada, batch) == "done", "it is drawn", 120)

    assert len(world.sandbox.accepted(operation="models.predictions.create")) == 1
    assert world.services.gallery.count(ada) == 1
    assert world.services.credits.balance(ada).available == before - 1
    assert world.services.credits.audit() == []


@pytest.mark.parametrize("fault", ["hang", "hang_after"])
def test_a_picture_that_nobody_can_look_up_is_given_back(world: World, fault: str) -> None:
    ada = world.account(credits=10)
    before = world.services.credits.balance(ada).available
    moment = hang(world, "together", "images.generate", fault)
    batch = world.draw(ada)
    world.start_worker(1)
    world.until(lambda: moment(world, ada, batch), "the call hangs")
    world.kill_worker()
    world.sandbox.clear_faults()
    world.start_worker(1)
    world.until(lambda: world.batch_status(ada, batch) == "failed", "it is given up", 60)

    shot = world.services.generation.get(ada, batch).shots[0]
    assert shot.error_code == "outcome_unknown"
    assert len(world.sandbox.requests(operation="images.generate")) == 1
    assert world.services.credits.balance(ada).available == before
    assert world.services.credits.audit() == []
