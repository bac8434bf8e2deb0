"""Training by Replicate: ostris/flux-dev-lora-trainer into one private model of the account."""

import json
import math
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from photogen.gateways.base import (
    Category,
    Fix,
    GatewayError,
    JobState,
    Kept,
    Missing,
    Retry,
    Stop,
    TrainJob,
    TrainRequest,
)
from photogen.gateways.errors import is_unsafe, redacted, unknown, unreadable, unsafe
from photogen.gateways.examination import Finding, failed, good
from photogen.gateways.http import Downloads
from photogen.gateways.replicate_api import VENDOR, Metrics, ReplicateApi, VendorJob, born, carries, read_job
from photogen.gateways.trainers import keeping, weights
from photogen.gateways.trainers.logs import losses, progress
from photogen.kit.guard import outside_call
from photogen.kit.text import t

TRAINER_MODEL = "ostris/flux-dev-lora-trainer"
DESTINATION = "photogen-loras"
_HARDWARE = "gpu-t4"  # must be named; without meaning for a model that only collects trainings
_KEPT = 3600.0  # seconds for which the trainer's newest version, and that our model is private, are remembered
_DOWNLOAD_SECONDS = 900.0
_LONGEST = 30 * 86_400.0  # seconds; what is beyond is no time that anything took
_CENTS_PER_SECOND = 0.1525  # FLUX is trained on an H100, billed by the second at work: https://replicate.com/pricing
_VERSION = re.compile(r"(?:[\w.-]{1,60}/[\w.-]{1,60}:)?[A-Za-z0-9]{1,70}")
"""owner/model:hash, or the hash alone."""


class _Version(BaseModel):
    id: str


class _Model(BaseModel):
    visibility: str = "private"
    latest_version: _Version | None = None


class _File(BaseModel):
    id: str
    urls: dict[str, str]


def build(request: TrainRequest, *, destination: str, dataset: str) -> dict[str, Any]:
    """The body of the request; `dataset` is the address of the ZIP.

    Our id goes along as `wandb_run`, the name of a run at Weights & Biases, which the trainer reads only together with
    a key for it: so the id stands in the vendor's record however the ZIP got there."""
    body: dict[str, Any] = {
        "destination": destination,
        "input": {
            "input_images": dataset,
            "trigger_word": request.trigger_word,
            "steps": request.steps,
            "learning_rate": request.learning_rate,
            "lora_rank": request.lora_rank,
            "autocaption": request.autocaption,
            "wandb_run": request.reference,
        },
    }
    if request.webhook_url:
        body["webhook"] = request.webhook_url
        body["webhook_events_filter"] = ["start", "completed"]
    return body


def parse(job: VendorJob) -> TrainJob:
    """Where a training stands."""
    state = job.state
    logs = job.logs or ""
    seen = progress(logs)
    output = job.output if isinstance(job.output, dict) else {}
    url, version = output.get("weights"), output.get("version")
    error = failure(job) if state in (JobState.FAILED, JobState.CANCELLED) else None
    times = job.metrics or Metrics()
    worked = _seconds(times.predict_time)
    return TrainJob(
        job.id,
        state,
        logs=logs,
        step=seen.step,
        steps=seen.steps,
        seconds_left=seen.seconds_left if state is JobState.RUNNING else None,
        weights_url=url if isinstance(url, str) else "",
        version=version if isinstance(version, str) and _VERSION.fullmatch(version) else "",
        error=error,
        cost_cents=None if worked is None else math.ceil(worked * _CENTS_PER_SECOND),
        losses=losses(logs),
        run_seconds=worked,
        vendor_seconds=_seconds(times.total_time),
    )


def _seconds(told: float | None) -> float | None:
    return told if told is not None and 0 <= told <= _LONGEST else None


def failure(job: VendorJob) -> GatewayError:
    """Why a training ended without weights."""
    words = redacted(job.error_words)
    rest: dict[str, Any] = {"vendor": VENDOR, "words": words, "request_id": job.id}
    lowered = words.lower()
    if is_unsafe(words):
        return unsafe(VENDOR, words, request_id=job.id)
    if job.status == "aborted":
        return Retry(
            t("The training service gave up before the training began; nothing was charged there. Try again."),
            code="vendor_aborted",
            category=Category.TIMEOUT,
            **rest,
        )
    if job.state is JobState.CANCELLED:
        return Retry(t("The training was cancelled."), code="vendor_cancelled", category=Category.PROVIDER, **rest)
    if "out of memory" in lowered or "outofmemory" in lowered:
        return Fix(
            t("The training ran out of memory."),
            code="out_of_memory",
            category=Category.PROVIDER,
            **rest,
        )
    if any(word in lowered for word in ("zip", "no images", "cannot identify image", "input_images")):
        return Fix(
            t("The training service could not read the photos. Remove those that look odd and try again."),
            code="dataset_refused",
            category=Category.FILE,
            **rest,
        )
    if "timed out" in lowered or "timeout" in lowered:
        return Fix(
            t("The training took longer than the service allows."),
            code="training_timeout",
            category=Category.TIMEOUT,
            **rest,
        )
    return Fix(
        t("The training failed at the service. Try again; if it fails again, use other photos or fewer steps."),
        code="training_failed",
        category=Category.PROVIDER,
        **rest,
    )


