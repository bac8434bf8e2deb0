"""The owner's figures: read and taken home as files by administrators, and there for nobody else."""

import csv
import io

from photogen.kit.ids import new_id
from photogen.models import Account, Role
from tests.fakes.raw_tab import ROOT, RawTab

PAGE = f"{ROOT}.photogen___web___pages___figures___state____figures_page"
PARTS = ("days", "work", "plans", "statement", "ledger")


def boss(web) -> str:
    """An administrator's session."""
    account = web.account(name="Boss")
    with web.services.uow() as uow:
        uow.session.get_one(Account, account).role = Role.ADMIN
    return web.session(account)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


async def test_the_page_shows_a_statement_that_adds_up_for_each_period(web):
    web.services.credits.adjust(web.account(credits=0), 11, "A present", by="Boss", key=new_id())
    async with RawTab(web.url, boss(web), path="/admin/figures") as tab:
        await tab.send(f"{PAGE}.load")
        for span in ("7", "90"):
            await tab.send(f"{PAGE}.show", {"span": span})
            board = tab.value("figures_page.board")
            assert board["wrong"] == ""
            assert (len(board["days"]), len(board["money"]["bars"])) == (int(span), int(span))
            assert board["statement"][0]["head"] == "At the beginning"
        await tab.send(f"{PAGE}.show", {"span": "31"})
        assert [code for _, code in tab.toasts] == ["not_a_choice"]


async def test_the_files_say_the_same(web):
    note = f"=present {new_id()}"
    web.services.credits.adjust(web.account(credits=0), 5, note, by="Boss", key=new_id())
    async with web.client(boss(web)) as browser:
        files = {part: await browser.get(f"/api/admin/figures/{part}.csv?span=7") for part in PARTS}
        assert (await browser.get("/api/admin/figures/days.csv?span=x")).status_code == 422
        assert (await browser.get("/api/admin/figures/secrets.csv")).status_code == 404
    assert {answer.headers["content-type"] for answer in files.values()} == {"text/csv; charset=utf-8"}
    assert all("attachment" in answer.headers["content-disposition"] for answer in files.values())
    statement = {row[0]: int(row[1]) for row in rows(files["statement"].text)[1:]}
    assert statement["difference"] == 0
    ledger = rows(files["ledger"].text)
    assert [row[10] for row in ledger if row[10].endswith(note)] == [f"'{note}"]
    assert len(rows(files["days"].text)) == 8


async def test_nobody_else_is_told_anything(web):
    for token in ("", web.session(web.account(name="Eve"))):
        async with web.client(token) as browser:
            assert (await browser.get("/admin/figures")).status_code == 404
            for part in PARTS:
                answer = await browser.get(f"/api/admin/figures/{part}.csv")
                assert answer.status_code == (404 if token else 401)
        async with RawTab(web.url, token, path="/admin/figures") as tab:
            await tab.send(f"{PAGE}.load")
            await tab.send(f"{PAGE}.show", {"span": "7"})
            assert (tab.value("figures_page.board") or {"days": []})["days"] == []
