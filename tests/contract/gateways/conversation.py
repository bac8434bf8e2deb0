"""Everything that photogen's gateways ever ask of a vendor, asked once."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
from together import Together

from photogen.gateways.base import Fix, ImageJob, ImageRequest, JobState, Lora, Picture, TrainJob, TrainRequest
from photogen.gateways.examination import Verdict
from photogen.gateways.http import Downloads
from photogen.gateways.hub.huggingface import HuggingFaceHub
from photogen.gateways.images import together as together_images
from photogen.gateways.images.nebius import NebiusImages
from photogen.gateways.images.replicate import ReplicateImages
from photogen.gateways.images.together import TogetherImages
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers.replicate import DESTINATION, ReplicateTrainer
from photogen.gateways.webhooks import ReplicateWebhooks
from photogen.kit.ids import new_id
from tests.contract.recording import RecordedSandbox
from tests.fakes.receiver import Posted, Receiver

AnyJob = TypeVar("AnyJob", TrainJob, ImageJob)


@dataclass
class Conversation:
    """Speaks with the vendors of `sandbox`; `delivered` are the webhooks that came, verified."""

    sandbox: RecordedSandbox
    dataset: Path
    folder: Path

    def __post_init__(self) -> None:
        self.delivered: list[Posted] = []

    def hold(self) -> None:
        """All of it, vendor by vendor."""
        with ExitStack() as stack, Receiver({}) as receiver:
            api = stack.enter_context(closing(ReplicateApi("r8_token", self.sandbox.replicate)))
            downloads = stack.enter_context(closing(Downloads("vendor", plain_origin=self.sandbox.url)))
            weights = self._train(ReplicateTrainer(api, downloads), api, f"{receiver.url}/trainings")
            receiver.files["/lora.safetensors"] = weights.read_bytes()
            self._draw_a_lora(ReplicateImages(api, downloads), receiver)
            self._verify(ReplicateWebhooks(api), receiver)
            self._draw_with_together(downloads)
            self._draw_with_nebius(downloads)
        self._publish(weights)

    def _train(self, trainer: ReplicateTrainer, api: ReplicateApi, hook: str) -> Path:
        request = TrainRequest(
            new_id(), "ohwx", 100, 4e-4, 16, True, dataset_url=None, dataset_file=self.dataset, webhook_url=hook
        )
        job = ended(trainer.check, trainer.submit(request))
        found = trainer.find(request.reference)
        assert found is not None
        assert found.vendor_id == job.vendor_id
        weights = self.folder / "lora.safetensors"
        trainer.fetch_weights(job, weights)
        with pytest.raises(Fix):  # it succeeded without weights: looked up, whether they were removed
            trainer.fetch_weights(replace(job, weights_url=""), weights)
        self.sandbox.pace(version_delete_seconds=0.2)
        assert {kept.kind for kept in trainer.kept()} == {"file", "version"}
        assert not trainer.clean_up(request.reference, job)
        until(lambda: trainer.clean_up(request.reference, job))
        assert [f.verdict for f in trainer.examine() if f.verdict is not Verdict.OK] == []
        self._cancel_a_training(trainer, request)
        # another worker makes the destination between our look and our creation of it
        self.sandbox.fault("replicate", "models.get", "404", match=DESTINATION)
        trainer = ReplicateTrainer(api, trainer._downloads)
        ended(trainer.check, trainer.submit(replace(request, reference=new_id())))
        return weights

    def _cancel_a_training(self, trainer: ReplicateTrainer, request: TrainRequest) -> None:
        self.sandbox.pace(training_seconds_per_1000_steps=600)
        job = trainer.submit(replace(request, reference=new_id(), dataset_url="https://photos.example/1.zip?ref=1"))
        trainer.cancel(job.vendor_id)
        assert ended(trainer.check, job).state is JobState.CANCELLED
        self.sandbox.pace(training_seconds_per_1000_steps=0)

    def _draw_a_lora(self, images: ReplicateImages, receiver: Receiver) -> None:
        assert images.available_models({"black-forest-labs/flux-dev-lora"})
        reference = new_id()
        request = picture_of("black-forest-labs/flux-dev-lora", reference)
        lora = Lora(f"{receiver.url}/lora.safetensors?ref={reference}", 0.9)
        request = replace(request, lora=lora, steps=28, guidance=3.0, webhook_url=f"{receiver.url}/pictures")
        job = images.submit(request)
        assert isinstance(job, ImageJob)
        found = images.find(reference)
        assert found is not None
        assert found.vendor_id == job.vendor_id
        assert images.fetch(ended(images.check, job)).content_type == "image/png"
        self.sandbox.pace(image_seconds=600)
        for model in ("flux-dev", "flux-schnell", "flux-1.1-pro"):
            other = images.submit(picture_of(f"black-forest-labs/{model}", new_id()))
            assert isinstance(other, ImageJob)
            images.cancel(other.vendor_id)
        self.sandbox.pace(image_seconds=0)

    def _verify(self, webhooks: ReplicateWebhooks, receiver: Receiver) -> None:
        wanted = {("/trainings", "processing"), ("/trainings", "succeeded"), ("/pictures", "succeeded")}
        until(lambda: wanted <= {(hook.path, self._status(webhooks, hook)) for hook in list(receiver.posted)})
        self.delivered = list(receiver.posted)

    def _status(self, webhooks: ReplicateWebhooks, hook: Posted) -> str:
        return str(webhooks.verify(hook.headers, hook.body).payload["status"])

    def _draw_with_together(self, downloads: Downloads) -> None:
        with closing(TogetherImages("key", downloads, address=self.sandbox.together)) as images:
            schnell = picture_of("black-forest-labs/FLUX.1-schnell", new_id())
            kontext = picture_of("black-forest-labs/FLUX.1-kontext-pro", new_id())
            flux2 = replace(picture_of("black-forest-labs/FLUX.2-dev", new_id()), guidance=4.0)
            assert schnell.model in images.available_models({schnell.model})
            for request in (replace(schnell, steps=4, guidance=3.5, negative_prompt="people"), kontext, flux2):
                assert isinstance(images.submit(request), Picture)
        # we ask for base64; should an address come all the same, it is fetched
        with Together(api_key="key", base_url=self.sandbox.together, max_retries=0) as client:
            given = {key: value for key, value in together_images.build(schnell).items() if key != "response_format"}
            answer = client.images.generate(**given, response_format="url")
        assert together_images.parse(answer, downloads).data

    def _draw_with_nebius(self, downloads: Downloads) -> None:
        with closing(NebiusImages("key", downloads, address=self.sandbox.nebius)) as images:
            request = picture_of("black-forest-labs/flux-schnell", new_id())
            assert request.model in images.available_models({request.model})
            full = replace(request, steps=4, guidance=3.5, negative_prompt="people")
            assert isinstance(images.submit(full), Picture)

    def _publish(self, weights: Path) -> None:
        card = b"---\nlicense: other\nlicense_name: flux\nlicense_link: LICENSE.md\n---\n# A LoRA\n"
        files = {"lora.safetensors": weights, "README.md": card}
        with closing(HuggingFaceHub("hf_token", address=self.sandbox.hub)) as hub:
            assert [f.verdict for f in hub.examine() if f.verdict is not Verdict.OK] == []
            assert hub.publish("fox", files, public=False).private
            opened = hub.publish("fox", files, public=True)
            assert not opened.private
            assert hub.publish("fox", files, public=False).private  # closed again
            assert hub.look(opened.id).files
            assert hub.make_private(opened.id).private
            assert [found.id for found in hub.owned()] == [opened.id]
            hub.delete(opened.id)


def picture_of(model: str, reference: str) -> ImageRequest:
    return ImageRequest(reference, model, "a red fox in the snow", 512, 512, "1:1", seed=7)


def ended(check: Callable[[str], AnyJob], job: AnyJob) -> AnyJob:
    deadline = time.monotonic() + 20
    while job.state in (JobState.WAITING, JobState.RUNNING):
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.02)
        job = check(job.vendor_id)
    return job


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "not within 20 s"
        time.sleep(0.02)
