"""`python -m tests.chaos --seed N --trainings 200 --images 1000`: one storm, its figures, and what it broke.

Prints the seed, which repeats it (as far as two runs of many processes can be alike). Exit status 1 when something is
wrong; then each thing is told with the history of its row.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from photogen.kit import log
from tests.chaos.storm import Storm, Weather
from tests.chaos.studio import Studio
from tests.chaos.verdict import Verdict

_SHOWN = 5


def main(arguments: list[str] | None = None) -> int:
    """0 when all is well, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="another one each time, unless it is given")
    parser.add_argument("--trainings", type=int, default=200)
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=3, help="of the worker")
    parser.add_argument("--crashes", type=int, default=2, help="of PostgreSQL")
    parser.add_argument("--storm", type=float, default=240, help="seconds after which it calms down")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and files")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else secrets.randbelow(10**6)
    print(f"seed {seed}", flush=True)
    log.configure(json=False, level="ERROR")
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    began = time.monotonic()
    weather = Weather(seed, given.trainings, given.images, crashes=given.crashes, storm=given.storm)
    with Studio(folder, processes=given.processes) as studio:
        studio.prepare(quota=max(1, given.images // 8))
        tally = Storm(studio, weather, lambda line: print(line, flush=True)).run()
        verdict = Verdict(studio)
        wrong = verdict.found()
        for name in ("seconds", "kills", "clicks", "faults", "ends", "paid"):
            figures = getattr(tally, name)
            print(f"{name}: {', '.join(f'{key} {value}' for key, value in sorted(figures.items()))}")
        print(f"seed {seed}: {len(wrong)} things wrong after {time.monotonic() - began:.0f} s")
        for thing in wrong:
            print(f"WRONG {thing.words}")
        for thing in [thing for thing in wrong if thing.id][:_SHOWN]:
            print(verdict.history(thing.id))
    if given.keep:
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
