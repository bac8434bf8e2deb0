"""The queue of jobs on a real server: what waits, what waits once, and what must not be lost."""

import json
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
import redis
from rq import Queue, SimpleWorker
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from photogen.errors import Unavailable
from photogen.gateways.base import Job
from photogen.gateways.queue.rq import LANES, RqQueue, connection, job_id
from photogen.kit.guard import OutsideCallInTransaction, transaction

ADVANCE = Job("advance_training", ("01hxyz",), timeout=77)


@pytest.fixture
def queue(redis_url: str) -> Iterator[RqQueue]:
    with closing(RqQueue(redis_url)) as gateway:
        yield gateway


@pytest.fixture
def server(redis_url: str) -> Iterator[redis.Redis]:
    with closing(connection(redis_url)) as client:
        yield client


def waiting(server: redis.Redis, lane: str = "work") -> list[RqJob]:
    return Queue(lane, connection=server, serializer=JSONSerializer).jobs


def test_a_job_waits_by_name_with_ids_as_json(queue: RqQueue, server: redis.Redis) -> None:
    queue.push(ADVANCE)
    (job,) = waiting(server)
    assert (job.func_name, list(job.args), job.timeout) == ("worker.jobs.advance_training", ["01hxyz"], 77)
    assert json.loads(zlib.decompress(server.hget(job.key, "data")))[2] == ["01hxyz"]  # and no pickle
    assert queue.depth() == 1


def test_the_same_work_waits_once_and_other_work_beside_it(queue: RqQueue, server: redis.Redis) -> None:
    for _ in range(3):
        queue.push(ADVANCE)
    queue.push(Job("advance_training", ("other",)))
    queue.push(Job("handle_event", ("01hxyz",), lane="quick"))
    assert len(waiting(server)) == 2
    assert len(waiting(server, "quick")) == 1
    assert queue.depth() == 3


def test_news_for_a_running_job_are_not_lost_and_wait_once(queue: RqQueue, server: redis.Redis) -> None:
    queue.push(ADVANCE)
    (running,) = waiting(server)
    lane = Queue("work", connection=server, serializer=JSONSerializer)
    lane.remove(running)
    running.set_status(JobStatus.STARTED)
    for _ in range(3):
        queue.push(ADVANCE)
    (follower,) = waiting(server)
    assert follower.id != running.id
    assert list(follower.args) == ["01hxyz"]
    lane.remove(follower)
    follower.set_status(JobStatus.STARTED)
    queue.push(ADVANCE)
    assert len(waiting(server)) == 1


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.CREATED])
def test_a_job_that_a_killed_worker_took_off_its_lane_does_not_hold_up_its_row(
    queue: RqQueue, server: redis.Redis, status: JobStatus
) -> None:
    """The row would else wait for an hour, until the record lapses."""
    queue.push(ADVANCE)
    (taken,) = waiting(server)
    server.lpop("rq:queue:work")
    taken.set_status(status)
    for _ in range(3):
        queue.push(ADVANCE)
    (job,) = waiting(server)
    assert list(job.args) == ["01hxyz"]


@pytest.mark.parametrize("left", [JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED, JobStatus.FINISHED])
def test_the_record_of_an_ended_job_is_not_in_the_way(queue: RqQueue, server: redis.Redis, left: JobStatus) -> None:
    queue.push(ADVANCE)
    (job,) = waiting(server)
    Queue("work", connection=server, serializer=JSONSerializer).remove(job)
    job.set_status(left)
    queue.push(ADVANCE)
    assert [job.id for job in waiting(server)] == [job_id(ADVANCE)]


def test_a_postponed_job_waits_elsewhere_and_does_not_hold_up_one_for_now(queue: RqQueue, server: redis.Redis) -> None:
    later = Job("advance_training", ("01hxyz",), delay=timedelta(minutes=5))
    queue.push(later)
    queue.push(later)
    assert waiting(server) == []
    registry = Queue("work", connection=server, serializer=JSONSerializer).scheduled_job_registry
    assert len(registry) == 1
    queue.push(ADVANCE)
    assert len(waiting(server)) == 1


def test_a_job_leaves_nothing_behind_when_it_worked(queue: RqQueue, server: redis.Redis) -> None:
    lane = Queue("work", connection=server, serializer=JSONSerializer)
    lane.enqueue_call("builtins.len", args=("abc",), job_id="x", result_ttl=0)
    SimpleWorker([lane], connection=server, serializer=JSONSerializer).work(burst=True, logging_level="ERROR")
    assert not RqJob.exists("x", connection=server)


def test_a_dead_queue_says_so(redis_url: str) -> None:
    with closing(RqQueue("redis://127.0.0.1:9")) as queue:
        for call in (queue.ping, queue.depth, lambda: queue.push(ADVANCE)):
            with pytest.raises(Unavailable):
                call()


def test_an_unknown_lane_is_a_bug(queue: RqQueue) -> None:
    assert LANES == ("quick", "work")
    with pytest.raises(ValueError, match="no such lane"):
        queue.push(Job("x", lane="slow"))


def test_nothing_is_pushed_within_a_transaction(queue: RqQueue) -> None:
    with transaction(), pytest.raises(OutsideCallInTransaction):
        queue.push(ADVANCE)
    queue.ping()
    assert queue.depth() == 0
