"""The coach's routes and pages on the real server: what is told, one tap and its undo, and who should not be there."""

from typing import Any

import httpx
import pytest

from photogen.domain.photosets import AddPhoto
from photogen.kit.ids import new_id
from tests.factories.photos import encoded, jpeg, scene
from tests.factories.victim import victim
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.web_server import WebServer

WIZARD = f"{ROOT}.photogen___web___pages___wizard___state____wizard"
SET = f"{ROOT}.photogen___web___pages___photo_set___state____photo_set_page"
MISFITS: list[Any] = [
    None, [], "x", 1, {"rotation": 45}, {"rotation": "90"}, {"crop": [0, 0, 1]}, {"crop": [0, 0, 1e308, 1]},
    {"crop": [0.9, 0, 0.5, 1]}, {"crop": [-0.1, 0, 1, 1]}, {"crop": [0, 0, 0, 0]}, {"crop": [0, 0, 0.01, 0.01]},
    {"cls": 1}, {"self": 1}, {"text": None}, {"text": 7}, {"text": "\ud800"}, {"text": "a\x00b"}, {"text": "x" * 5000},
    {"rotation": 90, "unknown": 1},
]  # fmt: skip


class Desk:
    """Somebody with a photo set, and a client that is logged in."""

    def __init__(self, web: WebServer, folder: Any) -> None:
        self.web, self.folder = web, folder
        self.account = web.account()
        self.token = web.session(self.account)
        self.set_id = web.services.photosets.create(self.account, "Luna").id

    def add(self, data: bytes, name: str = "a.jpg") -> str:
        path = self.folder / new_id()
        path.write_bytes(data)
        return self.web.services.photosets.add(
            self.account, self.set_id, AddPhoto.of(upload_id=new_id(), file_name=name), path
        ).id

    def ask(self, method: str, rest: str, *, token: str = "", **content: Any) -> httpx.Response:
        headers = {"origin": self.web.url, "cookie": f"photogen_session={token or self.token}"}
        address = f"{self.web.url}/api/photosets/{self.set_id}/{rest}"
        return httpx.request(method, address, headers=headers, trust_env=False, timeout=20, **content)

    def photo(self, photo_id: str) -> dict[str, Any]:
        photos = self.ask("GET", "coach?subject=style&trigger_word=luna_tok").json()["photos"]
        return next(photo for photo in photos if photo["id"] == photo_id)


@pytest.fixture
def desk(web: WebServer, tmp_path: Any) -> Desk:
    return Desk(web, tmp_path)


def test_the_page_is_told_of_each_photo_and_of_the_set(desk: Desk) -> None:
    ids = [desk.add(jpeg(seed, 512, 640)) for seed in range(1, 4)]
    said = desk.ask("GET", "coach?subject=style").json()
    assert [photo["id"] for photo in said["photos"]] == ids
    assert 0 <= said["report"]["score"] <= 100
    assert said["report"]["photos_used"] == 3
    assert desk.ask("GET", "coach?subject=nonsense").status_code == 422


def test_one_tap_answers_with_what_is_now_and_can_be_taken_back(desk: Desk) -> None:
    ids = [desk.add(jpeg(seed, 512, 640)) for seed in range(1, 4)]
    for verb, field, value in (
        ("drop", "dropped", True), ("restore", "dropped", False), ("keep", "kept", True), ("check", "kept", False),
    ):  # fmt: skip
        said = desk.ask("POST", f"photos/{ids[0]}/{verb}?subject=style").json()
        assert said["photos"][0][field] is value
        assert said["report"]["photos_used"] == (2 if verb == "drop" else 3)


