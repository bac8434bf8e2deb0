"""Pictures by Replicate: submitted, then looked after. Here LoRAs are applied, from an address of our own storage."""

from collections.abc import Collection, Mapping
from typing import Any

from photogen.gateways.base import (
    Category,
    Fix,
    GatewayError,
    ImageJob,
    ImageRequest,
    JobState,
    Missing,
    Picture,
    Retry,
)
from photogen.gateways.errors import is_unsafe, redacted, unknown, unsafe
from photogen.gateways.http import Downloads
from photogen.gateways.images.spec import Connection, ImageVendorSpec
from photogen.gateways.replicate_api import ADDRESS, VENDOR, ReplicateApi, VendorJob, born, carries, read_job
from photogen.kit.guard import outside_call
from photogen.kit.text import t

_DEADLINE = "15m"  # then Replicate ends the prediction by itself, and bills no more of it
_SPEED_SWITCH = ("flux-dev", "flux-dev-lora", "flux-schnell")


def build(request: ImageRequest) -> dict[str, Any]:
    """The body of the request. Only what was asked for is sent: models refuse inputs that they don't know."""
    given: dict[str, Any] = {
        "prompt": request.prompt,
        "seed": request.seed,
        "output_format": "png",
    }
    if request.image is None:
        given["aspect_ratio"] = request.aspect
        if request.aspect == "custom":
            given |= {"width": request.width, "height": request.height}
    else:  # "The aspect ratio of your output will match this image"
        given["image"] = request.image.url
        given["prompt_strength"] = request.image.strength
    if request.model.rsplit("/", 1)[-1] in _SPEED_SWITCH:
        given["go_fast"] = False  # with it the same seed gives different pictures
    if request.steps is not None:
        given["num_inference_steps"] = request.steps
    if request.guidance is not None:
        given["guidance"] = request.guidance
    if request.lora is not None:
        given["lora_weights"] = request.lora.url
        given["lora_scale"] = request.lora.scale
    body: dict[str, Any] = {"input": given}
    if request.webhook_url:
        body["webhook"] = request.webhook_url
        body["webhook_events_filter"] = ["completed"]
    return body


def parse(job: VendorJob) -> ImageJob:
    """Where a prediction stands."""
    state = job.state
    if state is JobState.SUCCEEDED:
        url = first_output(job.output)
        if url or job.data_removed:
            return ImageJob(job.id, state, picture_url=url)
        # Pictures that the safety checker refuses are left out of the list.
        return ImageJob(job.id, JobState.FAILED, error=unsafe(VENDOR, "the output is empty", request_id=job.id))
    if state in (JobState.FAILED, JobState.CANCELLED):
        return ImageJob(job.id, state, error=failure(job))
    return ImageJob(job.id, state)


def first_output(output: Any) -> str:
    """The address of the first picture: some models give a list, some a single address."""
    if isinstance(output, list):
        output = output[0] if output else ""
    return output if isinstance(output, str) else ""


def failure(job: VendorJob) -> GatewayError:
    """Why a prediction ended without a picture."""
    words = redacted(job.error_words)
    rest: dict[str, Any] = {"vendor": VENDOR, "words": words, "request_id": job.id}
    if is_unsafe(words) or "flagged" in words.lower():
        return unsafe(VENDOR, words, request_id=job.id)
    if job.status == "aborted":
        return Retry(
            t("The service gave up before it began; nothing was charged. Try again."),
            code="vendor_aborted",
            category=Category.TIMEOUT,
            **rest,
        )
    if job.state is JobState.CANCELLED:
        return Retry(
            t("The picture was cancelled before it was done. Try again."),
            code="vendor_cancelled",
            category=Category.PROVIDER,
            **rest,
        )
    lowered = words.lower()
    if "lora" in lowered or "safetensors" in lowered or "weights" in lowered:
        return Fix(
            t("The service could not use this model's weights. Train the model again, or tell the operator."),
            code="weights_refused",
            category=Category.FILE,
            **rest,
        )
    return Fix(
        t("The service failed to draw this picture. Try again, or change the settings."),
        code="picture_failed",
        category=Category.PROVIDER,
        **rest,
    )


class ReplicateImages:
    """An ImageVendor."""

    name = VENDOR

    def __init__(self, api: ReplicateApi, downloads: Downloads) -> None:
        self._api = api
        self._downloads = downloads

    def close(self) -> None:
        """Closes the connections of this process."""
        self._api.close()

    def submit(self, request: ImageRequest) -> Picture | ImageJob:
        """Asks for one picture; the answer is a job. Raises Retry, Fix, Stop, Unknown."""
        data = self._api.post(
            f"/v1/models/{request.model}/predictions",
            build(request),
            paid=True,
            names_model=True,
            headers={"Cancel-After": _DEADLINE},
        )
        return parse(read_job(data, paid=True))

    def find(self, reference: str) -> ImageJob | None:
        """The prediction with `reference` in its input: in the address of the LoRA's weights.

        A prediction without a LoRA carries no word of ours, and one whose data was removed (after an hour) none at all:
        when there are such and none carries `reference`, nobody can tell, and Unknown is raised.
        """
        doubtful = False
        for job in self._api.newest("/v1/predictions", since=born(reference), dated=True):
            if carries(reference, job):
                return parse(job)
            doubtful = doubtful or job.data_removed or not _marked(job.input)
        if doubtful:
            raise unknown(VENDOR, f"no prediction carries {reference}, but some carry nothing")
        return None

    def check(self, vendor_id: str) -> ImageJob:
        """Where the prediction stands."""
        return parse(self._api.job(f"/v1/predictions/{vendor_id}"))

    def cancel(self, vendor_id: str) -> None:
        """Asks to end it; ended ones are fine."""
        self._api.cancel(f"/v1/predictions/{vendor_id}")

    def fetch(self, job: ImageJob) -> Picture:
        """The bytes. Replicate deletes them an hour after the prediction: then Missing is raised."""
        outside_call("replicate picture")
        if not job.picture_url:
            raise Missing(
                t("The service no longer has this picture. Generate it again."),
                vendor=VENDOR,
                code="output_expired",
                category=Category.PROVIDER,
                request_id=job.vendor_id,
            )
        return self._downloads.picture(job.picture_url)

    def available_models(self, among: Collection[str]) -> frozenset[str]:
        """Those of the models `among` that are there now: each is asked for."""
        found = set()
        for model in sorted(among):
            try:
                self._api.get(f"/v1/models/{model}", seconds=10)
            except Missing:
                continue
            found.add(model)
        return frozenset(found)


def _marked(given: Mapping[str, Any] | None) -> bool:
    """Whether a prediction's input has the place where our id would stand."""
    return bool(given) and not {"lora_weights", "image"}.isdisjoint(given or {})


def _build(connection: Connection) -> ReplicateImages:
    return ReplicateImages(ReplicateApi(connection.key, connection.address), connection.downloads)


SPEC = ImageVendorSpec(
    name=VENDOR,
    label="Replicate",
    variable="REPLICATE_API_TOKEN",
    keys="Make a token at replicate.com/account/api-tokens",
    address=ADDRESS,
    build=_build,
)
