"""Prices as operators type them."""

import pytest

from photogen.errors import Invalid
from photogen.web.pages.plans.shown import cents


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20", 2000), ("$20.50", 2050), ("20,50", 2050), ("20,5", 2050), (" 20 $ ", 2000), ("0", 0), ("0.99", 99),
        ("1,200", 120000), ("1.200", 120000), ("1,200.75", 120075), ("1.200,75", 120075), ("1234567", 123456700),
    ],
)  # fmt: skip
def test_money_is_read_with_either_mark(typed: str, meant: int) -> None:
    assert cents(typed, "month_cents") == meant


@pytest.mark.parametrize("typed", ["", "forty", "-1", "1.2.3", "1,2345", "12345678", "1,20,300", "20..5", "٢٠"])
def test_what_is_no_money_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        cents(typed, "month_cents")
    assert (refusal.value.field, refusal.value.code) == ("month_cents", "not_money")
