"""Which vendor draws: the first that is there and can do all that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from photogen.domain.vendors import routing
from photogen.domain.vendors.routes import capabilities
from photogen.domain.vendors.routing import Asked, Route, Wanted
from photogen.gateways.base import Capabilities
from photogen.models import CostUnit

PLAIN = Capabilities(steps=(1, 12, 4))
FEW_STEPS = Capabilities(steps=(1, 4, 4), negative_prompt=True)
NO_STEPS = Capabilities(seed=False, sides=(64, 900))
WANTED = Wanted(aspect="1:1", width=512, height=512, steps=4)
ALL = {"a", "b", "c"}


def route(vendor: str, can: Capabilities = PLAIN, **changes: object) -> Route:
    made = Route(vendor, "flux", vendor, f"{vendor}/flux", can, 4.0, CostUnit.PICTURE, ready=True)
    return replace(made, **changes)  # type: ignore[arg-type]


A, B, C = route("a"), route("b", FEW_STEPS), route("c", NO_STEPS)


def chosen(wanted: Wanted = WANTED, routes: tuple[Route, ...] = (A, B, C), **more: object) -> str:
    choice = routing.choose(routes, wanted, **({"set_up": ALL} | more))  # type: ignore[arg-type]
    return choice.route.vendor if choice else ""


def test_the_first_that_can_is_taken() -> None:
    assert chosen() == "a"
    assert chosen(replace(WANTED, negative_prompt=True)) == "b"
    assert chosen(replace(WANTED, width=480, height=2048)) == ""
    assert chosen(replace(WANTED, width=100, height=400)) == "c"
    assert chosen(replace(WANTED, aspect="21:9")) == ""


def test_a_size_of_ones_own_goes_to_who_draws_any_within_its_sides() -> None:
    small, large = (replace(PLAIN, any_size=True, sides=sides) for sides in ((256, 1440), (64, 2048)))
    routes = (A, route("b", small), route("c", large))
    own = replace(WANTED, aspect=routing.CUSTOM, width=1440, height=256)
    assert chosen(own, routes) == "b"
    assert chosen(replace(own, width=1472), routes) == "c"
    assert chosen(replace(own, height=32), routes) == ""
    assert chosen(own, (A, C)) == ""
    assert chosen(WANTED, routes) == "a"
    assert (routing.offered(routes).any_size, routing.offered(routes).sides) == (True, (64, 2048))
    assert (routing.offered([A, C]).any_size, routing.offered([route("b", small), C]).sides) == (False, (256, 1440))


@pytest.mark.parametrize("needs", ["lora", "image_input"])
def test_what_no_route_can_do_is_nobodys(needs: str) -> None:
    assert chosen(replace(WANTED, **{needs: True})) == ""


def test_a_part_here_and_a_part_there_is_not_all() -> None:
    assert chosen(replace(WANTED, negative_prompt=True, steps=9)) == ""
    assert routing.offered([A, B]).negative_prompt
    assert routing.offered([A, B]).steps == (1, 12, 4)


def test_one_that_is_gone_not_set_up_or_has_failed_is_passed_by() -> None:
    assert chosen(routes=(route("a", ready=False), B)) == "b"
    assert chosen(set_up={"b", "c"}) == "b"
    assert chosen(failed={("a", "a/flux")}) == "b"
    assert chosen(failed={("a", "another model of a")}) == "a"
    assert chosen(failed={(r.vendor, r.vendor_model) for r in (A, B, C)}) == ""


def test_a_paused_vendor_is_asked_only_where_there_is_no_other() -> None:
    choice = routing.choose((A, B, C), WANTED, set_up=ALL, paused={"a"})
    assert choice is not None
    assert (choice.route, choice.passed_over) == (B, (A,))
    assert chosen(paused=ALL) == "a"
    assert chosen(replace(WANTED, negative_prompt=True), paused={"b"}) == "b"


def test_a_number_that_nobody_chose_keeps_no_vendor_out() -> None:
    assert routing.fit(NO_STEPS, WANTED, (A, B, C)) == Asked(None, None, None)
    assert routing.fit(NO_STEPS, replace(WANTED, steps=9), (A, B, C)) is None
    slow = route("c", Capabilities(steps=(20, 50, 28)))
    assert routing.fit(slow.can, WANTED, (A, slow)) == Asked(28, None, None)
    assert routing.fit(slow.can, replace(WANTED, steps=9), (A, slow)) is None


def test_a_chosen_seed_wants_a_vendor_that_takes_one() -> None:
    assert chosen(WANTED, (C, A)) == "c"
    assert chosen(replace(WANTED, seed=True), (C, A)) == "a"


def test_a_lora_is_applied_as_strongly_as_was_asked_for_or_not_at_all() -> None:
    can = Capabilities(lora=True, lora_scale=(0, 2, 1))
    wanted = replace(WANTED, steps=None, lora=True, lora_scale=1.7)
    assert routing.fit(can, wanted, ()) == Asked(None, None, 1.7)
    assert routing.fit(replace(can, lora_scale=(0, 1, 1)), wanted, ()) is None


def test_what_is_offered_of_nothing_is_nothing_special() -> None:
    assert routing.offered([]) == Capabilities()


def test_costs() -> None:
    assert A.cost(2000, 1000) == 4.0
    assert route("a", cost_unit=CostUnit.MEGAPIXEL).cost(2000, 1000) == 8.0
    assert route("a", cost_cents=None).cost(2000, 1000) is None


def test_each_reason_for_which_a_vendor_did_not_draw_stands_once() -> None:
    once = routing.tried([], A, "vendor_paused")
    assert routing.tried(once, A, "vendor_paused") == once
    assert [entry["code"] for entry in routing.tried(once, A, "vendor_money")] == ["vendor_paused", "vendor_money"]


def test_capabilities_come_out_of_json_as_a_type() -> None:
    made = capabilities({"lora": True, "steps": [1, 50, 28], "guidance": [0, 10, 3]})
    assert (made.lora, made.steps, made.guidance, made.lora_scale) == (True, (1, 50, 28), (0.0, 10.0, 3.0), None)
    assert "1:1" in made.aspects
    with pytest.raises(ValueError, match="steps"):
        capabilities({"steps": [1, 50]})
