"""Replicate's API through its own client, without the client's models and retries.

Three surprises of replicate-python 1.0.7 that shape this file: its models raise on the API's own status `aborted` (a
closed Literal), its files need fields that the API no longer sends, and its transport repeats a GET up to ten times,
for minutes, on 429, 503 and 504. So the client's request layer is used (address, token, headers), answers are read by
models of our own, and our transport turns every refusal into an exception before the client's retries see it, with
the `retry-after` that the client's error would drop.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from replicate.client import Client

from photogen.gateways.base import GatewayError, JobState, Missing
from photogen.gateways.errors import from_status, from_transport, unknown, unreadable
from photogen.gateways.http import PerProcess, error_body, tls, waiting
from photogen.kit import log
from photogen.kit.guard import outside_call

VENDOR = "replicate"
ADDRESS = "https://api.replicate.com"
_PAGES = 20  # of 100 each: two thousand newer jobs than the one looked for
_CLOCKS_APART = timedelta(minutes=5)
_ULID_TIME = 10  # characters of an id that hold its milliseconds
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_log = log.get("replicate")

_STATES = {
    "starting": JobState.WAITING,
    "queued": JobState.WAITING,
    "processing": JobState.RUNNING,
    "succeeded": JobState.SUCCEEDED,
    "failed": JobState.FAILED,
    "canceled": JobState.CANCELLED,
    # Ended by its deadline before it began; Replicate does not bill it. Not a cancel of ours.
    "aborted": JobState.FAILED,
}


class _Refused(Exception):
    """An answer of status 400 or more, on its way past the client's retries."""

    def __init__(self, status: int, body: str, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers


class _Transport(httpx.BaseTransport):
    """The client's `transport=`: one exchange, no second."""

    def __init__(self) -> None:
        self._wire = httpx.HTTPTransport(verify=tls())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._wire.handle_request(request)
        if response.status_code >= 400:
            response.request = request
            raise _Refused(response.status_code, error_body(response), response.headers)
        return response

    def close(self) -> None:
        self._wire.close()


class Metrics(BaseModel):
    """Seconds."""

    model_config = ConfigDict(extra="ignore")

    predict_time: float | None = None
    total_time: float | None = None


class VendorJob(BaseModel):
    """A prediction or a training as the API gives it. `status` stays text: a new word of theirs must not stop us."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,80}$")
    """Goes into addresses and into our rows."""
    status: str
    model: str | None = None
    version: str | None = None
    input: dict[str, Any] | None = None
    output: Any = None
    logs: str | None = None
    error: Any = None
    created_at: datetime | None = None
    data_removed: bool = False
    metrics: Metrics | None = None

    @property
    def state(self) -> JobState:
        """Where it stands, in the words of the house."""
        known = _STATES.get(self.status)
        if known is None:
            _log.warning("unknown status", status=self.status, id=self.id)
            return JobState.RUNNING
        return known

    @property
    def error_words(self) -> str:
        """What went wrong, as text."""
        return "" if self.error is None else str(self.error)


class _Page(BaseModel):
    next: str | None = None
    results: list[dict[str, Any]]


class ReplicateApi:
    """Calls with a token. Every method raises GatewayErrors only."""

    def __init__(self, token: str, address: str = ADDRESS) -> None:
        self._client = PerProcess(
            lambda: Client(api_token=token, base_url=address, timeout=waiting(30), transport=_Transport()),
            lambda client: client._client.close(),
        )

    def close(self) -> None:
        """Closes the connections of this process."""
        self._client.close()

    def get(self, path: str, *, params: Mapping[str, str] | None = None, seconds: float = 30) -> Any:
        """The JSON at `path`."""
        return self._json(self._exchange("GET", path, params=params, timeout=waiting(seconds)))

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        paid: bool = False,
        names_model: bool = False,
        headers: Mapping[str, str] | None = None,
        seconds: float = 60,
    ) -> Any:
        """The JSON that answers `body`. When it is `paid`, a lost answer raises Unknown."""
        response = self._exchange(
            "POST", path, paid=paid, names_model=names_model, json=body, headers=headers, timeout=waiting(seconds)
        )
        return self._json(response, paid=paid)

    def upload(self, path: str, *, data: Mapping[str, str], files: Mapping[str, Any]) -> Any:
        """The JSON that answers a form with files."""
        timeout = waiting(120, write=120)
        return self._json(self._exchange("POST", path, data=data, files=files, timeout=timeout))

    def delete(self, path: str) -> None:
        """Deletes; raises Missing when it isn't there."""
        self._exchange("DELETE", path, timeout=waiting(30))

    def job(self, path: str) -> VendorJob:
        """The prediction or training at `path`."""
        return read_job(self.get(path))

    def cancel(self, path: str) -> None:
        """Asks for the end of the job at `path`; one that has ended, or is gone, is fine."""
        try:
            self.post(f"{path}/cancel")
        except GatewayError:
            try:
                state = self.job(path).state
            except Missing:
                return
            if state in (JobState.WAITING, JobState.RUNNING):
                raise

    def newest(self, path: str, *, since: datetime, dated: bool) -> Iterator[VendorJob]:
        """Jobs of the account created at `since` or later, newest first. `dated`: the list can be asked by date.

        Raises Unknown when there are more of them than can be looked through.
        """
        params = {"created_after": since.isoformat().replace("+00:00", "Z")} if dated else None
        address = path
        for _ in range(_PAGES):
            try:
                page = _Page.model_validate(self.get(address, params=params))
            except ValidationError as error:
                raise unreadable(VENDOR, f"a list of jobs: {error.error_count()} faults") from error
            for entry in page.results:
                job = read_job(entry)
                if job.created_at is not None and job.created_at < since:
                    return
                yield job if job.input is not None else self.job(f"{path}/{job.id}")
            if not page.next:
                return
            address, params = self._own_path(page.next), None
        raise unknown(VENDOR, f"not among the newest {_PAGES} pages of {path}")

    def entries(self, path: str) -> Iterator[dict[str, Any]]:
        """What the list at `path` holds, page by page, newest first. Raises Unknown when it has too many pages."""
        address = path
        for _ in range(_PAGES):
            try:
                page = _Page.model_validate(self.get(address))
            except ValidationError as error:
                raise unreadable(VENDOR, f"a list: {error.error_count()} faults") from error
            yield from page.results
            if not page.next:
                return
            address = self._own_path(page.next)
        raise unknown(VENDOR, f"more than {_PAGES} pages of {path}")

    def _own_path(self, address: str) -> str:
        """Path and query of the next page: only those, so that the token stays with the host it belongs to."""
        url = httpx.URL(address)
        path = url.raw_path.decode("ascii")
        found = re.search(r"/v1/(?:predictions|trainings|files|models/[\w.-]+/[\w.-]+/versions)\b.*", path)
        if found is None:
            raise unreadable(VENDOR, f"the next page is at {address}")
        return found.group(0)

    def _exchange(
        self, method: str, path: str, *, paid: bool = False, names_model: bool = False, **rest: Any
    ) -> httpx.Response:
        outside_call(f"replicate {method} {path}")
        try:
            return self._client()._request(method, path, **rest)
        except _Refused as refused:
            raise from_status(
                VENDOR, refused.status, refused.body, refused.headers, paid=paid, names_model=names_model
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise from_transport(VENDOR, error, paid=paid) from error

    def _json(self, response: httpx.Response, *, paid: bool = False) -> Any:
        if not response.content:
            return None
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise unreadable(VENDOR, response.text[:200], paid=paid) from error


def read_job(data: Any, *, paid: bool = False) -> VendorJob:
    """A prediction or training out of an answer. Raises Retry, or Unknown after a `paid` request."""
    try:
        return VendorJob.model_validate(data)
    except ValidationError as error:
        raise unreadable(VENDOR, f"a job: {error.errors(include_input=False, include_url=False)}", paid=paid) from error


def carries(reference: str, job: VendorJob) -> bool:
    """Whether our id stands anywhere in a job's input. Ids are 80 random bits: no other text holds one by chance."""
    return _holds(job.input, reference)


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return text in value
    if isinstance(value, dict):
        return any(_holds(item, text) for item in value.values())
    return isinstance(value, list) and any(_holds(item, text) for item in value)


def born(reference: str) -> datetime:
    """The earliest moment at which a job for our id can have been made: ids hold their time; clocks may differ."""
    milliseconds = 0
    for letter in reference[:_ULID_TIME]:
        milliseconds = milliseconds * 32 + max(_ALPHABET.find(letter), 0)
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC) - _CLOCKS_APART
    except (ValueError, OverflowError, OSError):
        return datetime.now(UTC) - timedelta(days=1)
