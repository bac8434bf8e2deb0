"""The one place that knows concrete classes: settings in, services out.

A vendor with a key is the true one; without a key the sandbox stands in, through the same client. Nothing is connected
here: engine and clients open their connections at their first use, so what is built may be forked before that.
"""

import hmac
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import Engine

from photogen.bootstrap.outside import Outside, outside_of, reachable_at, secret_of
from photogen.db.engine import make_engine
from photogen.db.uow import UnitOfWork, UowFactory
from photogen.domain.accounts.service import AccountsService
from photogen.domain.analytics import AnalyticsService
from photogen.domain.audit import AuditService
from photogen.domain.billing.config import BillingConfig
from photogen.domain.billing.listening import Listening
from photogen.domain.billing.service import EVENTS, BillingService
from photogen.domain.books import BooksService
from photogen.domain.credits.service import CreditsService
from photogen.domain.erasure import ErasureService
from photogen.domain.files import Area, FilesService
from photogen.domain.gallery.albums import AlbumsService
from photogen.domain.gallery.downloads import DownloadsService
from photogen.domain.gallery.service import GalleryService
from photogen.domain.generation.config import GenerationConfig
from photogen.domain.generation.inputs import InputsService
from photogen.domain.generation.presets import PresetsService
from photogen.domain.generation.prompts import PromptsService
from photogen.domain.generation.service import GenerationService
from photogen.domain.inbox.service import Event, InboxService
from photogen.domain.incidents import IncidentsService
from photogen.domain.lab.service import LabService
from photogen.domain.leftovers import LeftoversService
from photogen.domain.loras.service import LorasService
from photogen.domain.notices import NoticesService
from photogen.domain.notices.config import NoticesConfig
from photogen.domain.photosets.service import PhotoSetsService
from photogen.domain.plans.registry import Registry
from photogen.domain.plans.service import PlansService
from photogen.domain.quota import QuotaService
from photogen.domain.receipts import ReceiptsService
from photogen.domain.shares import SharesService
from photogen.domain.shares.config import SharesConfig
from photogen.domain.training.config import TrainingConfig
from photogen.domain.training.service import TrainingService
from photogen.domain.upkeep import UpkeepService
from photogen.domain.vendors.guarded import GuardedHub, GuardedImages, GuardedTrainer
from photogen.domain.vendors.service import VendorsService
from photogen.errors import Unavailable
from photogen.gateways.base import ImageVendor, Job, Queue, Storage, Trainer
from photogen.gateways.base_delivery import Delivery
from photogen.gateways.base_hub import Hub
from photogen.gateways.hub import huggingface
from photogen.gateways.images.spec import specs
from photogen.gateways.payments.stripe_webhooks import StripeWebhooks
from photogen.gateways.webhooks import WebhookVerifier
from photogen.kit.clock import Clock, utc_now
from photogen.settings import Settings

__all__ = ["Outside", "Services", "build", "reachable_at"]

_SANDBOX_TRAINS = TrainingConfig(default_seconds_per_step=0.02, default_overhead_seconds=5.0)
"""How long a training in the sandbox takes, until there is a history to tell from."""
_EVENTS_LATE = timedelta(minutes=5)
_FOLLOW_UP = {"training": "advance_training", "shot": "advance_shot"}
"""Job that looks at the row which a vendor's event is about, by the event's kind."""


