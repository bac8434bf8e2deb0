"""The SQL of presets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from photogen.models.preset import Preset


def of_account(session: Session, account_id: str) -> Sequence[Preset]:
    """By name."""
    return session.exec(select(Preset).where(Preset.account_id == account_id).order_by(col(Preset.name))).all()


def get(session: Session, account_id: str, preset_id: str) -> Preset | None:
    """The account's preset, locked."""
    return session.exec(
        select(Preset).where(Preset.id == preset_id, Preset.account_id == account_id).with_for_update()
    ).one_or_none()


def by_token(session: Session, token: str) -> Preset | None:
    """The one that is shared under this token."""
    return session.exec(select(Preset).where(Preset.share_token == token)).one_or_none()
