"""The States of the lab, of a model's versions and of the photo sets, in process on real services: what they do for
their owner, for somebody else, and with arguments that no page sends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import reflex as rx
from sqlalchemy import text

from photogen.domain.notices import NoticesService
from photogen.gateways.mail.console import ConsoleMail
from photogen.kit.ids import new_id
from photogen.models import Account, LabRun, LoraStatus, LoraVersion
from photogen.web import deps
from photogen.web.notices import Notices
from photogen.web.pages.lab.state import Lab
from photogen.web.pages.model.state import ModelPage
from photogen.web.pages.photos.state import PAGE, PhotoSets
from photogen.web.session import cookie_name
from photogen.web.walls import Walls
from tests.factories.studio import Studio
from tests.factories.work import Works
from tests.web.conftest import Tab

Pipeline = Callable[..., Any]


class Person:
    """Somebody who is logged in, with credits and a plan that trains."""

    def __init__(self, works: Works, credits: int = 100) -> None:
        session = works.studio.register()
        self.id = session.identity.account_id
        self.cookie = f"{cookie_name(https=False)}={session.token}"
        with works.studio.uow() as uow:
            uow.session.get_one(Account, self.id).plan_key = "pro"
        works.credits.adjust(self.id, credits, "A present", by="boss", key=f"present-{self.id}")


class At:
    """A person's tab on a page."""

    def __init__(self, tab: Tab, person: Person, state: type[rx.State], path: str) -> None:
        self._tab, self._person, self._state, self._path = tab, person, state, path

    async def do(self, handler: str, **arguments: Any) -> None:
        name = f"{self._state.get_full_name()}.{handler}"
        await self._tab.send(name, arguments, cookie=self._person.cookie, path=self._path)

    def __getitem__(self, variable: str) -> Any:
        return self._tab.value(self._state, variable)

    @property
    def codes(self) -> list[str]:
        return [notice.code for notice in self._tab.value(Notices, "items") or []]

    @property
    def toasts(self) -> list[str]:
        return [notice.text for notice in self._tab.value(Notices, "items") or []]

    @property
    def wall(self) -> str:
        wall = self._tab.value(Walls, "wall")
        return wall.code if wall else ""

    @property
    def told(self) -> str:
        """All that this tab was sent."""
        return str(self._tab.deltas)


@pytest.fixture
def works(module_database_url: str) -> Iterator[Works]:
    studio = Studio.on(module_database_url)
    with studio.session() as session:
        session.execute(text("TRUNCATE account, leftover CASCADE"))
        session.commit()
    works = Works(studio)
    deps.use(
        SimpleNamespace(
            accounts=studio.accounts, credits=studio.credits, quota=studio.quota, plans=studio.plans, loras=works.loras,
            photosets=works.photosets, lab=works.lab, training=works.training, generation=works.generation,
            gallery=works.gallery, notices=NoticesService(studio.uow, studio.clock, ConsoleMail(), works.incidents),
        )
    )  # type: ignore[arg-type]  # fmt: skip
    yield works
    deps.use(None)
    studio.close()


@pytest.fixture
def ada(works: Works) -> Person:
    return Person(works)


@pytest.fixture
def eve(works: Works) -> Person:
    return Person(works)


def runs(works: Works) -> list[LabRun]:
    with works.studio.session() as session:
        return list(session.query(LabRun))


# --- the lab ---


async def test_a_run_is_started_once_and_shown(works: Works, ada: Person, pipeline: Pipeline) -> None:
    model = works.lora(ada.id)
    async with pipeline() as tab:
        lab = At(tab(), ada, Lab, f"/models/{model}/lab")
        await lab.do("load")
        assert (lab["ready"], lab["missing"], lab["model_id"], lab["version"]) == (True, False, model, model)
        before = works.balance(ada.id)
        await lab.do("start")
        assert (lab["starting"], lab.codes) == (False, [])
        [run] = runs(works)
        assert lab["run"].id == run.id
        assert works.balance(ada.id) < before
        await lab.do("cancel")
        assert works.balance(ada.id) == before
    assert works.sound(ada.id)