@dataclass(frozen=True)
class Services:
    """Everything that pages, routes, jobs and commands call. One per process; `close` when it ends."""

    engine: Engine
    uow: UowFactory
    clock: Clock
    queue: Queue
    storage: Storage
    delivery: Delivery
    image_vendors: Mapping[str, ImageVendor]
    trainer: Trainer
    hub: Hub
    webhooks: WebhookVerifier
    payment_webhooks: WebhookVerifier
    accounts: AccountsService
    credits: CreditsService
    quota: QuotaService
    plans: PlansService
    photosets: PhotoSetsService
    loras: LorasService
    lab: LabService
    training: TrainingService
    generation: GenerationService
    prompts: PromptsService
    presets: PresetsService
    inputs: InputsService
    gallery: GalleryService
    albums: AlbumsService
    downloads: DownloadsService
    shares: SharesService
    billing: BillingService
    payment_events: Listening
    registry: Registry
    books: BooksService
    analytics: AnalyticsService
    inbox: InboxService
    incidents: IncidentsService
    files: FilesService
    vendors: VendorsService
    leftovers: LeftoversService
    notices: NoticesService
    upkeep: UpkeepService
    receipts: ReceiptsService
    erasure: ErasureService
    checks: Mapping[str, Callable[[], object]]
    """What has to work for this installation to be ready, by name; each raises when it does not."""
    notes: Mapping[str, Callable[[], Mapping[str, object]]]
    """What is worth knowing of an installation that is ready, by name; empty when there is nothing."""
    outside: Outside
    """The gateways themselves, for the doctor."""
    _open: ExitStack = field(repr=False)

    def close(self) -> None:
        """Closes the connections of this process."""
        self._open.close()


def build(settings: Settings, *, clock: Clock = utc_now) -> Services:
    """Wires everything. Opens no connection and calls nobody."""
    opened = ExitStack()
    outside = outside_of(settings, opened)
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool)
    opened.callback(engine.dispose)

    def uow() -> UnitOfWork:
        return UnitOfWork(engine, outside.queue)

    lease, poll = timedelta(seconds=settings.lease_seconds), timedelta(seconds=settings.poll_seconds)
    storage = outside.storage
    names = {spec.name: spec.label for spec in specs().values()} | {huggingface.VENDOR: "Hugging Face"}
    vendors = VendorsService(uow, clock, names, outside.image_vendors)
    image_vendors = {name: GuardedImages(vendor, vendors) for name, vendor in outside.image_vendors.items()}
    trainer = GuardedTrainer(outside.trainer, vendors)
    hub = GuardedHub(outside.hub, vendors, huggingface.VENDOR)
    ledger = CreditsService(uow, clock, low=settings.low_credits)
    plans = PlansService(uow, clock, frozenset(image_vendors))
    accounts = AccountsService(uow, clock, ledger, plans, settings.session_days)
    quota = QuotaService(uow, clock, plans, ledger)
    photosets = PhotoSetsService(uow, clock, storage)
    incidents = IncidentsService(uow, clock)
    leftovers = LeftoversService(uow, clock, incidents)
    receipts = ReceiptsService(uow, clock)
    audit = AuditService(uow, clock)
    gallery = GalleryService(uow, clock, storage)
    loras = LorasService(uow, clock, storage, hub, leftovers, receipts)
    training = TrainingService(
        uow,
        clock,
        ledger,
        plans,
        photosets,
        loras,
        storage,
        trainer,
        hub,
        replace(
            TrainingConfig() if settings.replicate_token else _SANDBOX_TRAINS,
            lease=lease,
            poll=poll,
            webhook_base=outside.reachable_at,
            mark=settings.installation[:12],
        ),
        incidents=incidents,
        leftovers=leftovers,
    )
    generation = GenerationService(
        uow,
        clock,
        ledger,
        quota,
        plans,
        gallery,
        storage,
        image_vendors,
        GenerationConfig(lease=lease, poll=min(poll, GenerationConfig().poll), webhook_base=outside.reachable_at),
        paused=lambda: vendors.paused("submit"),
    )
    billing = BillingService(uow, clock, ledger, incidents, outside.payments, _billing_config(settings))
    payment_webhooks = StripeWebhooks(lambda: secret_of(settings.stripe_webhook_secret) or billing.signing_secret())
    inbox = InboxService(
        uow,
        clock,
        {outside.webhooks.source: _follow_up(outside.queue), payment_webhooks.source: billing.apply_event},
        {"training": training.knows, "shot": generation.knows},
    )
    return Services(
        engine=engine,
        uow=uow,
        clock=clock,
        queue=outside.queue,
        storage=storage,
        delivery=outside.delivery,
        image_vendors=image_vendors,
        trainer=trainer,
        hub=hub,
        webhooks=outside.webhooks,
        payment_webhooks=payment_webhooks,
        accounts=accounts,
        credits=ledger,
        quota=quota,
        plans=plans,
        photosets=photosets,
        loras=loras,
        lab=LabService(uow, clock, gallery, loras, generation),
        training=training,
        generation=generation,
        prompts=PromptsService(uow, clock),
        presets=PresetsService(uow, clock),
        inputs=InputsService(uow, clock, storage, gallery),
        gallery=gallery,
        albums=AlbumsService(uow, clock),
        downloads=DownloadsService(uow, gallery, storage),
        shares=SharesService(uow, clock, storage, audit, _shares_config(settings)),
        billing=billing,
        payment_events=Listening(
            uow, clock, outside.payments, incidents, inbox.receive, EVENTS, _billing_config(settings).webhook_url
        ),
        registry=Registry(uow, clock, audit),
        books=BooksService(uow, clock, ledger, quota, incidents),
        analytics=AnalyticsService(uow, clock),
        inbox=inbox,
        files=FilesService(
            uow,
            clock,
            storage,
            incidents,
            (
                Area("photos/", (photosets.known_files,), photosets.expected_files),
                Area("images/", (gallery.known_files, generation.known_files), gallery.expected_files),
                Area("datasets/", (training.known_files,)),
                Area("weights/", (training.known_files, loras.known_weights), loras.expected_weights),
                Area("check/", ()),
            ),
        ),
        vendors=vendors,
        incidents=incidents,
        leftovers=leftovers,
        notices=NoticesService(uow, clock, outside.mail, incidents, _notices_config(settings)),
        upkeep=UpkeepService(training.parts),
        receipts=receipts,
        erasure=ErasureService(
            uow, clock, accounts, ledger, training, generation, loras, storage, receipts, leftovers, billing
        ),
        checks={
            "database": lambda: _ask(engine),
            "queue": outside.queue.ping,
            "storage": storage.check,
            "events": lambda: _events_in_time(inbox, clock),
        },
        notes={"storage_waiting": lambda: _waiting(storage, clock)},
        outside=outside,
        _open=opened,
    )


