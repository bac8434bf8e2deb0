"""What the domain knows of the outside world: protocols, frozen types, and errors that say what can be done.

A vendor's file is a pure build of the request, a call, and a pure parse of the answer (rule 7 of the house). Its errors
say one of four things: try again (`Retry`), the caller's input is wrong (`Fix`), we must stop (`Stop`: credentials,
money, a retired model), or nobody knows whether the vendor accepted (`Unknown`: look before a second try).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Category(StrEnum):
    """Why something failed, in the words of product.md 3."""

    NETWORK = "network"
    AUTHENTICATION = "authentication"
    VALIDATION = "validation"
    RATE_LIMIT = "rate_limit"
    PROVIDER = "provider"
    FILE = "file"
    TIMEOUT = "timeout"
    MODERATION = "moderation"
    INTERNAL = "internal"


class GatewayError(Exception):
    """A vendor did not do what it was asked.

    `code` is stable and quotable, `public` is for the creator (no vendor text, no secret), `words` is what the vendor
    said (already redacted, at most 2,000 characters; for the debug view), `request_id` the vendor's, if it gave one.
    JSON can hold NUL and lone surrogates, a database can't: a row could then not even be marked as failed.
    """

    def __init__(
        self,
        public: str,
        *,
        vendor: str,
        code: str,
        category: Category,
        words: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(f"{vendor}: {code}: {words or public}")
        self.public = public
        self.vendor = vendor
        self.code = code
        self.category = category
        self.words = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", words[:2000])
        self.request_id = _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", request_id)


class Retry(GatewayError):
    """Nothing was accepted; trying again later may help. `after` is the vendor's own wish in seconds, if it had one."""

    def __init__(self, public: str, *, after: float | None = None, **rest: object) -> None:
        super().__init__(public, **rest)  # type: ignore[arg-type]
        self.after = after


class Fix(GatewayError):
    """The request itself is refused (input, moderation, a broken file); repeating it is pointless."""


class Stop(GatewayError):
    """The operator must act: credentials, money, a retired model."""


class Unknown(GatewayError):
    """The request may have been accepted: the answer got lost. Look it up by our id before any second try."""


class Missing(GatewayError):
    """What was asked for does not exist at the vendor (deleted, expired, never made)."""


