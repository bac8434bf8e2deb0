"""Who am I, repositories: make, look at, list, change, delete."""

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from photogen.sandbox.calls import Call, has_token, operation
from photogen.sandbox.hub.records import ACCOUNT, check_revision, head, new_repository, repository, save
from photogen.sandbox.store import Record

Visibility = Literal["private", "public"]


class CreateRequest(BaseModel):
    """POST /api/repos/create."""

    name: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$")
    organization: str | None = None
    type: Literal["model"] = "model"
    private: bool | None = None
    visibility: Visibility | None = None


class DeleteRequest(BaseModel):
    """DELETE /api/repos/delete."""

    name: str
    organization: str | None = None
    type: Literal["model"] | None = None


class SettingsRequest(BaseModel):
    """PUT /api/models/{repo}/settings."""

    private: bool | None = None
    visibility: Visibility | None = None
    gated: Literal["auto", "manual", False] | None = None


@operation("hub", "whoami")
async def whoami(call: Call) -> Response:
    """A token that begins with `hf_read` may only read; so says this answer, and the sandbox lets it write."""
    reads = call.request.headers.get("authorization", "").startswith("Bearer hf_read")
    return JSONResponse(
        {
            "type": "user",
            "id": "5f0000000000000000000000",
            "name": ACCOUNT,
            "fullname": "Sandbox",
            "email": None,
            "canPay": False,
            "isPro": False,
            "avatarUrl": "/avatars/sandbox.svg",
            "periodEnd": None,
            "emailVerified": True,
            "orgs": [],
            "auth": {
                "type": "access_token",
                "accessToken": {
                    "displayName": ACCOUNT,
                    "role": "read" if reads else "write",
                    "createdAt": "2026-01-01T00:00:00.000Z",
                },
            },
        }
    )


@operation("hub", "repos.create")
async def create(call: Call) -> Response:
    body = call.parse(CreateRequest)
    if body.private is not None and body.visibility is not None:
        raise call.refuse(400, "private and visibility can't both be given")
    if "--" in body.name or ".." in body.name:
        raise call.refuse(400, 'Repo names can\'t contain "--" or ".."')
    owner = body.organization or ACCOUNT
    if owner != ACCOUNT:
        raise call.refuse(403, f'You don\'t have the rights to create a model under the namespace "{owner}"')
    identity = f"{owner}/{body.name}"
    url = f"{call.sandbox.base_url}/hub/{identity}"
    if call.sandbox.store.get("repository", identity):
        raise call.refuse(409, "You already created this model repo", url=url)
    record = new_repository(call.sandbox, identity, body.private is True or body.visibility == "private")
    return JSONResponse({"url": url, "name": identity, "id": record["_id"]})


@operation("hub", "repos.delete")
async def delete(call: Call) -> Response:
    body = call.parse(DeleteRequest)
    identity = f"{body.organization or ACCOUNT}/{body.name}"
    record = call.sandbox.store.get("repository", identity)
    if record is None:
        raise call.refuse(404, "Repository not found", code="RepoNotFound")
    call.sandbox.store.delete("repository", identity)
    for file in record["files"].values():
        if file["sha256"] is None:
            call.sandbox.store.delete_blob(file["blob"])
    return Response("OK", media_type="text/plain")


@operation("hub", "repos.settings")
async def settings(call: Call) -> Response:
    record = repository(call, write=True)
    body = call.parse(SettingsRequest)
    wanted = {"private": True, "public": False}[body.visibility] if body.visibility else body.private
    if wanted is not None:
        record["private"] = wanted
    if body.gated is not None:
        record["gated"] = body.gated
    save(call, record)
    visibility = "private" if record["private"] else "public"
    return JSONResponse({"private": record["private"], "visibility": visibility, "gated": record["gated"]})


@operation("hub", "models.info", public=True)
async def info(call: Call) -> Response:
    record = repository(call)
    check_revision(call, record)
    return JSONResponse(_view(record, blobs=call.request.query_params.get("blobs") in {"1", "true", "True"}))


@operation("hub", "models.list", public=True)
async def list_all(call: Call) -> Response:
    query = call.request.query_params
    tags = set(query.getlist("filter"))
    shown = [
        _view(record)
        for record in reversed(call.sandbox.store.all("repository"))
        if (has_token(call.request) or not record["private"])
        and (not query.get("author") or record["id"].startswith(query["author"] + "/"))
        and query.get("search", "").lower() in record["id"].lower()
        and tags <= set(_tags(record))
    ]
    limit = query.get("limit", "1000")
    return JSONResponse(shown[: int(limit) if limit.isdigit() else 1000])


def _view(record: Record, *, blobs: bool = False) -> dict[str, Any]:
    card = record["card"]
    return {
        "_id": record["_id"],
        "id": record["id"],
        "modelId": record["id"],
        "author": record["id"].split("/")[0],
        "sha": head(record),
        "lastModified": record["modified_at"],
        "createdAt": record["created_at"],
        "private": record["private"],
        "gated": record["gated"],
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "library_name": card.get("library_name"),
        "pipeline_tag": card.get("pipeline_tag"),
        "tags": _tags(record),
        "cardData": card,
        "siblings": [_sibling(path, file, blobs) for path, file in sorted(record["files"].items())],
    }


def _sibling(path: str, file: dict[str, Any], blobs: bool) -> dict[str, Any]:
    sibling: dict[str, Any] = {"rfilename": path}
    if blobs:
        sibling |= {"size": file["size"], "blobId": file["oid"]}
        if file["sha256"]:
            sibling["lfs"] = {"sha256": file["sha256"], "size": file["size"], "pointerSize": file["pointer_size"]}
    return sibling


def _tags(record: Record) -> list[str]:
    tags = record["card"].get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


routes = [
    Route("/api/whoami-v2", whoami, methods=["GET"]),
    Route("/api/repos/create", create, methods=["POST"]),
    Route("/api/repos/delete", delete, methods=["DELETE"]),
    Route("/api/models", list_all, methods=["GET"]),
    Route("/api/models/{owner}/{name}", info, methods=["GET"]),
    Route("/api/models/{owner}/{name}/revision/{revision}", info, methods=["GET"]),
    Route("/api/models/{owner}/{name}/settings", settings, methods=["PUT"]),
]
