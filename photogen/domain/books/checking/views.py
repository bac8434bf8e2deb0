"""What a check of the books has found."""

from dataclasses import dataclass

from photogen.db.disagreements import Disagreement


@dataclass(frozen=True, slots=True)
class Verdict:
    """`accounts` were looked at, in `seconds`. `found` are the contradictions, each an incident from now on; `cut` says
    that there are more than were written down."""

    accounts: int
    seconds: float
    found: tuple[Disagreement, ...]
    cut: bool

    @property
    def sound(self) -> bool:
        """Whether nothing contradicts anything."""
        return not self.found
