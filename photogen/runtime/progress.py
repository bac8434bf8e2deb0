"""What a start says while it works: one line per thing done, and in a terminal a moving line with what is being done.

Standard library only: the installer uses it before anything is installed.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TextIO

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_INTERVAL = 0.1


class Progress:
    """Tells of steps that begin and end, several at once. Safe to call from any thread.

    In a terminal the steps under way share one line that moves; elsewhere each begin and end is a line of its own, with
    the seconds since the start. Colours are left out when NO_COLOR is set (https://no-color.org).
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out if out is not None else sys.stdout
        self._live = self._out.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = self._live and not os.environ.get("NO_COLOR")
        utf8 = (self._out.encoding or "").lower().replace("-", "") == "utf8"
        self._done, self._failed, self._warned = ("✓", "✗", "!") if utf8 else ("ok", "FAILED", "!")
        self._frames = _FRAMES if utf8 else "-\\|/"
        self._steps: dict[str, tuple[str, float]] = {}
        self._lock = threading.RLock()
        self._began = time.monotonic()
        self._ticker: threading.Thread | None = None

    def begin(self, step: str, doing: str) -> None:
        """`step` is a name ("PostgreSQL"), `doing` says what it does now ("starting")."""
        with self._lock:
            self._steps[step] = (doing, time.monotonic())
            if not self._live:
                self._line(f"{step}: {doing}")
            elif self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, daemon=True, name="progress")
                self._ticker.start()

    def done(self, step: str, note: str = "") -> None:
        """The step ended well; `note` says what came of it."""
        with self._lock:
            _, began = self._steps.pop(step, ("", self._began))
            seconds = f"{time.monotonic() - began:.1f} s"
            self._line(
                f"{self._paint('32', self._done)} {step:<16} {note + '  ' if note else ''}{self._paint('2', seconds)}"
            )

    def failed(self, step: str) -> None:
        """The step ended badly; the reason is said by `trouble`."""
        with self._lock:
            self._steps.pop(step, None)
            self._line(f"{self._paint('31', self._failed)} {step}")

    def warn(self, text: str) -> None:
        """Something a person should know, while all goes on."""
        with self._lock:
            self._line(f"{self._paint('33', self._warned)} {text}")

    def say(self, text: str = "") -> None:
        """A line by itself."""
        with self._lock:
            self._line(text, indent="")

    def trouble(self, text: str) -> None:
        """Why it ended, and how to mend it. Steps under way are forgotten."""
        with self._lock:
            self._steps.clear()
            self._line(f"\n{self._paint('31', text)}\n", indent="")

    def highlight(self, text: str) -> str:
        """`text` as something to look at."""
        return self._paint("1;36", text)

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _line(self, text: str, indent: str = "  ") -> None:
        if self._live:
            self._out.write(f"\r\x1b[2K{indent}{text}\n")
        else:
            stamp = f"[{time.monotonic() - self._began:5.1f} s] " if text.strip() and indent else ""
            self._out.write(f"{stamp}{text}\n")
        self._out.flush()

    def _tick(self) -> None:
        turn = 0
        while True:
            time.sleep(_INTERVAL)
            with self._lock:
                if not self._steps:
                    self._out.write("\r\x1b[2K")
                    self._out.flush()
                    self._ticker = None
                    return
                turn += 1
                frame = self._frames[turn % len(self._frames)]
                oldest = min(began for _, began in self._steps.values())
                what = ", ".join(f"{step}: {doing}" for step, (doing, _) in self._steps.items())
                width = _columns(self._out) - 14
                if len(what) > width:
                    what = what[: max(0, width - 1)] + "…"
                seconds = f"{time.monotonic() - oldest:.0f} s"
                self._out.write(f"\r\x1b[2K  {self._paint('36', frame)} {what}  {self._paint('2', seconds)}")
                self._out.flush()


def _columns(out: TextIO) -> int:
    try:
        return os.get_terminal_size(out.fileno()).columns
    except OSError:
        return 80
