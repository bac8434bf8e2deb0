"""Whose data a tab gets when log-ins end, change, or when somebody else presents the tab's token."""

from datetime import UTC, datetime

from photogen.models import Account
from tests.factories.victim import victim
from tests.fakes.raw_tab import HYDRATE, ROOT, RawTab
from tests.fakes.web_server import WebServer

PAGES = f"{ROOT}.photogen___web___pages"
REFRESH = f"{PAGES}___training___state____training_page.refresh"


def announce(web: WebServer, account: str, kind: str) -> None:
    """What every change of a row of the account does."""
    with web.services.uow() as uow:
        uow.notify(account, kind, "")


async def test_hydrating_as_nobody_gives_nothing_private(web):
    ada = victim(web, files=False)
    async with RawTab(web.url, path="/dashboard") as tab:
        assert ada.seen_in(tab.words) == []
        assert "headers" not in tab.words or "cookie" not in tab.words.lower()
        assert tab.redirects
        assert set(tab.redirects) == {"/login?next=/dashboard"}


async def test_a_tabs_token_in_other_hands_opens_nothing(web):
    ada = victim(web, files=False)
    path = f"/trainings/{ada.ids['training training']}"
    for thief in ("", web.session(web.account(name="Eve"))):
        async with RawTab(web.url, web.session(ada.account), tab=f"tab-{thief}", path=path) as hers:
            assert ada.seen_in(hers.words)
        async with RawTab(web.url, thief, tab=f"tab-{thief}", path="/dashboard") as stolen:
            await stolen.send(REFRESH)
            assert ada.seen_in(stolen.words) == []


async def test_nor_does_it_while_the_thief_keeps_silent_and_rows_change(web):
    ada = victim(web, files=False)
    path = f"/trainings/{ada.ids['training training']}"
    async with RawTab(web.url, web.session(ada.account), tab="silent", path=path) as hers:
        assert ada.seen_in(hers.words)
    # No event is sent, so no event tells the state tree whose socket this is.
    eve = web.session(web.account(name="Eve"))
    async with (
        RawTab(web.url, eve, tab="silent", path=path, boot=False) as stolen,
        RawTab(web.url, web.session(ada.account), path=path) as witness,
    ):
        for _ in range(2):
            seen = len(witness.deltas)
            ada.move("training training")
            announce(web, ada.account, "training")
            await witness.until(lambda seen=seen: len(witness.deltas) > seen)
        await stolen.settle()
        assert ada.seen_in(stolen.words) == []


async def test_a_log_out_ends_what_a_tab_is_told(web):
    ada = victim(web, files=False)
    token, path = web.session(ada.account), f"/trainings/{ada.ids['training training']}"
    async with RawTab(web.url, token, path=path) as tab, RawTab(web.url, web.session(ada.account), path=path) as other:
        async with web.client(token) as browser:
            assert (await browser.post("/auth/logout")).status_code == 303
        for tabs in (tab, other):
            tabs.deltas.clear()
        ada.move("training training")
        announce(web, ada.account, "training")
        await other.until(lambda: ada.seen_in(other.words))
        await tab.until(lambda: tab.redirects)
        await tab.settle()
        assert ada.seen_in(tab.words, sent=[path.rsplit("/", 1)[-1]]) == []
        assert tab.redirects[0].startswith("/login")


async def test_a_session_that_is_over_or_suspended_opens_nothing(web):
    ada = victim(web, files=False)
    over, good = web.session(ada.account, days=-0.001), web.session(ada.account)
    gallery = f"/api/images/{ada.ids['image']}"
    async with web.client(over) as browser:
        assert (await browser.get(gallery)).status_code == 401
    async with RawTab(web.url, over, path="/dashboard") as tab:
        assert ada.seen_in(tab.words) == []
    async with web.client(good) as browser, RawTab(web.url, good, path="/dashboard") as tab:
        assert (await browser.get(gallery)).status_code == 200
        with web.services.uow() as uow:
            uow.session.get_one(Account, ada.account).suspended_at = datetime.now(UTC)
        assert (await browser.get(gallery)).status_code == 401
        await tab.send(HYDRATE)
        assert ada.seen_in(tab.words) == []