# --- jobs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """Something for a worker: the name of a function of `worker.jobs`, and ids. Safe to run twice.

    `delay` postpones it; `timeout` in seconds ends it; `lane` is `work` (vendor calls, files) or `quick`.
    """

    name: str
    args: tuple[str, ...] = ()
    delay: timedelta = timedelta(0)
    timeout: int = 600
    lane: str = "work"


class Queue(Protocol):
    """Where jobs go. Losing one is harmless: the schedule finds the row again."""

    def push(self, job: Job) -> None:
        """Hands `job` to a worker. Raises Unavailable when the queue does not answer."""

    def ping(self) -> None:
        """Raises Unavailable when the queue does not answer."""

    def depth(self) -> int:
        """How many jobs wait."""

    def beat(self, name: str) -> None:
        """Says that `name` is alive now. Raises Unavailable."""

    def beats(self) -> Mapping[str, datetime]:
        """Who was alive when, workers too. Raises Unavailable."""


# --- storage --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StoredObject:
    """`key` is a relative path of plain characters; `size` in bytes; `etag` changes when the bytes change."""

    key: str
    size: int
    content_type: str
    etag: str
    modified: datetime | None = None


@dataclass(frozen=True)
class SignedObject:
    """What a signed address of ours opens, for `seconds` more; `filename` is what a download is called, if anything."""

    key: str
    reference: str
    filename: str
    seconds: int


@dataclass(frozen=True)
class Waiting:
    """Objects kept on this host until the bucket takes them; `oldest` is since when the first of them waits."""

    objects: int = 0
    bytes: int = 0
    oldest: datetime | None = None


class Storage(Protocol):
    """Where bytes live. Keys come from row ids, so that a repeat overwrites. Errors: Missing, Retry, Stop."""

    def put(self, key: str, data: bytes | BinaryIO | Path, content_type: str) -> StoredObject:
        """Stores atomically: a reader sees the old bytes or the new ones."""

    def stat(self, key: str) -> StoredObject:
        """Raises Missing."""

    def read(self, key: str) -> bytes:
        """The whole object; for small ones. Raises Missing."""

    def stream(self, key: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Chunks of the bytes from `start` up to and without `end`. Raises Missing."""

    def download(self, key: str, target: Path) -> None:
        """Writes the object to the file `target`. Raises Missing."""

    def delete(self, key: str) -> None:
        """Deletes; an object that isn't there is fine."""

    def keys(self, prefix: str, *, after: str = "") -> Iterator[str]:
        """Every key that begins with `prefix` and comes behind `after`, in the order of their characters."""

    def signed_url(self, key: str, ttl: timedelta, *, reference: str = "", filename: str = "") -> str | None:
        """An address from which anybody can fetch the object until `ttl` is over, ending in the key's own suffix before
        the query; `reference` travels in its query so that a vendor's record of the request leads back to our row.
        None where this installation can't be reached by vendors."""

    def verify_signature(self, key: str, query: Mapping[str, str]) -> SignedObject | None:
        """What an address of our own opens; None when its signature is wrong or over, or such addresses aren't ours."""

    def check(self) -> None:
        """Writes, reads and deletes a small object; raises what those raise."""

    def unfinished(self, before: datetime, *, discard: bool = False) -> int:
        """How many uploads began before that moment and never ended; `discard` deletes what is left of them."""

    def waiting(self) -> Waiting:
        """What is kept on this host because the bucket did not take it."""

    def transfer(self, seconds: float = 240.0) -> int:
        """Moves what waits into the bucket, oldest first, for so long at most. Gives how many objects went."""


# --- pictures -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Capabilities:
    """What an image model can do; pages show only these controls, services refuse the rest.

    Ranges are inclusive (low, high, default); None hides the control. `strength` goes with `image_input`: how much of
    the input is drawn anew. `any_size`: besides the `aspects`, whatever width and height within `sides`, the shortest
    and the longest in pixels. `images_per_call` is how many pictures of one prompt a single call can give."""

    lora: bool = False
    image_input: bool = False
    negative_prompt: bool = False
    seed: bool = True
    steps: tuple[int, int, int] | None = None
    guidance: tuple[float, float, float] | None = None
    lora_scale: tuple[float, float, float] | None = None
    strength: tuple[float, float, float] | None = None
    aspects: tuple[str, ...] = ("1:1", "4:5", "3:4", "2:3", "9:16", "16:9", "3:2")
    sides: tuple[int, int] = (256, 1920)
    any_size: bool = False
    images_per_call: int = 1


@dataclass(frozen=True)
class Lora:
    """Weights to apply: an address that the vendor can fetch, and how strongly."""

    url: str
    scale: float


@dataclass(frozen=True)
class InputImage:
    """A picture to begin with: an address that the vendor can fetch, and how much of it is drawn anew (0 to 1)."""

    url: str
    strength: float


@dataclass(frozen=True)
class ImageRequest:
    """One picture. `reference` is our shot's id; width and height in pixels, which `aspect` names, "custom" where they
    were chosen; `model` is the vendor's own name. With an `image` to begin with, the result has its shape."""

    reference: str
    model: str
    prompt: str
    width: int
    height: int
    aspect: str
    seed: int
    steps: int | None = None
    guidance: float | None = None
    negative_prompt: str = ""
    lora: Lora | None = None
    image: InputImage | None = None
    webhook_url: str | None = None


@dataclass(frozen=True)
class Picture:
    """Bytes as they came from the vendor, with their true content type."""

    data: bytes = field(repr=False)
    content_type: str


