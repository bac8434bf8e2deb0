"""One suite over every ImageVendor: what the domain relies on, whichever vendor draws."""

import time
from collections.abc import Iterator

import pytest

from photogen.gateways.base import (
    Category,
    Fix,
    ImageJob,
    ImageRequest,
    ImageVendor,
    JobState,
    Missing,
    Picture,
    Retry,
    Stop,
    Unknown,
)
from photogen.gateways.images.spec import specs
from photogen.kit.guard import OutsideCallInTransaction, transaction
from photogen.kit.ids import new_id
from tests.contract.gateways.conftest import image_vendor
from tests.contract.recording import RecordedSandbox

MODELS = {
    "replicate": "black-forest-labs/flux-dev",
    "together": "black-forest-labs/FLUX.1-schnell",
    "nebius": "black-forest-labs/flux-schnell",
}
OPERATION = {"replicate": "models.predictions.create", "together": "images.generate", "nebius": "images.generate"}
NAMES = tuple(specs())
LISTED = {"replicate": "models.get", "together": "models.list", "nebius": "models.list"}
"""What a test has to know of each vendor beside its SPEC: a model, and how the sandbox calls its operations."""


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def vendor(name: str, vendors_side: RecordedSandbox) -> Iterator[ImageVendor]:
    with image_vendor(name, vendors_side) as gateway:
        yield gateway


def request_for(name: str, **changes: object) -> ImageRequest:
    fields: dict[str, object] = {
        "reference": new_id(),
        "model": MODELS[name],
        "prompt": "a red fox in the snow",
        "width": 512,
        "height": 512,
        "aspect": "1:1",
        "seed": 7,
        "steps": 4,
    }
    return ImageRequest(**(fields | changes))  # type: ignore[arg-type]


def drawn(vendor: ImageVendor, request: ImageRequest) -> Picture:
    """The picture, however the vendor delivers it."""
    answer = vendor.submit(request)
    if isinstance(answer, Picture):
        return answer
    return vendor.fetch(ended(vendor, answer))


def ended(vendor: ImageVendor, job: ImageJob) -> ImageJob:
    deadline = time.monotonic() + 20
    while job.state in (JobState.WAITING, JobState.RUNNING):
        assert time.monotonic() < deadline, "the job did not end"
        time.sleep(0.02)
        job = vendor.check(job.vendor_id)
    return job


def paid_calls(sandbox: RecordedSandbox, name: str) -> int:
    return len(sandbox.requests(vendor=name, operation=OPERATION[name]))


def test_draws_a_picture_of_a_true_content_type(vendor: ImageVendor, name: str) -> None:
    picture = drawn(vendor, request_for(name))
    assert picture.content_type == "image/png"
    assert picture.data.startswith(b"\x89PNG")


def test_the_same_seed_gives_the_same_picture_and_another_seed_another(vendor: ImageVendor, name: str) -> None:
    first = drawn(vendor, request_for(name)).data
    assert drawn(vendor, request_for(name)).data == first
    assert drawn(vendor, request_for(name, seed=8)).data != first


def test_every_vendor_is_here_with_all_that_these_tests_need() -> None:
    assert set(NAMES) == set(MODELS) == set(OPERATION) == set(LISTED)
    assert {"replicate", "together", "nebius"} <= set(NAMES)


def test_serves_the_models_it_is_asked_for(vendor: ImageVendor, name: str) -> None:
    assert vendor.available_models({MODELS[name], "nobody/nothing"}) == {MODELS[name]}


@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("401", Stop, "vendor_credentials"),
        ("402", Stop, "vendor_money"),
        ("403", Stop, "vendor_credentials"),
        ("404", Stop, "model_retired"),
        ("422", Fix, "input_refused"),
        ("429", Retry, "rate_limited"),
        ("500", Unknown, "outcome_unknown"),
        ("503", Retry, "vendor_unavailable"),
        ("html", Unknown, "outcome_unknown"),
        ("wrong_content_type", Unknown, "outcome_unknown"),
        ("cut_before", Unknown, "outcome_unknown"),
        ("cut_after", Unknown, "outcome_unknown"),
    ],
)
def test_a_refusal_says_what_can_be_done_and_is_asked_once(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox, fault: str, error: type[Exception], code: str
) -> None:
    vendors_side.fault(name, OPERATION[name], fault, times=None)
    with pytest.raises(error) as raised:
        vendor.submit(request_for(name))
    assert raised.value.code == code  # type: ignore[attr-defined]
    assert paid_calls(vendors_side, name) == 1


