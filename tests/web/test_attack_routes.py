"""Every HTTP route there is, asked by nobody, by somebody else and by the owner, and from pages that are not ours.

The table comes from the application's own list: a new route that isn't known here as open is attacked as private."""

import json
import re
from datetime import timedelta

import httpx
import pytest
from starlette.routing import Route

from photogen.web.api import routes
from tests.factories.victim import Victim, victim
from tests.fakes.web_server import WebServer

OPEN = {
    "/robots.txt", "/sitemap.xml", "/healthz", "/readyz", "/media/signed/{key:path}",
    "/webhooks/replicate", "/webhooks/stripe", "/mail/unsubscribe",
    "/s/style.css", "/s/keys.js", "/s/{token}", "/s/{token}/preview.jpg", "/s/{token}/pictures.zip",
    "/s/{token}/{image_id}", "/s/{token}/{image_id}/download", "/s/{token}/{image_id}/{size}",
    "/auth/login", "/auth/register", "/auth/logout", "/auth/password", "/auth/delete-account",
}  # fmt: skip
"""For anybody, or with another proof than the session's."""
OPERATORS = {"/api/admin/figures/{part}.csv"}
"""For administrators alone: to everybody else who is logged in they are not there."""
MACHINES = {"/webhooks/replicate", "/webhooks/stripe", "/mail/unsubscribe"}


def table() -> list[tuple[str, str]]:
    """(method, path) of everything."""
    found = {(method, r.path) for r in routes() if isinstance(r, Route) for method in r.methods or ()}
    return sorted(found)


PRIVATE = [(method, path) for method, path in table() if path not in OPEN]
WRITES = [(method, path) for method, path in table() if method not in {"GET", "HEAD"} and path not in MACHINES]


def filled(path: str, who: Victim) -> str:
    """The path with ids of the victim's."""
    values = {"part": "ledger", "size": "256", "variant": "512", "revision": "0", "key": who.image_key}
    return re.sub(r"\{(\w+?)(?:_id)?(?::\w+)?\}", lambda found: values.get(found[1]) or who.ids[found[1]], path)


async def ask(browser: httpx.AsyncClient, method: str, path: str, who: Victim) -> httpx.Response:
    body: dict[str, object] = {"ids": [who.ids["photo" if "photosets" in path else "image"]]}
    body = {"caption": {"text": "changed"}, "edit": {"rotation": 90}}.get(path.rpartition("/")[2], body)
    headers = {"x-upload-id": "upload-0001", "x-file-name": "a.jpg"}
    return await browser.request(method, filled(path, who), headers=headers, content=json.dumps(body))


@pytest.fixture(scope="module")
def ada(web: WebServer) -> Victim:
    return victim(web)


@pytest.mark.parametrize(("method", "path"), PRIVATE)
async def test_nobody_is_refused(web, ada, method, path):
    for token in ("", "nonsense", "x" * 300, ada.ids["session"]):
        async with web.client(token) as browser:
            answer = await ask(browser, method, path, ada)
        assert answer.status_code == 401
        assert ada.seen_in(answer.text) == []


@pytest.mark.parametrize(("method", "path"), PRIVATE)
async def test_others_see_and_change_nothing(web, ada, method, path):
    before = ada.rows()
    async with web.client(web.session(web.account())) as browser:
        answer = await ask(browser, method, path, ada)
    if "{" in path:
        assert answer.status_code == 404
    assert ada.seen_in(answer.text) == []
    assert ada.rows() == before


@pytest.mark.parametrize(("method", "path"), PRIVATE)
async def test_the_owner_is_served_and_nobody_else_keeps_it(web, method, path):
    me = victim(web)
    async with web.client(web.session(me.account)) as browser:
        answer = await ask(browser, method, path, me)
    assert answer.status_code in ({404} if path in OPERATORS else {200, 400, 422})
    if method == "GET" and path not in OPERATORS:
        assert answer.status_code == 200
    assert "private" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("method", "path"), WRITES)
