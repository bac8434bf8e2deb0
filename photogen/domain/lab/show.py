"""From rows to views: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from photogen.domain.lab import policy
from photogen.domain.lab.repository import Cell
from photogen.domain.lab.views import LabCell, LabRow, LabRunView
from photogen.models.generation import ShotStatus
from photogen.models.lab import LabRun
from photogen.models.lora import LoraVersion

_OPEN = {ShotStatus.QUEUED, ShotStatus.RENDERING}


def cell(row: Cell) -> LabCell:
    """One picture."""
    there = row.image_id is not None
    return LabCell(
        generation_id=row.generation_id,
        scale=row.scale,
        status=row.status.value,
        image_id=row.image_id or "",
        thumb_url=f"/media/images/{row.image_id}/512" if there else "",
        thumbhash=row.thumbhash or "",
        error=row.error,
        error_code=row.error_code,
        voted=row.voted,
        kept=bool(row.kept),
    )


def run(row: LabRun, version: LoraVersion, cells: Sequence[Cell]) -> LabRunView:
    """A run with what has become of its cells; of a cell that was tried again the last try counts."""
    last = {(one.prompt, one.scale): one for one in sorted(cells, key=lambda one: one.generation_id)}
    scales = tuple(float(scale) for scale in row.grid["scales"])
    rows = tuple(
        LabRow(
            prompt["text"],
            prompt["seed"],
            tuple(cell(last[prompt["text"], scale]) for scale in scales if (prompt["text"], scale) in last),
        )
        for prompt in row.grid["prompts"]
    )
    votes = Counter(dict.fromkeys(scales, 0))
    votes.update(one.scale for one in last.values() if one.voted)
    sums: Counter[str] = Counter()
    for one in cells:
        key = "held" if one.status in _OPEN else "spent" if one.status is ShotStatus.DONE else "returned"
        sums[key] += one.credits
        sums["quota"] += one.quota_weight if key != "returned" else 0
    return LabRunView(
        id=row.id,
        version_id=version.id,
        version_number=version.number,
        is_current=version.is_current,
        default_scale=version.default_scale,
        scales=scales,
        votes=tuple(votes[scale] for scale in scales),
        rows=rows,
        done=sum(one.status is ShotStatus.DONE for one in last.values()),
        failed=sum(one.status in {ShotStatus.FAILED, ShotStatus.CANCELLED} for one in last.values()),
        total=len(last),
        running=any(one.status in _OPEN for one in last.values()),
        spent=sums["spent"],
        held=sums["held"],
        returned=sums["returned"],
        quota=sums["quota"],
        verdict=policy.verdict(votes),
        created_at=row.created_at,
    )
