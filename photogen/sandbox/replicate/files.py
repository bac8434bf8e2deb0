"""Files: what a client hands over as a model's input, kept for a while."""

import hashlib
import hmac
import json
import time
from datetime import datetime, timedelta
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.context import Sandbox, now, stamp
from photogen.sandbox.replicate.catalogue import ACCOUNT
from photogen.sandbox.replicate.identity import new_vendor_id
from photogen.sandbox.replicate.paging import page
from photogen.sandbox.replicate.webhooks import signing_key
from photogen.sandbox.store import Record

_LARGEST = 100 * 1024 * 1024
_KEPT = timedelta(hours=24)


@operation("replicate", "files.create", body=False)
async def create_file(call: Call) -> Response:
    try:
        async with call.request.form(max_files=1, max_fields=8) as form:
            content = form.get("content")
            if not isinstance(content, UploadFile):
                raise call.refuse(422, "- content: this field is required\n")
            data = await content.read()
            metadata = _metadata(call, form.get("metadata"))
            name = str(form.get("filename") or content.filename or "file")[:255]
            content_type = str(form.get("type") or content.content_type or "application/octet-stream")
    except HTTPException as error:
        raise call.refuse(400, str(error.detail)) from error
    if len(data) > _LARGEST:
        raise call.refuse(413, "Files must be less than 100MB in size")
    moment = now()
    record: Record = {
        "id": new_vendor_id(),
        "name": name,
        "content_type": content_type,
        "size": len(data),
        "etag": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "checksums": {"sha256": hashlib.sha256(data).hexdigest()},
        "metadata": metadata,
        "created_at": stamp(moment),
        "expires_at": stamp(moment + _KEPT),
        "blob": call.sandbox.store.put_blob(data),
    }
    call.sandbox.store.put("file", record["id"], record)
    return JSONResponse(_view(call.sandbox, record), 201)


def _metadata(call: Call, value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, UploadFile):
        raise call.refuse(422, "- metadata: must be a JSON object\n")
    try:
        metadata = json.loads(value)
    except ValueError:
        metadata = None
    if not isinstance(metadata, dict):
        raise call.refuse(422, "- metadata: must be a JSON object\n")
    return metadata


@operation("replicate", "files.list")
async def list_files(call: Call) -> Response:
    fresh = [record for record in call.sandbox.store.all("file") if not _expired(record)]
    return page(call, fresh, lambda record: _view(call.sandbox, record))


@operation("replicate", "files.get")
async def get_file(call: Call) -> Response:
    return JSONResponse(_view(call.sandbox, _file(call)))


@operation("replicate", "files.delete")
async def delete_file(call: Call) -> Response:
    record = _file(call)
    call.sandbox.store.delete("file", record["id"])
    call.sandbox.store.delete_blob(record["blob"])
    return Response(status_code=204)


@operation("replicate", "files.download", public=True)
async def download_file(call: Call) -> Response:
    query = call.request.query_params
    expiry = query.get("expiry", "")
    wanted = sign(call.sandbox, call.path("id"), expiry)
    fits = hmac.compare_digest(wanted, query.get("signature", "")) and query.get("owner") == ACCOUNT
    if not fits or not expiry.isdigit() or int(expiry) < time.time():
        raise call.refuse(404, "File not found")
    record = _file(call)
    return FileResponse(call.sandbox.store.blob_path(record["blob"]), media_type="application/octet-stream")


def sign(sandbox: Sandbox, file_id: str, expiry: str) -> str:
    """The signature of a download address: HMAC-SHA256 of "owner id expiry"."""
    message = f"{ACCOUNT} {file_id} {expiry}".encode()
    return hmac.new(signing_key(sandbox).encode(), message, hashlib.sha256).hexdigest()


def file_blob(sandbox: Sandbox, file_id: str) -> str | None:
    """The blob of a file of the account that is still kept."""
    record = sandbox.store.get("file", file_id)
    return record["blob"] if record and not _expired(record) else None


def _file(call: Call) -> Record:
    record = call.sandbox.store.get("file", call.path("id"))
    if record is None or _expired(record):
        raise call.refuse(404, "File not found")
    return record


def _expired(record: Record) -> bool:
    return datetime.fromisoformat(record["expires_at"]) < now()


def _view(sandbox: Sandbox, record: Record) -> dict[str, Any]:
    shown = {key: value for key, value in record.items() if key != "blob"}
    return shown | {"urls": {"get": f"{sandbox.base_url}/replicate/v1/files/{record['id']}"}}


routes = [
    Route("/v1/files", create_file, methods=["POST"]),
    Route("/v1/files", list_files, methods=["GET"]),
    Route("/v1/files/{id}", get_file, methods=["GET"]),
    Route("/v1/files/{id}", delete_file, methods=["DELETE"]),
    Route("/v1/files/{id}/download", download_file, methods=["GET"]),
]
