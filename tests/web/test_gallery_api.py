"""The gallery's JSON, asked as a browser asks: by cookie, for one's own pictures only."""

import base64
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from photogen.domain.gallery import AlbumsService, GalleryService
from photogen.domain.gallery.downloads import DownloadsService
from photogen.web.api import albums, downloads
from photogen.web.api import gallery as api
from tests.factories.images import image
from tests.factories.studio import Studio
from tests.fakes.storage import MemoryStorage


class Browser:
    """Somebody's browser; `me` is the account that it is logged in to."""

    def __init__(self, client: TestClient, studio: Studio, gallery: GalleryService) -> None:
        self._studio, self._gallery, self.client = studio, gallery, client
        session = studio.register()
        self.me = session.identity.account_id
        self.headers = {"cookie": f"photogen_session={session.token}"}

    def add(self, **changes: Any) -> str:
        made = image(self.me, **changes)
        with self._studio.uow() as uow:
            self._gallery.add(uow, made)
        return made.id

    def get(self, url: str) -> Any:
        return self.client.get(url, headers=self.headers)

    def post(self, url: str, content: Any) -> Any:
        body = content if isinstance(content, bytes) else json.dumps(content)
        return self.client.post(url, headers=self.headers, content=body)


@pytest.fixture
def studio(module_database_url: str) -> Iterator[Studio]:
    studio = Studio.on(module_database_url)
    yield studio
    studio.close()


@pytest.fixture
def person(studio: Studio, services: SimpleNamespace) -> Iterator[Any]:
    """Makes somebody new with a browser."""
    services.accounts = studio.accounts
    services.gallery = GalleryService(studio.uow, studio.clock, MemoryStorage())
    services.albums = AlbumsService(studio.uow, studio.clock)
    services.downloads = DownloadsService(studio.uow, services.gallery, MemoryStorage())
    with TestClient(Starlette(routes=[*albums.ROUTES, *downloads.ROUTES, *api.ROUTES])) as client:
        yield lambda: Browser(client, studio, services.gallery)


def test_cards_are_compact_and_private(person: Any) -> None:
    ada = person()
    made = ada.add(width=896, height=1152, thumbhash="IQgSLYZ6iHePh4h1eFeHh4dwgwg3")
    answer = ada.get("/api/gallery")
    assert answer.json() == {
        "items": [
            {
                "id": made, "p": "a red fox in the snow", "w": 896, "h": 1152, "th": "IQgSLYZ6iHePh4h1eFeHh4dwgwg3",
                "t": 1780315200000,
            }
        ],
        "next": None,
    }  # fmt: skip
    assert ", " not in answer.text.replace("fox, ", "")
    assert answer.headers["cache-control"] == "private, no-store"


