"""Gateways as bootstrap wires them, against the sandbox that records: whatever they say, and are told, is held against
the vendors' descriptions at the end of each test, where those are at hand."""

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photogen.gateways.base import ImageVendor, TrainRequest
from photogen.gateways.http import Downloads
from photogen.gateways.hub.huggingface import HuggingFaceHub
from photogen.gateways.images.spec import Connection, specs
from photogen.gateways.replicate_api import ReplicateApi
from photogen.gateways.trainers.replicate import ReplicateTrainer
from photogen.kit.ids import new_id
from tests.contract.descriptions import Description, ModelInputs, broken_in
from tests.contract.recording import RecordedSandbox


@pytest.fixture
def vendors_side(
    sandbox: RecordedSandbox, descriptions: tuple[dict[str, Description], ModelInputs] | None
) -> Iterator[RecordedSandbox]:
    """The sandbox, as new; in the end every exchange must have been as the vendor describes it.

    Answers that are spoilt on purpose are left out of that."""
    yield sandbox
    if descriptions is not None:
        spoilt = {(entry["method"], entry["path"]) for entry in sandbox.requests(fault="wrong_content_type")}
        kept = [e for e in sandbox.exchanges if (e.method, e.path) not in spoilt or e.response_type != "text/html"]
        broken = broken_in(kept, *descriptions)
        assert not broken, "\n".join(broken)


@pytest.fixture
def replicate_api(vendors_side: RecordedSandbox) -> Iterator[ReplicateApi]:
    with closing(ReplicateApi("r8_token", vendors_side.replicate)) as api:
        yield api


@pytest.fixture
def trainer(vendors_side: RecordedSandbox, replicate_api: ReplicateApi) -> Iterator[ReplicateTrainer]:
    with closing(Downloads("replicate", plain_origin=vendors_side.url)) as downloads:
        yield ReplicateTrainer(replicate_api, downloads)


@pytest.fixture
def hub(vendors_side: RecordedSandbox) -> Iterator[HuggingFaceHub]:
    with closing(HuggingFaceHub("hf_token", address=vendors_side.hub)) as gateway:
        yield gateway


@contextmanager
def image_vendor(name: str, sandbox: RecordedSandbox, key: str = "key") -> Iterator[ImageVendor]:
    """The vendor of that name, with `key`."""
    with ExitStack() as stack:
        downloads = stack.enter_context(closing(Downloads(name, plain_origin=sandbox.url)))
        vendor = specs()[name].build(Connection(key, f"{sandbox.url}/{name}", downloads))
        yield stack.enter_context(closing(vendor))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """A ZIP of five small photos."""
    return dataset_in(tmp_path)


def dataset_in(folder: Path) -> Path:
    """The same, in a folder of one's choice."""
    path = folder / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(5):
            content = BytesIO()
            Image.new("RGB", (256, 256), (40 * number, 120, 90)).save(content, "JPEG")
            archive.writestr(f"{number}.jpg", content.getvalue())
    return path


@pytest.fixture
def train_request(dataset: Path) -> TrainRequest:
    return TrainRequest(
        reference=new_id(),
        trigger_word="ohwx",
        steps=100,
        learning_rate=4e-4,
        lora_rank=16,
        autocaption=True,
        dataset_url=None,
        dataset_file=dataset,
    )
