"""The sandbox, the vendors' real clients pointed at it, and the vendors' descriptions where they are at hand."""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi, close_session
from PIL import Image, ImageDraw
from replicate import Client as Replicate
from together import Together

from tests.contract.descriptions import FILES, Description, ModelInputs, load
from tests.contract.recording import RecordedSandbox

_LEFT_OUT = (
    "left out: nothing is held against the vendors' published descriptions, because they are not at hand "
    "(PHOTOGEN_CONTRACTS names their folder)"
)


@pytest.fixture(scope="session", autouse=True)
def _quiet_hub() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_PROGRESS_BARS", True)
        yield


@pytest.fixture(scope="session")
def descriptions() -> tuple[dict[str, Description], ModelInputs] | None:
    """The vendors' descriptions, and the inputs of Replicate's models; None where they are not at hand."""
    default = Path(__file__).parents[3] / "shared" / "contracts"
    folder = Path(os.environ.get("PHOTOGEN_CONTRACTS") or default)
    return load(folder) if all((folder / name).is_file() for name in FILES) else None


@pytest.fixture(scope="session")
def loaded(
    descriptions: tuple[dict[str, Description], ModelInputs] | None,
) -> tuple[dict[str, Description], ModelInputs]:
    """The same; skips what can't do without them."""
    if descriptions is None:
        pytest.skip(_LEFT_OUT)
    return descriptions


@pytest.fixture(scope="session")
def model_inputs(loaded: tuple[dict[str, Description], ModelInputs]) -> ModelInputs:
    """The published inputs of Replicate's models."""
    return loaded[1]


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordedSandbox]:
    with RecordedSandbox(tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture
def sandbox(running_sandbox: RecordedSandbox) -> RecordedSandbox:
    """A sandbox as new, with the pace at zero."""
    running_sandbox.reset()
    running_sandbox.pace(
        training_seconds_per_1000_steps=0, image_seconds=0, version_delete_seconds=0, retention_seconds=3600
    )
    return running_sandbox


@pytest.fixture
def contract(
    sandbox: RecordedSandbox, descriptions: tuple[dict[str, Description], ModelInputs] | None
) -> Iterator[RecordedSandbox]:
    """A sandbox whose every exchange, once the test is over, must fit the vendor's description, if that is at hand."""
    yield sandbox
    assert sandbox.exchanges, "the test called nobody"
    if descriptions is not None:
        vendors, _ = descriptions
        broken = [
            str(b) for exchange in sandbox.exchanges for b in vendors[exchange.path.split("/")[1]].check(exchange)
        ]
        assert not broken, "\n".join(broken)


@pytest.fixture
def replicate(sandbox: RecordedSandbox) -> Iterator[Replicate]:
    client = Replicate(api_token="r8_sandbox", base_url=sandbox.replicate)
    yield client
    client._client.close()  # it has no way of its own


@pytest.fixture
def together(sandbox: RecordedSandbox) -> Iterator[Together]:
    with Together(api_key="sandbox", base_url=sandbox.together, max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture
def hub(sandbox: RecordedSandbox) -> Iterator[HfApi]:
    yield HfApi(endpoint=sandbox.hub, token="hf_sandbox")
    close_session()


@pytest.fixture(scope="session")
def photos_zip() -> bytes:
    """Four small photos, as a training takes them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index in range(4):
            image = Image.new("RGB", (320, 400), (40 * index + 60, 90, 160 - 30 * index))
            ImageDraw.Draw(image).ellipse((90, 80, 230, 260), fill=(232, 184, 150))
            photo = io.BytesIO()
            image.save(photo, "JPEG")
            archive.writestr(f"{index:03}.jpg", photo.getvalue())
    return buffer.getvalue()
