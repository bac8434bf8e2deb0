"""The SQL of uploaded pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, and_, func, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from photogen.models.generation import Generation
from photogen.models.image import Image

UPLOAD = "upload"
"""In the place of the vendor: nobody drew it."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _unused() -> ColumnElement[bool]:
    """Uploads that no batch began with, and no picture came of."""
    child = aliased(Image)
    return and_(
        col(Image.vendor) == UPLOAD,
        col(Image.deleted_at).is_(None),
        ~select(col(Generation.id)).where(col(Generation.input_image_id) == col(Image.id)).exists(),
        ~select(col(child.id)).where(col(child.parent_id) == col(Image.id)).exists(),
    )


def unused(session: Session, account_id: str) -> int:
    """How many the account has."""
    query = select(func.count()).select_from(Image).where(col(Image.account_id) == account_id, _unused())
    return int(session.execute(query).scalar_one())


def give_up(session: Session, before: datetime) -> int:
    """Leaves to the emptying of the trash, without the days in it, what was uploaded before then and never used."""
    gone = session.execute(
        update(Image)
        .where(col(Image.created_at) < before, _unused())
        .values(deleted_at=_LONG_AGO)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[object]", gone).rowcount
