"""Everything at once on a real database: nobody waits in a circle, and every credit is accounted for."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlmodel import select

from photogen.domain.generation import policy as pictures
from photogen.domain.training import policy as trainings
from photogen.errors import PhotogenError
from photogen.gateways.base import Category, Fix, JobState
from photogen.models import HoldState, LoraStatus, LoraVersion, Shot, ShotStatus, Training
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost

SECONDS = 4.0
THREADS = 8


class Crossfire:
    """Threads that do whatever can be done, in no order, on the same few rows."""

    def __init__(self, works: Works, seed: int) -> None:
        self.works = works
        self.seed = seed
        self.accounts = [works.studio.account(credits=400, plan="enterprise") for _ in range(2)]
        self.sets = {account: works.photo_set(account) for account in self.accounts}
        self.loras = {account: works.lora(account, trigger_word="mine") for account in self.accounts}
        self.batches: list[tuple[str, str]] = []
        self.trainings: list[tuple[str, str]] = []
        self.broken: list[Exception] = []
        self.did: Counter[str] = Counter()
        dice = random.Random(seed)
        refused = Fix("No.", vendor="fake", code="no", category=Category.VALIDATION)
        for vendor in (works.inline, works.jobs, works.trainer):
            vendor.breaks["submit"] = [dice.choice([busy(), lost(), refused]) for _ in range(10)]

    def actions(self, dice: random.Random, account: str) -> dict[str, Callable[[], object]]:
        """By name; those that come twice come twice as often."""
        training, loras, generation = self.works.training, self.works.loras, self.works.generation
        return {
            "draw": partial(self.draw, dice, account),
            "train": partial(self.train, dice, account),
            "advance": partial(self.advance, dice),
            "advance ": partial(self.advance, dice),
            "step": lambda: training.advance(dice.choice(self.trainings[-6:])[1]),
            "step ": lambda: training.advance(dice.choice(self.trainings)[1]),
            "vendors": self.finish,
            "cancel pictures": lambda: generation.cancel(*dice.choice(self.batches[-6:])),
            "cancel training": lambda: training.cancel(*dice.choice(self.trainings[-6:])),
            "retry pictures": partial(self.redraw, dice),
            "retry training": lambda: training.retry(*dice.choice(self.trainings)),
            "clean up": lambda: training.clean_up(dice.choice(self.trainings)[1]),
            "schedule": lambda: (
                training.due(),
                loras.due(),
                generation.due(),
                training.recover(),
                generation.recover(),
            ),
            "expire": self.works.credits.expire_due,
            "look": lambda: (generation.recent(account), training.list(account)),
            "delete": lambda: loras.delete(account, dice.choice(loras.all(account)[:-1]).id),
        }

    def draw(self, dice: random.Random, account: str) -> None:
        model = dice.choice(["base:flux:schnell", f"lora:{self.loras[account]}"])
        self.batches.append((account, self.works.picture(account, count=dice.randint(1, 4), model=model)))

    def redraw(self, dice: random.Random) -> None:
        account, batch = dice.choice(self.batches)
        self.batches.append((account, self.works.generation.retry(account, batch)))

    def train(self, dice: random.Random, account: str) -> None:
        word = f"word{dice.randrange(10**9)}"
        id_ = self.works.start(account, photo_set_id=self.sets[account], trigger_word=word)
        self.trainings.append((account, id_))

    def advance(self, dice: random.Random) -> None:
        for shot in self.works.shots(dice.choice(self.batches[-6:])[1]):
            self.works.generation.advance(shot.id)

    def finish(self) -> None:
        """The vendors get done what they have taken."""
        for id_, job in list(self.works.trainer.jobs.items()):
            if job.state is JobState.WAITING:
                self.works.trainer.move(JobState.SUCCEEDED, id_, version="studio/loras:abc")
        for id_, picture in list(self.works.jobs.jobs.items()):
            if picture.state is JobState.WAITING:
                self.works.jobs.move(JobState.SUCCEEDED, id_)

    def work(self, number: int, end: float) -> None:
        dice = random.Random(self.seed + number)
        while time.monotonic() < end and not self.broken:
            name, action = dice.choice(list(self.actions(dice, dice.choice(self.accounts)).items()))
            try:
                action()
            except (PhotogenError, IndexError):
                continue  # refused, or nothing there yet
            except Exception as error:  # noqa: BLE001
                self.broken.append(error)
            self.did[name.strip()] += 1

    def run(self) -> None:
        end = time.monotonic() + SECONDS
        threads = [threading.Thread(target=self.work, args=(number, end)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def settle(self) -> None:
        """Lets time pass until all has come to its end."""
        for _ in range(60):
            self.finish()
            self.works.later(31)


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    """A studio whose threads need not wait for a connection."""
    studio = Studio.on(database_url, pool_size=THREADS * 3)
    yield Works(studio)
    studio.close()


def test_nobody_waits_in_a_circle_and_every_credit_is_accounted_for(works: Works) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    crossfire = Crossfire(works, seed)
    crossfire.run()
    assert not crossfire.broken, repr(crossfire.broken[0])
    assert len(crossfire.did) >= 12, crossfire.did
    crossfire.settle()

    assert works.credits.audit() == []
    for account in crossfire.accounts:
        assert all(state is not HoldState.OPEN for _, _, state in works.holds(account))
    with works.studio.session() as session:
        shots = session.scalars(select(Shot)).all()
        rows = session.scalars(select(Training)).all()
        versions = session.scalars(select(LoraVersion).where(LoraVersion.status == LoraStatus.READY)).all()
    assert {shot.status for shot in shots} <= pictures.FINAL
    assert {row.status for row in rows} <= trainings.FINAL
    assert not [row.id for row in rows if row.clean_due_at is not None and not trainings.resumable(
        row, works.clock(), works.training_config)]  # fmt: skip
    for asked in (works.inline.requests, works.jobs.requests, works.trainer.requests):
        references = [request.reference for request in asked]
        assert len(references) == len(set(references)), "the vendor was asked once for each"

    def stored(folder: str) -> set[str]:
        return {key.split("/")[1] for key in works.storage.objects if key.startswith(folder)}

    assert stored("images/") == {shot.id for shot in shots if shot.status is ShotStatus.DONE}
    assert stored("datasets/") == set()
    kept = {row.weights_key for row in rows if trainings.resumable(row, works.clock(), works.training_config)}
    assert {f"weights/{name}" for name in stored("weights/")} == {row.weights_key for row in versions} | kept - {""}
