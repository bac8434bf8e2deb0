"""Notices over a raw socket and over HTTP: one's own, live, and the link at the end of a mail."""

from urllib.parse import parse_qs, urlsplit

import pytest

from photogen.domain.notices import NoticeKind, Topic, resolve, tell
from photogen.kit.clock import utc_now
from photogen.kit.ids import new_id
from tests.factories.notices import SAMPLES
from tests.fakes.raw_tab import ROOT, RawTab

LIST = f"{ROOT}.photogen___web___pages___notices___state____notice_list"
SETTINGS = f"{ROOT}.photogen___web___pages___settings___state____settings_page"
LINK = f"{ROOT}.photogen___web___pages___unsubscribe___state____unsubscribe"


def notice(web, account, kind=NoticeKind.LOW_CREDITS):
    with web.services.uow() as uow:
        tell(uow, account, kind, new_id(), utc_now(), **SAMPLES[kind])
    return web.services.notices.recent(account)[0].id


async def test_the_bell_rings_by_itself_and_is_quiet_once_one_has_looked(application, web):
    ada = web.account()
    async with RawTab(web.url, web.session(ada), path="/dashboard") as tab:
        assert tab.value("me.news")["unread"] == 0
        notice(web, ada)
        await tab.until(lambda: tab.value("me.news")["unread"] == 1)
    async with RawTab(web.url, web.session(ada), path="/notices") as tab:
        [item] = tab.value("notice_list.items")
        assert (item["title"], item["path"], item["new"]) == ("Only 12 credits are left", "/billing#packs", True)
        await tab.until(lambda: tab.value("me.news")["unread"] == 0)
        await tab.send(f"{LIST}.refresh")
        assert tab.value("notice_list.items")[0]["new"] is True, "the mark stays while one is here"
        notice(web, ada)
        await tab.until(lambda: tab.value("me.news")["unread"] == 1)
        await tab.until(lambda: len(tab.value("notice_list.items")) == 2)
        await tab.settle()
        assert tab.value("me.news")["unread"] == 1, "the tab may have been closed a moment ago"
        await tab.send(f"{LIST}.read_all")
        await tab.until(lambda: tab.value("me.news")["unread"] == 0)
        assert [item["new"] for item in tab.value("notice_list.items")] == [False, False]


async def test_a_failed_payment_is_on_every_page_until_it_is_over(application, web):
    ada = web.account()
    notice(web, ada, NoticeKind.PAYMENT_FAILED)
    async with RawTab(web.url, web.session(ada), path="/gallery") as tab:
        news = tab.value("me.news")
        assert (news["banner"], news["path"]) == ("Your payment for Creator did not go through", "/billing")
        with web.services.uow() as uow:
            resolve(uow, ada, NoticeKind.PAYMENT_FAILED, utc_now())
        await tab.until(lambda: tab.value("me.news")["banner"] == "")


async def test_one_is_put_away_and_brought_back_by_its_owner_only(application, web):
    ada = web.account()
    id_ = notice(web, ada)
    async with RawTab(web.url, web.session(web.account(name="Eve")), path="/notices") as tab:
        for handler in ("dismiss", "restore"):
            await tab.send(f"{LIST}.{handler}", {"notice_id": id_})
        assert {code for _, code in tab.toasts} == {"notice_not_found"}
        assert tab.value("notice_list.items") in (None, [])
    assert len(web.services.notices.recent(ada)) == 1
    async with RawTab(web.url, web.session(ada), path="/notices") as tab:
        await tab.send(f"{LIST}.dismiss", {"notice_id": id_})
        assert tab.value("notice_list.items") == []
        await tab.send(f"{LIST}.restore", {"notice_id": id_})
        assert [item["id"] for item in tab.value("notice_list.items")] == [id_]


async def test_mails_are_chosen_in_the_settings(application, web):
    ada = web.account()
    async with RawTab(web.url, web.session(ada), path="/settings") as tab:
        assert (tab.value("settings_page.mail_credits"), tab.value("settings_page.mail_trainings")) == (True, True)
        await tab.send(f"{SETTINGS}.set_mail", {"topic": "credits", "wanted": False})
        assert tab.value("settings_page.mail_credits") is False
        await tab.send(f"{SETTINGS}.set_mail", {"topic": "payments", "wanted": False})
        assert tab.toasts[-1][1] == "not_a_topic"
    assert {c.topic: c.wanted for c in web.services.notices.choices(ada)} == {
        Topic.TRAININGS: True, Topic.CREDITS: False,
    }  # fmt: skip


async def test_a_mail_programs_one_click_needs_no_session_and_no_page_of_ours(web):
    ada = web.account()
    address = urlsplit(web.services.notices.links.ending(ada, Topic.CREDITS))
    path = f"{address.path}?{address.query}"
    async with web.client(origin="") as program:
        looked = await program.get(path)
        assert (looked.status_code, urlsplit(looked.headers["location"]).path) == (303, "/unsubscribe")
        assert parse_qs(urlsplit(looked.headers["location"]).query) == parse_qs(address.query)
        assert all(choice.wanted for choice in web.services.notices.choices(ada)), "looking changes nothing"
        for _ in range(2):
            done = await program.post(path, data={"List-Unsubscribe": "One-Click"})
            assert done.status_code == 200
    assert [c.topic for c in web.services.notices.choices(ada) if not c.wanted] == [Topic.CREDITS]


@pytest.mark.parametrize("token", ["", "x", "%00", "a" * 5000, "01h.credits.0"])
async def test_what_we_have_not_signed_ends_nothing(web, token):
    async with web.client(origin="https://evil.example") as program:
        answer = await program.post(f"/mail/unsubscribe?token={token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 404


async def test_the_page_of_the_link_asks_first_and_can_be_taken_back(application, web):
    ada = web.account()
    token = web.services.notices.links.token(ada, Topic.TRAININGS)

    def wanted():
        return {c.topic: c.wanted for c in web.services.notices.choices(ada)}[Topic.TRAININGS]

    async with RawTab(web.url, path=f"/unsubscribe?token={token}") as tab:
        await tab.send(f"{LINK}.load")
        assert (tab.value("unsubscribe.topic"), wanted()) == ("Mails about trainings", True)
        await tab.send(f"{LINK}.stop")
        assert (tab.value("unsubscribe.wanted"), wanted()) == (False, False)
        await tab.send(f"{LINK}.again")
        assert (tab.value("unsubscribe.wanted"), wanted()) == (True, True)
        assert "@example.com" not in tab.words
    async with RawTab(web.url, path="/unsubscribe?token=forged") as tab:
        await tab.send(f"{LINK}.load")
        await tab.send(f"{LINK}.stop")
        assert tab.value("unsubscribe.code") == "link_unknown"