async def test_what_changes_something_is_refused_from_elsewhere(web, ada, method, path):
    before, token = ada.rows(), web.session(ada.account)
    for headers in (
        {"origin": "https://evil.example"}, {"origin": "null"}, {"referer": "https://evil.example/x"}, {},
        {"origin": web.url + ".evil.example"}, {"origin": web.url.replace("http", "https", 1)},
        {"referer": web.url + ".evil.example/"}, {"origin": "https://evil.example", "referer": web.url + "/"},
    ):  # fmt: skip
        async with web.client(token, origin="") as browser:
            answer = await browser.request(method, filled(path, ada), headers=headers, content=b"{}")
        assert answer.status_code == 403, headers
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers
    after = ada.rows()
    assert {k: v for k, v in after.items() if k != "login_session"} == {
        k: v for k, v in before.items() if k != "login_session"
    }


@pytest.mark.parametrize(("method", "path"), table())
async def test_no_other_origin_is_told_that_it_may_read(web, ada, method, path):
    async with web.client(web.session(ada.account), origin="https://evil.example") as browser:
        asked = {"access-control-request-method": method}
        preflight = await browser.options(filled(path, ada), headers=asked)
        answer = await browser.request("HEAD" if method == "GET" else method, filled(path, ada))
    for given in (preflight, answer):
        assert "access-control-allow-origin" not in given.headers
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", sorted({path for _, path in table()}))
async def test_a_wrong_method_is_no_way_in(web, ada, path):
    allowed = {method for method, known in table() if known == path}
    before = ada.rows()
    async with web.client(web.session(web.account())) as browser:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"} - allowed:
            answer = await browser.request(method, filled(path, ada), headers={"X-HTTP-Method-Override": "DELETE"})
            assert answer.status_code in {404, 405}, method
            assert ada.seen_in(answer.text) == []
    assert ada.rows() == before


@pytest.mark.parametrize(
    "key", ["../secret_key", "..%2f..%2fsecret_key", "%2e%2e/x", "/etc/passwd", "images//x", ".incoming/x", "%00"]
)
async def test_a_signature_is_not_to_be_had_by_guessing(web, ada, key):
    good = web.services.storage.signed_url(ada.image_key, timedelta(minutes=1))
    query = good.split("?")[1]
    async with web.client() as browser:
        assert (await browser.get(f"/media/signed/{ada.image_key}?{query}")).status_code == 200
        for address in (
            f"/media/signed/{key}?{query}", f"/media/signed/{ada.photo_key}?{query}", f"/media/signed/{ada.image_key}",
            f"/media/signed/{ada.image_key}?{query}&ref=x", f"/media/signed/{ada.image_key}?{query}0",
            f"/media/signed/{ada.image_key}?{query.replace('exp=1', 'exp=9')}",
        ):  # fmt: skip
            assert (await browser.get(address)).status_code == 404, address


async def test_one_key_signs_one_thing_only(web, ada):
    signer = web.services.storage._signer
    path = signer.path(ada.image_key, -1)
    async with web.client() as browser:
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/login", "/dashboard", "/healthz", "/api/gallery", "/nowhere", "/_upload", "/robots.txt"]
)
async def test_every_answer_carries_the_policy(web, path):
    async with web.client() as browser:
        answer = await browser.get(path)
    policy = answer.headers["content-security-policy"]
    scripts = re.search(r"(?:script-src|default-src) ([^;]*)", policy.removeprefix("default-src 'self'; "))[1]
    assert "unsafe" not in scripts
    assert "script-src" in policy or "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_nothing_of_reflexs_own_is_open(web):
    async with web.client() as browser:
        for path in ("/_upload", "/_upload/x", "/_health", "/_all_routes", "/auth-codespace", "/_upload/"):
            for method in ("GET", "POST"):
                assert (await browser.request(method, path)).status_code in {404, 405}, path


@pytest.mark.parametrize(
    "headers", [{}, {"webhook-id": "x"}, {"webhook-id": "x", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}]
)
async def test_a_webhook_without_a_signature_is_refused(web, headers):
    async with web.client() as browser:
        answer = await browser.post("/webhooks/replicate?training=" + "0" * 26, json={"id": "x"}, headers=headers)
    assert answer.status_code in {401, 503}