class JobState(StrEnum):
    """Where a vendor's asynchronous job stands. Unknown statuses of a vendor are read as RUNNING and logged."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ImageJob:
    """A picture under way: `picture_url` once it succeeded, `error` once it failed (with category and words)."""

    vendor_id: str
    state: JobState
    picture_url: str = ""
    error: GatewayError | None = None


class ImageVendor(Protocol):
    """Text to picture. `submit` may deliver at once (a Picture) or accept (an ImageJob).

    Errors of every call: Retry, Fix, Stop, Unknown (only `submit`), Missing.
    """

    name: str

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        """Asks for one picture. A paid call: never repeated blindly."""

    def find(self, reference: str) -> ImageJob | None:
        """The job that was accepted for our `reference`, if the vendor has one; a vendor that can't tell (it answers at
        once) raises Unknown."""

    def check(self, vendor_id: str) -> ImageJob:
        """Where the job stands."""

    def cancel(self, vendor_id: str) -> None:
        """Asks to end it; ended ones are fine."""

    def fetch(self, job: ImageJob) -> Picture:
        """The bytes of a succeeded job. Raises Missing when the vendor's copy has expired."""

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        """Those of the models `among`, by the vendor's names, that it serves now. Costs nothing."""

    def close(self) -> None:
        """Closes the connections of this process."""


# --- trainers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrainRequest:
    """One LoRA. `reference` is our training's id; the dataset is an address, or a file to be handed over where this
    installation can't be reached from outside."""

    reference: str
    trigger_word: str
    steps: int
    learning_rate: float
    lora_rank: int
    autocaption: bool
    dataset_url: str | None
    dataset_file: Path | None
    webhook_url: str | None = None


@dataclass(frozen=True)
class TrainJob:
    """A training at the vendor. `logs` is the whole log so far; `step`, `steps` (0: unknown) and `losses`, pairs of
    step and loss, are read from it. `run_seconds` is what the vendor says that it worked, `vendor_seconds` what lay
    between its acceptance and its end; `cost_cents` is reckoned from that, where the vendor bills by time."""

    vendor_id: str
    state: JobState
    logs: str = ""
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    weights_url: str = ""
    version: str = ""
    error: GatewayError | None = None
    cost_cents: int | None = None
    losses: tuple[tuple[int, float], ...] = ()
    run_seconds: float | None = None
    vendor_seconds: float | None = None


@dataclass(frozen=True)
class Kept:
    """Something of ours that lies at a trainer: `kind` is file or version, `id` the vendor's own, `reference` our
    training's id where the thing carries one, else ""."""

    kind: str
    id: str
    reference: str
    created_at: datetime | None


class Trainer(Protocol):
    """Photos to LoRA. Errors: Retry, Fix, Stop, Unknown (only `submit`), Missing."""

    name: str

    def submit(self, request: TrainRequest) -> TrainJob:
        """Starts one training. A paid call: never repeated blindly."""

    def find(self, reference: str) -> TrainJob | None:
        """The training that was accepted for our `reference`, if the vendor has one."""

    def check(self, vendor_id: str) -> TrainJob:
        """Where it stands, with its log."""

    def cancel(self, vendor_id: str) -> None:
        """Asks to end it; ended ones are fine."""

    def fetch_weights(self, job: TrainJob, target: Path) -> None:
        """Writes the LoRA's `.safetensors` of a succeeded training to `target`, after having checked that it is one.

        Raises Fix (code `weights_corrupt`) when the archive is broken, Missing when the vendor's copy has expired."""

    def clean_up(self, reference: str, job: TrainJob | None) -> bool:
        """Deletes what the vendor keeps for our `reference`: files that were handed over and, of `job` (None: nothing
        was accepted), the model version. True when nothing is left, else call again."""

    def kept(self) -> Iterator[Kept]:
        """Everything at the vendor that carries our marks, whatever our rows know of it."""

    def discard(self, kept: Kept) -> bool:
        """Deletes one of those. True when it is gone, else call again."""
