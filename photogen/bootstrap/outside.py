"""The outside world from the settings: a vendor with a key is the true one, without a key the sandbox stands in."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from photogen.gateways.base import ImageVendor, Queue, Storage, Trainer
from photogen.gateways.base_delivery import Delivery
from photogen.gateways.base_hub import Hub
from photogen.gateways.base_mail import Mail
from photogen.gateways.base_payments import PaymentGateway
from photogen.gateways.http import Downloads
from photogen.gateways.hub import huggingface
from photogen.gateways.images.spec import Connection, specs
from photogen.gateways.mail.console import ConsoleMail
from photogen.gateways.mail.smtp import SmtpMail, SmtpServer
from photogen.gateways.payments.closed import closed_payments
from photogen.gateways.payments.stripe import ADDRESS as STRIPE_ADDRESS
from photogen.gateways.payments.stripe import StripePayments
from photogen.gateways.queue.rq import RqQueue
from photogen.gateways.replicate_api import ADDRESS as REPLICATE_ADDRESS
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.storage.delivery import SignedDelivery
from photogen.gateways.storage.local import LocalStorage
from photogen.gateways.storage.s3 import S3Storage
from photogen.gateways.storage.signing import Signer
from photogen.gateways.storage.spooled import SpooledStorage
from photogen.gateways.trainers.replicate import ReplicateTrainer
from photogen.gateways.webhooks import ReplicateWebhooks, WebhookVerifier
from photogen.settings import Settings

_SANDBOX_KEY = "sandbox"


@dataclass(frozen=True)
class Outside:
    """The gateways, and where vendors reach us ("" where they can't)."""

    queue: Queue
    storage: Storage
    image_vendors: Mapping[str, ImageVendor]
    trainer: Trainer
    hub: Hub
    webhooks: WebhookVerifier
    payments: PaymentGateway
    mail: Mail
    delivery: Delivery
    reachable_at: str


def outside_of(settings: Settings, opened: ExitStack) -> Outside:
    """Everything outside; what has to be closed is `opened`."""
    sandbox = settings.sandbox_url.rstrip("/")
    queue = RqQueue(settings.redis_url.get_secret_value())
    api = ReplicateApi(
        _key(settings.replicate_token),
        REPLICATE_ADDRESS if settings.replicate_token else f"{sandbox}/replicate",
    )
    # The sandbox delivers without TLS; whoever has a vendor's key fetches nothing of it without.
    downloads = Downloads("replicate", plain_origin="" if settings.replicate_token else _origin(sandbox))
    vendors = dict(_image_vendors(settings, sandbox, opened))
    hub = huggingface.HuggingFaceHub(
        _key(settings.hub_token),
        owner=settings.hub_owner if settings.hub_token else "",
        address=huggingface.ADDRESS if settings.hub_token else f"{sandbox}/hub",
    )
    secret = settings.replicate_webhook_secret if settings.replicate_token else None
    for part in (queue, api, downloads, hub):
        opened.callback(part.close)
    storage = _storage(settings, opened)
    signer = Signer(settings.secret_key.get_secret_value())
    return Outside(
        queue=queue,
        storage=storage,
        image_vendors=vendors,
        trainer=ReplicateTrainer(api, downloads, owner=settings.replicate_owner if settings.replicate_token else ""),
        hub=hub,
        webhooks=ReplicateWebhooks(api, secret.get_secret_value() if secret else None),
        payments=_payments(settings, opened),
        mail=_mail(settings),
        delivery=SignedDelivery(storage, signer, cdn=settings.cdn_url.rstrip("/"), bucket=settings.s3_redirect),
        reachable_at=reachable_at(settings) or "",
    )


def _image_vendors(settings: Settings, sandbox: str, opened: ExitStack) -> Iterator[tuple[str, ImageVendor]]:
    """Those with a key; without one the sandbox stands in, where there is a sandbox."""
    for spec in specs().values():
        key = settings.vendor_key(spec.variable)
        if key is None and not sandbox:
            continue
        downloads = Downloads(spec.name, plain_origin="" if key else _origin(sandbox))
        vendor = spec.build(Connection(_key(key), spec.address if key else f"{sandbox}/{spec.name}", downloads))
        opened.callback(vendor.close)
        opened.callback(downloads.close)
        yield spec.name, vendor


def _payments(settings: Settings, opened: ExitStack) -> PaymentGateway:
    """Stripe by its key, the sandbox where one stands in for vendors, else nothing is sold."""
    if settings.stripe_key is None and not settings.sandbox_url:
        return closed_payments()
    address = STRIPE_ADDRESS if settings.stripe_key else f"{settings.sandbox_url.rstrip('/')}/stripe"
    gateway = StripePayments(_key(settings.stripe_key), address=address)
    opened.callback(gateway.close)
    return gateway


def _mail(settings: Settings) -> Mail:
    """A server by SMTP where one is named, else the log."""
    if not settings.smtp_host:
        return ConsoleMail()
    usual = {"starttls": 587, "tls": 465, "none": 25}[settings.smtp_tls]
    server = SmtpServer(
        settings.smtp_host,
        settings.smtp_port or usual,
        settings.smtp_tls,
        settings.smtp_user,
        secret_of(settings.smtp_password) or "",
    )
    return SmtpMail(server, settings.mail_from)


def _storage(settings: Settings, opened: ExitStack) -> Storage:
    folder, address = settings.data_folder.resolve(), reachable_at(settings)
    signer = Signer(settings.secret_key.get_secret_value())
    if not settings.s3_bucket:
        return LocalStorage(folder / "objects", signer, address=address)
    bucket = S3Storage(
        settings.s3_bucket,
        access_key=secret_of(settings.s3_access_key),
        secret_key=secret_of(settings.s3_secret_key),
        endpoint_url=settings.s3_endpoint_url or None,
        region=settings.s3_region,
    )
    opened.callback(bucket.close)
    return SpooledStorage(bucket, folder / "spool", signer, address=address)


def reachable_at(settings: Settings) -> str | None:
    """Where Replicate fetches photos and weights from us and sends its webhooks; None where it can't.

    The sandbox is on this machine, whatever PUBLIC_URL says. The true one asks for https and a name in the world."""
    if settings.replicate_token is None:
        return f"http://127.0.0.1:{settings.port}"
    host = urlsplit(settings.address).hostname or ""
    local = host in {"localhost", "127.0.0.1", "::1"} or host.endswith((".local", ".localhost", ".internal"))
    return settings.address if settings.https and not local else None


def _key(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else _SANDBOX_KEY


def secret_of(secret: SecretStr | None) -> str | None:
    """What a secret setting says."""
    return secret.get_secret_value() if secret else None


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
