"""Work: is somebody doing it, and what is there for the operator to do?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from photogen.bootstrap import Services
from photogen.gateways.examination import Finding, failed, good, warning
from photogen.runtime.checkup.parts import Part

_SILENT_WORKER = timedelta(seconds=90)
"""Workers say that they live at least every 45 seconds."""
_SILENT_SCHEDULE = timedelta(seconds=60)
_LATE_EVENT = timedelta(minutes=5)
_START = "Start it: make run, or python -m worker run. Its log is in the data folder's `logs`."


def parts(services: Services) -> list[Part]:
    """The worker, pauses, open incidents, leftovers. Only for an installation that runs."""
    return [
        Part("worker", "Worker", lambda: _worker(services), mend="The queue has to answer first."),
        Part("circuits", "Pauses", lambda: _pauses(services), mend="The database has to answer first."),
        Part("incidents", "Incidents", lambda: _incidents(services), mend="The database has to answer first."),
        Part("leftovers", "Leftovers", lambda: _leftovers(services), mend="The database has to answer first."),
    ]


def _worker(services: Services) -> Iterator[Finding]:
    now = datetime.now(UTC)
    beats = services.outside.queue.beats()
    schedule = beats.get("schedule")
    alive = sum(now - at < _SILENT_WORKER for name, at in beats.items() if name.startswith("worker "))
    if not alive and (schedule is None or now - schedule > _SILENT_SCHEDULE):
        yield warning("worker", "no worker is running: what people start waits", _START)
        return
    if alive:
        yield good("worker", f"{alive} running")
    else:
        yield failed("worker", "no worker is running, though the schedule is", _START)
    if schedule is None or now - schedule > _SILENT_SCHEDULE:
        yield failed("schedule", "the schedule does not run: lost jobs stay lost", _START)
    else:
        yield good("schedule", "the schedule runs")
    yield good("waiting", f"{services.outside.queue.depth()} jobs wait")
    since = services.inbox.waiting_since()
    if since is not None and now - since > _LATE_EVENT:
        yield failed("events", "vendors' events wait for more than five minutes", "Look into the worker's log.")


def _pauses(services: Services) -> Iterator[Finding]:
    troubles = services.vendors.troubles()
    for one in troubles:
        yield warning(
            "paused",
            f"{one.name} is paused ({one.operation}) since {one.since:%H:%M} UTC",
            f"It is asked again by itself at {one.retry_at:%H:%M} UTC. Look at its own part of this report.",
        )
    if not troubles:
        yield good("paused", "no vendor is paused")


def _incidents(services: Services) -> Iterator[Finding]:
    count = services.incidents.count()
    if count:
        yield warning("open", f"{count} open", "Read them: python -m photogen incidents")
    else:
        yield good("open", "none")


def _leftovers(services: Services) -> Iterator[Finding]:
    count, oldest = services.leftovers.count(), services.leftovers.list(1)
    if not count or not oldest:
        yield good("left", "nothing is left behind")
        return
    age = datetime.now(UTC) - oldest[0].since
    yield warning(
        "left",
        f"{count} that should be gone {'is' if count == 1 else 'are'} still there, the oldest for {_span(age)}",
        "It is tried again by itself. See what it is: python -m photogen leftovers; --retry tries now.",
    )


def _span(age: timedelta) -> str:
    """In the largest unit of which there are two, so that it is never far off."""
    for unit, seconds in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if age >= timedelta(seconds=2 * seconds):
            return f"{int(age.total_seconds() // seconds)} {unit}"
    return f"{max(0, int(age.total_seconds()))} s"