def test_an_edited_photo_has_a_new_address_and_its_upload_stays(desk: Desk) -> None:
    photo_id = desk.add(encoded(scene(1, 600, 900)))
    before = desk.photo(photo_id)
    edit = {"rotation": 90, "crop": [0, 0, 0.5, 1]}
    after = desk.ask("PUT", f"photos/{photo_id}/edit?subject=style", json=edit).json()["photos"][0]
    assert (after["width"], after["height"]) == (450, 600)
    assert (after["rotation"], after["crop"]) == (90, [0, 0, 0.5, 1])
    assert after["thumb_url"] != before["thumb_url"]
    headers = {"cookie": f"photogen_session={desk.token}"}
    for address in (after["thumb_url"], f"/media/photos/{photo_id}/normal"):
        assert httpx.get(desk.web.url + address, headers=headers, trust_env=False).status_code == 200
    back = {"rotation": before["rotation"], "crop": before["crop"]}
    again = desk.ask("PUT", f"photos/{photo_id}/edit?subject=style", json=back).json()["photos"][0]
    assert (again["width"], again["height"]) == (600, 900)


def test_captions_are_kept_and_the_trigger_word_is_put_into_all(desk: Desk) -> None:
    first, second = desk.add(jpeg(1, 512, 512)), desk.add(jpeg(2, 512, 512))
    said = desk.ask("PUT", f"photos/{first}/caption?trigger_word=luna_tok", json={"text": " at the sea "}).json()
    assert said["photos"][0]["caption"] == "at the sea"
    assert said["photos"][0]["caption_problem"]
    assert said["report"]["captions_missing_trigger"] == 1
    said = desk.ask("POST", "captions?trigger_word=luna_tok").json()
    assert said["photos"][0]["caption"].startswith("luna_tok")
    assert said["report"]["captions_missing_trigger"] == 0
    assert desk.photo(second)["caption"] == ""


def test_nobody_and_others_are_refused_and_change_nothing(web: WebServer, desk: Desk) -> None:
    photo_id = desk.add(jpeg(1, 512, 512))
    before = desk.photo(photo_id)
    eve = web.session(web.account(name="Eve"))
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "coach", {}), ("POST", "fixes", {}), ("POST", "captions?trigger_word=eve_tok", {}),
        ("PUT", f"photos/{photo_id}/edit", {"json": {"rotation": 90}}),
        ("PUT", f"photos/{photo_id}/caption", {"json": {"text": "eve"}}),
        *(("POST", f"photos/{photo_id}/{verb}", {}) for verb in ("drop", "restore", "keep", "check")),
    ]  # fmt: skip
    for method, rest, content in calls:
        assert desk.ask(method, rest, token="nobody", **content).status_code == 401, rest
        foreign = desk.ask(method, rest, token=eve, **content)
        assert (foreign.status_code, foreign.json()["error"]["code"]) == (404, "not_found"), rest
    assert desk.photo(photo_id) == before


def test_a_photo_of_another_set_of_ones_own_is_not_in_this_one(desk: Desk) -> None:
    photo_id = desk.add(jpeg(1, 512, 512))
    other = Desk(desk.web, desk.folder)
    desk.set_id = desk.web.services.photosets.create(desk.account).id
    assert desk.ask("POST", f"photos/{photo_id}/drop").status_code == 404
    assert desk.ask("POST", f"photos/{other.add(jpeg(2, 512, 512))}/drop").status_code == 404


def test_nothing_that_can_be_sent_breaks_a_change(desk: Desk) -> None:
    photo_id = desk.add(jpeg(1, 512, 512))
    seen, before = len(desk.web.log()), desk.photo(photo_id)
    for misfit in MISFITS:
        for what in ("edit", "caption"):
            body = (
                httpx.Request("PUT", "http://x", json=misfit).content
                if misfit != {"text": "\ud800"}
                else b'{"text":"\\ud800"}'
            )
            answer = desk.ask("PUT", f"photos/{photo_id}/{what}", content=body)
            assert 400 <= answer.status_code < 500, (what, misfit, answer.text)
            assert answer.json()["error"]["message"]
    for rest in ("photos/..%2f../edit", "photos/x/edit", f"photos/{'0' * 26}/drop", "photos/%00/drop"):
        assert desk.ask("POST" if "drop" in rest else "PUT", rest, content=b"{}").status_code in {404, 405}, rest
    assert "Traceback" not in desk.web.log()[seen:]
    assert desk.photo(photo_id) == before


