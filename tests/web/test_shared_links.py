"""Share links over HTTP, asked by people without an account: the pages, what they tell, and what no guess opens."""

import re
from html.parser import HTMLParser
from io import BytesIO
from itertools import count

import httpx
import pytest
from PIL import Image

from photogen.domain.gallery import Change
from photogen.domain.gallery.albums.commands import NewAlbum
from photogen.domain.shares import LinkId, LinkView, Share
from photogen.kit.ids import new_id
from photogen.models import Image as Picture
from tests.factories.photos import encoded, scene
from tests.fakes.web_server import WebServer

_addresses = count()
PROMPT = "a very secret prompt"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"}


class Owner:
    """Somebody with pictures and links; `at` gives the path of a link."""

    def __init__(self, web: WebServer) -> None:
        self.web, self.services = web, web.services
        self.account = web.account(name="Ada Lovelace")

    def add(self, **changes: object) -> str:
        id_ = new_id()
        key = f"images/{id_}/original.png"
        values: dict[str, object] = {
            "id": id_, "account_id": self.account, "shot_id": id_, "model_key": "flux:schnell",
            "model_name": "My secret model", "prompt": PROMPT, "prompt_sent": PROMPT, "aspect": "3:2", "width": 96,
            "height": 64, "seed": 987654321, "vendor": "together", "storage_key": key, "content_type": "image/png",
            "thumbhash": "IQgSLYZ6iHePh4h1eFeHh4dwgwg3", "recipe": {"steps": 4, "guidance": 3.5},
        }  # fmt: skip
        with self.services.uow() as uow:
            uow.session.add(Picture(**values | changes))
        small = scene(1, 96, 64)
        self.services.storage.put(key, encoded(small, "PNG"), "image/png")
        for size in ("512", "1024"):
            self.services.storage.put(f"images/{id_}/{size}.webp", encoded(small, "WEBP"), "image/webp")
        return id_

    def share(self, *ids: str, **asked: object) -> LinkView:
        return self.services.shares.create(self.account, Share.of(pictures=ids, **asked))

    def visits(self, link: LinkView) -> int:
        return next(one.visits for one in self.services.shares.mine(self.account) if one.id == link.id)


def at(link: LinkView) -> str:
    return "/s/" + link.address.rpartition("/s/")[2]


def ways(link: LinkView, image_id: str) -> list[str]:
    """Every address below a link."""
    here = at(link)
    below = ("512", "1024", "download")
    return [
        here,
        f"{here}/preview.jpg",
        f"{here}/pictures.zip",
        f"{here}/{image_id}",
        *(f"{here}/{image_id}/{part}" for part in below),
    ]


