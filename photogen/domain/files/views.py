"""What the sweeper is told by the rooms, and what it tells the operator."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

Known = Callable[[Sequence[str]], Collection[str]]
"""Those of the ids whose objects somebody still needs, or may need."""
Expected = Callable[[str, str, int], Sequence[tuple[str, str]]]
"""(id, key) of at most so many objects that have to be there, with ids behind the first and up to the second one, in
the order of the ids."""


@dataclass(frozen=True)
class Area:
    """A prefix of the storage with the ids of one kind of row behind it: `<prefix><id>/...` or `<prefix><id>.<suffix>`.
    `known` are the rooms that use it, each with its own answer; what none of them knows is nobody's."""

    prefix: str
    known: Sequence[Known]
    expected: Expected | None = None


@dataclass
class AreaReport:
    """What was found below one prefix. `orphans` and `missing` are the keys, a hundred at most; the counts are whole.
    `strange` keys have no id of ours in them and are left alone; `left` orphans could not be deleted now."""

    prefix: str
    looked_at: int = 0
    orphan_count: int = 0
    missing_count: int = 0
    strange: int = 0
    left: int = 0
    ended: bool = False
    orphans: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SweepReport:
    """A run of the sweeper. `unfinished` are uploads that began over a day ago and never ended. A `dry` run has only
    looked."""

    dry: bool
    areas: Sequence[AreaReport]
    unfinished: int