async def test_a_suggestion_leaves_alone_what_was_changed_by_hand(web: WebServer, desk: Desk) -> None:
    for seed in range(1, 7):
        desk.add(jpeg(seed, 512, 512))
    async with RawTab(web.url, desk.token, path="/models/new", address="127.0.4.1") as tab:
        await tab.send(f"{WIZARD}.set_name", {"value": "Luna"})
        await tab.send(f"{WIZARD}.use_set", {"value": desk.set_id})
        await tab.send(f"{WIZARD}.set_lora_rank", {"value": 100})
        await tab.send(f"{WIZARD}.set_steps", {"value": 150})
        await tab.send(f"{WIZARD}.use_suggestion")
        assert (tab.value("wizard.lora_rank"), tab.value("wizard.steps")) == (100, 150)
        time = tab.value("wizard.price")["time"]
        await tab.send(f"{WIZARD}.use_suggested", {"field": "steps"})
        suggested = tab.value("wizard.advice")["steps"]
        assert (tab.value("wizard.lora_rank"), tab.value("wizard.steps")) == (100, suggested)
        assert tab.value("wizard.price")["time"] != time
        await tab.send(f"{WIZARD}.use_suggested", {"field": "starting"})
        assert tab.value("wizard.by_hand") == ["lora_rank"]
    draft = web.services.training.draft(desk.account)
    assert (draft.by_hand, draft.lora_rank, draft.steps) == (("lora_rank",), 100, suggested)


async def test_a_set_in_the_address_is_taken_once_and_others_sets_are_not(web: WebServer, desk: Desk) -> None:
    hers = victim(web, files=False)
    async with RawTab(web.url, desk.token, path=f"/models/new?set={desk.set_id}", address="127.0.4.2") as tab:
        assert tab.redirects == ["/models/new"]
    assert web.services.training.draft(desk.account).photo_set_id == desk.set_id
    assert web.services.training.draft(desk.account).name == "Luna"
    async with RawTab(web.url, desk.token, path=f"/models/new?set={hers.ids['set']}", address="127.0.4.2") as tab:
        assert tab.redirects == []
        assert hers.seen_in(tab.words, sent=[hers.ids["set"]]) == []
    assert web.services.training.draft(desk.account).photo_set_id == desk.set_id


async def test_a_set_is_renamed_copied_and_deleted_and_what_was_made_of_it_stays(web: WebServer) -> None:
    ada = victim(web, files=False)
    path = f"/photos/{ada.ids['set']}"
    async with RawTab(web.url, web.session(ada.account), path=path, address="127.0.4.3") as tab:
        assert len(tab.value("photo_set_page.view")["uses"]) == 7
        await tab.send(f"{SET}.set_new_name", {"value": "Sea"})
        await tab.send(f"{SET}.rename", {"form_data": {}})
        assert tab.value("photo_set_page.view")["name"] == "Sea"
        await tab.send(f"{SET}.delete")
        assert tab.redirects == []  # trainings with it are under way
        assert [code for _, code in tab.toasts] == ["photo_set_in_use"]
    for kind, training_id in ada.ids.items():
        if kind.startswith("training ") and kind.split()[1] not in ("completed", "failed", "cancelled"):
            web.services.training.cancel(ada.account, training_id)
    async with RawTab(web.url, web.session(ada.account), path=path, address="127.0.4.3") as tab:
        await tab.send(f"{SET}.delete")
        assert tab.redirects == ["/photos"]
    assert [s.id for s in web.services.photosets.list(ada.account)] == []
    assert web.services.training.get(ada.account, ada.ids["training completed"]).photo_count == 6
    async with RawTab(
        web.url, web.session(ada.account), path=f"/models/{ada.ids['model']}", address="127.0.4.3"
    ) as tab:
        assert tab.value("model_page.missing") is False
        assert tab.value("model_page.view")["id"] == ada.ids["model"]