class Read(HTMLParser):
    """What crawlers and browsers find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        self.found.append((tag, said))
        if tag == "meta":
            self.meta[said.get("property") or said.get("name", "")] = said.get("content", "")

    def all(self, tag: str) -> list[dict[str, str]]:
        return [said for name, said in self.found if name == tag]


@pytest.fixture(scope="module")
def ada(web: WebServer) -> Owner:
    return Owner(web)


def somewhere() -> str:
    """An address that nobody has come from: each has an allowance of its own."""
    n = next(_addresses)
    return f"127.2.{n // 200}.{n % 200 + 1}"


async def visit(web: WebServer, path: str, *, address: str = "", **headers: str) -> httpx.Response:
    async with web.client(origin="", address=address or somewhere()) as browser:
        return await browser.get(path, headers={**BROWSER, **{k.replace("_", "-"): v for k, v in headers.items()}})


async def test_the_page_is_whole_without_a_script_and_tells_nothing_of_the_recipe(web: WebServer, ada: Owner) -> None:
    made = ada.add()
    link = ada.share(made, downloads=True)
    answer = await visit(web, at(link))
    page = Read(answer.text)
    assert answer.status_code == 200
    assert page.meta["og:image"] == f"{web.url}{at(link)}/preview.jpg"
    assert page.meta["og:url"] == web.url + at(link)
    assert (page.meta["og:title"], page.meta["og:image:width"]) == ("A shared picture", "96")
    assert page.meta["robots"].startswith("noindex")
    assert page.meta["referrer"] == "no-referrer"
    headers = answer.headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"].startswith("noindex")
    assert "set-cookie" not in headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    (style,) = re.findall(r"<style nonce=\"([^\"]+)\">", answer.text)
    assert f"'nonce-{style}'" in policy
    assert not re.search(r"<[^>]+ (style|on\w+)=", answer.text)
    assert page.all("img")[0]["alt"] == "A shared picture"
    assert (page.all("img")[0]["width"], page.all("img")[0]["height"]) == ("96", "64")

    said = [answer.text, str(headers)]
    for path in ways(link, made)[1:]:
        answer = await visit(web, path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-robots-tag"].startswith("noindex")
        said += [answer.content.decode("latin-1"), str(answer.headers)]
    secrets = (PROMPT, "secret model", "987654321", "Ada Lovelace", ada.account, link.id, "flux:schnell", "together")
    for secret in secrets:
        assert not any(secret in words for words in said), secret
    with Image.open(BytesIO((await visit(web, page.meta["og:image"])).content)) as preview:
        assert (preview.format, preview.size, preview.info.get("exif")) == ("JPEG", (96, 64), None)


async def test_with_the_recipe_it_tells_it_and_so_does_the_file(web: WebServer, ada: Owner) -> None:
    made = ada.add(prompt='<b>bold</b> & "quoted"', prompt_sent="x")
    link = ada.share(made, recipe=True, downloads=True)
    answer = await visit(web, at(link))
    assert "<b>bold" not in answer.text
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &#34;quoted&#34;" in answer.text
    for fact in ("My secret model", "987654321", "96 \u00d7 64", ">4<", ">3.5<"):
        assert fact in answer.text, fact
    assert "bold" not in "".join(v for k, v in Read(answer.text).meta.items() if k.startswith("og:"))
    saved = await visit(web, f"{at(link)}/{made}/download")
    assert re.fullmatch(r'attachment; filename="picture-[0-9a-f]{8}\.png"', saved.headers["content-disposition"])
    with Image.open(BytesIO(saved.content)) as opened:
        opened.load()
        assert "Seed: 987654321" in opened.text["parameters"]


async def test_an_album_leads_from_picture_to_picture(web: WebServer, ada: Owner) -> None:
    ids = [ada.add() for _ in range(3)]
    album = ada.services.albums.create(ada.account, NewAlbum.of(name="Föhn <1>"))
    ada.services.gallery.change(ada.account, Change.of(action="add", album=album), ids)
    link = ada.services.shares.create(ada.account, Share.of(album=album))
    page = Read((await visit(web, at(link))).text)
    assert page.meta["og:title"] == "Föhn <1>"
    assert [said["alt"] for said in page.all("img")] == [f"Picture {n} of 3" for n in (1, 2, 3)]
    middle = Read((await visit(web, f"{at(link)}/{ids[1]}")).text)
    hrefs = {said["rel"]: said["href"] for said in middle.all("a") if said.get("rel") in {"prev", "next"}}
    assert hrefs == {"prev": f"{at(link)}/{ids[2]}", "next": f"{at(link)}/{ids[0]}"}
    assert not any("download" in said for said in middle.all("a"))
    assert (await visit(web, f"{at(link)}/{ids[1]}/download")).status_code == 404
    ada.services.gallery.change(ada.account, Change.of(action="take", album=album), ids)
    emptied = await visit(web, at(link))
    assert emptied.status_code == 200
    assert "og:image" not in Read(emptied.text).meta


async def test_what_ended_and_what_never_was_look_alike_also_to_an_open_page(web: WebServer, ada: Owner) -> None:
    made, other, mine = ada.add(), ada.add(), ada.add()
    link = ada.share(made, downloads=True)
    for path in ways(link, made):
        assert (await visit(web, path)).status_code == 200
    tag = (await visit(web, f"{at(link)}/{made}/512")).headers.get("etag", "*")
    ada.services.shares.revoke(ada.account, LinkId.of(link=link.id))
    lives = ada.share(mine, downloads=True)
    stranger = Owner(web)
    theirs = stranger.add()
    unknown = "/s/" + "A" * 32
    dead = [*ways(link, made), *ways(lives, other)[3:], *ways(lives, theirs)[3:], unknown, f"{unknown}/{mine}"]
    dead += [f"{unknown}/{mine}/512", f"/s/{lives.id}", f"/s/{lives.id}/{mine}/512", f"{at(lives)}/../{mine}"]
    dead += [f"{at(lives)}/{mine}/original", f"{at(lives)}/{mine}/512.webp", at(lives)[:-1], "/s/%00"]
    dead += ["/s/x?after=y", f"{at(lives)}?after=nonsense"]
    bodies = set()
    for path in dead:
        plain = await visit(web, path)
        part = await visit(web, path, range="bytes=0-9", if_none_match=tag, if_range=tag)
        assert (plain.status_code, part.status_code) == (404, 404), path
        assert plain.headers["content-type"] == part.headers["content-type"]
        for secret in (made, other, theirs, mine, at(link), at(lives), PROMPT):
            assert secret not in plain.text.replace(f"{web.url}", ""), path
        if plain.headers["content-type"].startswith("text/html"):
            bodies.add(re.sub(r"nonce-[\w-]+", "", plain.text))
    assert len(bodies) == 1
    assert "This link does not work" in bodies.pop()


async def test_only_people_count_as_visitors(web: WebServer, ada: Owner) -> None:
    made = ada.add()
    link = ada.share(made)
    await visit(web, at(link), user_agent="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
    await visit(web, f"{at(link)}/{made}")
    async with web.client(web.session(ada.account), address=somewhere()) as browser:
        await browser.get(at(link), headers=BROWSER)
        await browser.head(at(link), headers=BROWSER)
    assert ada.visits(link) == 0
    await visit(web, at(link))
    async with web.client(web.session(web.account()), address=somewhere()) as browser:
        await browser.get(at(link), headers=BROWSER)
    assert ada.visits(link) == 2


async def test_nobody_revokes_or_lists_somebody_elses_links(web: WebServer, ada: Owner) -> None:
    made = ada.add()
    link = ada.share(made)
    async with web.client(web.session(web.account())) as browser:
        assert (await browser.post("/api/shares/revoke", json={"link": link.id})).status_code == 404
        assert (await browser.post("/api/shares", json={"pictures": [made]})).status_code == 404
        assert (await browser.get(f"/api/shares?image={made}")).json() == {"links": []}
        for wrong in ({}, {"pictures": []}, {"pictures": made}, {"pictures": [made], "album": made}, {"lasts": "x"}):
            assert (await browser.post("/api/shares", json=wrong)).status_code == 422
    async with web.client(web.session(ada.account)) as browser:
        (known,) = (await browser.get(f"/api/shares?image={made}")).json()["links"]
        assert known["address"] == link.address
        made_now = (await browser.post("/api/shares", json={"pictures": [made], "lasts": "ever"})).json()["link"]
        assert (made_now["expires"], made_now["recipe"], made_now["downloads"]) == ("", False, False)
        assert (await browser.post("/api/shares/revoke", json={"link": link.id})).status_code == 200
    assert (await visit(web, at(link))).status_code == 404


async def test_who_searches_for_links_is_held_up(web: WebServer) -> None:
    said = [await visit(web, f"/s/{n:032}", address="127.3.0.9") for n in range(13)]
    assert [answer.status_code for answer in said] == [404] * 12 + [429]
    assert int(said[-1].headers["retry-after"]) > 0
    assert "Too many at once" in said[-1].text
    assert (await visit(web, "/s/" + "A" * 32, address="127.3.0.10")).status_code == 404


async def test_no_token_is_written_into_a_log(web: WebServer, ada: Owner) -> None:
    link = ada.share(ada.add())
    await visit(web, at(link))
    assert at(link) not in web.log()
