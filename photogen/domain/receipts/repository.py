"""The receipts' rows."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from photogen.models.receipt import DeletionReceipt, ReceiptKind


def of_subject(session: Session, kind: ReceiptKind, subject_id: str) -> DeletionReceipt | None:
    """The receipt of that deletion, locked."""
    return session.exec(
        select(DeletionReceipt)
        .where(DeletionReceipt.kind == kind, DeletionReceipt.subject_id == subject_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def by_number(session: Session, number: str) -> DeletionReceipt | None:
    """The receipt with that number."""
    return session.exec(select(DeletionReceipt).where(DeletionReceipt.number == number)).one_or_none()


def of_account(session: Session, account_id: str, limit: int) -> Sequence[DeletionReceipt]:
    """A creator's, newest first."""
    return session.exec(
        select(DeletionReceipt)
        .where(DeletionReceipt.account_id == account_id)
        .order_by(col(DeletionReceipt.id).desc())
        .limit(limit)
    ).all()
