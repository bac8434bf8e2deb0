"""Hundreds of trainings and pictures while everything breaks at once, by the luck of one seed.

Half of all webhooks get lost, the others come twice and in any order; every call to a vendor goes wrong with a
probability of one in five, in every way that the sandbox knows; workers, schedule, web server and Valkey are killed all
the time, the queue is flushed, PostgreSQL crashes; creators cancel, retry and delete. Then it calms down, hours pass,
days pass, and `verdict` looks at what is left.
"""

from __future__ import annotations

import heapq
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from photogen.domain.generation.commands import StartGeneration
from photogen.domain.training.commands import StartTraining
from photogen.errors import DatabaseAway, PhotogenError
from photogen.kit.ids import new_id
from photogen.sandbox.faults import ANSWER_FAULTS, JOB_FAULTS
from tests.chaos.studio import Studio

_HOUR = 3600.0
_SHARE = 0.2
"""Of a vendor's calls, and of its jobs, that go wrong."""
_ARGUMENTS: dict[str, dict[str, float]] = {
    "hang": {"seconds": 1.5},
    "hang_after": {"seconds": 1.5},
    "429": {"retry_after": 1},
    "503": {},
}
_OVER = "('completed', 'failed', 'cancelled', 'done')"


@dataclass(frozen=True)
class Weather:
    """How much, and how bad. `pause`: seconds between two kills, from and to; `crashes` of PostgreSQL."""

    seed: int
    trainings: int
    images: int
    pause: tuple[float, float] = (2.0, 5.0)
    crashes: int = 0
    storm: float = 240.0
    """Seconds after which it calms down even when not everything has come to an end."""
    patience: float = 100.0
    """Seconds that each later phase may take: with the storm's they stay under ten minutes."""


@dataclass
class Tally:
    """What a storm did."""

    seconds: dict[str, float] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    clicks: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    paid: Counter[str] = field(default_factory=Counter)
    """Pictures that are there, by how they were paid."""


