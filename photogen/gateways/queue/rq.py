"""Jobs by RQ: pushed by the dotted name of a function of `worker.jobs`, with ids as JSON."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import redis
from rq import Queue as RqLane
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job as RqJob
from rq.job import JobStatus
from rq.serializers import JSONSerializer
from rq.worker import Worker

from photogen.errors import Unavailable
from photogen.gateways.base import Job
from photogen.gateways.examination import Finding, failed, good, warning
from photogen.gateways.http import PerProcess
from photogen.kit.guard import outside_call
from photogen.kit.ids import new_id
from photogen.kit.text import t

LANES = ("quick", "work")
"""Names of RQ's queues, the urgent one first: workers look at them in this order."""

_BEATS = "photogen:beats"
_SERVER = "Look at the server of REDIS_URL: its rights, its memory, whether it is a read-only replica."
_FUNCTIONS = "worker.jobs"
_WAITS_AT_MOST = 3600  # seconds; a worker that comes later finds the rows by the schedule
_FAILED_KEPT = 3600
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]")


def connection(url: str) -> redis.Redis:
    """A client for `url` that gives up soon when nobody answers."""
    client: redis.Redis = redis.Redis.from_url(
        url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30
    )
    return client


def job_id(job: Job) -> str:
    """The name under which a job waits: the same for the same work. RQ allows letters, digits, `_` and `-`."""
    return _NOT_PLAIN.sub("_", "-".join((job.name, *job.args)))


