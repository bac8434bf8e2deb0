"""The queue without a server."""

import pytest

from photogen.gateways.base import Job
from photogen.gateways.queue.memory import MemoryQueue
from photogen.gateways.queue.rq import job_id


def test_the_same_job_waits_once_and_what_a_job_pushes_is_run_too() -> None:
    queue = MemoryQueue()
    seen: list[str] = []

    def advance(number: str) -> None:
        seen.append(number)
        if number == "1":
            queue.push(Job("advance", ("1",)) if len(seen) == 1 else Job("advance", ("2",)))

    queue.push(Job("advance", ("1",)))
    queue.push(Job("advance", ("1",)))
    assert queue.depth() == 1
    queue.drain({"advance": advance})
    assert seen == ["1", "1", "2"]
    assert queue.depth() == 0


def test_no_end_is_an_error() -> None:
    queue = MemoryQueue()
    queue.push(Job("again"))
    with pytest.raises(RuntimeError, match="more than 10 jobs"):
        queue.drain({"again": lambda: queue.push(Job("again"))}, most=10)


def test_a_jobs_name_is_one_that_rq_takes() -> None:
    assert job_id(Job("advance_shot", ("01hx", "a:b/c"))) == "advance_shot-01hx-a_b_c"
