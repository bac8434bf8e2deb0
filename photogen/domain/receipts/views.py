"""What a receipt shows."""

from dataclasses import dataclass
from datetime import datetime

from photogen.models.receipt import DeletionReceipt, ReceiptKind


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One thing of it: `what`, at which `place` (studio, hub, or a trainer's name); `gone_at` None while pending."""

    what: str
    place: str
    gone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """A receipt. `finished_at` is None while something is pending."""

    number: str
    kind: ReceiptKind
    name: str
    requested_at: datetime
    finished_at: datetime | None
    items: tuple[ReceiptItem, ...]

    @classmethod
    def of(cls, row: DeletionReceipt) -> "ReceiptView":
        """The view of a row, its items in the order in which they were announced."""
        items = sorted(row.items.values(), key=lambda item: item["order"])
        return cls(
            row.number,
            row.kind,
            row.name,
            row.requested_at,
            row.finished_at,
            tuple(
                ReceiptItem(
                    item["what"], item["place"], datetime.fromisoformat(item["gone_at"]) if item["gone_at"] else None
                )
                for item in items
            ),
        )
