"""Pictures to begin with that somebody has uploaded."""

from photogen.domain.generation.inputs.service import InputsService

__all__ = ["InputsService"]
