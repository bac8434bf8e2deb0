"""The SQL of erasure: what an account still has, and the end of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, or_, select, text, update
from sqlmodel import Session, SQLModel, col

from photogen.models import (
    Account,
    AuditEntry,
    BillingCustomer,
    DeletionReceipt,
    Image,
    InboxEvent,
    Incident,
    LoraModel,
    LoraStatus,
    LoraVersion,
    Photo,
    Role,
    Shot,
    ShotStatus,
    Training,
    TrainingStatus,
)

KEPT = frozenset(
    {
        *("credit_grant", "credit_hold", "credit_entry"),
        *("billing_customer", "purchase", "subscription", "payment"),
        *("deletion_receipt", "incident", "audit_entry"),
    }
)
"""Tables whose rows outlive the account they name, and then name nobody: the ledger and the books of what was sold and
paid, which accounting needs for years and to which a late refund or dispute still belongs; and what says that the
deletion was done. Every other table that refers to an account is emptied of it."""

_FINAL = (TrainingStatus.COMPLETED, TrainingStatus.FAILED, TrainingStatus.CANCELLED)
_MOVING = (ShotStatus.QUEUED, ShotStatus.RENDERING)


def lock(session: Session, account_id: str) -> Account | None:
    """The account's row, locked as the ledger locks it."""
    return session.get(Account, account_id, with_for_update={"key_share": True}, populate_existing=True)


def other_admins(session: Session, account_id: str) -> int:
    """How many administrators there are beside this account."""
    return session.scalars(
        select(func.count()).where(
            col(Account.role) == Role.ADMIN, col(Account.id) != account_id, col(Account.deleted_at).is_(None)
        )
    ).one()


def due(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Ids of accounts that are being erased; each is not due again until `push` is over."""
    found = list(
        session.scalars(
            select(col(Account.id))
            .where(col(Account.erase_due_at) <= now)
            .order_by(col(Account.erase_due_at))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    if found:
        session.execute(
            update(Account)
            .where(col(Account.id).in_(found))
            .values(erase_due_at=now + push)
            .execution_options(synchronize_session=False)
        )
    return found


def is_customer(session: Session, account_id: str) -> bool:
    """Whether the payment service still has it."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    col(BillingCustomer.account_id) == account_id, col(BillingCustomer.forgotten_at).is_(None)
                )
            )
        )
    )


def running_trainings(session: Session, account_id: str) -> Sequence[str]:
    """Ids of trainings that have not ended."""
    return session.scalars(
        select(col(Training.id)).where(col(Training.account_id) == account_id, col(Training.status).not_in(_FINAL))
    ).all()


def discard_trainings(session: Session, account_id: str, now: datetime) -> None:
    """Of ended trainings nothing is kept for a retry: what waits for one is to be cleaned up now."""
    session.execute(
        update(Training)
        .where(
            col(Training.account_id) == account_id,
            col(Training.status).in_(_FINAL),
            col(Training.discarded_at).is_(None),
        )
        .values(
            discarded_at=now,
            clean_due_at=func.coalesce(func.least(col(Training.clean_due_at), now), now),
        )
        .execution_options(synchronize_session=False)
    )


def moving_batches(session: Session, account_id: str) -> Sequence[str]:
    """Ids of generations with pictures in the making."""
    return session.scalars(
        select(col(Shot.generation_id))
        .where(col(Shot.account_id) == account_id, col(Shot.status).in_(_MOVING))
        .distinct()
    ).all()


def models(session: Session, account_id: str) -> Sequence[str]:
    """Ids of models that are not deleted."""
    return session.scalars(
        select(col(LoraModel.id)).where(
            col(LoraModel.account_id) == account_id, col(LoraModel.status) != LoraStatus.DELETED
        )
    ).all()


def photos(session: Session, account_id: str, limit: int) -> Sequence[str]:
    """Ids of uploaded photos."""
    return session.scalars(select(col(Photo.id)).where(col(Photo.account_id) == account_id).limit(limit)).all()


def forget_photos(session: Session, ids: Sequence[str]) -> None:
    """Deletes their rows."""
    session.execute(delete(Photo).where(col(Photo.id).in_(ids)))


def images(session: Session, account_id: str, limit: int) -> Sequence[str]:
    """Ids of pictures, in the gallery or in the trash."""
    return session.scalars(select(col(Image.id)).where(col(Image.account_id) == account_id).limit(limit)).all()


def forget_images(session: Session, ids: Sequence[str]) -> None:
    """Deletes their rows."""
    session.execute(delete(Image).where(col(Image.id).in_(ids)))


def trainings_left(session: Session, account_id: str) -> bool:
    """Whether something of a training may still be at a vendor or in the storage."""
    return bool(
        session.scalar(
            select(
                exists().where(
                    col(Training.account_id) == account_id,
                    or_(col(Training.status).not_in(_FINAL), col(Training.clean_due_at).is_not(None)),
                )
            )
        )
    )


def models_left(session: Session, account_id: str) -> bool:
    """Whether something of a model may still be at the hub or in the storage."""
    return bool(
        session.scalar(
            select(
                exists()
                .where(col(LoraModel.account_id) == account_id)
                .where(col(LoraVersion.lora_model_id) == col(LoraModel.id))
                .where(or_(col(LoraVersion.remove_due_at).is_not(None), col(LoraVersion.status) != LoraStatus.DELETED))
            )
        )
    )


def forget(session: Session, account_id: str) -> None:
    """Deletes every row that refers to the account, but for those of `KEPT`, and the words in those."""
    subjects = select(col(Training.id)).where(col(Training.account_id) == account_id)
    shots = select(col(Shot.id)).where(col(Shot.account_id) == account_id)
    session.execute(
        delete(InboxEvent).where(or_(col(InboxEvent.subject).in_(subjects), col(InboxEvent.subject).in_(shots)))
    )
    for table in reversed(SQLModel.metadata.sorted_tables):
        if table.name in KEPT or table.name == "account":
            continue
        for column in table.columns:
            if any(key.target_fullname == "account.id" for key in column.foreign_keys):
                session.execute(table.delete().where(column == account_id))
    # What operators wrote beside a movement may name the person: the ledger's trigger allows just this change.
    session.execute(text("UPDATE credit_entry SET note = '' WHERE account_id = :id AND note <> ''"), {"id": account_id})
    session.execute(text("UPDATE credit_grant SET note = '' WHERE account_id = :id AND note <> ''"), {"id": account_id})
    session.execute(
        update(AuditEntry).where(col(AuditEntry.account_id) == account_id).values(account_id=None, made_by="")
    )
    # A repository's name is made of the model's.
    session.execute(update(Incident).where(col(Incident.account_id) == account_id).values(account_id=None, details={}))
    session.execute(
        update(DeletionReceipt).where(col(DeletionReceipt.account_id) == account_id).values(account_id=None)
    )
