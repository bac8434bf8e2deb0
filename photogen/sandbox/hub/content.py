"""What is in a repository: tree and files."""

import mimetypes
from typing import Any

from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, operation
from photogen.sandbox.hub.records import check_revision, repository


@operation("hub", "tree", public=True)
async def tree(call: Call) -> Response:
    record = repository(call)
    check_revision(call, record)
    folder = call.request.path_params.get("path", "").strip("/")
    recursive = call.request.query_params.get("recursive", "").lower() in {"1", "true"}
    prefix = f"{folder}/" if folder else ""
    entries: dict[str, dict[str, Any]] = {}
    for path, file in sorted(record["files"].items()):
        if not path.startswith(prefix):
            continue
        rest = path.removeprefix(prefix)
        if "/" in rest:
            directory = prefix + rest.split("/")[0]
            entries.setdefault(directory, {"type": "directory", "oid": record["_id"] * 2, "size": 0, "path": directory})
            if not recursive:
                continue
        entries[path] = _entry(path, file)
    if folder and not entries:
        raise call.refuse(404, f"{folder} does not exist on main", code="EntryNotFound")
    return JSONResponse(list(entries.values()))


def _entry(path: str, file: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "oid": file["oid"], "size": file["size"], "path": path}
    if file["sha256"]:
        entry["lfs"] = {"oid": file["sha256"], "size": file["size"], "pointerSize": file["pointer_size"]}
    return entry


@operation("hub", "resolve", public=True)
async def resolve(call: Call) -> Response:
    record = repository(call)
    commit = check_revision(call, record)
    path = call.path("path")
    file = record["files"].get(path)
    if file is None:
        raise call.refuse(404, "Entry not found", code="EntryNotFound")
    etag = file["sha256"] or file["oid"]
    headers = {
        "etag": f'"{etag}"',
        "x-repo-commit": commit,
        "content-disposition": f'inline; filename="{path.rsplit("/", 1)[-1]}"',
    }
    if file["sha256"]:
        headers |= {"x-linked-etag": f'"{etag}"', "x-linked-size": str(file["size"])}
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return FileResponse(call.sandbox.store.blob_path(file["blob"]), media_type=kind, headers=headers)


routes = [
    Route("/api/models/{owner}/{name}/tree/{revision}", tree, methods=["GET"]),
    Route("/api/models/{owner}/{name}/tree/{revision}/{path:path}", tree, methods=["GET"]),
    Route("/{owner}/{name}/resolve/{revision}/{path:path}", resolve, methods=["GET", "HEAD"]),
]
