"""How many trainings one worker process watches, how soon a row moves again after a loss, and what we add to the
vendor's own time. Vendors are the sandbox, at a pace that is known; settings are the defaults."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil
import redis
from alembic.config import Config
from sqlalchemy import text

from alembic import command
from photogen.domain.training import policy
from photogen.gateways.trainers.replicate import DESTINATION, TRAINER_MODEL
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from photogen.models import Plan, Training, TrainingStatus
from tests.fakes.sandbox import SandboxServer
from tests.fakes.servers import EmbeddedPostgres, EmbeddedValkey
from tests.fakes.world import World

FLIGHT = 500
OLDEST = timedelta(minutes=20)
"""A training of the true vendor takes about so long: those in flight are of every age up to it."""
WATCHED = 90.0
"""Seconds of watching."""
REPEATS = 10
POLL = timedelta(seconds=2)
Report = Callable[[str, str], None]


def run(report: Report) -> None:
    """Reports CPU shares, lags and seconds; each part on a photogen of its own."""
    with EmbeddedPostgres(durable=True) as postgres, EmbeddedValkey() as valkey:
        for part in (_in_flight, _overhead, _lost_webhook, _killed_worker, _flushed_queue):
            with _world(postgres, valkey, part.__name__) as world:
                part(world, report)


@contextmanager
def _world(postgres: EmbeddedPostgres, valkey: EmbeddedValkey, name: str) -> Iterator[World]:
    client = redis.Redis.from_url(valkey.url)
    client.flushall()
    client.close()
    config = Config(str(Path(__file__).parents[1] / "alembic.ini"))
    config.attributes["url"] = postgres.create(f"bench{name}")
    command.upgrade(config, "head")
    with TemporaryDirectory() as folder, SandboxServer(Path(folder) / "vendors") as sandbox:
        sandbox.pace(image_seconds=0, largest_side=256)
        with World(Path(folder), config.attributes["url"], valkey.url, sandbox) as world:
            world.environment |= {"LEASE_SECONDS": "30", "POLL_SECONDS": f"{POLL.total_seconds():g}"}
            with world.services.uow() as uow:
                uow.session.execute(text("UPDATE plan SET model_slots = 10000, trainings_included = 0"))
                assert uow.session.get_one(Plan, "creator").model_slots
            yield world


# --- in flight --------------------------------------------------------------------------------------------------------


def _in_flight(world: World, report: Report) -> None:
    """One process for jobs and one for the schedule, `FLIGHT` trainings that the vendor is at, no webhooks."""
    begun = _fly(world)
    world.start_worker(1)
    world.until(lambda: len(world.children()) == 2 and bool(world.sandbox.requests()), "the worker looks", 120)
    time.sleep(5)  # what had become due meanwhile is caught up with
    world.sandbox.clear_requests()
    processes = dict(zip(("jobs", "schedule"), world.children(), strict=True))
    before = {name: sum(process.cpu_times()[:2]) for name, process in processes.items()}
    began = time.monotonic()
    time.sleep(WATCHED)
    seconds = time.monotonic() - began
    shares = {name: (sum(process.cpu_times()[:2]) - before[name]) / seconds for name, process in processes.items()}
    asked = world.sandbox.requests(operation="trainings.get")
    lags = _lags(begun, asked)
    report(f"{FLIGHT} in flight on one process: CPU share of it", f"{shares['jobs']:.0%}")
    report(f"{FLIGHT} in flight: CPU share of the schedule", f"{shares['schedule']:.0%}")
    report(f"{FLIGHT} in flight: vendor calls per second", f"{len(asked) / seconds:.1f}")
    report(f"{FLIGHT} in flight: a look too late by", _spread(lags))
    report("memory of that process", f"{processes['jobs'].memory_full_info().uss / 2**20:.0f} MiB of its own")


def _fly(world: World) -> dict[str, datetime]:
    """Trainings that the vendor is at, and rows for them; when each began, by the vendor's id."""
    account, dice, now = world.account(), Random(7), utc_now()  # noqa: S311 - repeatable on purpose
    photo_set = world.services.photosets.create(account)
    world.sandbox.fault("replicate", "trainings.create", "stuck", times=None)
    begun = {}
    with httpx.Client(base_url=world.sandbox.replicate, headers={"authorization": "Bearer bench"}) as vendor:
        model = {"owner": "sandbox", "name": DESTINATION, "visibility": "private", "hardware": "cpu"}
        vendor.post("/v1/models", json=model).raise_for_status()
        version = vendor.get(f"/v1/models/{TRAINER_MODEL}").json()["latest_version"]["id"]
        for _ in range(FLIGHT):
            body = {"destination": f"sandbox/{DESTINATION}", "input": {"input_images": "data:application/zip,none"}}
            job = vendor.post(f"/v1/models/{TRAINER_MODEL}/versions/{version}/trainings", json=body).json()["id"]
            begun[job] = now - OLDEST * dice.random()
    with world.services.uow() as uow:
        for job, since in begun.items():
            uow.session.add(
                Training(
                    id=new_id(), account_id=account, photo_set_id=photo_set.id, name="Bench", trigger_word=job,
                    steps=1000, learning_rate=4e-4, lora_rank=16, status=TrainingStatus.TRAINING, vendor="replicate",
                    vendor_id=job, submit_started_at=since, created_at=since, started_at=since, stage_started_at=since,
                    next_check_at=now + policy.poll_after(now - since, POLL, FLIGHT) * dice.random(),
                )
            )  # fmt: skip
    return begun