async def test_somebody_elses_lab_is_not_there(works: Works, ada: Person, eve: Person, pipeline: Pipeline) -> None:
    model = works.lora(ada.id, name="Secret Luna")
    async with pipeline() as tab:
        mine = At(tab("ada"), ada, Lab, f"/models/{model}/lab")
        await mine.do("load")
        await mine.do("start")
        [run] = runs(works)
        [generation, *_] = [cell.generation_id for row in works.lab.runs(ada.id, model)[0].rows for cell in row.cells]
        hers = At(tab("eve"), eve, Lab, f"/models/{model}/lab")
        await hers.do("load")
        assert (hers["missing"], hers["model_id"] or "") == (True, "")
        await hers.do("start")
        await hers.do("look_at", value=run.id)
        await hers.do("hold_against", value=run.id)
        for handler in ("use", "retry", "cancel"):
            await hers.do(handler)
        await hers.do("vote", run_id=run.id, generation_id=generation, right=True)
        await hers.do("keep", run_id=run.id, generation_id=generation)
        assert set(hers.codes) <= {"model_not_found", "lab_not_found", "run_not_found", "not_found"}
        assert len(hers.codes) == 5, "a toast list keeps the last five; each of them was refused"
        assert "Secret Luna" not in hers.told
    assert [one.id for one in runs(works)] == [run.id]
    [kept] = works.lab.runs(ada.id, model)
    assert not any(cell.voted or cell.kept for row in kept.rows for cell in row.cells)
    assert kept.running
    assert works.holds(eve.id) == []


async def test_a_version_or_a_prompt_that_is_none_changes_nothing(
    works: Works, ada: Person, eve: Person, pipeline: Pipeline
) -> None:
    model, foreign = works.lora(ada.id), works.lora(eve.id)
    async with pipeline() as tab:
        lab = At(tab(), ada, Lab, f"/models/{model}/lab")
        await lab.do("load")
        offered = lab["offer"]
        for value in (foreign, new_id(), "", "x" * 500, "\x00"):
            await lab.do("set_version", value=value)
            assert lab["version"] == model
        for key in ("no such prompt", "", "\x00"):
            await lab.do("take", key=key)
        assert lab["offer"] == offered
        for prompt in [p for p in offered.prompts if p.taken]:
            await lab.do("take", key=prompt.key)
        await lab.do("start")
        assert lab.codes, "a run of nothing is refused"
    assert runs(works) == []
    assert works.holds(ada.id) == []


async def test_who_can_not_pay_is_shown_what_it_takes(works: Works, pipeline: Pipeline) -> None:
    poor = Person(works, credits=1)
    model = works.lora(poor.id)
    have = works.balance(poor.id)
    async with pipeline() as tab:
        lab = At(tab(), poor, Lab, f"/models/{model}/lab")
        await lab.do("load")
        await lab.do("start")
        assert lab.wall == "insufficient_credits"
        assert lab["starting"] is False
    assert runs(works) == []
    assert works.balance(poor.id) == have


@pytest.mark.parametrize(
    ("handler", "arguments"),
    [
        ("vote", {"run_id": "x", "generation_id": "y", "right": "perhaps"}),
        ("vote", {"run_id": ["x"], "generation_id": "y", "right": True}),
        ("vote", {"run_id": "x"}),
        ("look_at", {"value": {"id": 1}}),
        ("take", {"key": 7, "more": 1}),
        ("set_version", {}),
    ],
)
async def test_arguments_that_no_page_sends(
    works: Works, ada: Person, pipeline: Pipeline, handler: str, arguments: dict[str, Any]
) -> None:
    model = works.lora(ada.id)
    async with pipeline() as tab:
        lab = At(tab(), ada, Lab, f"/models/{model}/lab")
        await lab.do("load")
        await lab.do(handler, **arguments)
        assert len(lab.codes) == 1
        assert lab["version"] == model


# --- the versions of a model ---


