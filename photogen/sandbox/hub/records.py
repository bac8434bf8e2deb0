"""Repositories as the sandbox keeps them, and who may see them."""

import hashlib
import secrets
from typing import Any

from photogen.sandbox.calls import Call, has_token
from photogen.sandbox.context import Sandbox, stamp
from photogen.sandbox.store import Record

ACCOUNT = "sandbox"


def new_repository(sandbox: Sandbox, identity: str, private: bool) -> Record:
    """An empty repository with its first commit."""
    moment = stamp()
    record: Record = {
        "id": identity,
        "_id": secrets.token_hex(12),
        "private": private,
        "gated": False,
        "created_at": moment,
        "modified_at": moment,
        "commits": [],
        "files": {},
        "card": {},
    }
    data = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
    record["files"][".gitattributes"] = regular_file(sandbox, data)
    add_commit(record, "initial commit")
    return sandbox.store.put("repository", identity, record)


def regular_file(sandbox: Sandbox, data: bytes) -> dict[str, Any]:
    """A file kept in git itself; its oid is git's."""
    oid = hashlib.sha1(b"blob %d\x00%s" % (len(data), data), usedforsecurity=False).hexdigest()
    return {"oid": oid, "size": len(data), "blob": sandbox.store.put_blob(data), "sha256": None}


def large_file(sha256: str, size: int, blob: str) -> dict[str, Any]:
    """A file kept in LFS; git has a pointer to it."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()
    oid = hashlib.sha1(b"blob %d\x00%s" % (len(pointer), pointer), usedforsecurity=False).hexdigest()
    return {"oid": oid, "size": size, "blob": blob, "sha256": sha256, "pointer_size": len(pointer)}


def add_commit(record: Record, title: str) -> str:
    """A new commit on main; returns its oid."""
    oid = secrets.token_hex(20)
    record["modified_at"] = stamp()
    record["commits"].append({"id": oid, "title": title, "date": record["modified_at"]})
    return oid


def head(record: Record) -> str:
    """The oid of main."""
    return str(record["commits"][-1]["id"])


def repository(call: Call, *, write: bool = False) -> Record:
    """The repository of the address, if the caller may see (or `write`) it.

    As at the vendor, one that may not be seen does not exist, and without a token that is a 401. Raises Refusal.
    """
    if call.request.headers.get("authorization") and not has_token(call.request):
        raise call.refuse(401, "Invalid credentials in Authorization header")
    signed_in = has_token(call.request)
    record = call.sandbox.store.get("repository", f"{call.path('owner')}/{call.path('name')}")
    if record is None or (record["private"] and not signed_in):
        if signed_in:
            raise call.refuse(404, "Repository not found", code="RepoNotFound")
        raise call.refuse(401, "Invalid username or password.", code="RepoNotFound")
    if write and not signed_in:
        raise call.refuse(401, "Invalid username or password.")
    if write and not record["id"].startswith(f"{ACCOUNT}/"):
        raise call.refuse(403, "You don't have the rights to write to this repository")
    return record


def check_revision(call: Call, record: Record) -> str:
    """The commit that the address means: main or the newest. Raises Refusal (404)."""
    wanted = call.request.path_params.get("revision", "main")
    if wanted not in {"main", head(record)}:
        raise call.refuse(404, f"Invalid rev id: {wanted}", code="RevisionNotFound")
    return head(record)


def save(call: Call, record: Record) -> None:
    """Keeps a changed repository."""
    call.sandbox.store.put("repository", record["id"], record)
