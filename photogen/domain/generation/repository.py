"""The SQL of generations and shots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, String, and_, any_, bindparam, func, or_, text, union, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from photogen.db.lease import reached
from photogen.db.uow import UnitOfWork
from photogen.domain.generation.policy import ACTIVE
from photogen.domain.generation.views import ModelTotal
from photogen.domain.vendors.routes import routes_of
from photogen.domain.vendors.routing import Route
from photogen.models.generation import Generation, Shot, ShotStatus
from photogen.models.image import Image
from photogen.models.lora import LoraModel, LoraStatus, LoraVersion
from photogen.models.training import PaidBy


@dataclass(frozen=True, slots=True)
class Order:
    """A shot with everything that drawing it needs."""

    shot: Shot
    generation: Generation
    lora: LoraVersion | None
    input_key: str | None
    """Where the picture to begin with lies."""
    routes: Sequence[Route]


def order(uow: UnitOfWork, shot_id: str) -> Order | None:
    """Whosever shot, for the worker, with the ways to its model."""
    row = uow.session.exec(
        select(Shot, Generation, LoraVersion, Image.storage_key)
        .join(Generation, col(Generation.id) == col(Shot.generation_id))
        .outerjoin(LoraVersion, col(LoraVersion.id) == col(Generation.lora_version_id))
        .outerjoin(Image, col(Image.id) == col(Generation.input_image_id))
        .where(Shot.id == shot_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    shot, generation, version, input_key = row
    return Order(shot, generation, version, input_key, routes_of(uow, [generation.model_key])[generation.model_key])


def get(session: Session, account_id: str, generation_id: str) -> Generation | None:
    """The account's batch."""
    return session.exec(
        select(Generation).where(Generation.id == generation_id, Generation.account_id == account_id)
    ).one_or_none()


def by_request_key(session: Session, request_key: str) -> Generation | None:
    """The batch that this click has started already."""
    return session.exec(select(Generation).where(Generation.request_key == request_key)).one_or_none()


_UNDER_WAY = select(Shot.generation_id).where(
    Shot.account_id == bindparam("account"),
    text("shot.status IN ('queued', 'rendering')"),  # a kept plan would not know that ix_shot_active fits parameters
)
_NEWEST = (
    select(Generation.id)
    .where(Generation.account_id == bindparam("account"), col(Generation.lab_run_id).is_(None))
    .order_by(col(Generation.created_at).desc(), col(Generation.id).desc())
    .limit(bindparam("newest"))
)
_RECENT = (
    select(Generation)
    .where(
        col(Generation.id).in_(union(_NEWEST, _UNDER_WAY)),
        col(Generation.lab_run_id).is_(None),
    )
    .order_by(col(Generation.created_at).desc(), col(Generation.id).desc())
    .limit(bindparam("most"))
)


def recent(session: Session, account_id: str, newest: int, most: int) -> Sequence[Generation]:
    """The `newest` last batches and all that are not over, newest first, `most` at most."""
    return session.exec(_RECENT, params={"account": account_id, "newest": newest, "most": most}).all()


def by_model(session: Session, account_id: str, since: datetime, limit: int) -> list[ModelTotal]:
    """What was delivered of the batches since then, by the model's name at the time, the most pictures first."""
    pictures = func.count()
    paid = {way: func.sum(amount).filter(col(Shot.paid_by) == way) for way, amount in (
        (PaidBy.CREDITS, col(Shot.credits)), (PaidBy.QUOTA, col(Shot.quota_weight)),
    )}  # fmt: skip
    rows = session.execute(
        select_columns(col(Generation.model_name), pictures, paid[PaidBy.CREDITS], paid[PaidBy.QUOTA])
        .join(Shot, col(Shot.generation_id) == col(Generation.id))
        .where(col(Generation.account_id) == account_id, col(Generation.created_at) >= since)
        .where(col(Shot.status) == ShotStatus.DONE)
        .group_by(col(Generation.model_name))
        .order_by(pictures.desc(), col(Generation.model_name))
        .limit(limit)
    ).all()
    return [ModelTotal(name, count, int(credits or 0), int(quota or 0)) for name, count, credits, quota in rows]


