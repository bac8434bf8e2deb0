"""The scripts that lie beside the components, as Reflex's assets: one folder, so that each is there once.

Reflex reads the whole call stack, with its sources, for each asset. Deep in imports that takes 20 ms each and was a
third of the web server's start; a thread of its own has hardly any stack.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import reflex as rx


def _libraries() -> dict[str, str]:
    names = sorted(path.name for path in Path(__file__).parent.glob("*.js*"))
    return {name: str(rx.asset(name, shared=True).importable_path) for name in names}


with ThreadPoolExecutor(1) as _thread:
    LIBRARIES = _thread.submit(_libraries).result()
"""What a component's `library` is, by the file's name."""
