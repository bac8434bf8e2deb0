"""Whatever a vendor answers: an error of the house or a value, never anything else, and soon."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from photogen.gateways.base import GatewayError, ImageJob, Picture, Retry, TrainJob, Unknown
from photogen.gateways.errors import from_status, said, wait_wanted
from photogen.gateways.http import Downloads
from photogen.gateways.hub.huggingface import failure as hub_failure
from photogen.gateways.images import nebius, replicate, together
from photogen.gateways.replicate_api import read_job
from photogen.gateways.trainers import replicate as trainer
from photogen.gateways.trainers.logs import progress

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_statuses = st.sampled_from(
    ["starting", "processing", "succeeded", "failed", "canceled", "aborted", "queued", "paused", ""]
)
_jobs = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(max_size=120) | _scalars,
        "status": _statuses | _json,
        "input": _json,
        "output": _json | st.fixed_dictionaries({}, optional={"weights": _json, "version": _json}),
        "logs": st.text(max_size=200) | _json,
        "error": _json,
        "created_at": st.text(max_size=30) | _json,
        "metrics": _json,
        "data_removed": _json,
        "model": _json,
    },
)
_quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_DEEP = "[" * 200_000


def storable(text: str) -> bool:
    """Whether PostgreSQL takes it."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def outcome(work: Callable[[], Any]) -> Any:
    """What `work` gives, or the house's error that it raises; anything else is raised."""
    try:
        return work()
    except GatewayError as error:
        if not storable(error.words):
            raise AssertionError("a database can't take these words") from error
        return error


@_quick
@given(_jobs | _json, st.booleans())
@example({"id": "\x00", "status": "failed"}, True)
@example({"id": "x" * 500, "status": "failed"}, True)
@example({"id": "a/../../models", "status": "succeeded"}, True)
def test_a_job(answer: Any, paid: bool) -> None:
    job = outcome(lambda: read_job(answer, paid=paid))
    if isinstance(job, GatewayError):
        assert isinstance(job, Unknown if paid else Retry)
        return
    assert len(job.id) <= 80
    assert job.id.isascii()
    assert "/" not in job.id
    assert isinstance(outcome(lambda: replicate.parse(job)), ImageJob)
    training = outcome(lambda: trainer.parse(job))
    assert isinstance(training, TrainJob)
    assert len(training.version) <= 200
    assert storable(training.version)


@_quick
@given(_json)
def test_a_list_of_jobs_and_the_models(answer: Any) -> None:
    assert isinstance(outcome(lambda: trainer._read_model(answer)), trainer._Model | GatewayError)


@_quick
@given(
    st.integers(400, 599),
    st.text(max_size=300) | _json.map(json.dumps),
    st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset", "x-request-id"]), st.text(max_size=60)),
    st.booleans(),
)
@example(429, "", {"retry-after": "Mon, 01 Jan 0001 00:00:00 +2300"}, False)
@example(429, "", {"retry-after": "Fri, 31 Dec 9999 23:59:59 -2300"}, False)
@example(422, _DEEP, {}, True)
@example(422, '{"detail": "\\ud800\\u0000"}', {}, True)
def test_a_refusal(status: int, body: str, headers: dict[str, str], paid: bool) -> None:
    error = from_status("vendor", status, body, headers, paid=paid)
    assert storable(error.words + error.request_id)


@_quick
@given(_json)
def test_an_answer_of_together(data: Any) -> None:
    answer = SimpleNamespace(
        data=[SimpleNamespace(**{str(k): v for k, v in entry.items()}) for entry in [data] if isinstance(entry, dict)]
        or data,
        id=data,
    )
    found = with_downloads(lambda downloads: together.parse(answer, downloads))
    assert isinstance(found, Picture | GatewayError)


@_quick
@given(st.binary(max_size=200) | _json.map(lambda data: json.dumps({"data": data}).encode()))
@example(_DEEP.encode())
@example(b"<html><body>We are down</body></html>")
def test_an_answer_of_nebius(body: bytes) -> None:
    found = with_downloads(lambda downloads: nebius.parse(body, downloads))
    assert isinstance(found, Picture | GatewayError)


def with_downloads(work: Callable[[Downloads], Any]) -> Any:
    downloads = Downloads("vendor")
    try:
        return outcome(lambda: work(downloads))
    finally:
        downloads.close()


@_quick
@given(st.text(max_size=300))
@example("flux_train_replicate: 5%|█| " + "9" * 5000 + "/" + "9" * 5000 + " [00:01<00:02, 1it/s]")
@example("flux_train_replicate: 5%|█| 1/2 [00:01<" + "9" * 400 + ":00, 1it/s]")
@example("flux_train_replicate: 5%|█| 1/2 [00:01<00:02, 1it/s, loss: 1e999]")
@example("flux_train_replicate: 5%|█| 1/2 [00:01<00:02, 1it/s, loss: -]")
def test_a_log(text: str) -> None:
    seen = progress(text)
    assert 0 <= seen.step <= max(seen.steps, seen.step)
    assert seen.seconds_left is None or seen.seconds_left < 10**9


@pytest.mark.parametrize(
    "log",
    [
        "flux_train_replicate:   5%|█         | 50/1000 [00:10<03:10,  5.00it/s, lr: 4.0e-04 loss: 3.5e-01]\r"
        * 100_000,
        "flux_train_replicate: 5%| " * 400_000,
        "flux_train_replicate: 5%|| 1/1 [1<1," * 280_000,
        "\n" * 10_000_000,
    ],
    ids=["bars", "bars cut short", "brackets left open", "empty lines"],
)
def test_ten_megabytes_of_log_are_read_in_no_time(log: str) -> None:
    began = time.process_time()
    progress(log)
    assert time.process_time() - began < 1.0


@pytest.mark.parametrize(
    "body",
    ["<" * 500_000, " " * 500_000, "<a" * 250_000, _DEEP, "v1." * 200_000, "https://" * 60_000],
    ids=["brackets", "blanks", "open tags", "depth", "keys", "addresses"],
)
def test_a_giant_page_in_the_place_of_an_answer_is_read_in_no_time(body: str) -> None:
    began = time.process_time()
    assert len(said(body)) <= 2000
    assert time.process_time() - began < 0.5


def test_a_page_of_the_hubs_that_is_no_json_is_its_trouble() -> None:
    with pytest.raises(json.JSONDecodeError) as broken:
        json.loads("<html>")
    assert isinstance(hub_failure(broken.value), Retry)


@pytest.mark.parametrize("wish", ["nan", "inf", "-5", "1e400", "soon", "\ud800"])
def test_odd_wishes_for_patience(wish: str) -> None:
    wanted = wait_wanted({"retry-after": wish})
    assert wanted is None or 0 <= wanted <= 3600
