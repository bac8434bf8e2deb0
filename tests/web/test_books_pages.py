"""The operator's pages about accounts: what they tell an administrator, and that they tell nobody else."""

from photogen.kit.ids import new_id
from photogen.models import Account, Role
from tests.fakes.raw_tab import ROOT, RawTab

PAGES = f"{ROOT}.photogen___web___pages"
LIST, ONE = f"{PAGES}___accounts___state____accounts", f"{PAGES}___account___state____account_page"


def boss(web) -> str:
    """An administrator's session."""
    account = web.account(name="Boss")
    with web.services.uow() as uow:
        uow.session.get_one(Account, account).role = Role.ADMIN
    return web.session(account)


async def test_an_account_is_found_and_explained_a_page_at_a_time(web):
    mark = new_id()[-10:]
    ada = web.account(credits=0, email=f"ada.{mark}@example.com", name="Ada")
    for amount in range(1, 103):
        web.services.credits.adjust(ada, amount, f"Present {amount}", by="Boss", key=new_id())
    token = boss(web)
    async with RawTab(web.url, token, path="/admin/accounts") as tab:
        await tab.send(f"{LIST}.search", {"value": f"ada.{mark}"})
        [row] = tab.value("accounts.accounts")
        assert (row["href"], row["credits"]) == (f"/admin/accounts/{ada}", "5,253")
        await tab.send(f"{LIST}.search", {"value": f"nobody.{mark}"})
        assert tab.value("accounts.accounts") == []
    async with RawTab(web.url, token, path=f"/admin/accounts/{ada}") as tab:
        await tab.send(f"{ONE}.load")
        entries = tab.value("account_page.entries")
        assert (len(entries), entries[0]["balance"], entries[0]["why"]) == (100, "5,253", "Given by Boss: Present 102")
        assert tab.value("account_page.summary")["wrong"] == ""
        await tab.send(f"{ONE}.show_older")
        assert [entry["balance"] for entry in tab.value("account_page.entries")] == ["3", "1"]
        await tab.send(f"{ONE}.show_order", {"order": "oldest"})
        assert [entry["balance"] for entry in tab.value("account_page.entries")][:3] == ["1", "3", "6"]
    async with RawTab(web.url, token, path=f"/admin/accounts/{new_id()}") as tab:
        await tab.send(f"{ONE}.load")
        assert tab.value("account_page.missing") is True


async def test_nobody_else_is_told_anything(web):
    mark = new_id()[-10:]
    ada = web.account(email=f"ada.{mark}@example.com", name=f"Ada {mark}")
    for token in ("", web.session(ada), web.session(web.account(name="Eve"))):
        async with web.client(token) as browser:
            for path in ("/admin/accounts", f"/admin/accounts/{ada}"):
                assert (await browser.get(path)).status_code == 404
        async with RawTab(web.url, token, path=f"/admin/accounts/{ada}") as tab:
            for handler, payload in (
                (f"{LIST}.load", {}), (f"{LIST}.search", {"value": mark}), (f"{LIST}.show_older", {}),
                (f"{ONE}.load", {}), (f"{ONE}.show_order", {"order": "oldest"}), (f"{ONE}.show_older", {}),
            ):  # fmt: skip
                await tab.send(handler, payload)
            assert tab.value("account_page.entries") in (None, [])
            assert tab.value("accounts.accounts") in (None, [])
