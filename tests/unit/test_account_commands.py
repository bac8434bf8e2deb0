"""Names, addresses and passwords of accounts."""

import pytest

from photogen.domain.accounts.commands import ChangePassword, LogIn, Register
from photogen.errors import Invalid

GOOD = {"name": "Ada", "email": "ada@example.com", "password": "correct horse"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        (" ada+tag@example.com ", "ada+tag@example.com"),
        ("ada@bücher.example", "ada@bücher.example"),
        ("ada@studio.local", "ada@studio.local"),
        ("ada@studio.test", "ada@studio.test"),
    ],
)
def test_addresses_are_normalised(typed: str, kept: str) -> None:
    assert Register.of(**GOOD | {"email": typed}).email == kept


@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "ada@exa mple.com", "ada@@example.com",
     "ada..b@example.com", "ada@[127.0.0.1]", '"ada"@example.com', "Ada <ada@example.com>", "ada@example.com\x00",
     "ada@example.com,bob@example.com", "a" * 300 + "@example.com", "ada@localhost", ""],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(Invalid) as refused:
        Register.of(**GOOD | {"email": email})
    assert refused.value.field == "email"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "missing"),
        ("seven77", "too_short"),
        ("x" * 257, "too_long"),
        ("nul\x00in the middle", "characters"),
        ("ADA@example.com", "password_is_email"),
    ],
)
def test_passwords_have_few_rules(password: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        Register.of(**GOOD | {"password": password})
    assert (refused.value.field, refused.value.code) == ("password", code)
    Register.of(**GOOD | {"password": "x" * 8})
    Register.of(**GOOD | {"password": "密" * 256})


def test_logging_in_asks_only_for_something() -> None:
    assert LogIn.of(email="not an address", password="x").email == "not an address"
    with pytest.raises(Invalid, match="Email is missing"):
        LogIn.of(email=" ", password="x")
    with pytest.raises(Invalid, match="New password needs at least 8"):
        ChangePassword.of(current="x", new="short")
