"""Nothing that photogen's gateways say to a vendor, or are told, escapes the vendors' descriptions."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.contract.descriptions import UNPUBLISHED_FIELDS, Description, ModelInputs, broken_in
from tests.contract.gateways.call_sites import CallSite, call_sites, watched
from tests.contract.gateways.conftest import dataset_in
from tests.contract.gateways.conversation import Conversation
from tests.contract.recording import Exchange, RecordedSandbox
from tests.fakes.receiver import Posted

Loaded = tuple[dict[str, Description], ModelInputs]


@dataclass(frozen=True)
class Heard:
    """What one whole conversation left behind."""

    exchanges: tuple[Exchange, ...]
    delivered: tuple[Posted, ...]
    sent_from: frozenset[CallSite]


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Heard]:
    folder = tmp_path_factory.mktemp("conversation")
    with RecordedSandbox(folder / "sandbox") as sandbox:
        sandbox.pace(training_seconds_per_1000_steps=0, image_seconds=0)
        conversation = Conversation(sandbox, dataset_in(folder), folder)
        with watched() as sent_from:
            conversation.hold()
        yield Heard(tuple(sandbox.exchanges), tuple(conversation.delivered), frozenset(sent_from))


def test_a_request_leaves_from_every_place_in_the_gateways_that_sends_one(heard: Heard) -> None:
    sites = call_sites()
    assert {site.file.partition("/")[0] for site in sites} >= {"hub", "images", "trainers", "webhooks.py"}
    silent = [str(site) for site in sites if site not in heard.sent_from]
    assert not silent, "extend Conversation, so that these calls are held against the descriptions too:\n" + "\n".join(
        silent
    )


def test_every_call_is_described_or_listed_and_fits(heard: Heard, loaded: Loaded) -> None:
    vendors, inputs = loaded
    broken = broken_in(heard.exchanges, vendors, inputs)
    assert not broken, "\n".join(broken)
    for operation in sorted({called(exchange, vendors) for exchange in heard.exchanges}):
        print(operation)


def called(exchange: Exchange, vendors: dict[str, Description]) -> str:
    """The operation of a vendor that an exchange is one of."""
    name = exchange.path.split("/")[1]
    if vendors[name].undescribed(exchange):
        return f"{name:<10}{exchange.method:<7}{exchange.path.removeprefix(f'/{name}')}  (not described by the vendor)"
    found = vendors[name].operation(exchange)
    assert found is not None, f"the vendor describes no such call: {exchange}"
    return f"{name:<10}{exchange.method:<7}{found[1][1]}"


def test_no_key_goes_to_where_pictures_and_weights_lie(heard: Heard) -> None:
    fetched = [e for e in heard.exchanges if e.path.startswith(("/replicate/delivery", "/together/imgproxy"))]
    assert len(fetched) >= 3
    assert [e.path for e in fetched if "authorization" in e.headers] == []


def test_the_webhooks_that_are_delivered_are_the_vendors_own_answers(heard: Heard, loaded: Loaded) -> None:
    components = {"/trainings": "schemas_training_response", "/pictures": "schemas_prediction_response"}
    assert {hook.path for hook in heard.delivered} == set(components)
    for hook in heard.delivered:
        body = json.loads(hook.body)
        assert loaded[0]["replicate"].fits(components[hook.path], body) == [], hook.path
        assert loaded[0]["replicate"].fits(components[hook.path], body | {"status": "done"}) != []


def json_requests(heard: Heard, vendors: dict[str, Description]) -> list[tuple[Exchange, dict[str, Any]]]:
    """Requests with a JSON body that the vendors describe, one of each operation."""
    found = {
        called(exchange, vendors): (exchange, json.loads(exchange.request_body))
        for exchange in heard.exchanges
        if exchange.request_type == "application/json"
        and not vendors[exchange.path.split("/")[1]].undescribed(exchange)
    }
    assert len(found) >= 7
    return list(found.values())


def test_a_field_that_the_vendor_does_not_have_would_be_seen(heard: Heard, loaded: Loaded) -> None:
    for exchange, body in json_requests(heard, loaded[0]):
        for spoilt in with_a_field_more(body):
            assert broken_in([replace(exchange, request_body=json.dumps(spoilt).encode())], *loaded), exchange


def test_a_field_of_the_wrong_type_would_be_seen(heard: Heard, loaded: Loaded) -> None:
    for exchange, body in json_requests(heard, loaded[0]):
        unpublished = UNPUBLISHED_FIELDS.get(exchange.path.split("/")[1], ())
        for spoilt in with_a_wrong_type({name: body[name] for name in body if name not in unpublished}):
            assert broken_in([replace(exchange, request_body=json.dumps(spoilt).encode())], *loaded), spoilt


def with_a_wrong_type(value: Any) -> Iterator[Any]:
    """Copies of `value`, each with one field, at any depth, of a type that it can't have."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield value | {key: 1 if isinstance(item, dict) else {"wrong": 1}}
            for spoilt in with_a_wrong_type(item):
                yield value | {key: spoilt}


def with_a_field_more(value: Any) -> Iterator[Any]:
    """Copies of `value`, each with one of its objects given a field that nobody knows."""
    if isinstance(value, dict):
        yield value | {"photogen_was_here": 1}
        for key, item in value.items():
            for spoilt in with_a_field_more(item):
                yield value | {key: spoilt}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for spoilt in with_a_field_more(item):
                made = deepcopy(value)
                made[index] = spoilt
                yield made


def test_an_answer_of_another_shape_would_be_seen(heard: Heard, loaded: Loaded) -> None:
    described = [
        exchange
        for exchange in heard.exchanges
        if exchange.response_type == "application/json"
        and exchange.status < 300
        and not loaded[0][exchange.path.split("/")[1]].undescribed(exchange)
    ]
    assert len({called(exchange, loaded[0]) for exchange in described}) >= 15
    unseen = {called(e, loaded[0]) for e in described if not broken_in([replace(e, response_body=b"7")], *loaded)}
    assert unseen == set()


def test_a_call_that_nobody_describes_would_be_seen(heard: Heard, loaded: Loaded) -> None:
    exchange = next(e for e in heard.exchanges if e.path == "/replicate/v1/account")
    for path in ("/replicate/v1/accounts", "/replicate/account", "/stripe/v1/account"):
        assert broken_in([replace(exchange, path=path)], *loaded), path
    assert broken_in([replace(exchange, query=b"nope=1")], *loaded)
    assert broken_in([replace(exchange, headers={})], *loaded), "without a token"
    upload = next(e for e in heard.exchanges if e.path == "/replicate/v1/files" and e.method == "POST")
    assert broken_in(
        [replace(upload, request_body=upload.request_body.replace(b'"filename"', b'"file_name"'))], *loaded
    )
    commit = next(e for e in heard.exchanges if "/commit/" in e.path)
    assert broken_in([replace(commit, request_body=commit.request_body.replace(b'"oid"', b'"sha"'))], *loaded)
