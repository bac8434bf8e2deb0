"""What a vendor's answer, or its silence, is turned into."""

import httpx
import pytest

from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop, Unknown
from photogen.gateways.errors import from_status, from_transport, redacted, said, wait_wanted


@pytest.mark.parametrize("paid", [False, True])
@pytest.mark.parametrize(
    ("status", "kind", "category"),
    [
        (400, Fix, Category.VALIDATION),
        (401, Stop, Category.AUTHENTICATION),
        (402, Stop, Category.PROVIDER),
        (403, Stop, Category.AUTHENTICATION),
        (404, Missing, Category.PROVIDER),
        (409, Retry, Category.PROVIDER),
        (413, Fix, Category.FILE),
        (422, Fix, Category.VALIDATION),
        (429, Retry, Category.RATE_LIMIT),
        (503, Retry, Category.PROVIDER),
    ],
)
def test_a_clear_answer_means_the_same_whether_paid_or_not(
    status: int, kind: type[GatewayError], category: Category, paid: bool
) -> None:
    error = from_status("vendor", status, "{}", paid=paid)
    assert type(error) is kind
    assert error.category is category
    assert error.public.endswith(".")


@pytest.mark.parametrize("status", [500, 502, 504, 520])
def test_a_paid_call_that_broke_on_their_side_is_unknown(status: int) -> None:
    assert type(from_status("vendor", status, "", paid=True)) is Unknown
    assert type(from_status("vendor", status, "", paid=False)) is Retry


def test_a_missing_model_is_for_the_operator() -> None:
    error = from_status("vendor", 404, "gone", paid=True, names_model=True)
    assert (type(error), error.code) == (Stop, "model_retired")


@pytest.mark.parametrize(
    "error",
    [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no"), httpx.UnsupportedProtocol("no")],
)
def test_what_never_left_is_a_retry_even_when_paid(error: Exception) -> None:
    assert type(from_transport("vendor", error, paid=True)) is Retry


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("cut"),
        httpx.WriteTimeout("cut"),
        httpx.ReadError("cut"),
        httpx.WriteError("cut"),
        httpx.RemoteProtocolError("cut"),
        httpx.DecodingError("cut"),
    ],
)
def test_what_was_sent_and_not_answered_is_unknown_when_paid(error: Exception) -> None:
    assert type(from_transport("vendor", error, paid=True)) is Unknown
    assert type(from_transport("vendor", error, paid=False)) is Retry


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"retry-after": "12"}, "", 12.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 0.0),
        ({"retry-after": "soon", "x-ratelimit-reset": "3"}, "", 3.0),
        ({"retry-after": "999999"}, "", 3600.0),
        ({"retry-after": "nan"}, "", None),
        ({}, "Request was throttled. Your rate limit resets in ~30s.", 30.0),
        ({}, "no word of it", None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], words: str, seconds: float | None) -> None:
    assert wait_wanted(headers, words) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "token r8_abcdefghijklmnop is wrong",
        "Bearer hf_abcdefghijkl",
        "key tgp_v1_abcdefghijklmnop",
        "https://photos.example/media/x.zip?sig=abcdef&exp=1",
        "https://b.r2.dev/x?X-Amz-Signature=abcdef",
    ],
)
def test_secrets_are_struck_out(text: str) -> None:
    assert "abcdef" not in redacted(text)


def test_words_are_bounded_and_plain() -> None:
    assert len(from_status("vendor", 500, "x" * 10_000).words) <= 2000
    assert said("<html><body><h1>502 Bad   Gateway</h1></body></html>") == "502 Bad Gateway"
    assert said('{"error": {"message": "no credit", "type": "x"}}') == "no credit"
    assert said('{"detail": "gone"}') == "gone"
    assert said("[1]") == "[1]"


def test_the_safety_system_speaks_of_the_prompt() -> None:
    error = from_status("vendor", 422, '{"error": {"message": "NSFW content detected"}}', paid=True)
    assert (type(error), error.code, error.category) == (Fix, "moderation", Category.MODERATION)


def test_the_request_id_is_kept() -> None:
    assert from_status("vendor", 500, "", {"x-request-id": "abc"}).request_id == "abc"