async def test_versions_are_switched_and_deleted_with_a_receipt(works: Works, ada: Person, pipeline: Pipeline) -> None:
    model = works.lora(ada.id)
    newer = works.version(model, number=2)
    async with pipeline() as tab:
        page = At(tab(), ada, ModelPage, f"/models/{model}")
        await page.do("load")
        assert [view.id for view in page["versions"]] == [newer, model]
        await page.do("switch", version_id=newer)
        assert works.loras.get(ada.id, model).version_id == newer
        await page.do("ask_drop", version_id=newer)
        await page.do("drop")
        assert (page["dropping"], page["busy"], len(page["versions"])) == ("", False, 1)
        [receipt] = works.receipts.of_account(ada.id)
        assert receipt.number in page.toasts[-1]
        await page.do("ask_drop", version_id=model)
        await page.do("drop")
        assert page.codes[-1] == "only_version"
        assert (page["dropping"], page["busy"]) == ("", False)
    assert works.loras.get(ada.id, model).version_id == model


async def test_a_version_that_is_held_back_can_not_be_chosen(works: Works, ada: Person, pipeline: Pipeline) -> None:
    model = works.lora(ada.id)
    held = works.version(model, number=2)
    with works.studio.uow() as uow:
        uow.session.get_one(LoraVersion, held).status = LoraStatus.QUARANTINED
    async with pipeline() as tab:
        page = At(tab(), ada, ModelPage, f"/models/{model}")
        await page.do("load")
        await page.do("switch", version_id=held)
        assert page.codes == ["version_quarantined"]
    assert works.loras.get(ada.id, model).version_id == model


async def test_somebody_elses_versions_stay_as_they_are(
    works: Works, ada: Person, eve: Person, pipeline: Pipeline
) -> None:
    model = works.lora(ada.id, name="Secret Luna")
    newer, own = works.version(model, number=2), works.lora(eve.id, trigger_word="evelove")
    async with pipeline() as tab:
        for path in (f"/models/{model}", f"/models/{own}", "/models/x", "/models/"):
            page = At(tab(), eve, ModelPage, path)
            await page.do("load")
            await page.do("switch", version_id=newer)
            assert page.codes[-1] in {"model_not_found", "version_not_found"}
            await page.do("ask_drop", version_id=newer)
            await page.do("drop")
            assert page.codes[-1] in {"model_not_found", "version_not_found"}
            if path != f"/models/{own}":
                assert page["missing"] is True
                await page.do("delete")
                assert page.codes[-1] == "model_not_found"
        assert "Secret Luna" not in page.told
    assert len(works.loras.story(ada.id, model).versions) == 2
    assert works.loras.get(ada.id, model).version_id == model
    assert works.receipts.of_account(eve.id) == []


# --- photo sets ---


async def test_sets_are_listed_page_by_page_and_only_to_their_owner(
    works: Works, ada: Person, eve: Person, pipeline: Pipeline
) -> None:
    ids = [works.photo_set(ada.id, 1) for _ in range(PAGE + 2)]
    works.photosets.create(ada.id, "Nothing in it yet")
    async with pipeline() as tab:
        page = At(tab("ada"), ada, PhotoSets, "/photos")
        await page.do("show_older")  # before anything was read
        await page.do("load")
        assert (len(page["cards"]), page["older"], page["newer"]) == (PAGE, True, False)
        first = {card.id for card in page["cards"]}
        await page.do("show_older")
        assert (len(page["cards"]), page["older"], page["newer"]) == (2, False, True)
        assert first | {card.id for card in page["cards"]} == set(ids)
        for _ in range(2):
            await page.do("show_older")
        assert len(page["cards"]) == 2
        for _ in range(3):
            await page.do("show_newer")
        assert {card.id for card in page["cards"]} == first
        other = At(tab("eve"), eve, PhotoSets, "/photos")
        await other.do("load")
        assert (other["ready"], other["cards"] or []) == (True, [])
        assert not any(id_ in other.told for id_ in ids)


async def test_a_new_set_leads_to_its_page_and_is_its_makers(
    works: Works, ada: Person, eve: Person, pipeline: Pipeline
) -> None:
    async with pipeline() as tab:
        one = tab()
        page = At(one, ada, PhotoSets, "/photos")
        await page.do("load")
        await page.do("create_set")
        assert page["creating"] in (False, None)
        [made] = works.photosets.list(ada.id)
        assert one.went_to() == [f"/photos/{made.id}"]
    assert works.photosets.list(eve.id) == []