def test_page_after_page(person: Any) -> None:
    ada = person()
    made = [ada.add(minute=n) for n in range(5)][::-1]
    first = ada.get("/api/gallery?limit=3").json()
    second = ada.get(f"/api/gallery?limit=3&before={first['next']}").json()
    assert [card["id"] for card in first["items"] + second["items"]] == made
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=201", "out_of_range"),
        ("limit=x", "not_a_number"),
        ("before=nonsense", "invalid_cursor"),
        ("before=" + base64.urlsafe_b64encode(b"t1.5.01hzzzzzzzzzzzzzzzzzzzzzzz").decode(), "invalid_cursor"),
        ("search=" + "x" * 5000, "too_long"),
        ("search=%00", "characters"),
    ],
)
def test_what_can_not_be_asked_is_explained(person: Any, query: str, code: str) -> None:
    answer = person().get(f"/api/gallery?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["message"].endswith(".")


@pytest.mark.parametrize(
    ("method", "url"),
    [("GET", "/api/gallery"), ("GET", "/api/images/x"), ("POST", "/api/images/trash"), ("POST", "/api/images/restore")],
)
def test_nobody_gets_nothing(person: Any, method: str, url: str) -> None:
    client = person().client
    for headers in ({}, {"cookie": "photogen_session=guessed"}):
        answer = client.request(method, url, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["code"] == "unauthenticated"


def test_pictures_of_others_do_not_exist(person: Any) -> None:
    ada, eve = person(), person()
    made = ada.add()
    assert eve.get("/api/gallery").json()["items"] == []
    assert eve.get(f"/api/images/{made}").status_code == 404
    assert eve.post("/api/images/trash", {"ids": [made]}).status_code == 404
    assert eve.post("/api/images/restore", {"ids": [made]}).status_code == 404
    assert len(ada.get("/api/gallery").json()["items"]) == 1


def test_the_recipe_keeps_a_large_seed(person: Any) -> None:
    ada = person()
    recipe = ada.get(f"/api/images/{ada.add()}").json()
    assert recipe["seed"] == "42"
    assert recipe["created_at"] == "2026-06-01T12:00:00+00:00"
    assert recipe["deleted_at"] is None
    assert recipe["prompt_sent"] == "a red fox in the snow, film grain"


def test_into_the_trash_and_back(person: Any) -> None:
    ada = person()
    made = ada.add()
    assert ada.post("/api/images/trash", {"ids": [made]}).json() == {"moved": 1}
    assert ada.post("/api/images/trash", {"ids": [made]}).json() == {"moved": 0}
    assert ada.get("/api/gallery").json()["items"] == []
    trashed = ada.get("/api/gallery?view=trash").json()["items"]
    assert [card["id"] for card in trashed] == [made]
    assert trashed[0]["d"] > 0
    assert ada.get(f"/api/images/{made}").json()["deleted_at"] is not None
    assert ada.post("/api/images/restore", {"ids": [made]}).json() == {"moved": 1}
    assert [card["id"] for card in ada.get("/api/gallery").json()["items"]] == [made]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"null", b"{", b"\xff", b'{"ids": "x"}', b'{"ids": []}', b'{"ids": ["short"]}', b'{"ids": [1]}',
        b"{}", b'{"ids": ["01hzzzzzzzzzzzzzzzzzzzzzzz"], "more": 1}', b"[" * 60_000, b" " * 70_000,
        json.dumps({"ids": ["01hzzzzzzzzzzzzzzzzzzzzzzz"] * 501}).encode(),
    ],
)  # fmt: skip
def test_broken_bodies_are_refused_in_words(person: Any, content: bytes) -> None:
    answer = person().post("/api/images/trash", content)
    assert answer.status_code == 422
    assert set(answer.json()["error"]) >= {"code", "message"}


def test_filters_counts_months_and_choices(person: Any) -> None:
    ada = person()
    film, plain = ada.add(), ada.add(recipe={}, aspect="3:4", minute=1)
    assert [card["id"] for card in ada.get("/api/gallery?style=film&aspect=1:1&seed=42").json()["items"]] == [film]
    oldest = ada.get("/api/gallery?sort=oldest&limit=1").json()
    assert [card["id"] for card in oldest["items"]] == [film]
    back = ada.get(f"/api/gallery?sort=oldest&before={oldest['next']}").json()
    assert ada.get(f"/api/gallery?sort=oldest&after={back['prev']}").json()["items"] == oldest["items"]
    assert ada.get("/api/gallery/count?model=base:together:flux-schnell&search=fox").json() == {
        "count": 2,
        "more": False,
    }
    assert ada.get("/api/gallery/months").json() == {"months": [[202606, 2]]}
    assert [card["id"] for card in ada.get("/api/gallery?start=202607&limit=1").json()["items"]] == [plain]
    for wrong in ("month=202613", "model=x", "sort=up", "album=me", f"before={oldest['next']}"):
        assert ada.get(f"/api/gallery?{wrong}").status_code == 422


