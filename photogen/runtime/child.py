"""A process that photogen started: its log, its end, and nothing of it left behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class Child:
    """One process in a session of its own, its output in a file.

    When the process that started it dies, even by SIGKILL, Linux sends it `stop_signal`; elsewhere the next start ends
    it (see `runtime.instance`). Start it from the main thread: the kernel takes the end of the starting thread for the
    end of the parent.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        preexec: Callable[[], None] | None = None,
    ) -> None:
        self._stop_signal = stop_signal
        self.log = log
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        parent = os.getpid()

        def before_exec() -> None:
            if preexec is not None:
                preexec()
            if libc is not None:
                libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)  # after a change of user, which clears it
                if os.getppid() != parent:  # it died between fork and now: nobody would tell us any more
                    os._exit(1)

        with log.open("ab") as output:
            self.log_start = output.tell()
            self._process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 (system calls only)
            )
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Exit status, negative for a signal, or None while it runs."""
        return self._process.poll()

    def tail(self, lines: int = 20) -> list[str]:
        """The last lines that this process wrote."""
        with self.log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(self.log_start, file.tell() - 64_000))
            text = file.read().decode("utf-8", "replace")
        return [line for line in text.splitlines() if line.strip()][-lines:]

    def ask_to_stop(self) -> None:
        """Sends the stop signal to the process itself, which ends its own children in its own order."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, self._stop_signal)

    def end(self, deadline: float) -> bool:
        """Waits until `deadline` (monotonic seconds) for the end, then kills. Returns whether it ended by itself.

        Either way nothing of its process group is left.
        """
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
            by_itself = True
        except subprocess.TimeoutExpired:
            by_itself = False
        self._kill_group()
        self._process.wait()
        return by_itself

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)
