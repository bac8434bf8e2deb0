"""How a vendor of pictures presents itself: `SPEC` in its file is all that the rest of the house has to know."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from photogen.gateways import images
from photogen.gateways.base import ImageVendor
from photogen.gateways.http import Downloads


@dataclass(frozen=True)
class Connection:
    """Where and as whom a vendor is spoken to; `downloads` fetch what it delivers."""

    key: str = field(repr=False)
    address: str
    downloads: Downloads


@dataclass(frozen=True)
class ImageVendorSpec:
    """`name` stands in rows (`image_route.vendor`) and is the vendor's path in the sandbox; `label` is for people;
    `variable` is the environment's name of its key, `keys` says how one comes by it; `address` is its API's."""

    name: str
    label: str
    variable: str
    keys: str
    address: str
    build: Callable[[Connection], ImageVendor]


@functools.lru_cache(maxsize=1)
def specs() -> Mapping[str, ImageVendorSpec]:
    """Every vendor of pictures that has a file in this folder, by name."""
    found: dict[str, ImageVendorSpec] = {}
    for module in pkgutil.iter_modules(images.__path__, f"{images.__name__}."):
        spec = getattr(importlib.import_module(module.name), "SPEC", None)
        if isinstance(spec, ImageVendorSpec):
            found[spec.name] = spec
    return found
