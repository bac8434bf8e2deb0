"""What is shown of presets."""

from __future__ import annotations

from dataclasses import dataclass

from photogen.domain.generation.presets.commands import SetUp


@dataclass(frozen=True, slots=True)
class PresetView:
    """A preset of one's own; `share_token` is "" where nobody else can read it."""

    id: str
    name: str
    setup: SetUp
    share_token: str


@dataclass(frozen=True, slots=True)
class SharedPreset:
    """What a link shows: nothing of whose it is."""

    name: str
    setup: SetUp
