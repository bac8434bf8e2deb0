"""What pages and the API are shown of generations. Frozen, flat, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from photogen.gateways.base import Capabilities


@dataclass(frozen=True, slots=True)
class StyleView:
    """A look that can be laid over any prompt. `suffix` is what is added to the prompt sent."""

    key: str
    name: str
    suffix: str


@dataclass(frozen=True, slots=True)
class AspectView:
    """A shape of picture, with its size in pixels."""

    key: str
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ModelChoiceView:
    """Something to generate with. `choice` goes into StartGeneration.model: `base:<key>` or `lora:<id>`.

    `locked` ones need another plan (`unlocked_by` names it). `vendors` draw it now, the preferred first: it is not
    `available` where there is none."""

    choice: str
    name: str
    description: str
    tier: str
    credits: int
    capabilities: Capabilities
    locked: bool
    unlocked_by: str
    beta: bool
    vendors: tuple[str, ...]
    trigger_word: str = ""
    default_scale: float | None = None
    preview_url: str = ""

    @property
    def available(self) -> bool:
        """Whether any vendor draws it now."""
        return bool(self.vendors)


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """Everything that the page offers. `my_models` are the creator's own, newest first."""

    base_models: tuple[ModelChoiceView, ...]
    my_models: tuple[ModelChoiceView, ...]
    styles: tuple[StyleView, ...]
    aspects: tuple[AspectView, ...]


@dataclass(frozen=True, slots=True)
class GenerationQuote:
    """The price before the start, in credits."""

    credits_each: int
    total: int
    balance: int
    balance_after: int
    affordable: bool


@dataclass(frozen=True, slots=True)
class ShotView:
    """One picture of a batch. `status` is queued, rendering, done, failed or cancelled; addresses are "" before."""

    id: str
    number: int
    status: str
    image_id: str | None
    image_url: str
    thumb_url: str
    thumbhash: str
    error: str
    error_code: str
    waiting: str
    seed: int


@dataclass(frozen=True, slots=True)
class GenerationView:
    """A batch. `status` is computed from its shots: queued, running, done, partly, failed or cancelled.

    `credits` were spent on what was delivered, `held` are set aside for what is under way, `returned` came back.
    `waiting` says what its pictures wait for while a vendor is paused, "" while nothing is in their way."""

    id: str
    prompt: str
    prompt_sent: str
    model: str
    model_name: str
    style: str
    aspect: str
    width: int
    height: int
    count: int
    seed: int
    status: str
    status_word: str
    done: int
    credits_each: int
    credits: int
    held: int
    returned: int
    can_cancel: bool
    can_retry: bool
    notice: str
    waiting: str
    created_at: datetime
    shots: tuple[ShotView, ...]
