"""The ASGI layers, each around an application that answers everything."""

import base64
import hashlib

import httpx
import pytest
from starlette.responses import HTMLResponse, Response

from photogen.models import Role
from photogen.web.security import layers
from photogen.web.session import cookie_name

ORIGIN = "http://localhost:3000"


async def everything(scope, receive, send):
    await layers.answer(send, 200, f"{scope['method']} {scope['path']}".encode())


def browser(app):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN)


@pytest.mark.parametrize("path", ["/_upload", "/_upload/a/b.png", "/_health", "/_all_routes"])
async def test_reflexs_own_endpoints_are_closed(path):
    async with browser(layers.Closed(everything)) as client:
        assert (await client.get(path)).status_code == 404
        assert (await client.post(path, content=b"x")).status_code == 404


async def test_the_socket_and_the_pages_stay_open():
    async with browser(layers.Closed(everything)) as client:
        assert (await client.get("/_event/")).status_code == 200
        assert (await client.get("/_uploads")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ORIGIN}, 200),
        ({"referer": f"{ORIGIN}/login"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": f"{ORIGIN}.evil.example"}, 403),
        ({"referer": f"{ORIGIN}.evil.example/login"}, 403),
        ({"origin": "https://evil.example", "referer": f"{ORIGIN}/login"}, 403),
        ({}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_what_changes_something_must_come_from_a_page_of_ours(method, headers, status):
    async with browser(layers.SameOrigin(everything, [ORIGIN])) as client:
        assert (await client.request(method, "/auth/login", headers=headers)).status_code == status


async def test_reading_and_signed_machines_need_no_origin():
    async with browser(layers.SameOrigin(everything, [ORIGIN])) as client:
        assert (await client.get("/gallery")).status_code == 200
        assert (await client.post("/webhooks/replicate")).status_code == 200


@pytest.fixture
def built(tmp_path):
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery" / "index.html").write_text("<script>one()</script><script src='/a.js'></script>")
    (tmp_path / "index.html").write_text('<script type="module">two("é")</script>')
    (tmp_path / "404.html").write_text("<h1>There is nothing here</h1>")
    return tmp_path


async def test_a_page_is_served_where_it_is_without_a_redirect(built):
    async with browser(layers.NoSlashRedirect(everything, built)) as client:
        assert (await client.get("/gallery")).text == "GET /gallery/"
        assert (await client.get("/other")).text == "GET /other"


async def test_the_policy_allows_the_built_scripts_and_no_others(built):
    async with browser(layers.Headers(HTMLResponse("<h1>A page</h1>"), client=built, https=True)) as client:
        headers = (await client.get("/")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    for script in ("one()", 'two("é")'):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"]
    assert "unsafe" not in policy["script-src"]
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["strict-transport-security"]
    assert headers["x-content-type-options"] == "nosniff"


async def test_pictures_may_come_from_where_they_are_and_nothing_else_may(built):
    app = HTMLResponse("<h1>A page</h1>")
    wrapped = layers.Headers(
        app, client=built, https=True, pictures=lambda: ("https://cdn.example", "https://s3.example")
    )
    for shown, wanted in (
        (wrapped, " https://cdn.example https://s3.example"),
        (layers.Headers(app, client=built, https=True), ""),
    ):
        async with browser(shown) as client:
            policy = (await client.get("/")).headers["content-security-policy"]
        assert f"img-src 'self' data: blob:{wanted};" in policy
        assert policy.count("example") == wanted.count("example")


async def test_what_is_no_page_is_allowed_nothing(built):
    async with browser(layers.Headers(everything, client=built, https=True)) as client:
        headers = (await client.get("/media/images/x/512")).headers
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_a_page_that_has_not_changed_keeps_its_policy(built):
    # A browser takes the headers of a 304 over into the page that it holds: "nothing" would switch the page off.
    async with browser(layers.Headers(Response(status_code=304), client=built, https=True)) as client:
        headers = (await client.get("/gallery")).headers
    assert "'none'" not in headers.get("content-security-policy", "").split(";")[0]
    assert headers["x-content-type-options"] == "nosniff"


async def test_built_assets_are_kept_for_ever_and_pages_are_asked_for_again(built):
    async with browser(layers.Headers(everything, client=built, https=False)) as client:
        assert "immutable" in (await client.get("/assets/x-123.js")).headers["cache-control"]
        assert (await client.get("/gallery")).headers["cache-control"] == "no-cache"
        assert "strict-transport-security" not in (await client.get("/")).headers


async def test_private_pages_lead_who_has_no_session_to_the_log_in(built, services):
    app = layers.PrivatePages(everything, ["/gallery", "/models/[model_id]"], built)
    async with browser(app) as client:
        answer = await client.get("/models/01abc?tab=uses")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/models/01abc%3Ftab%3Duses")
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/galleryx")).status_code == 200
        cookie = {"cookie": f"{cookie_name(https=False)}=anything"}
        assert (await client.get("/gallery", headers=cookie)).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [(None, 404), (Role.CREATOR, 404), (Role.MODERATOR, 404), (Role.ADMIN, 200)]
)
@pytest.mark.parametrize("path", ["/admin", "/admin/", "/admin/users/01"])
async def test_admin_pages_do_not_exist_for_others(built, services, role, status, path):
    token = services.accounts.add("a@example.com", role=role) if role else "nothing"
    async with browser(layers.PrivatePages(everything, [], built)) as client:
        answer = await client.get(path, headers={"cookie": f"{cookie_name(https=False)}={token}"})
    assert answer.status_code == status
    if status == 404:
        assert answer.text == "<h1>There is nothing here</h1>"


class Socket:
    """A websocket's client end that sends `frames` frames at once."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self.sent: list[dict] = []

    async def receive(self):
        self.frames -= 1
        return (
            {"type": "websocket.receive", "text": "x"}
            if self.frames >= 0
            else {"type": "websocket.disconnect", "code": 1000}
        )

    async def send(self, message):
        self.sent.append(message)


def socket_scope(address="203.0.113.1", forwarded=""):
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return {"type": "websocket", "path": "/_event", "client": (address, 1), "headers": headers}


async def reader(scope, receive, send):
    scope["seen"] = 0
    while (await receive())["type"] == "websocket.receive":
        scope["seen"] += 1


async def test_a_flood_of_frames_is_cut():
    socket, scope = Socket(500), socket_scope()
    await layers.SocketLimits(reader, rate=0.001, burst=60)(scope, socket.receive, socket.send)
    assert scope["seen"] == 60
    assert socket.sent == [{"type": "websocket.close", "code": 1008}]


async def test_an_address_has_so_many_sockets_and_no_more():
    limits = layers.SocketLimits(None, per_address=2)
    refused = []

    async def nested(scope, receive, send):
        depth = scope["depth"] + 1
        if depth <= 2:
            inner = Socket(0)
            await limits({**socket_scope(), "depth": depth}, inner.receive, inner.send)
            refused.extend(inner.sent)

    limits.app = nested
    outer = Socket(0)
    await limits({**socket_scope(), "depth": 0}, outer.receive, outer.send)
    assert refused == [{"type": "websocket.close", "code": 1013}]
    await limits({**socket_scope(), "depth": 9}, outer.receive, outer.send)  # they were given back
    assert outer.sent == []


@pytest.mark.parametrize(
    ("hops", "forwarded", "address"),
    [
        (0, "198.51.100.7", "203.0.113.1"),
        (1, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.1", "198.51.100.7"),
        (1, "", "203.0.113.1"),
    ],
)
def test_the_address_is_what_a_trusted_proxy_saw(hops, forwarded, address):
    assert layers.client_address(socket_scope(forwarded=forwarded), hops) == address


def test_a_proxy_that_adds_a_line_of_its_own_is_believed_and_not_the_sender():
    scope = socket_scope(forwarded="6.6.6.6")
    scope["headers"].append((b"x-forwarded-for", b"198.51.100.7"))
    assert layers.client_address(scope, 1) == "198.51.100.7"
