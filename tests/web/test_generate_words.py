"""What the generate page says of models whose vendors are in trouble."""

from datetime import UTC, datetime, timedelta

import pytest

from photogen.domain.generation.views import ModelChoiceView
from photogen.domain.vendors.views import VendorTrouble
from photogen.gateways.base import Capabilities
from photogen.web.pages.generate.shown import name, trouble

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def model(
    vendors: tuple[str, ...] = ("together", "nebius"), *, locked: bool = False, word: str = ""
) -> ModelChoiceView:
    return ModelChoiceView(
        choice="base:flux:schnell",
        name="FLUX",
        description="",
        tier="free",
        credits=1,
        capabilities=Capabilities(),
        locked=locked,
        unlocked_by="Pro" if locked else "",
        beta=False,
        vendors=vendors,
        trigger_word=word,
    )


def paused(vendor: str, operation: str = "submit") -> VendorTrouble:
    return VendorTrouble(vendor, vendor, operation, NOW, NOW + timedelta(minutes=1), f"{vendor} is not answering.")


@pytest.mark.parametrize(
    ("troubles", "said"),
    [
        ([], ""),
        ([paused("together")], ""),
        ([paused("together"), paused("nebius", "fetch")], ""),
        ([paused("nebius"), paused("together")], "together is not answering."),
    ],
)
def test_trouble_is_said_where_no_vendor_is_left_to_draw(troubles: list[VendorTrouble], said: str) -> None:
    assert trouble(model(), troubles) == said


def test_a_model_without_a_vendor_can_not_be_had() -> None:
    assert name(model(())) == "FLUX (can't be had at the moment)"
    assert trouble(model(()), [paused("together")]) == ""


def test_the_other_names() -> None:
    assert name(model()) == "FLUX"
    assert name(model(word="adalove")) == "FLUX (your model)"
    assert name(model(locked=True)) == "FLUX (with the Pro plan)"
