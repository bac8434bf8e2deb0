"""Who of the vendors is paused. One opinion for all processes, kept in PostgreSQL, read at most once a second.

A healthy call costs no write, and mostly no read either. What goes wrong with the book-keeping itself never takes the
place of a vendor's answer: that may have been paid for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from photogen.db.uow import UowFactory
from photogen.domain.vendors import policy, repository
from photogen.domain.vendors.config import VendorsConfig
from photogen.domain.vendors.policy import PAUSED, Moved, Standing
from photogen.domain.vendors.probe import Probe
from photogen.domain.vendors.views import VendorTrouble
from photogen.gateways.base import Category, GatewayError, ImageVendor, Retry, Stop
from photogen.kit import guard, log
from photogen.kit.clock import Clock
from photogen.models.vendor import CircuitState, VendorCircuit

Result = TypeVar("Result")
_Key = tuple[str, str]
_log = log.get("vendors")


class VendorsService:
    """For pages: troubles. For the gateways' guards: call. For the choice of a vendor: paused. For the schedule: probe.

    `names` are the vendors' as people know them, by key; `image_vendors` those that are set up here, unguarded."""

    def __init__(
        self,
        uow: UowFactory,
        clock: Clock,
        names: Mapping[str, str],
        image_vendors: Mapping[str, ImageVendor] | None = None,
        config: VendorsConfig | None = None,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._names = dict(names)
        self._config = config or VendorsConfig()
        self._probe = Probe(uow, clock, image_vendors or {})
        self._lock = threading.Lock()
        self._known: dict[_Key, Standing] = {}
        self._fresh_until = 0.0

    def troubles(self) -> list[VendorTrouble]:
        """What is paused now, the longest first; at most a second old.

        A pause that was over minutes ago, and that nobody has ended or prolonged, is left out: nobody knows."""
        since = self._clock() - self._config.longest_pause
        return [
            VendorTrouble(
                vendor=one.vendor,
                name=self.name(one.vendor),
                operation=one.operation,
                since=one.opened_at,
                retry_at=one.retry_at,
                public=policy.public(self.name(one.vendor), one.operation, one.code, one.category),
            )
            for one in self._standings().values()
            if one.state is not CircuitState.CLOSED
            and one.opened_at is not None
            and one.retry_at is not None
            and one.retry_at > since
        ]

    def name(self, vendor: str) -> str:
        """The vendor's name as people know it."""
        return self._names.get(vendor, vendor.capitalize())

    def paused(self, operation: str) -> frozenset[str]:
        """Vendors of which that operation is paused now: not even a probe may go. At most a second old."""
        now = self._clock()
        return frozenset(
            one.vendor for one in self._standings().values() if one.operation == operation and one.closed_to(now)
        )

    def probe(self) -> None:
        """Asks the vendors which models they serve; routes that are gone are not taken, until they are back."""
        self._probe()

    def models_at(self, vendor: str) -> frozenset[str]:
        """The vendor's own names of the models that it is to draw here, perhaps among others."""
        with self._uow() as uow:
            return frozenset(row.vendor_model for row in repository.routes_at(uow.session, vendor) if row.enabled)

    def call(self, vendor: str, operation: str, work: Callable[[], Result], *, paid: bool = False) -> Result:
        """Does `work`, a call of that operation, unless it is paused: then a Retry (`vendor_paused`) says for how long.

        What `work` raises goes on to the caller, except for the fault of a probe, which is said as the pause that it
        prolongs: whoever happens to be the probe waits like all others. A lost answer stays Unknown."""
        guard.outside_call(f"{vendor} {operation}")
        probe = self._admit((vendor, operation))
        try:
            result = work()
        except GatewayError as error:
            if not policy.is_fault(error, paid=paid):
                self._answered((vendor, operation), probe=probe)
                raise
            paused = self._failed((vendor, operation), error, probe=probe)
            if probe and paused is not None and isinstance(error, Retry | Stop):
                raise self._pause(paused) from error
            raise
        self._answered((vendor, operation), probe=probe)
        return result

    # --- within -----------------------------------------------------------------------------------------------------

    def _admit(self, key: _Key) -> bool:
        """Whether this call is the probe. Raises Retry when nobody may ask."""
        one = self._standings().get(key)
        if one is None or one.state is CircuitState.CLOSED:
            return False
        now = self._clock()
        if one.closed_to(now):
            raise self._pause(one)
        with self._uow() as uow:
            reserved = repository.reserve_probe(uow.session, *key, now, now + self._config.probe)
        one = self._standings(anew=True).get(key)
        if reserved:
            _log.info("probe", vendor=key[0], operation=key[1])
            return True
        if one is None or one.state is CircuitState.CLOSED:
            return False
        raise self._pause(one)

    def _failed(self, key: _Key, error: GatewayError, *, probe: bool) -> Standing | None:
        """Writes a fault down; gives the circuit when it is not closed (any more)."""
        try:
            with self._uow() as uow:
                now = self._clock()
                row = repository.locked(uow.session, *key, now)
                moved = policy.after_fault(
                    row.state, row.failures, row.opens, probe=probe, now=now, config=self._config
                )
                if moved is not None:
                    if moved.state is CircuitState.OPEN and row.state is CircuitState.CLOSED:
                        row.opened_at = now
                    row.code, row.category = error.code[:60], error.category.value
                    row.words = error.words[:2000]
                    self._move(row, moved)
                    uow.session.add(row)
        except Exception as trouble:  # noqa: BLE001  (the vendor's own answer matters more)
            _log.warning("fault not written down", vendor=key[0], operation=key[1], error=type(trouble).__name__)
            return None
        return self._standings(anew=True).get(key) if moved is not None else None

    def _answered(self, key: _Key, *, probe: bool) -> None:
        """Writes an answer down where it changes something."""
        if not probe and key not in self._known:
            return
        try:
            with self._uow() as uow:
                row = repository.locked(uow.session, *key, self._clock())
                moved = policy.after_answer(row.state, probe=probe)
                if moved is not None:
                    self._move(row, moved)
                    row.opened_at = None
                    uow.session.add(row)
        except Exception as trouble:  # noqa: BLE001  (the answer may have been paid for)
            _log.warning("answer not written down", vendor=key[0], operation=key[1], error=type(trouble).__name__)
            return
        self._forget()

    def _move(self, row: VendorCircuit, moved: Moved) -> None:
        if moved.state is not row.state:
            _log.warning(
                "circuit moved",
                vendor=row.vendor, operation=row.operation, here=row.state.value, to=moved.state.value, code=row.code,
            )  # fmt: skip
        row.state, row.failures, row.opens, row.retry_at = moved.state, moved.failures, moved.opens, moved.retry_at
        row.changed_at = self._clock()

    def _pause(self, one: Standing) -> Retry:
        return Retry(
            policy.public(self.name(one.vendor), one.operation, one.code, one.category),
            vendor=one.vendor,
            code=PAUSED,
            category=one.category,
            words=one.words,
            after=one.wait(self._clock()),
        )

    def _forget(self) -> None:
        with self._lock:
            self._fresh_until = 0.0

    def _standings(self, *, anew: bool = False) -> dict[_Key, Standing]:
        """What is not healthy, by vendor and operation. Whoever finds it old reads it; the others take what there is.
        With a database that is away the last that was known is what counts."""
        with self._lock:
            if not anew and time.monotonic() < self._fresh_until:
                return self._known
            self._fresh_until = time.monotonic() + self._config.refresh.total_seconds()
        try:
            with self._uow() as uow:
                rows = repository.unhealthy(uow.session)
        except Exception as trouble:  # noqa: BLE001  (a vendor is not to be taken for broken because our database is)
            _log.warning("circuits not read", error=type(trouble).__name__)
            return self._known
        self._known = {(row.vendor, row.operation): _standing(row) for row in rows}
        return self._known


def _standing(row: VendorCircuit) -> Standing:
    return Standing(
        vendor=row.vendor,
        operation=row.operation,
        state=row.state,
        failures=row.failures,
        opens=row.opens,
        opened_at=row.opened_at,
        retry_at=row.retry_at,
        code=row.code,
        words=row.words,
        category=Category(row.category) if row.category else Category.PROVIDER,
    )
