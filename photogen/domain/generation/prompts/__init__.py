"""Prompts: what somebody has typed before, and what could come next while typing."""

from photogen.domain.generation.prompts.service import PromptsService

__all__ = ["PromptsService"]
