"""All settings, from the environment, frozen. Read by bootstrap, web.deps, worker.context and the command line only."""

import hmac
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from photogen.kit.text import languages


class Settings(BaseSettings):
    """One frozen object. Refuses an empty or short SECRET_KEY, and the sandbox, in production."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True)

    environment: Literal["development", "production"] = Field("development", validation_alias="PHOTOGEN_ENV")
    data_folder: Path = Field(Path(".data"), validation_alias="PHOTOGEN_DATA")
    port: int = Field(3000, ge=1, le=65535, validation_alias="PORT")
    public_url: str = Field("", validation_alias="PUBLIC_URL")
    """Address under which people and vendors reach this installation; default http://localhost:PORT."""
    secret_key: SecretStr = Field(validation_alias="SECRET_KEY", min_length=32)
    database_url: SecretStr = Field(validation_alias="DATABASE_URL", min_length=1)
    redis_url: SecretStr = Field(validation_alias="REDIS_URL", min_length=1)
    database_pool: int = Field(10, ge=1, validation_alias="DATABASE_POOL")
    language: str = Field("en", validation_alias="PHOTOGEN_LANGUAGE")
    """Of the pages and mails: see `photogen.kit.text`."""
    trusted_proxies: int = Field(0, ge=0, validation_alias="TRUSTED_PROXY_HOPS")
    log_json: bool = Field(False, validation_alias="LOG_JSON")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="LOG_LEVEL")

    sandbox_url: str = Field("", validation_alias="PHOTOGEN_SANDBOX_URL")
    replicate_token: SecretStr | None = Field(None, validation_alias="REPLICATE_API_TOKEN")
    replicate_owner: str = Field("", validation_alias="REPLICATE_OWNER")
    replicate_webhook_secret: SecretStr | None = Field(None, validation_alias="REPLICATE_WEBHOOK_SECRET")
    together_key: SecretStr | None = Field(None, validation_alias="TOGETHER_API_KEY")
    nebius_key: SecretStr | None = Field(None, validation_alias="NEBIUS_API_KEY")
    hub_token: SecretStr | None = Field(None, validation_alias="HF_TOKEN")
    hub_owner: str = Field("", validation_alias="HF_OWNER")
    stripe_key: SecretStr | None = Field(None, validation_alias="STRIPE_SECRET_KEY")
    stripe_webhook_secret: SecretStr | None = Field(None, validation_alias="STRIPE_WEBHOOK_SECRET")
    grace_days: int = Field(7, ge=0, le=60, validation_alias="BILLING_GRACE_DAYS")
    """Days for which a plan goes on after a renewal that was not paid."""
    trial_days: int = Field(0, ge=0, le=90, validation_alias="PLAN_TRIAL_DAYS")
    """Days for which an account's first plan costs nothing."""

    smtp_host: str = Field("", validation_alias="SMTP_HOST")
    """The server that mails are handed to; without one they appear in the log."""
    smtp_port: int = Field(0, ge=0, le=65535, validation_alias="SMTP_PORT")
    """0: the usual one for SMTP_TLS."""
    smtp_user: str = Field("", validation_alias="SMTP_USER")
    smtp_password: SecretStr | None = Field(None, validation_alias="SMTP_PASSWORD")
    smtp_tls: Literal["starttls", "tls", "none"] = Field("starttls", validation_alias="SMTP_TLS")
    mail_from: str = Field("", validation_alias="MAIL_FROM")
    """Address of the sender, with or without a name before it: photogen <studio@example.com>."""
    low_credits: int = Field(20, ge=0, validation_alias="LOW_CREDITS")
    """Whoever falls below so many credits is told; 0: nobody is."""

    s3_bucket: str = Field("", validation_alias="S3_BUCKET")
    s3_endpoint_url: str = Field("", validation_alias=AliasChoices("S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"))
    s3_region: str = Field("auto", validation_alias="S3_REGION")
    s3_access_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("S3_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID")
    )
    s3_secret_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("S3_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY")
    )

    s3_redirect: bool = Field(False, validation_alias="S3_REDIRECT")
    """Whether browsers fetch original pictures from the bucket itself, by addresses that end after two minutes."""
    cdn_url: str = Field("", validation_alias="CDN_URL")
    """A CDN that fetches from this installation, https://cdn.example: pictures are shown from there."""

    lease_seconds: float = Field(30.0, gt=0, validation_alias="LEASE_SECONDS")
    """How long a row in work belongs to a worker that says nothing; then another takes it up."""
    poll_seconds: float = Field(2.0, gt=0, validation_alias="POLL_SECONDS")
    """How often a vendor is asked about a job in flight, whatever webhooks say."""
    session_days: int = Field(30, ge=1, validation_alias="SESSION_DAYS")
    login_rate: str = Field("10/minute;60/hour", validation_alias="LOGIN_RATE")
    """Log-ins per account, and three times as many per address, in the notation of `limits`."""
    registration_rate: str = Field("20/hour", validation_alias="REGISTRATION_RATE")
    """New accounts per address."""
    share_rate: str = Field("120/minute;1200/hour", validation_alias="SHARE_RATE")
    """Pages of share links per address, right or wrong, and thirty times as many pictures."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not _is_base(self.address):
            raise ValueError("PUBLIC_URL must be like https://photos.example, without a path")
        if self.language not in languages():
            raise ValueError(f"PHOTOGEN_LANGUAGE is one of {', '.join(languages())}; another one is a file in locales")
        if self.cdn_url and not _is_base(self.cdn_url):
            raise ValueError("CDN_URL must be like https://cdn.example, without a path")
        if self.s3_redirect and not self.s3_bucket:
            raise ValueError("S3_REDIRECT needs S3_BUCKET: there is no bucket to fetch from")
        if self.environment == "production" and self.needs_sandbox:
            raise ValueError(
                "production needs keys for every vendor: REPLICATE_API_TOKEN, TOGETHER_API_KEY and HF_TOKEN "
                "(the sandbox only stands in during development)"
            )
        if self.smtp_host and not _is_sender(self.mail_from):
            raise ValueError("SMTP_HOST needs MAIL_FROM, the sender's address, like photogen <studio@example.com>")
        if self.needs_sandbox and not self.sandbox_url:
            raise ValueError("PHOTOGEN_SANDBOX_URL is missing; `make run` sets it, or give every vendor's key")
        return self

    def vendor_key(self, variable: str) -> SecretStr | None:
        """The key that stands in the environment's `variable`. Raises LookupError where there is no such setting."""
        for name, field in type(self).model_fields.items():
            if field.validation_alias == variable:
                key: SecretStr | None = getattr(self, name)
                return key
        raise LookupError(variable)

    @cached_property
    def address(self) -> str:
        """PUBLIC_URL without a trailing slash."""
        return (self.public_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def installation(self) -> str:
        """A public name of this installation: the same for all its processes, and of no other. Made from the secret,
        which it doesn't give away."""
        return hmac.digest(self.secret_key.get_secret_value().encode(), b"photogen.installation", "sha256").hex()[:20]

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins from which pages may post and open sockets: the public one and, locally, its loopback twins."""
        if urlsplit(self.address).hostname not in {"localhost", "127.0.0.1"}:
            return (self.address,)
        return (self.address, f"http://127.0.0.1:{self.port}", f"http://localhost:{self.port}")

    @property
    def https(self) -> bool:
        """Whether people come over TLS: cookies are then Secure."""
        return self.address.startswith("https://")

    @property
    def needs_sandbox(self) -> bool:
        """Whether at least one vendor has no key, so that the sandbox stands in for it."""
        return not (self.replicate_token and self.together_key and self.hub_token)


def _is_base(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.path.strip("/") and not parts.query


def _is_sender(text: str) -> bool:
    address = parseaddr(text)[1]
    if "@" not in address.strip("@"):
        return False
    try:
        return bool(Address(addr_spec=address).domain)
    except (ValueError, MessageError):
        return False