class ReplicateTrainer:
    """A Trainer. `owner` is the account that owns the destination model; empty: the token's own account."""

    name = VENDOR

    def __init__(self, api: ReplicateApi, downloads: Downloads, *, owner: str = "") -> None:
        self._api = api
        self._downloads = downloads
        self._owner = owner
        self._lock = threading.Lock()
        self._destination = ""
        self._version = ""
        self._version_until = 0.0

    def submit(self, request: TrainRequest) -> TrainJob:
        """Starts one training. Raises Retry, Fix, Stop, Unknown."""
        version = self._trainer_version()
        body = build(request, destination=self._ensure_destination(), dataset=self._dataset(request))
        path = f"/v1/models/{TRAINER_MODEL}/versions/{version}/trainings"
        try:
            data = self._api.post(path, body, paid=True, names_model=True)
        except Stop as error:
            if error.code == "model_retired":  # the version, or the destination: look both up anew next time
                self._forget()
            raise
        return parse(read_job(data, paid=True))

    def find(self, reference: str) -> TrainJob | None:
        """The training with `reference` in its input. Raises Unknown when one that could be ours has lost its input."""
        doubtful = False
        for job in self._api.newest("/v1/trainings", since=born(reference), dated=False):
            if carries(reference, job):
                return parse(job)
            doubtful = doubtful or not job.input
        if doubtful:
            raise unknown(VENDOR, f"no training carries {reference}, but some carry nothing")
        return None

    def check(self, vendor_id: str) -> TrainJob:
        """Where it stands, with its log."""
        return parse(self._api.job(f"/v1/trainings/{vendor_id}"))

    def cancel(self, vendor_id: str) -> None:
        """Asks to end it; ended ones are fine."""
        self._api.cancel(f"/v1/trainings/{vendor_id}")

    def fetch_weights(self, job: TrainJob, target: Path) -> None:
        """Streams the archive and writes the LoRA in it to `target`, checked.

        Raises Fix (`weights_corrupt`) when the archive is broken or was never made, Missing when it expired, Retry."""
        outside_call("replicate weights")
        url = job.weights_url
        if not url:
            if self._api.job(f"/v1/trainings/{job.vendor_id}").data_removed:
                raise Missing(
                    t("The service no longer has the trained weights. Train the model again."),
                    vendor=VENDOR,
                    code="output_expired",
                    category=Category.PROVIDER,
                    request_id=job.vendor_id,
                )
            raise weights.corrupt(VENDOR, "the training succeeded without weights", job.vendor_id)
        with self._downloads.open(url, largest=weights.LARGEST_ARCHIVE, seconds=_DOWNLOAD_SECONDS) as chunks:
            weights.extract(chunks, target, vendor=VENDOR, request_id=job.vendor_id)

    def clean_up(self, reference: str, job: TrainJob | None) -> bool:
        """Deletes the version (Replicate takes minutes for it) and the files, also those of a request that was never
        accepted. True when nothing is left."""
        oldest = born(reference)
        for file in keeping.files(self._api):
            if file.created_at is not None and file.created_at < oldest:
                break
            if file.reference == reference:
                keeping.discard(self._api, file, "")
        if job is None or not job.version:
            return True
        model, _, version = job.version.rpartition(":")  # owner/model:hash, or the hash alone
        found = Kept("version", version, reference, None)
        return keeping.discard(self._api, found, model or self._destination_path())

    def examine(self) -> Iterator[Finding]:
        """Whose token it is, whether the trainer is there, and whether the model that collects trainings is private."""
        account = self._account()
        yield good("account", f"the token of {account}")
        model = _read_model(self._api.get(f"/v1/models/{TRAINER_MODEL}", seconds=10))
        if model.latest_version is None:
            yield failed("trainer", f"{TRAINER_MODEL} has no version now", "Try again later; no training can begin.")
        else:
            yield good("trainer", f"offers {TRAINER_MODEL}")
        destination = f"{self._owner or account}/{DESTINATION}"
        try:
            collects = _read_model(self._api.get(f"/v1/models/{destination}", seconds=10))
        except Missing:
            yield good("destination", f"{destination} is made by the first training")
            return
        if collects.visibility == "private":
            yield good("destination", f"{destination} is private")
        else:
            yield failed(
                "destination",
                f"{destination} is {collects.visibility}, so no training is started",
                f"Make it private at replicate.com/{destination}/settings.",
            )

    def kept(self) -> Iterator[Kept]:
        """Files with our mark, and the versions of the model that collects our trainings."""
        yield from keeping.files(self._api)
        yield from keeping.versions(self._api, self._destination_path())

    def discard(self, kept: Kept) -> bool:
        """Deletes one of those. True when it is gone; versions take Replicate minutes."""
        return keeping.discard(self._api, kept, self._destination_path())

    def _dataset(self, request: TrainRequest) -> str:
        """The address of the ZIP; where nobody outside reaches us, the file is handed over first."""
        if request.dataset_url:
            return request.dataset_url
        if request.dataset_file is None:
            raise ValueError("a training needs dataset_url or dataset_file")
        name = f"{request.reference}.zip"
        with request.dataset_file.open("rb") as content:
            data = self._api.upload(
                keeping.FILES,
                data={
                    "filename": name,
                    "type": "application/zip",
                    "metadata": json.dumps({keeping.MARK: request.reference}),
                },
                files={"content": (name, content, "application/zip")},
            )
        try:
            return _File.model_validate(data).urls["get"]
        except (ValidationError, KeyError) as error:
            raise unreadable(VENDOR, f"a file without an address: {type(error).__name__}") from error

    def _trainer_version(self) -> str:
        with self._lock:
            if not self._version or time.monotonic() > self._version_until:
                try:
                    model = _read_model(self._api.get(f"/v1/models/{TRAINER_MODEL}"))
                except Missing as error:
                    raise _retired(error.words) from error
                if model.latest_version is None:
                    raise _retired("no version")
                self._version = model.latest_version.id
                self._version_until = time.monotonic() + _KEPT
                self._destination = ""  # somebody may have opened it since: looked at as often
            return self._version

    def _ensure_destination(self) -> str:
        """owner/name of the private model that collects the trainings; made where it is missing."""
        with self._lock:
            if not self._destination:
                path = self._destination_path()
                try:
                    model = _read_model(self._api.get(f"/v1/models/{path}"))
                except Missing:
                    model = self._create(path.partition("/")[0])
                if model.visibility != "private":
                    raise Stop(
                        t(
                            "Trainings would become public at the service, so none is started. The operator has to "
                            "make the model that collects them private."
                        ),
                        vendor=VENDOR,
                        code="destination_public",
                        category=Category.INTERNAL,
                        words=f"{path} is {model.visibility}",
                    )
                self._destination = path
            return self._destination

    def _destination_path(self) -> str:
        return self._destination or f"{self._owner or self._account()}/{DESTINATION}"

    def _create(self, owner: str) -> _Model:
        body = {
            "owner": owner,
            "name": DESTINATION,
            "visibility": "private",
            "hardware": _HARDWARE,
            "description": "LoRAs trained by photogen. Weights are copied from here and then deleted.",
        }
        try:
            return _read_model(self._api.post("/v1/models", body))
        except Retry as error:
            if error.code != "vendor_unavailable":
                raise
            try:  # 409: another worker made it between our two calls
                return _read_model(self._api.get(f"/v1/models/{owner}/{DESTINATION}"))
            except Missing:  # 503: nobody made it
                raise error from None

    def _account(self) -> str:
        data = self._api.get("/v1/account")
        name = data.get("username") if isinstance(data, dict) else None
        if not isinstance(name, str) or not name:
            raise unreadable(VENDOR, "an account without a name")
        return name

    def _forget(self) -> None:
        with self._lock:
            self._version = self._destination = ""


def _read_model(data: Any) -> _Model:
    try:
        return _Model.model_validate(data)
    except ValidationError as error:
        raise unreadable(VENDOR, f"a model: {error.error_count()} faults") from error


def _retired(words: str) -> Stop:
    return Stop(
        t(
            "The training service no longer offers its trainer. The operator has to choose another; nothing was "
            "charged."
        ),
        vendor=VENDOR,
        code="model_retired",
        category=Category.PROVIDER,
        words=words,
    )
