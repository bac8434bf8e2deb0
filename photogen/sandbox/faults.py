"""Faults that tests switch on: which call goes wrong, how, and how often."""

import random
import secrets
from collections.abc import Collection
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

AnswerFault = Literal["401", "402", "403", "404", "422", "429", "500", "503", "hang", "hang_after", "cut_before",
                      "cut_after", "html", "wrong_content_type"]  # fmt: skip
"""What happens to the answer of one call; `cut_after` and `hang_after` let the call do its work first."""

JobFault = Literal["aborted", "failed", "out_of_memory", "nsfw", "corrupt_tar", "no_weights", "output_expired", "stuck"]
"""What becomes of an accepted training or prediction; `nsfw` also exists for a synchronous picture."""

WebhookFault = Literal["lost", "late", "doubled", "reordered", "badly_signed"]
"""What becomes of a webhook on its way; operation `webhook`."""

FaultName = AnswerFault | JobFault | WebhookFault
ANSWER_FAULTS = frozenset(get_args(AnswerFault))
JOB_FAULTS = frozenset(get_args(JobFault))
WEBHOOK_FAULTS = frozenset(get_args(WebhookFault))


class Fault(BaseModel):
    """One fault. It strikes `times` times (None: always) at calls of `vendor` and `operation` (`*`: any) whose path or
    body contains `match`, each time with `probability`. `args`: `retry_after` (429), `seconds` (hangs, late), `spread`
    (doubled: each copy waits for up to so many seconds, so that they come in any order)."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default_factory=lambda: secrets.token_hex(4))
    vendor: Literal["replicate", "together", "nebius", "hub", "stripe", "*"] = "*"
    operation: str = "*"
    fault: FaultName
    times: int | None = Field(1, ge=1)
    probability: float = Field(1.0, ge=0, le=1)
    match: str = ""
    args: dict[str, Any] = Field(default_factory=dict)
    struck: int = 0

    def fits(self, vendor: str, operation: str, text: str) -> bool:
        """Whether it is meant for this call."""
        return self.vendor in {"*", vendor} and self.operation in {"*", operation} and self.match in text


class Faults:
    """The faults switched on, in the order of their arrival."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.seed(7)

    def seed(self, number: int) -> None:
        """Lets chance follow `number` from now on. Each operation has dice of its own: its n-th call has the same luck
        however the calls of others fall in between."""
        self._seed = number
        self._dice: dict[tuple[str, str], random.Random] = {}

    def _luck(self, vendor: str, operation: str) -> random.Random:
        made = random.Random(f"{self._seed} {vendor} {operation}")  # noqa: S311 - repeatable on purpose
        return self._dice.setdefault((vendor, operation), made)

    def add(self, fault: Fault) -> Fault:
        """Switches one on."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Switches all off."""
        self._faults.clear()

    def all(self) -> list[Fault]:
        """Those that may still strike."""
        return list(self._faults)

    def take(self, vendor: str, operation: str, kinds: Collection[str], text: str) -> Fault | None:
        """The fault that strikes now, if any; it is used up by this when it was for a number of times."""
        for fault in self._faults:
            if fault.fault not in kinds or not fault.fits(vendor, operation, text):
                continue
            if fault.probability < 1 and self._luck(vendor, operation).random() >= fault.probability:
                continue
            fault.struck += 1
            if fault.times is not None and fault.struck >= fault.times:
                self._faults.remove(fault)
            return fault
        return None
