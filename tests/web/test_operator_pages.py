"""The operator's page is there for nobody else; accounts are deleted through the door; addresses of photos die."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx

from photogen.domain.accounts.commands import Register
from photogen.kit.ids import new_id
from photogen.models import Account, Incident, Role
from tests.fakes.raw_tab import ROOT, RawTab

ADMIN = f"{ROOT}.photogen___web___pages___admin___state____admin"
PASSWORD = "correct horse battery"


def boss(web) -> str:
    """An administrator's session."""
    account = web.account(name="Boss")
    with web.services.uow() as uow:
        uow.session.get_one(Account, account).role = Role.ADMIN
    return web.session(account)


def incident(web) -> str:
    """An open incident's id."""
    with web.services.uow() as uow:
        return web.services.incidents.report(uow, "hub_public", new_id(), "A model stood open.").id


async def test_the_page_is_there_for_administrators_alone(web):
    for token in ("", web.session(web.account(name="Eve"))):
        async with web.client(token) as browser:
            for path in ("/admin", "/admin/", "/admin/anything"):
                assert (await browser.get(path)).status_code == 404
    async with web.client(boss(web)) as browser:
        assert (await browser.get("/admin")).status_code == 200


async def test_its_handlers_do_nothing_for_anybody_else(web):
    id_ = incident(web)
    for token in ("", web.session(web.account(name="Eve"))):
        async with RawTab(web.url, token, path="/dashboard") as tab:
            for handler, payload in (
                ("load", {}),
                ("resolve", {"incident_id": id_}),
                ("try_now", {"leftover_id": new_id()}),
                ("release", {"version_id": new_id()}),
            ):
                await tab.send(f"{ADMIN}.{handler}", payload)
            assert "A model stood open" not in tab.words
    async with RawTab(web.url, boss(web), path="/admin") as tab:
        await tab.send(f"{ADMIN}.load")
        assert "A model stood open" in tab.words
        await tab.send(f"{ADMIN}.resolve", {"incident_id": id_})
    with web.services.uow() as uow:
        found = uow.session.get_one(Incident, id_)
        assert (found.resolved_at is not None, found.resolved_by) == (True, "Boss")


async def test_an_account_is_deleted_with_password_and_address_and_is_out_at_once(web):
    email = f"{new_id()}@example.com"
    token = web.services.accounts.register(Register.of(name="Ada", email=email, password=PASSWORD)).token
    async with web.client(token) as browser:
        wrong = await browser.post("/auth/delete-account", data={"confirmation": email, "delete_password": "no"})
        assert (wrong.status_code, wrong.headers["location"]) == (303, "/settings?delete=1")
        assert web.services.accounts.identify(token) is not None
        gone = await browser.post("/auth/delete-account", data={"confirmation": email, "delete_password": PASSWORD})
        to = urlsplit(gone.headers["location"])
        assert (gone.status_code, to.path) == (303, "/deletions")
        assert 'photogen_session=""' in gone.headers["set-cookie"]
    assert web.services.accounts.identify(token) is None
    [number] = parse_qs(to.query)["receipt"]
    assert web.services.receipts.look(number).name == "An account"
    async with web.client() as browser:
        again = await browser.post("/auth/delete-account", data={"confirmation": email, "delete_password": PASSWORD})
        assert again.headers["location"].startswith("/login")


async def test_nobody_deletes_from_another_site(web):
    token = web.session(web.account())
    async with web.client(token, origin="https://evil.example") as browser:
        answer = await browser.post("/auth/delete-account", data={"confirmation": "x", "delete_password": "y"})
        assert answer.status_code == 403


async def test_a_dataset_is_dead_once_its_training_has_ended_or_its_time_is_over(web):
    storage = web.services.storage
    key = f"datasets/{new_id()}.zip"
    storage.put(key, b"PK photos of somebody", "application/zip")
    address, old = (storage.signed_url(key, timedelta(seconds=s), reference=new_id()) for s in (60, -1))
    async with httpx.AsyncClient(trust_env=False) as trainer:
        assert (await trainer.get(address)).content == b"PK photos of somebody"
        assert (await trainer.get(old)).status_code == 404
        assert (await trainer.get(address.replace(".zip", ".zap"))).status_code == 404
        storage.delete(key)  # what the first step of the training does, and each clean-up
        assert (await trainer.get(address)).status_code == 404
