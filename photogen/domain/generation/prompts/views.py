"""What is shown of prompts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt as it was typed; `times` batches were asked for with it, the last one at `used_at`."""

    id: str
    text: str
    times: int
    used_at: datetime


@dataclass(frozen=True, slots=True)
class PromptPage:
    """A page of the history; `next_cursor` is None at its end."""

    items: tuple[PromptView, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the prompt could become: `text` is the whole of it, `label` the part that is new. `source` is history,
    trigger or phrase."""

    source: str
    label: str
    text: str
