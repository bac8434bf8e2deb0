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
    `available` where there is none. `credits` are for a square picture."""

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
    subject: str = ""
    default_scale: float | None = None
    preview_url: str = ""

    @property
    def available(self) -> bool:
        """Whether any vendor draws it now."""
        return bool(self.vendors)


@dataclass(frozen=True, slots=True)
class ModelTotal:
    """What was delivered by one model in a span of days: pictures, and what they took of credits and of the quota."""

    name: str
    pictures: int
    credits: int
    quota: int


@dataclass(frozen=True, slots=True)
class GenerateOptions:
    """Everything that the page offers. `my_models` are the creator's own, newest first."""

    base_models: tuple[ModelChoiceView, ...]
    my_models: tuple[ModelChoiceView, ...]
    styles: tuple[StyleView, ...]
    aspects: tuple[AspectView, ...]


@dataclass(frozen=True, slots=True)
class GenerationQuote:
    """The price before the start. `total` is in credits; `from_quota` units of the day's quota pay for `quota_pictures`
    of the pictures, and `quota_after` of `quota_limit` are then left (a limit of 0: the account has no quota).

    `refusal` is the code of what a start would raise, "" where it can be paid."""

    credits_each: int
    total: int
    balance: int
    balance_after: int
    from_quota: int
    quota_pictures: int
    quota_left: int
    quota_after: int
    quota_limit: int
    overage: bool
    resets_at: datetime
    refusal: str

    @property
    def affordable(self) -> bool:
        """Whether a start would be let through."""
        return not self.refusal


@dataclass(frozen=True, slots=True)
class Tariff:
    """What pictures of one model cost one account now: `weight_each` of the quota, beyond it `credits_each`."""

    credits_each: int
    weight_each: int
    balance: int
    quota_left: int
    quota_limit: int
    overage: bool
    resets_at: datetime
    locked: bool

    def quote(self, count: int) -> GenerationQuote:
        """The price of `count` pictures."""
        fit = 0
        if self.quota_limit:
            fit = min(count, self.quota_left // self.weight_each) if self.weight_each else count
        total = (count - fit) * self.credits_each
        refusal = ""
        if self.locked:
            refusal = "tier_required"
        elif self.quota_limit and fit < count and not self.overage:
            refusal = "quota_exhausted"
        elif total > self.balance:
            refusal = "insufficient_credits"
        return GenerationQuote(
            credits_each=self.credits_each,
            total=total,
            balance=self.balance,
            balance_after=self.balance - total,
            from_quota=fit * self.weight_each,
            quota_pictures=fit,
            quota_left=self.quota_left,
            quota_after=self.quota_left - fit * self.weight_each,
            quota_limit=self.quota_limit,
            overage=self.overage,
            resets_at=self.resets_at,
            refusal=refusal,
        )


@dataclass(frozen=True, slots=True)
class ShotView:
    """One picture of a batch. `status` is queued, rendering, done, failed or cancelled; addresses are "" before.
    `prompt` is as typed, with its wildcards drawn."""

    id: str
    number: int
    status: str
    prompt: str
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

    `credits` were spent on what was delivered, `held` are set aside for what is under way, `returned` came back; the
    same of the day's quota in `quota`, `quota_held` and `quota_returned`.
    `waiting` says what its pictures wait for while a vendor is paused, "" while nothing is in their way.
    `ahead` pictures are drawn before its first that stands in line (None: none does), and `seconds_left` is how long
    all of it will take by what its model took of late (None: nobody knows)."""

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
    quota: int
    quota_held: int
    quota_returned: int
    can_cancel: bool
    can_retry: bool
    notice: str
    waiting: str
    ahead: int | None
    seconds_left: float | None
    created_at: datetime
    shots: tuple[ShotView, ...]
