"""Use cases of presets."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable

from photogen.db.locks import lock_account
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.generation.presets import repository
from photogen.domain.generation.presets.commands import PresetId, SavePreset, SetUp, UpdatePreset
from photogen.domain.generation.presets.views import PresetView, SharedPreset
from photogen.errors import Conflict, Invalid, NotFound
from photogen.kit.clock import Clock
from photogen.kit.text import t
from photogen.models.preset import Preset

MOST = 100
"""Presets of an account."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class PresetsService:
    """A creator's presets. Somebody else's don't exist, unless their owner gave the link."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def mine(self, account_id: str) -> list[PresetView]:
        """All of them, by name."""
        with self._uow() as uow:
            return [_view(row) for row in repository.of_account(uow.session, account_id)]

    def save(self, account_id: str, command: SavePreset) -> PresetView:
        """A new one. Raises Invalid (`name_taken`, at the name), Conflict (`too_many_presets`)."""
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            there = repository.of_account(uow.session, account_id)
            if len(there) >= MOST:
                raise Conflict(t("{most} presets are the most. Delete one first.", most=MOST), code="too_many_presets")
            _check_name(command.name, there)
            row = Preset(
                account_id=account_id,
                name=command.name,
                setup=command.setup.model_dump(),
                created_at=self._clock(),
                updated_at=self._clock(),
            )
            uow.session.add(row)
            return _view(row)

    def update(self, account_id: str, command: UpdatePreset) -> PresetView:
        """Takes name and set-up. Raises NotFound, Invalid (`name_taken`, at the name)."""
        with self._uow() as uow:
            lock_account(uow.session, account_id)
            row = _own(uow, account_id, command.preset_id)
            _check_name(command.name, (p for p in repository.of_account(uow.session, account_id) if p.id != row.id))
            row.name, row.setup, row.updated_at = command.name, command.setup.model_dump(), self._clock()
            uow.session.add(row)
            return _view(row)

    def delete(self, account_id: str, command: PresetId) -> None:
        """Its link is dead with it. Raises NotFound."""
        with self._uow() as uow:
            uow.session.delete(_own(uow, account_id, command.preset_id))

    def share(self, account_id: str, command: PresetId) -> PresetView:
        """Gives it a link; the one that it has stays. Raises NotFound."""
        with self._uow() as uow:
            row = _own(uow, account_id, command.preset_id)
            row.share_token = row.share_token or secrets.token_urlsafe(32)
            uow.session.add(row)
            return _view(row)

    def unshare(self, account_id: str, command: PresetId) -> PresetView:
        """Its link is dead at once, and a later one is another. Raises NotFound."""
        with self._uow() as uow:
            row = _own(uow, account_id, command.preset_id)
            row.share_token = None
            uow.session.add(row)
            return _view(row)

    def shared(self, token: str) -> SharedPreset:
        """What the link shows, to whoever is logged in. Raises NotFound."""
        with self._uow() as uow:
            row = repository.by_token(uow.session, token) if _TOKEN.fullmatch(token) else None
        if row is None:
            raise NotFound(t("This preset is not shared any more."), code="preset_not_found")
        return SharedPreset(row.name, _setup(row))


def _own(uow: UnitOfWork, account_id: str, preset_id: str) -> Preset:
    row = repository.get(uow.session, account_id, preset_id)
    if row is None:
        raise NotFound(t("This preset has been deleted."), code="preset_not_found")
    return row


def _check_name(name: str, others: Iterable[Preset]) -> None:
    if any(other.name.casefold() == name.casefold() for other in others):
        raise Invalid(t("You have a preset of this name."), field="name", code="name_taken")


def _setup(row: Preset) -> SetUp:
    return SetUp.of(**row.setup)


def _view(row: Preset) -> PresetView:
    return PresetView(row.id, row.name, _setup(row), row.share_token or "")
