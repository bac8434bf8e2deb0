"""The worker is killed with SIGKILL while it has a job in each stage, and started again: each ends as it should, is
charged once, and the vendor was asked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from sqlalchemy import update

from photogen.models import Plan
from tests.fakes.world import World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

Hang = Literal["hang", "hang_after"]
"""`hang_after`: the vendor's work is done by then."""


class Moment:
    """Arms the next such call to hang; `come` says whether one hangs in it now."""

    def __init__(self, world: World, vendor: str, operation: str, fault: Hang = "hang") -> None:
        self._world, self._operation, self._fault = world, operation, fault
        self._before = len(self._struck())
        world.sandbox.fault(vendor, operation, fault, seconds=600)

    def _struck(self) -> list[object]:
        calls = self._world.sandbox.accepted if self._fault == "hang_after" else self._world.sandbox.requests
        return [*calls(operation=self._operation, fault=self._fault)]

    def come(self) -> bool:
        return len(self._struck()) > self._before


TRAINING: dict[str, tuple[str, str, Hang] | None] = {
    # The furthest first: each is on its way there alone, so that the fault waits for it.
    "publishing": ("hub", "commit", "hang_after"),
    "creating the repository": ("hub", "repos.create", "hang_after"),
    "fetching the weights": ("replicate", "delivery", "hang"),
    "training": None,
    "after the vendor accepted": ("replicate", "trainings.create", "hang_after"),
    "before the vendor accepted": ("replicate", "trainings.create", "hang"),
    "preparing": None,
    "queued": None,
}


def test_trainings(world: World, subtests: pytest.Subtests) -> None:
    with world.services.uow() as uow:
        uow.session.execute(update(Plan).values(trainings_included=0))
    people = {stage: world.account(credits=100) for stage in TRAINING}
    before = {stage: world.services.credits.balance(person).available for stage, person in people.items()}
    trainings: dict[str, str] = {}

    def reached(stage: str) -> Callable[[], bool]:
        def look() -> bool:
            view = world.services.training.get(people[stage], trainings[stage])
            return {"queued": True, "preparing": view.status != "queued", "training": view.step > 0}[stage]

        return look

    world.start_worker(processes=7)  # one for each call that hangs, and others that go on
    for stage, call in TRAINING.items():
        if stage == "training":
            world.sandbox.pace(training_seconds_per_1000_steps=40)
        moment = Moment(world, *call) if call else None
        trainings[stage] = world.train(people[stage])
        world.until(moment.come if moment else reached(stage), f"the moment has come: {stage}")
    world.kill_worker()
    world.sandbox.clear_faults()
    world.start_worker(2)

    for stage, person in people.items():
        with subtests.test(stage):
            id_ = trainings[stage]
            world.until(lambda: world.training_status(person, id_) == "completed", "it ends well", 120)  # noqa: B023
            created = world.sandbox.accepted(operation="trainings.create")
            assert [id_ in str(request["body"]) for request in created].count(True) == 1
            assert len(world.services.loras.all(person)) == 1
            balance = world.services.credits.balance(person)
            assert (balance.available, balance.held) == (before[stage] - 20, 0)
    assert len(world.sandbox.accepted(operation="trainings.create")) == len(TRAINING)
    assert world.services.credits.audit() == []
    world.until(lambda: not list(world.services.storage.keys("datasets/")), "nothing is left behind")


LORA: dict[str, tuple[str, Hang]] = {
    "fetching the picture": ("delivery", "hang"),
    "after the vendor accepted": ("models.predictions.create", "hang_after"),
    "before the vendor accepted": ("models.predictions.create", "hang"),
}
UNTOLD: tuple[Hang, ...] = ("hang", "hang_after")
"""Of a vendor that nobody can ask afterwards: what became of the picture stays unknown."""


def test_pictures(world: World, subtests: pytest.Subtests) -> None:
    ada = world.account(credits=20)
    training = world.train(ada)
    world.start_worker(processes=6)
    world.until(lambda: world.training_status(ada, training) == "completed", "there is a model", 90)
    model = f"lora:{world.services.loras.all(ada)[0].id}"
    before = world.services.credits.balance(ada).available
    batches: dict[str, str] = {}
    for stage, (operation, fault) in LORA.items():
        moment = Moment(world, "replicate", operation, fault)
        batches[stage] = world.draw(ada, model=model)
        world.until(moment.come, f"the moment has come: {stage}")
    for fault in UNTOLD:
        moment = Moment(world, "together", "images.generate", fault)
        batches[fault] = world.draw(ada)
        world.until(moment.come, f"the call hangs: {fault}")
    world.kill_worker()
    world.sandbox.clear_faults()
    world.start_worker(2)

    for stage in LORA:
        with subtests.test(stage):
            world.until(lambda: world.batch_status(ada, batches[stage]) == "done", "it is drawn", 120)  # noqa: B023
    for fault in UNTOLD:
        with subtests.test(fault):
            world.until(lambda: world.batch_status(ada, batches[fault]) == "failed", "it is given up", 60)  # noqa: B023
            assert world.services.generation.get(ada, batches[fault]).shots[0].error_code == "outcome_unknown"
    assert len(world.sandbox.accepted(operation="models.predictions.create")) == len(LORA)
    assert len(world.sandbox.requests(operation="images.generate")) == len(UNTOLD)
    assert world.services.gallery.count(ada) == len(LORA)
    assert world.services.credits.balance(ada).available == before - len(LORA)
    assert world.services.credits.audit() == []