def test_a_busy_vendor_is_waited_for_as_long_as_it_wants(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox
) -> None:
    vendors_side.fault(name, OPERATION[name], "429", retry_after=17)
    with pytest.raises(Retry) as raised:
        vendor.submit(request_for(name))
    assert (raised.value.after, raised.value.category) == (17, Category.RATE_LIMIT)


def test_a_wrong_key_stops(name: str, vendors_side: RecordedSandbox) -> None:
    with image_vendor(name, vendors_side, "invalid-key-0123456789") as gateway, pytest.raises(Stop) as raised:
        gateway.submit(request_for(name))
    assert raised.value.category is Category.AUTHENTICATION
    assert "invalid-key" not in f"{raised.value} {raised.value.public} {raised.value.words}"


def test_an_unsafe_picture_is_a_matter_of_the_prompt(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox
) -> None:
    operation = "models.predictions.create" if name == "replicate" else OPERATION[name]
    vendors_side.fault(name, operation, "nsfw")
    try:
        answer = vendor.submit(request_for(name))
    except Fix as refused:
        error: object = refused
    else:
        assert isinstance(answer, ImageJob)
        error = ended(vendor, answer).error
    assert isinstance(error, Fix)
    assert (error.code, error.category) == ("moderation", Category.MODERATION)


def test_a_model_that_is_gone_stops(vendor: ImageVendor, name: str) -> None:
    with pytest.raises(Stop) as raised:
        vendor.submit(request_for(name, model="nobody/nothing"))
    assert raised.value.code == "model_retired"


def test_a_retired_model_is_not_served_until_it_is_back(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox
) -> None:
    vendors_side.retire(name, MODELS[name])
    assert vendor.available_models({MODELS[name]}) == frozenset()
    with pytest.raises(Stop) as raised:
        vendor.submit(request_for(name))
    assert raised.value.code == "model_retired"
    vendors_side.retire(name, MODELS[name], retired=False)
    assert vendor.available_models({MODELS[name]}) == {MODELS[name]}


@pytest.mark.parametrize("fault", ["401", "429", "500", "503", "html", "wrong_content_type", "cut_before"])
def test_a_list_that_can_not_be_had_is_not_an_empty_one(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox, fault: str
) -> None:
    vendors_side.fault(name, LISTED[name], fault, times=None)
    with pytest.raises((Retry, Stop)):
        vendor.available_models({MODELS[name]})


@pytest.mark.parametrize("fault", ["cut_after", "cut_before"])
def test_what_may_have_been_accepted_is_never_denied(
    vendor: ImageVendor, name: str, vendors_side: RecordedSandbox, fault: str
) -> None:
    request = request_for(name)
    vendors_side.fault(name, OPERATION[name], fault)
    with pytest.raises(Unknown):
        vendor.submit(request)
    accepted = bool(vendors_side.accepted(vendor=name, operation=OPERATION[name]))
    try:
        found = vendor.find(request.reference)
    except Unknown:
        return  # "nobody can tell" is always honest
    assert (found is not None) is accepted


def test_nothing_is_asked_within_a_transaction(vendor: ImageVendor, name: str, vendors_side: RecordedSandbox) -> None:
    with transaction(), pytest.raises(OutsideCallInTransaction):
        vendor.submit(request_for(name))
    assert paid_calls(vendors_side, name) == 0


def test_nobody_there_means_nothing_was_accepted(name: str, vendors_side: RecordedSandbox) -> None:
    class Nowhere:
        url = replicate = together = nebius = "http://127.0.0.1:9"

    with image_vendor(name, Nowhere()) as gateway, pytest.raises(Retry) as raised:  # type: ignore[arg-type]
        gateway.submit(request_for(name))
    assert raised.value.category is Category.NETWORK


def test_what_the_vendor_never_made_is_missing_or_unknown(vendor: ImageVendor) -> None:
    with pytest.raises(Missing):
        vendor.check("nosuchprediction0000000000")
    vendor.cancel("nosuchprediction0000000000")