def is_shot(session: Session, shot_id: str) -> bool:
    """Whether there is such a shot, whosever it is."""
    return session.exec(select(Shot.id).where(Shot.id == shot_id)).first() is not None


def shots(session: Session, generation_ids: Sequence[str], *, locked: bool = False) -> Sequence[Shot]:
    """In the order of their numbers; locked ones in the order of their ids first, so that two never cross."""
    query = select(Shot).where(col(Shot.generation_id).in_(generation_ids)).order_by(col(Shot.id))
    rows = session.exec(query.with_for_update() if locked else query).all()
    return sorted(rows, key=lambda shot: (shot.generation_id, shot.number))


_SHOWN = (
    select(Shot, Image.thumbhash)
    .outerjoin(Image, and_(col(Image.id) == col(Shot.image_id), col(Image.deleted_at).is_(None)))
    .where(col(Shot.generation_id) == any_(bindparam("ids", type_=ARRAY(String))))
    .order_by(col(Shot.generation_id), col(Shot.number))
)


def shown(session: Session, generation_ids: Sequence[str]) -> Sequence[tuple[Shot, str | None]]:
    """Shots in the order of their numbers, each with the thumbhash of its picture; None where there is no picture, or
    it is in the trash."""
    return session.exec(_SHOWN, params={"ids": list(generation_ids)}).all()


def input_image(session: Session, account_id: str, image_id: str) -> Image | None:
    """The account's picture, unless it is in the trash."""
    return session.exec(
        select(Image).where(Image.id == image_id, Image.account_id == account_id, col(Image.deleted_at).is_(None))
    ).one_or_none()


def still_there(session: Session, image_id: str | None) -> str | None:
    """The same id, of a picture that stays until the transaction ends; None where it is gone."""
    return session.exec(select(Image.id).where(Image.id == image_id).with_for_update(key_share=True, read=True)).first()


def lora(
    session: Session, account_id: str, model_id: str, version_id: str | None = None
) -> tuple[LoraModel, LoraVersion] | None:
    """The account's model with its current version, or with the one asked for, if that can be used."""
    wanted = col(LoraVersion.is_current) if version_id is None else col(LoraVersion.id) == version_id
    return session.exec(_usable(account_id).where(LoraModel.id == model_id, wanted)).one_or_none()


def loras(session: Session, account_id: str) -> Sequence[tuple[LoraModel, LoraVersion]]:
    """The account's models that can be used with their current versions, newest first."""
    return session.exec(
        _usable(account_id)
        .where(col(LoraVersion.is_current))
        .order_by(col(LoraModel.created_at).desc(), col(LoraModel.id).desc())
    ).all()


def _usable(account_id: str) -> Select[LoraModel, LoraVersion]:
    return (
        select(LoraModel, LoraVersion)
        .join(LoraVersion, col(LoraVersion.lora_model_id) == col(LoraModel.id))
        .where(
            LoraModel.account_id == account_id,
            LoraModel.status == LoraStatus.READY,
            LoraVersion.status == LoraStatus.READY,
        )
    )


def count_use(session: Session, model_id: str) -> None:
    """One more picture was made with it."""
    session.execute(
        update(LoraModel)
        .where(col(LoraModel.id) == model_id)
        .values(uses=LoraModel.uses + 1)
        .execution_options(synchronize_session=False)
    )


def due(session: Session, now: datetime, limit: int, push: timedelta) -> list[str]:
    """Ids of shots under way that somebody should look at; each is not due again until `push` is over."""
    found = session.exec(
        select(Shot.id)
        .where(
            or_(col(Shot.status) == ShotStatus.RENDERING, col(Shot.stop_owed)),
            reached(col(Shot.next_check_at), now),
            or_(col(Shot.lease_until).is_(None), reached(col(Shot.lease_until), now)),
        )
        .order_by(col(Shot.next_check_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if found:
        session.execute(
            update(Shot)
            .where(col(Shot.id).in_(found))
            .values(next_check_at=now + push)
            .execution_options(synchronize_session=False)
        )
    return list(found)


def in_work(session: Session, ids: Sequence[str]) -> Sequence[str]:
    """Those of `ids` that are shots, and not over."""
    return session.exec(select(Shot.id).where(col(Shot.id).in_(ids), col(Shot.status).in_(ACTIVE))).all()
