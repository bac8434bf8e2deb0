"""The pages. Each feature is a package with page.py, state.py and parts.py; importing page.py registers its screens."""

from importlib import import_module
from pkgutil import walk_packages


def load() -> None:
    """Imports every `page` module below this package, which registers its screens."""
    for module in walk_packages(__path__, prefix=f"{__name__}."):
        if module.name.endswith(".page"):
            import_module(module.name)
