"""What is asked of the history of prompts."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from photogen.domain.generation.commands import PROMPT_LENGTH, Id
from photogen.kit.commands import Command, Line, Lines

PAGE = 30
"""Prompts of a page of the history."""


class PromptQuery(Command):
    """A page of my prompts, newest first: those with all words of `search` in them, after the cursor `before`."""

    search: Annotated[str, Line(200)] = ""
    before: Annotated[str, Field(max_length=100)] | None = None
    limit: int = Field(PAGE, ge=1, le=100)


class ForgetPrompt(Command):
    """One of my prompts."""

    prompt_id: Id


class RecallPrompt(Command):
    """A prompt that was forgotten a moment ago, back in its old place."""

    text: Annotated[str, Lines(PROMPT_LENGTH, least=1)]
    used_at: AwareDatetime


class SuggestQuery(Command):
    """What has been typed so far, and for whom: the trigger word and the subject of the chosen model, "" without."""

    typed: Annotated[str, Field(max_length=PROMPT_LENGTH)]
    trigger_word: str = Field("", max_length=80)
    subject: str = Field("", max_length=32)
