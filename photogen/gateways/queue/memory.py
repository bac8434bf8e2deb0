"""A queue without a server: jobs wait in a list until they are drained. For tests and for single commands."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from photogen.gateways.base import Job
from photogen.kit.guard import outside_call

Handlers = Mapping[str, Callable[..., object]]


class MemoryQueue:
    """A Queue. The same job waits once; one that is running can be pushed again, and runs again."""

    def __init__(self) -> None:
        self.waiting: deque[Job] = deque()
        self._beats: dict[str, datetime] = {}

    def push(self, job: Job) -> None:
        """Appends `job`, unless the same name and arguments wait already."""
        outside_call("queue push")
        if not any((other.name, other.args) == (job.name, job.args) for other in self.waiting):
            self.waiting.append(job)

    def ping(self) -> None:
        """Always there."""

    def depth(self) -> int:
        """How many jobs wait."""
        return len(self.waiting)

    def beat(self, name: str) -> None:
        """Says that `name` is alive now."""
        self._beats[name] = datetime.now(UTC)

    def beats(self) -> Mapping[str, datetime]:
        """Who was alive when."""
        return self._beats

    def drain(self, handlers: Handlers, *, most: int = 1000) -> list[Job]:
        """Runs what waits, and what that pushes, in order and without regard to delays; gives what was run.

        Raises KeyError for a job without a handler, RuntimeError when after `most` jobs there is still no end."""
        done: list[Job] = []
        while self.waiting:
            if len(done) >= most:
                raise RuntimeError(f"more than {most} jobs; the next is {self.waiting[0].name}")
            job = self.waiting.popleft()
            handlers[job.name](*job.args)
            done.append(job)
        return done