class RqQueue:
    """A Queue.

    The same job waits at most once: a row that is due every second must not pile up. RQ's own `unique` refuses an id
    as long as a job with it exists in any state, so a push while the same job *runs* would be lost, and with it the
    news that it brings. Such a push gets a second id: it waits, once, and begins after the commit that caused it. When
    that one runs as well, it gets an id of its own."""

    def __init__(self, url: str) -> None:
        self._connection = PerProcess(lambda: connection(url), redis.Redis.close)

    def close(self) -> None:
        """Closes the connections of this process."""
        self._connection.close()

    def push(self, job: Job) -> None:
        """Hands `job` to a worker. Raises Unavailable when the queue does not answer."""
        outside_call("queue push")
        first = job_id(job)
        try:
            if not (self._accept(job, first) or self._accept(job, f"{first}-next")):
                self._enqueue(job, f"{first}-{new_id()}")
        except redis.RedisError as error:
            raise _unavailable() from error

    def ping(self) -> None:
        """Raises Unavailable when the queue does not answer."""
        outside_call("queue ping")
        try:
            self._connection().ping()
        except redis.RedisError as error:
            raise _unavailable() from error

    def depth(self) -> int:
        """How many jobs wait."""
        outside_call("queue depth")
        try:
            return sum(self._lane(name).count for name in LANES)
        except redis.RedisError as error:
            raise _unavailable() from error

    def beat(self, name: str) -> None:
        """Says that `name` is alive now. Raises Unavailable."""
        outside_call("queue beat")
        try:
            self._connection().hset(_BEATS, name, datetime.now(UTC).isoformat())
        except redis.RedisError as error:
            raise _unavailable() from error

    def beats(self) -> Mapping[str, datetime]:
        """Who was alive when: what called `beat`, by its name, and each registered worker. Raises Unavailable."""
        outside_call("queue beats")
        try:
            said: Any = self._connection().hgetall(_BEATS)
            workers = Worker.all(connection=self._connection(), serializer=JSONSerializer)
        except redis.RedisError as error:
            raise _unavailable() from error
        found = {name.decode(): datetime.fromisoformat(moment.decode()) for name, moment in said.items()}
        for worker in workers:
            if worker.last_heartbeat is not None:
                found[f"worker {worker.name}"] = worker.last_heartbeat.astimezone(UTC)
        return found

    def examine(self) -> Iterator[Finding]:
        """Whether jobs can be written, and whether the server keeps them."""
        outside_call("queue examine")
        try:
            yield from self._examined(self._connection())
        except redis.RedisError as error:
            yield failed("reachable", f"does not do what it is asked ({type(error).__name__})", _SERVER)

    def _examined(self, server: redis.Redis) -> Iterator[Finding]:
        about: Any = server.info()
        yield good("reachable", f"{'Valkey' if 'valkey_version' in about else 'Redis'} "
                   f"{about.get('valkey_version') or about.get('redis_version')}")  # fmt: skip
        key = f"photogen:check:{new_id()}"
        server.set(key, "1", ex=10)
        kept = server.getdel(key)
        if kept == b"1":
            yield good("write", "writes")
        else:
            yield failed("write", "does not give back what was written", _SERVER)
        policy = about.get("maxmemory_policy", "noeviction")
        if policy == "noeviction" or not about.get("maxmemory"):
            yield good("eviction", "evicts nothing")
        else:
            yield warning(
                "eviction",
                f"drops jobs when its memory is full (maxmemory-policy {policy})",
                "Set maxmemory-policy to noeviction. Lost jobs are found again by the schedule, but later.",
            )
        yield good("persistence", _kept(server, about))

    def _accept(self, job: Job, wanted: str) -> bool:
        """Whether the work is now waiting under this id; False when one with this id runs."""
        for _ in range(2):
            try:
                self._enqueue(job, wanted)
            except DuplicateJobError:
                try:
                    other = RqJob.fetch(wanted, connection=self._connection(), serializer=JSONSerializer)
                    status = other.get_status(refresh=False)
                except NoSuchJobError:
                    continue  # it ended between the two looks
                if status in (JobStatus.QUEUED, JobStatus.DEFERRED, JobStatus.CREATED):
                    return self._waits(job.lane, wanted)
                if status is JobStatus.SCHEDULED and job.delay:
                    return True
                if status in (JobStatus.STARTED, JobStatus.SCHEDULED):
                    return False
                other.delete()  # failed, stopped, cancelled: only its record is in the way
                continue
            return True
        return False

    def _waits(self, lane: str, wanted: str) -> bool:
        """Whether a worker will find the job. A worker that was killed between taking it off its lane and beginning
        leaves a record that says `queued` for as long as it is kept, and so does a server that lost its last second."""
        return self._connection().lpos(self._lane(lane).key, wanted) is not None

    def _enqueue(self, job: Job, wanted: str) -> None:
        lane = self._lane(job.lane)
        made = lane.create_job(
            f"{_FUNCTIONS}.{job.name}",
            args=job.args,
            job_id=wanted,
            timeout=job.timeout,
            result_ttl=0,
            failure_ttl=_FAILED_KEPT,
            ttl=_WAITS_AT_MOST + int(job.delay.total_seconds()),
            description=wanted,
            status=JobStatus.SCHEDULED if job.delay else JobStatus.QUEUED,
        )
        if job.delay:
            lane.schedule_job(made, made.created_at + job.delay, unique=True)
        else:
            lane.enqueue_job(made, unique=True)

    def _lane(self, name: str) -> RqLane:
        if name not in LANES:
            raise ValueError(f"no such lane: {name}")
        return RqLane(name, connection=self._connection(), serializer=JSONSerializer)


def _kept(server: redis.Redis, about: Mapping[str, Any]) -> str:
    """What becomes of waiting jobs when the server ends. None of it is a fault: the rows are the jobs."""
    if about.get("aof_enabled"):
        return "writes its jobs down"
    try:
        configured: Any = server.config_get("save")
    except redis.RedisError:  # managed servers refuse the question
        return "says nothing of whether it writes its jobs down"
    if configured.get("save"):
        return "writes its jobs down now and then"
    return "keeps its jobs in memory only; after a restart the schedule pushes them again"


def _unavailable() -> Unavailable:
    return Unavailable(t("The queue of jobs does not answer. What was asked for is kept, and is done once it does."))
