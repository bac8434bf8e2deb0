"""Publishing at the Hugging Face Hub: private first, verified, and open only at last.

The variables are read when huggingface_hub is imported, so they are set before: Xet would need a second service and a
binary client for files that go up once; telemetry and progress bars have no place in a server.
"""

import os

os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import functools
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi, ModelInfo, close_session, set_client_factory
from huggingface_hub.errors import HfHubHTTPError

from photogen.gateways.base import Category, Fix, GatewayError, Missing, Retry, Stop
from photogen.gateways.base_hub import HubRepository
from photogen.gateways.errors import from_status, from_transport, redacted, unreadable
from photogen.gateways.examination import Finding, failed, good, warning
from photogen.gateways.http import CONNECT_SECONDS, tls
from photogen.kit.guard import outside_call
from photogen.kit.text import t

VENDOR = "huggingface"
ADDRESS = "https://huggingface.co"
_SECONDS = 60.0


@functools.lru_cache(maxsize=1)
def _bound_waiting() -> None:
    """The library's own client waits for ever; it also makes a new one after a fork, by itself."""
    timeout = httpx2.Timeout(_SECONDS, connect=CONNECT_SECONDS)
    set_client_factory(lambda: httpx2.Client(verify=tls(), follow_redirects=True, timeout=timeout))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (HfHubHTTPError, httpx2.HTTPError, ValueError) as error:
        raise failure(error) from error
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        # The library reads answers without asking whether they are what they should be.
        raise unreadable(VENDOR, f"{type(error).__name__}: {error}") from error
    except RuntimeError as error:
        # What goes wrong in an upload comes wrapped: "Error while uploading ... to the Hub".
        if not isinstance(error.__cause__, HfHubHTTPError | httpx2.HTTPError):
            raise
        raise failure(error.__cause__) from error


def failure(error: BaseException) -> GatewayError:
    """The error of the house for one of the library's. Nothing here is paid for, so a lost answer is a Retry."""
    if isinstance(error, HfHubHTTPError):
        response = error.response
        found = from_status(VENDOR, response.status_code, error.server_message or str(error), response.headers)
        found.request_id = error.request_id or found.request_id
        return found
    if isinstance(error, httpx2.TimeoutException):
        return Retry(
            t("The model hub took too long to answer. This is tried again by itself."),
            vendor=VENDOR,
            code="vendor_timeout",
            category=Category.TIMEOUT,
            words=redacted(error),
        )
    if isinstance(error, httpx2.HTTPError):
        return from_transport(VENDOR, error)
    if isinstance(error, json.JSONDecodeError):  # a ValueError too, but not of ours: a maintenance page, say
        return unreadable(VENDOR, f"an answer that is not JSON: {error.doc[:200]}")
    # ValueError: a name that can't be one (HFValidationError), or a card whose front matter is refused.
    return Fix(
        t("The model hub does not accept this model's name or description. Rename it and publish it again."),
        vendor=VENDOR,
        code="hub_refused",
        category=Category.VALIDATION,
        words=redacted(error),
    )


def _rights(token: Mapping[str, Any], owner: str) -> set[str]:
    """What a fine-grained token may do with the repositories of `owner`."""
    scoped = (token.get("fineGrained") or {}).get("scoped") or []
    return {
        str(right)
        for scope in scoped
        if (scope.get("entity") or {}).get("name") == owner
        for right in scope.get("permissions") or []
    }


