"""Receipts: opened with what is to go, and told of each thing as it goes."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.receipts import repository
from photogen.domain.receipts.views import ReceiptView
from photogen.errors import NotFound
from photogen.kit.clock import Clock
from photogen.kit.ids import ALPHABET
from photogen.kit.text import t
from photogen.models.receipt import DeletionReceipt, ReceiptKind

STUDIO = "studio"
"""The place of what lay with us."""
_GROUPS, _GROUP = 4, 5  # 20 letters of 5 bits: a hundred random bits, which nobody guesses
_MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is to go: `key` names it to whoever deletes it, `what` and `place` to a person."""

    key: str
    what: str
    place: str
    gone_at: datetime | None = None


class ReceiptsService:
    """Steps: open, gone. Use cases: look, of_account."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def open(
        self,
        uow: UnitOfWork,
        kind: ReceiptKind,
        subject_id: str,
        name: str,
        items: Sequence[Item],
        *,
        account_id: str | None = None,
    ) -> str:
        """Step: the number of the receipt for this deletion; asked again, the same. `name` says nothing of a person."""
        known = repository.of_subject(uow.session, kind, subject_id)
        if known is not None:
            return known.number
        row = DeletionReceipt(
            number=new_number(), kind=kind, subject_id=subject_id, account_id=account_id, name=name[:60],
            requested_at=self._clock(),
            items={
                item.key: {
                    "what": item.what, "place": item.place, "order": order,
                    "gone_at": item.gone_at.isoformat() if item.gone_at else "",
                }
                for order, item in enumerate(items)
            },
        )  # fmt: skip
        self._finish(row)
        uow.session.add(row)
        uow.session.flush()
        return row.number

    def gone(self, uow: UnitOfWork, kind: ReceiptKind, subject_id: str, keys: Iterable[str]) -> None:
        """Step: these things of the deletion are gone. Without a receipt, or told before, it is fine."""
        row = repository.of_subject(uow.session, kind, subject_id)
        if row is None:
            return
        now = self._clock().isoformat()
        items = dict(row.items)
        for key in keys:
            if key in items and not items[key]["gone_at"]:
                items[key] = {**items[key], "gone_at": now}
        row.items = items
        self._finish(row)
        uow.session.add(row)

    def look(self, number: str) -> ReceiptView:
        """The receipt with this number, as a person types it. Raises NotFound."""
        with self._uow() as uow:
            row = repository.by_number(uow.session, _read(number))
        if row is None:
            raise NotFound(
                t("There is no receipt with this number. Check it letter by letter: it has four groups of five."),
                code="receipt_not_found",
            )
        return ReceiptView.of(row)

    def of_account(self, account_id: str) -> list[ReceiptView]:
        """A creator's, newest first; 50 at most."""
        with self._uow() as uow:
            return [ReceiptView.of(row) for row in repository.of_account(uow.session, account_id, _MOST_LISTED)]

    def _finish(self, row: DeletionReceipt) -> None:
        if row.finished_at is None and all(item["gone_at"] for item in row.items.values()):
            row.finished_at = self._clock()


def new_number() -> str:
    """Like K7QM2-V9XD4-0RTHA-8ZC3N."""
    return "-".join("".join(secrets.choice(ALPHABET.upper()) for _ in range(_GROUP)) for _ in range(_GROUPS))


def _read(number: str) -> str:
    """What was typed as it is stored: Crockford's alphabet takes i and l for 1, and o for 0."""
    plain = "".join(c for c in number[:80].upper() if c.isalnum()).translate(str.maketrans("ILO", "110"))
    return "-".join(plain[at : at + _GROUP] for at in range(0, len(plain), _GROUP))
