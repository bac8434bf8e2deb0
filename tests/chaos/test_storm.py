"""The short form of `python -m tests.chaos`: the same faults and kills, fewer works."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.chaos.storm import Storm, Weather
from tests.chaos.studio import Studio
from tests.chaos.verdict import Verdict

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_whatever_breaks_everything_ends_well(tmp_path: Path) -> None:
    seed = secrets.randbelow(10**6)
    weather = Weather(seed, trainings=8, images=40, storm=15, pause=(1.5, 3.0))
    with Studio(tmp_path, processes=2) as studio:
        studio.prepare(quota=5)
        tally = Storm(studio, weather).run()
        verdict = Verdict(studio)
        wrong = verdict.found()
        if wrong:
            histories = "\n".join(verdict.history(thing.id) for thing in wrong[:3] if thing.id)
            words = "\n".join(thing.words for thing in wrong)
            pytest.fail(
                f"seed {seed}: python -m tests.chaos --seed {seed}\n{words}\n{tally}\n{histories}", pytrace=False
            )
    assert tally.ends.total() >= 48
    assert tally.paid["quota"] > 0
    assert tally.kills.total() > 0
    assert tally.faults.total() > 0