class Storm:
    """One run. `run` raises nothing for what the product does wrong: that is the verdict's."""

    def __init__(self, studio: Studio, weather: Weather, say: Callable[[str], None] = lambda _: None) -> None:
        self._studio, self._weather, self._say = studio, weather, say
        self._dice = random.Random(weather.seed)
        self._killer = random.Random(weather.seed + 1)
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self._storming = True
        self._crashes_left = weather.crashes
        self._seen: set[str] = set()
        self.tally = Tally()

    def run(self) -> Tally:
        """Storm, calm, hours later, days later, an hour more, and the search for what is nobody's."""
        studio, weather = self._studio, self._weather
        people = max(2, min(10, weather.trainings // 10))
        self._people = [studio.account(subscribed=number % 2 == 0) for number in range(people)]
        self._trainings_left, self._images_left = weather.trainings, weather.images
        studio.sandbox.pace(training_seconds_per_1000_steps=10, image_seconds=0.1, largest_side=96, weights_bytes=1000)
        studio.sandbox.pace(deadline_share=0.03)  # a quarter of an hour is half a minute
        self._break_vendors()
        self._phase("storm", weather.storm, lambda: not self._left() and self._still())
        self._calm_down()
        studio.pass_time(60)  # graces and pauses are over
        self._phase("calm", weather.patience, lambda: not self._left() and self._working() == self._stuck())
        # What a slow machine has not even begun by now is left out: it could not be through in time.
        self.tally.clicks["left out"] = self._trainings_left + self._images_left
        self._trainings_left = self._images_left = 0
        studio.pass_time(7 * _HOUR)  # what a vendor never ends is given up
        self._phase("hours later", weather.patience, lambda: self._still() and self._cleaned(now=True))
        studio.pass_time(8 * 24 * _HOUR)  # what was kept for a retry is not kept any more
        self._phase("days later", weather.patience, lambda: self._still() and self._cleaned(now=True))
        # What failed to be deleted ten times in the storm is tried again minutes after the first try that was heard.
        studio.pass_time(_HOUR)
        self._phase("an hour more", weather.patience, lambda: self._still() and self._cleaned(now=False))
        # A vendor that lies ("there is no such thing") or a killed worker's last call may leave a thing that no row
        # knows. The schedule looks for such every hour; here the next time comes at once.
        self._phase("search", weather.patience, self._searched)
        for row in self._rows(
            "SELECT 'training ' || status FROM training UNION ALL SELECT 'shot ' || status FROM shot"
        ):
            self.tally.ends[str(row[0])] += 1
        for paid_by, pictures in self._rows("SELECT paid_by, count(*) FROM shot WHERE status = 'done' GROUP BY 1"):
            self.tally.paid[str(paid_by)] = int(pictures)
        return self.tally

    # --- the weather --------------------------------------------------------------------------------------------------

    def _break_vendors(self) -> None:
        sandbox = self._studio.sandbox
        sandbox.seed(self._weather.seed)
        sandbox.fault("replicate", "webhook", "lost", times=None, probability=0.5)
        sandbox.fault("replicate", "webhook", "badly_signed", times=None, probability=0.05)
        sandbox.fault("replicate", "webhook", "doubled", times=None, spread=3)
        for kinds in (ANSWER_FAULTS, JOB_FAULTS):
            each = 1 - (1 - _SHARE) ** (1 / len(kinds))  # one after the other they come to the share
            for kind in sorted(kinds):
                sandbox.fault("*", "*", kind, times=None, probability=each, **_ARGUMENTS.get(kind, {}))
        self._later(self._killer.uniform(0.5, 2), self._kill_somebody)

    def _calm_down(self) -> None:
        self._storming = False
        self._events.clear()
        self._studio.revive()
        for fault in self._studio.sandbox.faults():
            self.tally.faults[fault["fault"]] += fault["struck"]
        self._studio.sandbox.clear_faults()

    def _kill_somebody(self) -> None:
        studio, dice = self._studio, self._killer
        if not studio.lives():
            self._later(0.3, self._kill_somebody)  # a slow machine is still busy with the last one
            return
        victims = {"child": 5, "schedule": 2, "worker": 2, "door": 2, "valkey": 1, "flush": 1}
        if self._crashes_left:
            victims["postgres"] = 1
        (victim,) = dice.choices(list(victims), weights=list(victims.values()))
        self.tally.kills[victim] += 1
        if victim == "child":
            studio.kill_child(dice.randrange(100))
        elif victim == "schedule":
            studio.kill_child(-1)
        elif victim == "worker":
            studio.kill_worker()
            self._later(dice.uniform(0, 1), studio.start_worker)
        elif victim == "door":
            studio.kill_door()
            self._later(dice.uniform(0, 2), studio.start_door)
        elif victim == "flush":
            studio.flush_queue()
        elif victim == "valkey":
            studio.valkey.kill()
            self._later(dice.uniform(0, 2), studio.valkey.start)
        else:
            self._crashes_left -= 1
            studio.postgres.kill()
            studio.postgres.start()
        self._later(dice.uniform(*self._weather.pause), self._kill_somebody)

    # --- people -------------------------------------------------------------------------------------------------------

    def _click_something(self) -> None:
        """Starts what is left to be started, a bit at a time; reacts to what has ended."""
        if self._trainings_left and self._busy("training") < 40:
            self._trainings_left -= 1
            self._train()
        shots = self._busy("shot")
        while self._images_left > 0 and shots < 60:
            count = min(self._images_left, self._dice.choice((1, 2, 4, 8)))
            if not self._draw(count):
                return
            self._images_left -= count
            shots += count
        self._react()

    def _train(self) -> None:
        account, photos = self._dice.choice(self._people)
        word = f"word{self._count}x{self._dice.randrange(10**6)}"
        order = StartTraining.of(
            photo_set_id=photos, name=f"Model {word}", trigger_word=word, request_key=new_id(), steps=200, lora_rank=4,
            autocaption=False, visibility="public" if self._dice.random() < 0.1 else "private",
        )  # fmt: skip
        id_ = self._try("train", lambda: self._studio.services.training.start(account, order))
        if id_ and self._dice.random() < 0.1:
            self._later(
                self._dice.uniform(0, 8),
                lambda: self._try("cancel training", lambda: self._studio.services.training.cancel(account, id_)),
            )

    def _draw(self, count: int) -> bool:
        account, _ = self._dice.choice(self._people)
        generation = self._studio.services.generation
        options = self._try("options", lambda: generation.options(account))
        if options is None:
            return False
        choices = [model.choice for model in options.base_models if not model.locked]
        if options.my_models and self._dice.random() < 0.5:
            choices = [model.choice for model in options.my_models]
        order = StartGeneration.of(
            request_key=new_id(), model=self._dice.choice(choices), prompt="a red fox in the snow", count=count
        )
        id_ = self._try("draw", lambda: generation.start(account, order))
        if id_ and self._dice.random() < 0.1:
            self._later(
                self._dice.uniform(0, 4),
                lambda: self._try("cancel pictures", lambda: generation.cancel(account, id_)),
            )
        return id_ is not None

    def _react(self) -> None:
        """Some of what failed is tried again, some of what was made is deleted."""
        training, loras = self._studio.services.training, self._studio.services.loras
        for id_, account, status, model in self._rows(
            "SELECT id, account_id, status, lora_model_id FROM training WHERE status IN ('failed', 'completed')"
        ):
            if f"{id_} {status}" in self._seen:
                continue
            self._seen.add(f"{id_} {status}")
            if status == "failed" and self._dice.random() < 0.3:
                self._try("retry training", lambda a=account, i=id_: training.retry(a, i))  # type: ignore[misc]
            if status == "completed" and model and self._dice.random() < 0.2:
                self._try("delete model", lambda a=account, m=model: loras.delete(a, m))  # type: ignore[misc]

    def _try(self, what: str, click: Callable[[], Any]) -> Any:
        """A click; when the page can't answer it is clicked again, with the same key."""
        for _ in range(20):
            try:
                result = click()
            except DatabaseAway:
                time.sleep(0.2)
                continue
            except PhotogenError as error:
                self.tally.clicks[f"{what}: {error.code}"] += 1
                return None
            self.tally.clicks[what] += 1
            return result
        raise RuntimeError(f"the database stays away: {what}")

    # --- time ---------------------------------------------------------------------------------------------------------

    def _later(self, seconds: float, event: Callable[[], object]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time.monotonic() + seconds, self._count, event))

    def _phase(self, name: str, seconds: float, over: Callable[[], bool]) -> None:
        began = said = time.monotonic()
        while time.monotonic() < began + seconds:
            while self._events and self._events[0][0] <= time.monotonic():
                heapq.heappop(self._events)[2]()
            with suppress(SQLAlchemyError, DatabaseAway):
                if self._storming or self._left():
                    self._click_something()
                if over():
                    break
            if time.monotonic() > said + 10:
                said = time.monotonic()
                self._say(f"{name}: {said - began:.0f} s, {self._standing()}")
            time.sleep(0.1)
        self.tally.seconds[name] = round(time.monotonic() - began, 1)
        self._say(f"{name} is over after {self.tally.seconds[name]} s: {self._standing()}")

    # --- looking ------------------------------------------------------------------------------------------------------

    def _rows(self, query: str) -> list[Any]:
        with self._studio.services.uow() as uow:
            return list(uow.session.execute(text(query)))

    def _busy(self, table: str) -> int:
        return int(self._rows(f"SELECT count(*) FROM {table} WHERE status NOT IN {_OVER}")[0][0])

    def _working(self) -> int:
        return self._busy("training") + self._busy("shot")

    def _left(self) -> bool:
        """Whether there is something that nobody could start so far: a vendor that fails too often is paused."""
        return self._trainings_left > 0 or self._images_left > 0

    def _still(self) -> bool:
        return self._working() == 0

    def _stuck(self) -> int:
        """Works of ours that wait for a vendor's job that never ends."""
        running = [job["id"] for job in self._studio.sandbox.account()["jobs"] if job["status"] == "starting"]
        rows = self._rows(
            f"SELECT vendor_id FROM training WHERE status NOT IN {_OVER} UNION ALL "
            f"SELECT vendor_id FROM shot WHERE status NOT IN {_OVER}"
        )
        return sum(1 for (vendor_id,) in rows if vendor_id in running)

    def _cleaned(self, *, now: bool) -> bool:
        """Whether nothing is to be tidied up (`now`: any more at present)."""
        moment = (self._studio.services.clock()).isoformat()
        due = f"<= '{moment}'" if now else "IS NOT NULL"
        left = self._rows(
            f"SELECT count(*) FROM training WHERE clean_due_at {due} UNION ALL "
            f"SELECT count(*) FROM lora_version WHERE remove_due_at IS NOT NULL UNION ALL "
            f"SELECT count(*) FROM inbox_event WHERE handled_at IS NULL"
        )
        return not any(count for (count,) in left)

    def _searched(self) -> bool:
        """Whether nothing of nobody is at the vendors any more; they take their time to delete."""
        found = self._studio.services.upkeep.find_strays()
        return not found and not self._rows("SELECT count(*) FROM leftover")[0][0]

    def _standing(self) -> str:
        try:
            rows = self._rows(
                "SELECT 'training ' || status, count(*) FROM training GROUP BY 1 UNION ALL "
                "SELECT 'shot ' || status, count(*) FROM shot GROUP BY 1 ORDER BY 1"
            )
        except SQLAlchemyError:
            return "the database is away"
        return ", ".join(f"{count} {name}" for name, count in rows)
