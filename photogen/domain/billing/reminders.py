"""What comes soon: the end of a trial, the renewal of a year, another price."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.db.uow import UowFactory
from photogen.domain.billing import repository, telling
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.offers import repository as offered
from photogen.domain.notices import told
from photogen.kit.clock import Clock

_BATCH = 200


@dataclass(frozen=True)
class Reminders:
    """For the worker: remind."""

    uow: UowFactory
    clock: Clock
    config: BillingConfig

    def remind(self) -> None:
        """Tells each payer concerned, once per period. Again is fine."""
        now, after = self.clock(), ""
        while True:
            with self.uow() as uow:
                rows = repository.ending_soon(uow.session, now, now + self.config.remind, after, _BATCH)
                sold = offered.prices(uow.session, {p for row in rows for p in (row.price_id, row.next_price_id)})
                known = told(uow, [telling.key_of(row) for row in rows])
                for row in rows:
                    if telling.key_of(row) in known:
                        continue
                    present, following = sold.get(row.price_id), sold.get(row.next_price_id or row.price_id)
                    if present is not None and following is not None:
                        telling.comes(uow, row, present, following, now)
            if len(rows) < _BATCH:
                return
            after = rows[-1].id
