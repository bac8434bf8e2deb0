"""The worker as it is run: a real process, real servers, the sandbox as vendors."""

from __future__ import annotations

import os
import signal

import redis

from tests.fakes.servers import wait_for
from tests.fakes.world import World


def test_from_photos_to_a_picture_of_ones_own_model(world: World) -> None:
    ada = world.account()
    world.start_worker(2)
    training = world.train(ada)
    world.until(lambda: world.training_status(ada, training) == "completed", "the training is completed")
    model = world.services.loras.all(ada)[0]
    batch = world.draw(ada, model=f"lora:{model.id}", count=2)
    world.until(lambda: world.batch_status(ada, batch) == "done", "the pictures are there")
    shots = world.services.generation.get(ada, batch).shots
    for shot in shots:
        stored = world.services.storage.stat(world.services.gallery.image_file(ada, shot.id, "original").key)
        assert stored.size > 1000
    assert world.services.credits.audit() == []
    world.until(lambda: not list(world.services.storage.keys("datasets/")), "the dataset is deleted")
    assert [notice.kind for notice in world.services.notices.recent(ada)] == ["training_done"]
    world.until(lambda: world.services.notices.waiting()[0] == 0, "the mail about it was handed over")
    assert "Ada is trained" in world.log()


def test_it_ends_in_order_and_leaves_nothing(world: World) -> None:
    ada = world.account()
    world.start_worker(2)
    batch = world.draw(ada)
    world.until(lambda: world.batch_status(ada, batch) == "done", "it works")
    children = world.children()
    assert len(children) == 3
    assert world.end_worker() == 0
    wait_for(lambda: not any(child.is_running() for child in children), "the children are gone", 2)


def test_a_process_that_dies_is_replaced(world: World) -> None:
    ada = world.account()
    world.start_worker(1)
    world.until(lambda: len(world.children()) == 2, "both processes run")
    before = {child.pid for child in world.children()}
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    world.until(lambda: len({child.pid for child in world.children()} - before) == 2, "new ones run")
    batch = world.draw(ada)
    world.until(lambda: world.batch_status(ada, batch) == "done", "they work")


def test_the_children_do_not_outlive_their_parent(world: World) -> None:
    parent = world.start_worker(1)
    world.until(lambda: len(world.children()) == 2, "both processes run")
    children = world.children()
    os.kill(parent, signal.SIGKILL)
    wait_for(lambda: not any(child.is_running() for child in children), "the children are gone", 10)


def test_a_flushed_queue_is_made_good_from_the_database(world: World, redis_url: str) -> None:
    ada = world.account()
    batch = world.draw(ada, count=2)
    redis.Redis.from_url(redis_url).flushall()
    world.start_worker(1)
    world.until(lambda: world.batch_status(ada, batch) == "done", "the schedule found them")
    assert len(world.sandbox.accepted(operation="images.generate")) == 2


def test_a_lost_webhook_is_no_loss(world: World) -> None:
    world.webhooks = False
    ada = world.account()
    world.start_worker(1)
    training = world.train(ada)
    world.until(lambda: world.training_status(ada, training) == "completed", "polling found the end")
    assert len(world.sandbox.accepted(operation="trainings.create")) == 1
    assert world.services.credits.audit() == []


def test_a_training_is_cancelled_at_the_vendor(world: World) -> None:
    world.sandbox.pace(training_seconds_per_1000_steps=100)
    ada = world.account()
    world.start_worker(1)
    training = world.train(ada)
    world.until(lambda: world.training_status(ada, training) == "training", "it trains")
    world.until(lambda: world.services.training.get(ada, training).step > 0, "it steps")
    world.services.training.cancel(ada, training)
    assert world.training_status(ada, training) == "cancelled"
    world.until(lambda: bool(world.sandbox.accepted(operation="trainings.cancel")), "the vendor was told")
    world.until(lambda: not list(world.services.storage.keys("datasets/")), "nothing is left here")
    assert world.services.credits.audit() == []
