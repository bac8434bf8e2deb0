"""Which vendor draws: routes, what they can do, and the choice among them. Pure.

A model that a creator chooses is reached by one route or more, each a vendor with its own name for the model. A
request goes to the first that is there and can do all that the request uses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photogen.gateways.base import Capabilities
from photogen.models.vendor import CostUnit

CUSTOM = "custom"
"""The aspect of a picture whose width and height were chosen."""
Range = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a model. `cost_cents` is what the vendor takes per picture or megapixel, None where nobody knows;
    `ready` says that the operator wants it and the vendor serves it."""

    id: str
    model_key: str
    vendor: str
    vendor_model: str
    can: Capabilities
    cost_cents: float | None
    cost_unit: CostUnit
    ready: bool

    def cost(self, width: int, height: int) -> float | None:
        """Cents for a picture of so many pixels."""
        if self.cost_cents is None:
            return None
        size = 1.0 if self.cost_unit is CostUnit.PICTURE else width * height / 1_000_000
        return round(self.cost_cents * size, 3)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request uses of a model. `seed`: it was chosen, so the picture has to be repeatable. None: not used."""

    aspect: str
    width: int
    height: int
    seed: bool = False
    lora: bool = False
    image_input: bool = False
    negative_prompt: bool = False
    steps: int | None = None
    guidance: float | None = None
    lora_scale: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The numbers with which one route is asked; None where it has no such control."""

    steps: int | None
    guidance: float | None
    lora_scale: float | None


@dataclass(frozen=True, slots=True)
class Choice:
    """The route that is to draw, and how it is asked. `passed_over` are better ones whose vendors are paused."""

    route: Route
    asked: Asked
    passed_over: tuple[Route, ...]


def usable(routes: Iterable[Route], set_up: Collection[str] | None) -> list[Route]:
    """Those that could draw now: ready, at a vendor that is set up here (None: all are), the preferred first."""
    return [route for route in routes if route.ready and (set_up is None or route.vendor in set_up)]


def choose(
    routes: Sequence[Route],
    wanted: Wanted,
    *,
    set_up: Collection[str],
    paused: Collection[str] = (),
    failed: Collection[tuple[str, str]] = (),
) -> Choice | None:
    """The first usable route that can do all that is wanted and has not failed (by vendor and vendor's model) at this
    request; one of a paused vendor only where there is no other. None: there is none."""
    able = [
        (route, asked)
        for route in usable(routes, set_up)
        if (route.vendor, route.vendor_model) not in failed and (asked := fit(route.can, wanted, routes)) is not None
    ]
    if not able:
        return None
    here = next((n for n, (route, _) in enumerate(able) if route.vendor not in paused), None)
    if here is None:
        return Choice(*able[0], ())
    return Choice(*able[here], tuple(route for route, _ in able[:here]))


def fit(can: Capabilities, wanted: Wanted, routes: Iterable[Route]) -> Asked | None:
    """How a route that can so much is asked for what is wanted; None: it can't do all of it.

    A number that some route of the model has as its default was not chosen by anybody: a route without that control, or
    with another range, then draws as it usually does."""
    drawable = can.any_size if wanted.aspect == CUSTOM else wanted.aspect in can.aspects
    if not drawable or not _within(can.sides, wanted):
        return None
    demands = (
        (wanted.lora, can.lora),
        (wanted.image_input, can.image_input),
        (wanted.negative_prompt, can.negative_prompt),
        (wanted.seed, can.seed),
    )
    if any(needed and not able for needed, able in demands):
        return None
    usual = list(routes)
    steps = _number(wanted.steps, can.steps, {r.can.steps[2] for r in usual if r.can.steps})
    guidance = _number(wanted.guidance, can.guidance, {r.can.guidance[2] for r in usual if r.can.guidance})
    scale = _number(wanted.lora_scale, can.lora_scale if wanted.lora else None, set())
    if steps is None or guidance is None or scale is None:
        return None
    return Asked(None if steps[0] is None else int(steps[0]), guidance[0], scale[0])


def _within(sides: tuple[int, int], wanted: Wanted) -> bool:
    return sides[0] <= min(wanted.width, wanted.height) and max(wanted.width, wanted.height) <= sides[1]


def _number(value: float | None, limits: Range | None, usual: Collection[float]) -> tuple[float | None] | None:
    """The number to ask with, in a tuple; None: it can't be asked for."""
    if value is None:
        return (None,)
    if limits is not None and limits[0] <= value <= limits[1]:
        return (value,)
    if value in usual:
        return (None if limits is None else limits[2],)
    return None


def offered(routes: Sequence[Route]) -> Capabilities:
    """What can be asked for where any of `routes` may draw. Each can do a part of it; whether one can do all of a
    request is asked with `choose`. Defaults are the first one's; `sides` are those of sizes that can be chosen, where
    some can."""
    can = [route.can for route in routes]
    if not can:
        return Capabilities()
    sides = [c.sides for c in can if c.any_size] or [c.sides for c in can]
    return Capabilities(
        lora=any(c.lora for c in can),
        image_input=any(c.image_input for c in can),
        negative_prompt=any(c.negative_prompt for c in can),
        seed=any(c.seed for c in can),
        steps=_whole(_union([c.steps for c in can])),
        guidance=_union([c.guidance for c in can]),
        lora_scale=_union([c.lora_scale for c in can]),
        strength=_union([c.strength for c in can]),
        aspects=tuple(dict.fromkeys(aspect for c in can for aspect in c.aspects)),
        sides=(min(low for low, _ in sides), max(high for _, high in sides)),
        any_size=any(c.any_size for c in can),
        images_per_call=max(c.images_per_call for c in can),
    )


def _union(ranges: Sequence[Range | None]) -> Range | None:
    known = [one for one in ranges if one is not None]
    if not known:
        return None
    return min(one[0] for one in known), max(one[1] for one in known), known[0][2]


def _whole(limits: Range | None) -> tuple[int, int, int] | None:
    return None if limits is None else (int(limits[0]), int(limits[1]), int(limits[2]))


def tried(before: Sequence[Mapping[str, Any]], route: Route, code: str) -> list[dict[str, Any]]:
    """The record of a shot's vendors, with one that did not draw it and why; each reason stands once."""
    entry = {"vendor": route.vendor, "vendor_model": route.vendor_model, "code": code[:60]}
    kept = [dict(one) for one in before]
    return kept if entry in kept else [*kept, entry]
