"""What photogen asks of the Hugging Face Hub, through its real client, held against its description."""

from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, HfApi, ModelCard, ModelCardData
from huggingface_hub.errors import HfHubHTTPError, RemoteEntryNotFoundError, RepositoryNotFoundError

from tests.contract.recording import RecordedSandbox

REPOSITORY = "sandbox/mia"
WEIGHTS = b"\x10" * 200_000


def _publish(hub: HfApi) -> None:
    card = ModelCardData(license="other", license_name="flux-1-dev-non-commercial-license", tags=["lora", "flux"])
    readme = str(ModelCard(f"---\n{card.to_yaml()}\n---\n# Mia\n"))
    hub.create_repo(REPOSITORY, private=True)
    hub.create_commit(
        REPOSITORY,
        [
            CommitOperationAdd("README.md", readme.encode()),
            CommitOperationAdd("lora.safetensors", WEIGHTS),
            CommitOperationAdd("images/example_0.webp", b"RIFF1234WEBP"),
        ],
        commit_message="Mia",
    )


def test_publish_and_look(contract: RecordedSandbox, hub: HfApi, tmp_path: Path) -> None:
    assert hub.whoami()["name"] == "sandbox"
    _publish(hub)
    info = hub.model_info(REPOSITORY, files_metadata=True)
    assert info.private is True
    assert info.card_data["license_name"] == "flux-1-dev-non-commercial-license"
    sizes = {file.rfilename: file.size for file in info.siblings}
    assert sizes["lora.safetensors"] == len(WEIGHTS)
    assert "images/example_0.webp" in [entry.path for entry in hub.list_repo_tree(REPOSITORY, recursive=True)]
    assert [model.id for model in hub.list_models(author="sandbox", filter="lora", full=True)] == [REPOSITORY]
    fetched = hub.hf_hub_download(REPOSITORY, "lora.safetensors", cache_dir=tmp_path)
    assert Path(fetched).read_bytes() == WEIGHTS


def test_publishing_again_changes_nothing(contract: RecordedSandbox, hub: HfApi) -> None:
    _publish(hub)
    before = hub.model_info(REPOSITORY).sha
    hub.create_repo(REPOSITORY, private=False, exist_ok=True)
    with pytest.raises(HfHubHTTPError) as refused:
        hub.create_repo(REPOSITORY, private=True)
    assert refused.value.response.status_code == 409
    hub.upload_file(path_or_fileobj=WEIGHTS, path_in_repo="lora.safetensors", repo_id=REPOSITORY)
    info = hub.model_info(REPOSITORY)
    assert info.private is True, "an existing repository keeps its visibility"
    assert info.sha == before
    assert len(contract.accepted(operation="lfs.upload")) == 2, "weights and picture, once each"


def test_private_means_private(contract: RecordedSandbox, hub: HfApi) -> None:
    _publish(hub)
    address = f"{contract.hub}/{REPOSITORY}/resolve/main/lora.safetensors"
    stranger = HfApi(endpoint=contract.hub, token=False)
    with pytest.raises(RepositoryNotFoundError):
        stranger.model_info(REPOSITORY)
    assert httpx.get(address).status_code == 401
    assert list(stranger.list_models(author="sandbox")) == []
    hub.update_repo_settings(REPOSITORY, private=False)
    assert stranger.model_info(REPOSITORY).private is False
    assert httpx.get(address).content == WEIGHTS
    hub.update_repo_settings(REPOSITORY, private=True)
    assert httpx.get(address).status_code == 401


def test_delete(contract: RecordedSandbox, hub: HfApi) -> None:
    _publish(hub)
    hub.delete_repo(REPOSITORY)
    with pytest.raises(RepositoryNotFoundError):
        hub.model_info(REPOSITORY)
    with pytest.raises(RepositoryNotFoundError):
        hub.delete_repo(REPOSITORY)
    hub.delete_repo(REPOSITORY, missing_ok=True)


def test_a_missing_file_is_told_from_a_missing_repository(
    contract: RecordedSandbox, hub: HfApi, tmp_path: Path
) -> None:
    _publish(hub)
    with pytest.raises(RemoteEntryNotFoundError):
        hub.hf_hub_download(REPOSITORY, "nothing.bin", cache_dir=tmp_path)


def test_files_can_be_taken_out(contract: RecordedSandbox, hub: HfApi) -> None:
    _publish(hub)
    hub.delete_file("lora.safetensors", REPOSITORY)
    hub.delete_folder("images", REPOSITORY)
    assert {file.rfilename for file in hub.model_info(REPOSITORY).siblings} == {".gitattributes", "README.md"}


@pytest.mark.parametrize(
    ("name", "status"), [("somebody/mia", 403), ("sandbox/mia..x", 400)], ids=["another's namespace", "bad name"]
)
def test_a_repository_that_may_not_be_made(contract: RecordedSandbox, name: str, status: int) -> None:
    owner, repository = name.split("/")
    answer = httpx.post(
        f"{contract.hub}/api/repos/create",
        json={"name": repository, "organization": owner},
        headers={"authorization": "Bearer hf_x"},
    )
    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_bad_model_card_is_refused_before_the_upload(contract: RecordedSandbox, hub: HfApi) -> None:
    hub.create_repo(REPOSITORY, private=True)
    with pytest.raises(ValueError, match="license_name"):
        hub.upload_file(path_or_fileobj=b"---\nlicense: other\n---\n", path_in_repo="README.md", repo_id=REPOSITORY)
