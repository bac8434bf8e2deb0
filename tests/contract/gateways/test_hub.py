"""Publishing: private first, verified, public only when asked for."""

from contextlib import closing
from pathlib import Path

import pytest

from photogen.gateways.base import Fix, Missing, Retry, Stop
from photogen.gateways.hub.huggingface import HuggingFaceHub
from tests.contract.recording import RecordedSandbox

CARD = b"---\nlicense: other\nlicense_name: flux\nlicense_link: LICENSE.md\n---\n# A LoRA\n"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path | bytes]:
    weights = tmp_path / "weights"
    weights.write_bytes(b"w" * 300_000)
    return {"lora.safetensors": weights, "README.md": CARD}


def operations(sandbox: RecordedSandbox) -> list[str]:
    return [entry["operation"] for entry in sandbox.requests(vendor="hub")]


def test_publishes_privately(hub: HuggingFaceHub, files: dict[str, Path | bytes]) -> None:
    made = hub.publish("photogen-fox", files, public=False)
    assert made.id == "sandbox/photogen-fox"
    assert made.private
    assert {path: made.files[path] for path in files} == {"lora.safetensors": 300_000, "README.md": len(CARD)}
    assert hub.look(made.id) == made


def test_an_open_repository_is_closed_and_every_repository_is_listed(
    hub: HuggingFaceHub, files: dict[str, Path | bytes]
) -> None:
    card = CARD.replace(b"---\n# A", b"tags: [lora, photogen-abc]\n---\n# A")
    opened = hub.publish("photogen-fox", {**files, "README.md": card}, public=True)
    hub.publish("photogen-hen", files, public=False)
    assert hub.make_private(opened.id).private
    assert hub.make_private(opened.id).private, "again is fine"
    listed = {found.id: found for found in hub.owned()}
    assert {id_: found.private for id_, found in listed.items()} == {
        "sandbox/photogen-fox": True,
        "sandbox/photogen-hen": True,
    }
    fox = listed[opened.id]
    assert "photogen-abc" in fox.tags
    assert "lora.safetensors" in fox.files
    assert fox.created_at is not None
    with pytest.raises(Missing):
        hub.make_private("photogen-owl")


def test_one_that_can_not_be_closed_is_told(
    hub: HuggingFaceHub, files: dict[str, Path | bytes], vendors_side: RecordedSandbox
) -> None:
    opened = hub.publish("photogen-fox", files, public=True)
    vendors_side.fault("hub", "repos.settings", "403", times=1)
    with pytest.raises(Stop):
        hub.make_private(opened.id)
    assert not hub.look(opened.id).private


def test_opens_only_after_the_files_are_there(
    hub: HuggingFaceHub, files: dict[str, Path | bytes], vendors_side: RecordedSandbox
) -> None:
    assert not hub.publish("photogen-fox", files, public=True).private
    seen = [(entry["method"], entry["path"].rsplit("/", 1)[-1]) for entry in vendors_side.requests(vendor="hub")]
    created = vendors_side.requests(vendor="hub", path="/hub/api/repos/create")
    assert created[0]["body"]["visibility"] == "private"
    settings = [i for i, (_, last) in enumerate(seen) if last == "settings"]
    commits = [i for i, (method, last) in enumerate(seen) if method == "POST" and last == "main"]
    assert len(settings) == 1
    assert settings[0] > max(commits)


def test_publishing_again_is_safe_and_closes_an_open_repository_first(
    hub: HuggingFaceHub, files: dict[str, Path | bytes]
) -> None:
    assert not hub.publish("photogen-fox", files, public=True).private
    again = hub.publish("photogen-fox", {**files, "README.md": CARD + b"more"}, public=False)
    assert again.private


def test_deletes_and_deleting_again_is_fine(hub: HuggingFaceHub, files: dict[str, Path | bytes]) -> None:
    made = hub.publish("photogen-fox", files, public=False)
    hub.delete(made.id)
    hub.delete(made.id)
    with pytest.raises(Missing):
        hub.look(made.id)


def test_a_card_that_the_hub_refuses_is_the_callers_to_mend(
    hub: HuggingFaceHub, files: dict[str, Path | bytes]
) -> None:
    with pytest.raises(Fix) as raised:
        hub.publish("photogen-fox", {**files, "README.md": b"---\nlicense: other\n---\n"}, public=False)
    assert raised.value.code == "hub_refused"


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("401", Stop, "vendor_credentials"),
        ("402", Stop, "vendor_money"),
        ("403", Stop, "vendor_credentials"),
        ("429", Retry, "rate_limited"),
        ("cut_before", Retry, "vendor_unreachable"),
    ],
)
def test_a_refusal_says_what_can_be_done(
    hub: HuggingFaceHub,
    files: dict[str, Path | bytes],
    vendors_side: RecordedSandbox,
    fault: str,
    error: type[Exception],
    code: str,
) -> None:
    vendors_side.fault("hub", "*", fault, times=1, match="repos/create")
    with pytest.raises(error) as raised:
        hub.publish("photogen-fox", files, public=False)
    assert raised.value.code == code  # type: ignore[attr-defined]


def test_a_refused_upload_leaves_a_private_repository(
    hub: HuggingFaceHub, files: dict[str, Path | bytes], vendors_side: RecordedSandbox
) -> None:
    vendors_side.fault("hub", "*", "403", times=1, match="/commit/main")
    with pytest.raises(Stop):
        hub.publish("photogen-fox", files, public=True)
    assert hub.look("sandbox/photogen-fox").private
    assert not hub.publish("photogen-fox", files, public=True).private


def test_a_bare_name_is_the_owners_everywhere(vendors_side: RecordedSandbox, files: dict[str, Path | bytes]) -> None:
    """A worker that was killed while it published has written down only the name."""
    with closing(HuggingFaceHub("hf_token", owner="sandbox", address=vendors_side.hub)) as hub:
        made = hub.publish("photogen-fox", files, public=False)
        assert hub.look("photogen-fox") == made
        hub.delete("photogen-fox")
        asked = vendors_side.requests(vendor="hub", path="/hub/api/repos/delete")[-1]["body"]
        assert (asked["organization"], asked["name"]) == ("sandbox", "photogen-fox")
        with pytest.raises(Missing):
            hub.look(made.id)
