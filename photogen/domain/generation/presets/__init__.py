"""Presets: the whole set-up of the generate page under a name, and as a link."""

from photogen.domain.generation.presets.service import PresetsService

__all__ = ["PresetsService"]
