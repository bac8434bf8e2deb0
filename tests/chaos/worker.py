"""The worker as it is, on a clock that is ahead: `python -m tests.chaos.worker PROCESSES SECONDS_AHEAD`.

So hours are let pass in a run of minutes: by ending the worker and starting it again, further ahead.
"""

from __future__ import annotations

import functools
import sys
from datetime import timedelta

from photogen.bootstrap import build
from photogen.kit.clock import utc_now
from worker import context
from worker.processes import Family


def main(processes: int, ahead: timedelta) -> None:
    """Runs until SIGTERM."""
    context.build = functools.partial(build, clock=lambda: utc_now() + ahead)  # type: ignore[assignment]
    context.configure_logs(context.settings())
    Family(processes).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), timedelta(seconds=float(sys.argv[2])))