class HuggingFaceHub:
    """A Hub. `owner` is the user or organisation that owns the repositories; empty: the token's own."""

    def __init__(self, token: str, *, owner: str = "", address: str = ADDRESS) -> None:
        self._api = HfApi(endpoint=address, token=token, library_name="photogen")
        self._address = address.rstrip("/")
        self._owner = owner
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the connections of this process: the library has one client for all."""
        close_session()

    def publish(self, name: str, files: Mapping[str, Path | bytes], *, public: bool) -> HubRepository:
        """Creates the repository private, or makes it private again, uploads, verifies, and opens it if `public`.

        Raises Retry, Fix, Stop (`hub_not_private`). Repeating it is safe: the same bytes make no second commit."""
        self._begin("publish")
        with _translated():
            repository = self._full(name)
            self._api.create_repo(repository, visibility="private", exist_ok=True)
            self._ensure_private(repository)
            self._api.create_commit(
                repository,
                [CommitOperationAdd(path, source) for path, source in sorted(files.items())],
                commit_message="Publish the weights",
            )
            info = self._api.model_info(repository, files_metadata=True)
            self._verify(info, files)
            if public:
                self._api.update_repo_settings(repository, visibility="public")
                info = self._api.model_info(repository, files_metadata=True)
                if info.private:
                    raise self._trouble("hub_not_public", f"{repository} is still private")
        return self._view(info)

    def look(self, repository_id: str) -> HubRepository:
        """As it is now, with the files' sizes. Raises Missing."""
        self._begin("look")
        with _translated():
            return self._view(self._api.model_info(self._full(repository_id), files_metadata=True))

    def make_private(self, repository_id: str) -> HubRepository:
        """Makes it private and looks whether it is. Raises Missing, Stop (`hub_not_private`)."""
        self._begin("make private")
        with _translated():
            repository = self._full(repository_id)
            self._ensure_private(repository)
            return self._view(self._api.model_info(repository, files_metadata=True))

    def owned(self) -> Iterator[HubRepository]:
        """Every repository of this installation's account, also what isn't ours; without the files' sizes."""
        self._begin("list")
        with _translated():
            owner = self._full("any").partition("/")[0]
            for info in self._api.list_models(author=owner, full=True, cardData=True):
                yield self._view(info)

    def delete(self, repository_id: str) -> None:
        """Deletes; one that isn't there is fine."""
        self._begin("delete")
        try:
            with _translated():
                self._api.delete_repo(self._full(repository_id), missing_ok=True)
        except Missing:
            return

    def examine(self) -> Iterator[Finding]:
        """Whose token it is, and whether it may write for the owner of the repositories."""
        self._begin("whoami")
        with _translated():
            who = self._api.whoami()
            name = str(who["name"])
            ours = {name, *(str(org["name"]) for org in who.get("orgs") or [])}
            token = (who.get("auth") or {}).get("accessToken") or {}
        yield good("account", f"the token of {name}")
        owner = self._owner or name
        if owner in ours:
            yield good("owner", f"publishes for {owner}")
        else:
            yield failed(
                "owner",
                f"{owner} is neither {name} nor an organisation of that account",
                "Set HF_OWNER to the account or to one of its organisations, or take a token of a member.",
            )
        role = token.get("role")
        rights = _rights(token, owner)
        if role in {"write", "admin"} or "repo.write" in rights:
            yield good("write", "may write")
        elif role in {"read", "fineGrained"}:
            yield failed(
                "write",
                f"the token may only read from {owner}" if role == "read" else f"the token may not write for {owner}",
                'Make a token of the kind "write" at huggingface.co/settings/tokens and set HF_TOKEN.',
            )
        else:
            yield warning(
                "write",
                "what the token may do is not said",
                "If publishing fails, make a token of the kind write and set HF_TOKEN.",
            )

    def _begin(self, what: str) -> None:
        outside_call(f"huggingface {what}")
        _bound_waiting()

    def _full(self, name: str) -> str:
        """owner/name. The library takes a bare name for one of the token's own user, whoever the owner here is."""
        if "/" in name:
            return name
        with self._lock:
            if not self._owner:
                self._owner = str(self._api.whoami()["name"])
            return f"{self._owner}/{name}"

    def _ensure_private(self, repository: str) -> None:
        """`exist_ok` leaves the visibility of a repository as it was: it has to be looked at, and set."""
        if self._api.model_info(repository).private:
            return
        self._api.update_repo_settings(repository, visibility="private")
        if not self._api.model_info(repository).private:
            raise self._not_private(repository)

    def _verify(self, info: ModelInfo, files: Mapping[str, Path | bytes]) -> None:
        if not info.private:
            raise self._not_private(info.id)
        sizes = {entry.rfilename: entry.size for entry in info.siblings or []}
        for path, source in files.items():
            wanted = len(source) if isinstance(source, bytes) else source.stat().st_size
            if sizes.get(path) != wanted:
                raise self._trouble("hub_incomplete", f"{path}: {sizes.get(path)} bytes instead of {wanted}")

    def _not_private(self, repository: str) -> Stop:
        return Stop(
            t(
                "The model hub would not keep the model private, so nothing was published. The operator has to look "
                "at the hub account's settings."
            ),
            vendor=VENDOR,
            code="hub_not_private",
            category=Category.PROVIDER,
            words=f"{repository} is public",
        )

    def _trouble(self, code: str, words: str) -> GatewayError:
        return Retry(
            t("The model hub did not keep what was published. This is tried again by itself."),
            vendor=VENDOR,
            code=code,
            category=Category.PROVIDER,
            words=words,
        )

    def _view(self, info: ModelInfo) -> HubRepository:
        return HubRepository(
            info.id,
            # A repository whose visibility the answer leaves out is taken for public: the careful reading.
            bool(info.private),
            {entry.rfilename: entry.size for entry in info.siblings or []},
            f"{self._address}/{info.id}",
            frozenset(tag for tag in info.tags or [] if isinstance(tag, str)),
            info.created_at,
        )
