"""What is on offer, edited on a page by administrators alone."""

from photogen.domain.audit import Operator
from photogen.domain.plans.registry import EditModel
from photogen.kit.ids import new_id
from photogen.models import Account, Role
from tests.fakes.raw_tab import ROOT, RawTab

PAGE = f"{ROOT}.photogen___web___pages___plans___state____plans_page"
MODEL = "flux:1.1-pro"


def boss(web) -> tuple[str, str]:
    """An administrator's id and session."""
    account = web.account(name="Boss")
    with web.services.uow() as uow:
        uow.session.get_one(Account, account).role = Role.ADMIN
    return account, web.session(account)


def sold(web) -> dict[str, object]:
    """All that is on offer."""
    view = web.services.registry.view()
    return {row.key: row for row in (*view.plans, *view.packs, *view.models)}


async def test_a_model_is_edited_and_what_is_wrong_said_at_its_field(web):
    before, mark = sold(web)[MODEL], f"Better hands. {new_id()}"
    account, token = boss(web)
    form = {
        "name": before.name, "description": mark, "tier": "basic", "credits": "two", "credit_unit": "picture",
        "quota_weight": "2", "enabled": "on",
    }  # fmt: skip
    try:
        async with RawTab(web.url, token, path="/admin/plans") as tab:
            await tab.send(f"{PAGE}.load")
            await tab.send(f"{PAGE}.edit", {"kind": "model", "key": MODEL})
            assert tab.value("plans_page.fields")["credits"] == str(before.credits)
            await tab.send(f"{PAGE}.save", {"form_data": form})
            assert tab.value("plans_page.errors") == {"credits": "Credits has to be a whole number."}
            await tab.send(f"{PAGE}.save", {"form_data": {**form, "credits": "2", "credit_unit": "second"}})
            assert "no length" in tab.value("plans_page.errors")["form"]
            assert tab.value("plans_page.editing") == "model"
            await tab.send(
                f"{PAGE}.save", {"form_data": {**form, "credits": "2", "unknown": "x", "key": "flux:schnell"}}
            )
            assert tab.value("plans_page.editing") == ""
            newest = tab.value("plans_page.changes")[0]
            assert (newest["who"], newest["what"]) == ("Boss", f"model {MODEL}")
            assert mark in newest["lines"][0]
        assert sold(web)[MODEL].description == mark
    finally:
        names = [name for name in EditModel.model_fields if name != "key"]
        again = EditModel.of(key=MODEL, **{name: getattr(before, name) for name in names})
        web.services.registry.edit_model(Operator(account, "Boss"), again)


async def test_prices_are_typed_in_dollars_and_a_stale_form_is_told(web):
    _, token = boss(web)
    version = sold(web)["pro"].version
    form = {
        "name": "Pro", "month_cents": "40", "year_cents": "$384.00", "credits_month": "400", "credits_once": "0",
        "trainings_included": "3", "daily_quota": "150", "model_slots": "5", "tier": "pro", "public_allowed": "on",
        "pictures_at_once": "16", "queue_weight": "3",
    }  # fmt: skip
    async with RawTab(web.url, token, path="/admin/plans") as tab:
        await tab.send(f"{PAGE}.edit", {"kind": "plan", "key": "pro"})
        await tab.send(f"{PAGE}.save", {"form_data": {**form, "month_cents": "forty"}})
        assert "dollars" in tab.value("plans_page.errors")["month_cents"]
        await tab.send(f"{PAGE}.save", {"form_data": {**form, "version": "1000"}})
        assert tab.value("plans_page.editing") == ""
        await tab.send(f"{PAGE}.edit", {"kind": "plan", "key": "gold"})
        assert [code for _, code in tab.toasts if code] == ["nothing_to_edit"]
    assert sold(web)["pro"].version == version  # nothing was different


async def test_nobody_else_sees_or_edits_anything(web):
    before = sold(web)
    for token in ("", web.session(web.account(name="Eve"))):
        async with web.client(token) as browser:
            assert (await browser.get("/admin/plans")).status_code == 404
        async with RawTab(web.url, token, path="/admin/plans") as tab:
            await tab.send(f"{PAGE}.load")
            await tab.send(f"{PAGE}.edit", {"kind": "pack", "key": "credits_100"})
            await tab.send(f"{PAGE}.save", {"form_data": {"credits": "100", "cents": "1", "enabled": "on"}})
            await tab.send(f"{PAGE}.sync")
            assert tab.value("plans_page.plans") in (None, [])
            assert tab.value("plans_page.fields") in (None, {})
    assert sold(web) == before
