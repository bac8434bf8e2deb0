"""Uploads: model card check, pre-upload, LFS, commit."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal

import yaml
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.hub.records import add_commit, check_revision, head, large_file, regular_file, repository, save
from photogen.sandbox.store import Record

_LFS_SUFFIXES = (".safetensors", ".bin", ".pt", ".zip", ".tar", ".gz", ".png", ".jpg", ".jpeg", ".webp", ".gif")
_LFS_FROM = 10 * 1024 * 1024  # bytes; larger files go to LFS whatever they are called


class CardRequest(BaseModel):
    """POST /api/validate-yaml."""

    content: str
    repoType: str  # noqa: N815 - the vendor's name


class _PreuploadFile(BaseModel):
    path: str = Field(min_length=1)
    size: int = Field(ge=0)
    sample: str


class PreuploadRequest(BaseModel):
    """POST /api/models/{repo}/preupload/{rev}."""

    files: list[_PreuploadFile] = Field(max_length=1000)


class _LfsObject(BaseModel):
    oid: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class BatchRequest(BaseModel):
    """POST /{repo}.git/info/lfs/objects/batch, as Git LFS describes it."""

    operation: Literal["upload"]
    transfers: list[str] = ["basic"]
    objects: list[_LfsObject]
    hash_algo: Literal["sha256"] = "sha256"


@operation("hub", "validate-yaml", public=True)
async def validate_yaml(call: Call) -> Response:
    _, problem = _front_matter(call.parse(CardRequest).content)
    if problem:
        return JSONResponse({"errors": [{"message": problem}], "warnings": []}, 400)
    return JSONResponse({"errors": [], "warnings": []})


def _front_matter(content: str) -> tuple[dict[str, Any], str]:
    """The metadata of a model card and, if they are wrong, what is."""
    parts = content.split("---", 2)
    if not content.startswith("---") or len(parts) < 3:
        return {}, ""
    try:
        data = yaml.safe_load(parts[1])
    except yaml.YAMLError as error:
        return {}, f"Invalid YAML: {error}"
    if data is None:
        return {}, ""
    if not isinstance(data, dict):
        return {}, "The metadata must be a mapping"
    if data.get("license") == "other" and not data.get("license_name"):
        return {}, '"license_name" is required when license is "other"'
    return json.loads(json.dumps(data, default=str)), ""


@operation("hub", "preupload")
async def preupload(call: Call) -> Response:
    record = repository(call, write=True)
    check_revision(call, record)
    body = call.parse(PreuploadRequest)
    files = []
    for file in body.files:
        large = file.size >= _LFS_FROM or file.path.lower().endswith(_LFS_SUFFIXES)
        view: dict[str, Any] = {"path": file.path, "uploadMode": "lfs" if large else "regular", "shouldIgnore": False}
        if known := record["files"].get(file.path):
            view["oid"] = known["sha256"] or known["oid"]
        files.append(view)
    return JSONResponse({"files": files, "commitOid": head(record)})


@operation("hub", "lfs.batch")
async def batch(call: Call) -> Response:
    record = repository(call, write=True)
    body = call.parse(BatchRequest)
    base = f"{call.sandbox.base_url}/hub"
    objects: list[dict[str, Any]] = []
    for item in body.objects:
        view: dict[str, Any] = {"oid": item.oid, "size": item.size}
        if call.sandbox.store.get("lfs", item.oid) is None:
            address = f"{base}/lfs/{item.oid}?size={item.size}&signature={_sign(call, item.oid, item.size)}"
            verify = f"{base}/{record['id']}.git/info/lfs/verify"
            view["actions"] = {"upload": {"href": address}, "verify": {"href": verify}}
        objects.append(view)
    return _lfs_answer({"transfer": "basic", "objects": objects})


@operation("hub", "lfs.upload", public=True, body=False)
async def upload(call: Call) -> Response:
    """Takes the bytes under the signed address of `batch`, as S3 does; they must be what was announced."""
    oid = call.path("oid")
    size = call.request.query_params.get("size", "")
    signature = call.request.query_params.get("signature", "")
    if not size.isdigit() or not hmac.compare_digest(_sign(call, oid, int(size)), signature):
        raise call.refuse(403, "SignatureDoesNotMatch")
    blob = call.sandbox.store.put_blob(b"")
    written, digest = await _write(call, blob)
    if digest != oid or written != int(size):
        call.sandbox.store.delete_blob(blob)
        raise call.refuse(400, "BadDigest: the object's bytes are not what was announced")
    call.sandbox.store.put("lfs", oid, {"blob": blob, "size": written})
    return Response(status_code=200, headers={"etag": f'"{oid}"'})


async def _write(call: Call, blob: str) -> tuple[int, str]:
    digest = hashlib.sha256()
    written = 0
    chunks: AsyncIterator[bytes] = call.request.stream()
    with call.sandbox.store.blob_path(blob).open("wb") as file:
        async for chunk in chunks:
            digest.update(chunk)
            written += file.write(chunk)
    return written, digest.hexdigest()


@operation("hub", "lfs.verify")
async def verify(call: Call) -> Response:
    repository(call, write=True)
    wanted = call.parse(_LfsObject)
    kept = call.sandbox.store.get("lfs", wanted.oid)
    if kept is None or kept["size"] != wanted.size:
        raise call.refuse(404, "The object has not been uploaded")
    return _lfs_answer({"message": "ok"})


@operation("hub", "commit")
async def commit(call: Call) -> Response:
    record = repository(call, write=True)
    check_revision(call, record)
    title = ""
    files: dict[str, dict[str, Any] | None] = {}
    for line in call.raw.splitlines():
        try:
            item = json.loads(line)
            key, value = item["key"], item["value"]
            if key == "header":
                title = value["summary"]
            else:
                files |= _change(call, record, key, value)
        except (ValueError, KeyError, TypeError, binascii.Error) as error:
            raise call.refuse(400, f"Invalid commit line: {type(error).__name__}: {error}") from error
    if not title:
        raise call.refuse(400, "A commit needs a header with a summary")
    _apply(call, record, files)
    oid = add_commit(record, title)
    save(call, record)
    address = f"{call.sandbox.base_url}/hub/{record['id']}/commit/{oid}"
    return JSONResponse({"success": True, "commitOid": oid, "commitUrl": address, "hookOutput": ""})


def _change(call: Call, record: Record, key: str, value: dict[str, Any]) -> dict[str, dict[str, Any] | None]:
    """What one line does: the file at each path, None where it goes. Raises Refusal, KeyError, ValueError."""
    path = value["path"]
    if key == "file":
        encoded = value.get("encoding") == "base64"
        data = base64.b64decode(value["content"], validate=True) if encoded else value["content"].encode()
        if path == "README.md":
            card, problem = _front_matter(data.decode("utf-8", "replace"))
            if problem:
                raise call.refuse(400, f"Invalid metadata in README.md: {problem}")
            record["card"] = card
        return {path: regular_file(call.sandbox, data)}
    if key == "lfsFile":
        kept = call.sandbox.store.get("lfs", value["oid"])
        if kept is None:
            raise call.refuse(
                400, f"Your push was rejected because an LFS pointer pointed to a file that does not exist: {path}"
            )
        return {path: large_file(value["oid"], kept["size"], kept["blob"])}
    gone = [
        p for p in record["files"] if p == path or (key == "deletedFolder" and p.startswith(path.rstrip("/") + "/"))
    ]
    if key not in {"deletedFile", "deletedFolder"} or not gone:
        raise call.refuse(404, f"A file with this name doesn't exist: {path}", code="EntryNotFound")
    return dict.fromkeys(gone)


def _apply(call: Call, record: Record, files: dict[str, dict[str, Any] | None]) -> None:
    for path, file in files.items():
        old = record["files"].pop(path, None)
        if old and old["sha256"] is None:
            call.sandbox.store.delete_blob(old["blob"])
        if file is not None:
            record["files"][path] = file


def _sign(call: Call, oid: str, size: int) -> str:
    key = call.sandbox.store.get("account", "lfs") or call.sandbox.store.put(
        "account", "lfs", {"key": secrets.token_hex(16)}
    )
    return hmac.new(key["key"].encode(), f"{oid} {size}".encode(), hashlib.sha256).hexdigest()


def _lfs_answer(content: dict[str, Any]) -> Response:
    return JSONResponse(content, media_type="application/vnd.git-lfs+json")


routes = [
    Route("/api/validate-yaml", validate_yaml, methods=["POST"]),
    Route("/api/models/{owner}/{name}/preupload/{revision}", preupload, methods=["POST"]),
    Route("/api/models/{owner}/{name}/commit/{revision}", commit, methods=["POST"]),
    Route("/lfs/{oid}", upload, methods=["PUT"]),
    Route("/{owner}/{name}.git/info/lfs/objects/batch", batch, methods=["POST"]),
    Route("/{owner}/{name}.git/info/lfs/verify", verify, methods=["POST"]),
]