def _lags(begun: dict[str, datetime], asked: list[dict[str, Any]]) -> list[float]:
    """By how many seconds each look came later than it was due."""
    looks: dict[str, list[datetime]] = {}
    for request in asked:
        looks.setdefault(request["path"].rsplit("/", 1)[-1], []).append(datetime.fromisoformat(request["at"]))
    return [
        max(0.0, (then - (now + policy.poll_after(now - begun[job], POLL, FLIGHT))).total_seconds())
        for job, moments in looks.items()
        for now, then in pairwise(moments)
    ]


# --- losses -----------------------------------------------------------------------------------------------------------


def _overhead(world: World, report: Report) -> None:
    """One after the other, so that nobody waits for anybody."""
    world.sandbox.pace(training_seconds_per_1000_steps=20)
    world.start_worker(3)
    ada = world.account(credits=10_000)
    before, after, whole = [], [], []
    for number in range(REPEATS + 1):
        id_ = world.train(ada, trigger_word=f"over{number}")
        world.until(lambda id_=id_: world.training_status(ada, id_) == "completed", "it is trained", 120)  # type: ignore[misc]
        row = _row(world, id_)
        if row.finished_at is None or not number:
            continue  # the first one waits for the worker's start
        with httpx.Client(base_url=world.sandbox.replicate, headers={"authorization": "Bearer bench"}) as vendor:
            job = vendor.get(f"/v1/trainings/{_row(world, id_).vendor_id}").json()
        begun, done = (datetime.fromisoformat(job[name]) for name in ("created_at", "completed_at"))
        before.append((begun - row.created_at).total_seconds())
        after.append((row.finished_at - done).total_seconds())
        whole.append(before[-1] + after[-1])
    report("training: click to the vendor's acceptance, photos packed", _spread(before))
    report("training: the vendor's end to a model that can be used", _spread(after))
    report("training: all beyond the vendor's own time", _spread(whole))


def _lost_webhook(world: World, report: Report) -> None:
    """Every webhook is lost: the row is found by asking."""
    for lost in (False, True):
        world.sandbox.pace(training_seconds_per_1000_steps=25)
        if lost:
            world.sandbox.fault("replicate", "webhook", "lost", times=None)
        else:
            world.start_worker(3)
        ada = world.account(credits=10_000)
        ids = []
        for number in range(REPEATS):
            ids.append(world.train(ada, trigger_word=f"hook{number}"))
            time.sleep(0.4)
        world.until(lambda: all(world.training_status(ada, id_) == "completed" for id_ in ids), "all are trained", 180)  # noqa: B023
        seconds = []
        for id_ in ids:
            with httpx.Client(base_url=world.sandbox.replicate, headers={"authorization": "Bearer bench"}) as vendor:
                job = vendor.get(f"/v1/trainings/{_row(world, id_).vendor_id}").json()
            moved = _attempt_end(world, id_)
            seconds.append((moved - datetime.fromisoformat(job["completed_at"])).total_seconds())
        report(f"vendor's end to the row's move, webhook {'lost' if lost else 'heard'}", _spread(seconds))


def _killed_worker(world: World, report: Report) -> None:
    """A process dies within a vendor's call; the rest of its family goes on."""
    world.start_worker(2)
    ada = world.account()
    seconds = []
    for number in range(REPEATS + 1):
        world.sandbox.clear_requests()
        world.sandbox.fault("together", "images.generate", "hang", seconds=600)
        batch = world.draw(ada)
        world.until(
            lambda: bool(world.sandbox.requests(operation="images.generate", fault="hang")), "the call hangs", 90
        )
        holder = int(_lease(world, batch).split(":")[1])
        psutil.Process(holder).kill()
        began = time.monotonic()
        world.until(lambda b=batch: world.batch_status(ada, b) in {"failed", "done"}, "the row moves", 90)  # type: ignore[misc]
        if number:  # the first one also waits for the family's start
            seconds.append(time.monotonic() - began)
    report("worker process killed to the row's move", _spread(seconds))


def _flushed_queue(world: World, report: Report) -> None:
    """Everything that waits is forgotten; the schedule finds it."""
    ada = world.account(credits=10_000)
    world.start_worker(2)
    first = world.draw(ada)
    world.until(lambda: world.batch_status(ada, first) == "done", "it works", 90)
    client = redis.Redis.from_url(world.environment["REDIS_URL"])
    seconds = []
    for _ in range(REPEATS):
        batch = world.draw(ada, count=8)
        client.flushall()
        began = time.monotonic()
        world.until(lambda b=batch: world.batch_status(ada, b) == "done", "all are drawn", 90)  # type: ignore[misc]
        seconds.append(time.monotonic() - began)
    client.close()
    report("queue flushed to all 8 pictures drawn", _spread(seconds))


def _row(world: World, training_id: str) -> Training:
    with world.services.uow() as uow:
        return uow.session.get_one(Training, training_id)


def _attempt_end(world: World, training_id: str) -> datetime:
    query = "SELECT max(finished_at) FROM training_attempt WHERE training_id = :id AND stage = 'training'"
    found: datetime = _one(world, query, training_id)
    return found


def _lease(world: World, generation_id: str) -> str:
    return str(_one(world, "SELECT lease_owner FROM shot WHERE generation_id = :id", generation_id))


def _one(world: World, query: str, id: str) -> Any:
    with world.services.uow() as uow:
        return uow.session.execute(text(query), {"id": id}).scalar_one()


def _spread(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "too few to tell: this machine is busy with something else"
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return f"p50 {statistics.median(seconds):.2f} s  p95 {p95:.2f} s  ({len(seconds)})"