def test_some_and_all_that_match_are_changed_and_it_is_undone(person: Any) -> None:
    ada, eve = person(), person()
    ids = [ada.add(minute=n) for n in range(3)]
    album = ada.post("/api/albums", {"name": "Foxes"}).json()["id"]
    assert (
        ada.post("/api/images/change", {"do": {"action": "rate", "rating": 5}, "ids": ids[:1]}).json()["changed"] == 1
    )
    assert ada.get("/api/gallery?rating=5").json()["items"][0]["r"] == 5
    added = ada.post("/api/images/change", {"do": {"action": "add", "album": album}, "query": "search=fox"}).json()
    assert (added["changed"], added["seen"], added["next"]) == (3, 3, None)
    assert ada.get("/api/albums").json()["albums"] == [{"id": album, "name": "Foxes", "count": 3, "cover": ids[2]}]
    assert ada.post("/api/albums/cover", {"album": album, "image": ids[0]}).status_code == 200
    gone = ada.post("/api/images/change", {"do": {"action": "trash"}, "query": f"album={album}"}).json()
    assert ada.get(f"/api/gallery?album={album}").json()["items"] == []
    assert eve.post("/api/images/undo", {"action": "trash", "at": gone["at"]}).json() == {"undone": 0}
    assert ada.post("/api/images/undo", {"action": "trash", "at": gone["at"]}).json() == {"undone": 3}
    for address, content in (
        ("/api/images/change", {"do": {"action": "add", "album": album}, "query": ""}),
        ("/api/images/change", {"do": {"action": "favourite"}, "ids": ids}),
        ("/api/albums/rename", {"album": album, "name": "Mine"}),
        ("/api/albums/delete", {"album": album}),
        ("/api/albums/cover", {"album": album, "image": ids[0]}),
    ):
        assert eve.post(address, content).status_code == 404, address
    for content in (
        {"ids": ids},
        {"do": {"action": "burn"}, "ids": ids},
        {"do": {"action": "add"}, "ids": ids},
        {"do": {"action": "trash"}, "query": 5},
        {"do": {"action": "trash"}, "query": "modle=base:flux"},
        {"do": {"action": "trash"}, "query": "", "before": "x"},
    ):
        assert ada.post("/api/images/change", content).status_code == 422, content
    assert len(ada.get("/api/gallery").json()["items"]) == 3
    assert ada.post("/api/albums/rename", {"album": album, "name": "Best"}).status_code == 200
    assert ada.post("/api/albums/delete", {"album": album}).status_code == 200
    assert ada.get("/api/albums").json() == {"albums": []}


def test_downloads_one_and_many(person: Any, services: SimpleNamespace) -> None:
    ada, eve = person(), person()
    made = ada.add(content_type="video/webm", storage_key="images/x/original.webm")  # a type that is passed on as it is
    services.downloads._storage.put("images/x/original.webm", b"bytes", "video/webm")
    one = ada.get(f"/api/images/{made}/download")
    assert (one.content, one.headers["cache-control"]) == (b"bytes", "private, no-store")
    assert one.headers["content-disposition"].startswith('attachment; filename="photogen-20260601-42-')
    assert eve.get(f"/api/images/{made}/download").status_code == 404
    assert ada.get(f"/api/images/{made}/download?format=gif").status_code == 422
    for form in (f"ids={made}", "query=search%3Dfox"):
        assert ada.post("/api/gallery/zip", f"{form}&check=1".encode()).json() == {}
        packed = ada.post("/api/gallery/zip", form.encode())
        assert packed.headers["content-type"] == "application/zip"
        assert packed.content[:2] == b"PK"
        assert b"bytes" in packed.content
        assert eve.post("/api/gallery/zip", form.encode()).status_code == 404
    for form in ("", "ids=x", "query=modle%3Dx", f"ids={made}&format=gif", "x" * 300_000):
        assert ada.post("/api/gallery/zip", form.encode()).status_code == 422, form[:40]
