"""What is wired for which settings. Building opens no connection: sockets are closed here."""

from pathlib import Path
from typing import Any

import pytest

from photogen.bootstrap import build, reachable_at
from photogen.gateways.mail.console import ConsoleMail
from photogen.gateways.mail.smtp import SmtpMail
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.spooled import SpooledStorage
from photogen.settings import Settings

KEYS = {"replicate_token": "r8_token", "together_key": "key", "hub_token": "hf_token"}


def settings(tmp_path: Path, **more: Any) -> Settings:
    fields: dict[str, Any] = {
        "data_folder": tmp_path,
        "secret_key": "s" * 32,
        "database_url": "postgresql://nobody@127.0.0.1:9/none",
        "redis_url": "redis://127.0.0.1:9",
        "sandbox_url": "http://127.0.0.1:4010",
        "port": 3000,
    }
    return Settings(**(fields | more))


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "PUBLIC_URL",
        "PORT",
        "S3_BUCKET",
        "REPLICATE_API_TOKEN",
        "TOGETHER_API_KEY",
        "HF_TOKEN",
        "NEBIUS_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, "http://127.0.0.1:3000"),
        ({"public_url": "https://photos.example"}, "http://127.0.0.1:3000"),
        ({**KEYS, "public_url": "https://photos.example/"}, "https://photos.example"),
        ({**KEYS, "public_url": "http://photos.example"}, None),
        ({**KEYS, "public_url": "https://localhost"}, None),
        ({**KEYS, "public_url": "https://nas.local"}, None),
        (KEYS, None),
    ],
)
def test_where_vendors_reach_us(tmp_path: Path, more: dict[str, Any], wanted: str | None) -> None:
    assert reachable_at(settings(tmp_path, **more)) == wanted


def test_without_keys_the_sandbox_stands_in_for_all(tmp_path: Path) -> None:
    services = build(settings(tmp_path))
    assert set(services.image_vendors) == {"replicate", "together", "nebius"}
    assert isinstance(services.storage, LocalStorage)
    assert set(services.checks) == {"database", "queue", "storage", "events"}
    services.close()


def test_a_vendor_of_choice_needs_its_key_where_there_is_no_sandbox(tmp_path: Path) -> None:
    services = build(settings(tmp_path, **KEYS, sandbox_url=""))
    assert set(services.image_vendors) == {"replicate", "together"}
    services.close()


def test_a_bucket_takes_the_place_of_the_folder(tmp_path: Path) -> None:
    services = build(settings(tmp_path, s3_bucket="photos", s3_access_key="a", s3_secret_key="b"))
    assert isinstance(services.storage, SpooledStorage)
    services.close()


def test_mail_goes_to_the_log_until_a_server_is_named(tmp_path: Path) -> None:
    plain = build(settings(tmp_path))
    assert isinstance(plain.outside.mail, ConsoleMail)
    plain.close()
    named = build(settings(tmp_path, smtp_host="mail.example", mail_from="Studio <studio@example.com>"))
    assert isinstance(named.outside.mail, SmtpMail)
    named.close()


@pytest.mark.parametrize(
    "sender", ["", "studio", "@", "studio@", "@example.com", "The studio", "m\xfcller@example.com", "a b@example.com"]
)
def test_a_mail_server_needs_a_sender(tmp_path: Path, sender: str) -> None:
    with pytest.raises(ValueError, match="MAIL_FROM"):
        settings(tmp_path, smtp_host="mail.example", mail_from=sender)


def test_no_secret_shows_in_what_is_built(tmp_path: Path) -> None:
    services = build(settings(tmp_path, **KEYS))
    assert not any(secret in repr(services) for secret in (*KEYS.values(), "s" * 32))
    services.close()


def test_pictures_come_from_us_unless_a_cdn_or_the_bucket_is_named(tmp_path: Path) -> None:
    bucket = {"s3_bucket": "b", "s3_endpoint_url": "https://r2.example", "s3_access_key": "a", "s3_secret_key": "b"}
    key = "images/01/original.png"
    for more, origins in (
        ({}, ()),
        (bucket, ()),
        (bucket | {"s3_redirect": True}, ("https://r2.example",)),
        ({"cdn_url": "https://cdn.example/"}, ("https://cdn.example",)),
        (
            bucket | {"s3_redirect": True, "cdn_url": "https://cdn.example"},
            ("https://cdn.example", "https://r2.example"),
        ),
    ):
        services = build(settings(tmp_path, **more))
        assert services.delivery.origins == origins
        found = services.delivery.elsewhere(key, large=True)
        assert (found is not None) == bool(origins)
        assert found is None or found.address.startswith(f"{origins[0]}/")
        services.close()


@pytest.mark.parametrize(
    "more",
    [{"cdn_url": "cdn.example"}, {"cdn_url": "https://cdn.example/pictures"}, {"s3_redirect": True}],
)
def test_where_pictures_can_not_come_from(tmp_path: Path, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"CDN_URL must|S3_REDIRECT needs"):
        settings(tmp_path, **more)