def _billing_config(settings: Settings) -> BillingConfig:
    reached = f"http://127.0.0.1:{settings.port}" if settings.stripe_key is None else settings.address
    listens = settings.stripe_key is None or settings.https
    return BillingConfig(
        address=settings.address,
        webhook_url=f"{reached}/webhooks/stripe" if listens else "",
        grace=timedelta(days=settings.grace_days),
        trial_days=settings.trial_days,
        set_up_by_itself=settings.stripe_key is None and bool(settings.sandbox_url),
    )


def _notices_config(settings: Settings) -> NoticesConfig:
    secret = settings.secret_key.get_secret_value().encode()
    return NoticesConfig(settings.address, hmac.digest(secret, b"photogen.notices.links", "sha256"))


def _shares_config(settings: Settings) -> SharesConfig:
    secret = settings.secret_key.get_secret_value().encode()
    return SharesConfig(settings.address, hmac.digest(secret, b"photogen.shares.links", "sha256"))


def _follow_up(queue: Queue) -> Callable[[Event], None]:
    """A vendor's event only says that there is news; the row's own job asks the vendor, for as long as it takes."""

    def handle(event: Event) -> None:
        name = _FOLLOW_UP.get(event.kind)
        if name is not None and event.subject:
            queue.push(Job(name, (event.subject,)))

    return handle


def _ask(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")


def _events_in_time(inbox: InboxService, clock: Clock) -> None:
    since = inbox.waiting_since()
    if since is not None and clock() - since > _EVENTS_LATE:
        raise Unavailable("Events of vendors wait unhandled for more than five minutes: no worker takes them.")


def _waiting(storage: Storage, clock: Clock) -> Mapping[str, object]:
    found = storage.waiting()
    if not found.objects:
        return {}
    age = round((clock() - (found.oldest or clock())).total_seconds())
    return {"objects": found.objects, "bytes": found.bytes, "oldest_seconds": age}
