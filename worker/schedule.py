"""The schedule: finds rows that are due and hands them to workers, whatever became of their jobs and webhooks.

Several may run at once, on several machines: due rows are taken with SKIP LOCKED, and a job that waits already is not
pushed a second time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping

from photogen.bootstrap import Services
from photogen.gateways.base import Job
from photogen.kit import log, scratch

TICK = 1.0
"""Seconds between two looks at the tables."""
_RECOVER = 5.0
"""Seconds between two searches for leases of dead processes of this machine."""
_BEAT = 10.0
"""Seconds between two signs of life, for the doctor."""
_SLOWEST = 5.0
"""Seconds between two looks at most, while the database or the queue is away."""
TRANSFER = 20.0
"""Seconds between two moves of what waits on this host for the bucket. A job could land on another host, which has none
of it; a schedule runs on each."""
HOUSEKEEPING: Mapping[str, float] = {
    "expire_credits": 60.0,
    "audit_hub": 60.0,  # 50 models each time: three thousand an hour
    "measure_photos": 60.0,
    "fetch_payment_events": 300.0,
    "purge_trash": 600.0,
    "remind_of_credits": 900.0,
    "remind_of_plans": 900.0,
    "purge_events": 3600.0,
    "purge_notices": 3600.0,
    "purge_shares": 3600.0,
    "sweep_inputs": 1800.0,
    "sweep_files": 1800.0,
    "find_strays": 3600.0,
    "probe_vendors": 3600.0,
    "set_up_payments": 3600.0,
    "check_books": 86400.0,
}
"""Seconds between two runs of what belongs to no row."""

_log = log.get("schedule")


class Schedule:
    """`run` until `stop`."""

    def __init__(self, services: Services, *, tick: float = TICK) -> None:
        self._services = services
        self._tick = tick
        self._over = threading.Event()
        self._next: dict[str, float] = dict.fromkeys((*HOUSEKEEPING, "recover", "beat"), 0.0)

    def stop(self) -> None:
        """Lets `run` return soon. May be called from a signal handler."""
        self._over.set()

    def run(self) -> None:
        """Looks every tick. A database or queue that is away is waited for, ever more patiently."""
        threading.Thread(target=self._transfer, name="transfer", daemon=True).start()
        trouble = 0
        while not self._over.is_set():
            began = time.monotonic()
            try:
                self.look()
                if trouble:
                    _log.info("schedule goes on", failed_looks=trouble)
                trouble = 0
            except Exception:  # noqa: BLE001  (whatever it is: the schedule has to go on)
                trouble += 1
                if trouble in {1, 10} or trouble % 100 == 0:
                    _log.exception("schedule could not look", failed_looks=trouble)
            pause = min(self._tick * 2 ** min(trouble, 10), _SLOWEST) if trouble else self._tick
            self._over.wait(max(0.05, pause - (time.monotonic() - began)))

    def _transfer(self) -> None:
        """Beside the looks: a large file takes minutes. May be cut off anywhere; the next one begins where it was."""
        while not self._over.wait(TRANSFER):
            try:
                self._services.files.transfer()
            except Exception:  # noqa: BLE001  (as above)
                _log.exception("transfer failed")

    def look(self) -> int:
        """One look; how many jobs were pushed."""
        services = self._services
        if self._is_time("beat", _BEAT):
            services.queue.beat("schedule")
        if self._is_time("recover", _RECOVER):
            freed = services.training.recover() + services.generation.recover()
            if freed:
                _log.warning("rows freed of dead workers", rows=freed)
            if swept := scratch.sweep():
                _log.warning("files of dead workers deleted", folders=swept)
        pushed = self._push(services.generation.due())
        pushed += self._push(services.training.due())
        pushed += self._push(services.erasure.due())
        pushed += self._push(services.loras.due())
        pushed += self._push(services.billing.due())
        pushed += self._push(services.notices.due())
        pushed += self._push(Job("handle_event", (event_id,), lane="quick") for event_id in services.inbox.due())
        return pushed + self._push(Job(name) for name, every in HOUSEKEEPING.items() if self._is_time(name, every))

    def _push(self, jobs: Iterable[Job]) -> int:
        count = 0
        for job in jobs:
            self._services.queue.push(job)
            count += 1
        return count

    def _is_time(self, name: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._next[name]:
            return False
        self._next[name] = now + every
        return True
