"""The generate page over a raw socket: what it remembers, and what it says."""

import httpx

from photogen.domain.generation.commands import StartGeneration
from photogen.kit.ids import new_id
from tests.factories.photos import jpeg
from tests.factories.victim import victim
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.web_server import WebServer

PAGE = f"{ROOT}.photogen___web___pages___generate"
GENERATE = f"{PAGE}___state____generate"
PRESETS = f"{PAGE}___presets____presets"
HISTORY = f"{PAGE}___history____prompt_history"


def ask(web: WebServer, account: str, prompt: str) -> None:
    command = StartGeneration.of(request_key=new_id(), model="base:flux:schnell", prompt=prompt)
    web.services.generation.start(account, command)


def texts(tab: RawTab) -> list[str]:
    return [item["text"] for item in tab.value("prompt_history.items")]


async def test_earlier_prompts_are_suggested_found_used_and_forgotten(web: WebServer) -> None:
    ada, bob = web.account(credits=10), web.account(credits=10)
    for prompt in ("a red fox", "a boat at sea"):
        ask(web, ada, prompt)
    ask(web, bob, "a secret fox")
    async with (
        RawTab(web.url, web.session(ada), path="/generate") as tab,
        RawTab(web.url, web.session(bob), path="/generate") as other,
    ):
        await tab.send(f"{GENERATE}.set_prompt", {"value": "fox"})
        suggested = tab.value("generate.suggested")
        assert suggested["of"] == "fox"
        assert [(one["source"], one["text"]) for one in suggested["items"]] == [("history", "a red fox")]

        await tab.send(f"{HISTORY}.show")
        assert texts(tab) == ["a boat at sea", "a red fox"]
        await tab.send(f"{HISTORY}.find", {"value": "FOX"})
        assert texts(tab) == ["a red fox"]
        fox = tab.value("prompt_history.items")[0]["id"]
        await other.send(f"{HISTORY}.forget", {"prompt_id": fox})
        assert other.toasts[-1][1] == "prompt_not_found"
        await tab.send(f"{HISTORY}.forget", {"prompt_id": fox})
        assert (texts(tab), tab.value("prompt_history.gone")) == ([], "a red fox")
        await tab.send(f"{HISTORY}.recall")
        assert texts(tab) == ["a red fox"]
        await tab.send(f"{HISTORY}.use", {"text": "a red fox"})
        assert (tab.value("generate.prompt"), tab.value("prompt_history.open")) == ("a red fox", False)
        await tab.send(f"{HISTORY}.forget_all")
        await tab.send(f"{HISTORY}.show")
        assert texts(tab) == []
        assert "secret" not in tab.words
        await other.send(f"{HISTORY}.show")
        assert texts(other) == ["a secret fox"]


async def test_wildcards_say_what_they_stand_for_and_cost(web: WebServer) -> None:
    ada = web.account(credits=30)
    async with RawTab(web.url, web.session(ada), path="/generate") as tab:
        await tab.send(f"{GENERATE}.set_prompt", {"value": "{red|blue|green} coat"})
        wild = tab.value("generate.wild")
        assert (wild["count"], wild["examples"]) == (3, ["red coat", "blue coat", "green coat"])
        assert tab.value("generate.button").startswith("Generate 1 picture for")
        await tab.send(f"{GENERATE}.set_wildcards", {"value": "each"})
        assert tab.value("generate.button").startswith("Generate 3 pictures for")
        await tab.send(f"{GENERATE}.set_prompt", {"value": "{red|blue|green} {coat|hat}"})
        assert tab.value("generate.button").startswith("Generate 6 pictures for")
        await tab.send(f"{GENERATE}.start", {"form_data": {}})
        [batch] = tab.value("generate.batches")
        assert [shot["caption"] for shot in batch["shots"]][:2] == ["red coat", "red hat"]
        assert web.services.credits.balance(ada).available == 24
        await tab.send(f"{GENERATE}.set_prompt", {"value": "{a|b}" * 40})
        await tab.send(f"{GENERATE}.start", {"form_data": {}})
        assert "combinations" in tab.value("generate.errors")["prompt"]
        await tab.send(f"{GENERATE}.set_prompt", {"value": "{a|" * 20 + "}" * 20})
        assert "within each other" in tab.value("generate.errors")["prompt"]
    assert web.services.credits.balance(ada).available == 24


async def test_a_set_up_is_saved_changed_shared_and_taken_back(web: WebServer) -> None:
    ada, bob = web.account(credits=10), web.account(credits=10)
    async with (
        RawTab(web.url, web.session(ada), path="/generate") as tab,
        RawTab(web.url, web.session(bob), path="/generate") as other,
    ):
        for field, value in (("prompt", "a red fox"), ("style", "film"), ("seed", "7"), ("count", 3)):
            await tab.send(f"{GENERATE}.set_{field}", {"value": value})
        await tab.send(f"{PRESETS}.set_name", {"value": "Fox"})
        await tab.send(f"{PRESETS}.save", {"form_data": {}})
        assert (tab.value("generate.preset_name"), tab.value("generate.dirty")) == ("Fox", False)
        await tab.send(f"{GENERATE}.set_seed", {"value": "8"})
        assert tab.value("generate.dirty") is True
        await tab.send(f"{PRESETS}.save", {"form_data": {}})
        assert "of this name" in tab.value("presets.error")
        await tab.send(f"{PRESETS}.update_current")
        assert (tab.value("generate.dirty"), tab.value("presets.error")) == (False, "")
        [fox] = tab.value("presets.items")
        await other.send(f"{PRESETS}.share", {"preset_id": fox["id"]})
        assert other.toasts[-1][1] == "preset_not_found"
        await tab.send(f"{PRESETS}.share", {"preset_id": fox["id"]})
        link = tab.value("presets.items")[0]["link"]

        shared = f"/generate?{link.partition('?')[2]}"
        async with RawTab(web.url, web.session(bob), path=shared) as opened:
            got = [opened.value(f"generate.{name}") for name in ("prompt", "style", "seed", "count", "preset")]
            assert got == ["a red fox", "film", "8", 3, ""]
        await tab.send(f"{PRESETS}.unshare", {"preset_id": fox["id"]})
        async with RawTab(web.url, web.session(bob), path=shared) as opened:
            assert [code for _, code in opened.toasts] == ["preset_not_found"]
            assert opened.value("generate.prompt") == ""

        await tab.send(f"{GENERATE}.set_prompt", {"value": "a boat"})
        await tab.send(f"{PRESETS}.show")
        await tab.send(f"{PRESETS}.use", {"preset_id": fox["id"]})
        assert (tab.value("generate.prompt"), tab.value("generate.dirty")) == ("a red fox", False)
        await tab.send(f"{PRESETS}.delete", {"preset_id": fox["id"]})
        assert (tab.value("presets.items"), tab.value("generate.preset")) == ([], "")


async def test_a_picture_comes_back_into_the_form_as_much_as_is_asked_for(web: WebServer) -> None:
    ada = victim(web, files=False)
    image = ada.ids["image"]
    made = web.services.gallery.recipe(ada.account, image)
    async with RawTab(web.url, web.session(ada.account), path=f"/generate?from={image}&keep=unseeded") as tab:
        assert (tab.value("generate.prompt"), tab.value("generate.seed")) == (made.prompt, "")
        await tab.send(f"{GENERATE}.remix", {"image_id": image, "keep": "variations"})
        assert (tab.value("generate.seed"), tab.value("generate.count")) == (str(made.seed + 1), 4)
        await tab.send(f"{GENERATE}.lock")
        assert tab.value("generate.seed") == ""
        await tab.send(f"{GENERATE}.lock")
        assert tab.value("generate.seed").isdigit()
    async with RawTab(web.url, web.session(web.account()), path=f"/generate?from={image}") as other:
        assert [code for _, code in other.toasts] == ["image_not_found"]
        assert ada.seen_in(other.words, sent=[image]) == []


async def test_a_size_of_ones_own_is_drawn_kept_and_comes_back(web: WebServer) -> None:
    ada = web.account(plan="creator")
    async with RawTab(web.url, web.session(ada), path="/generate") as tab:
        await tab.send(f"{GENERATE}.set_model", {"value": "base:flux:1.1-pro"})
        assert tab.value("generate.controls")["sides"]["shown"] is True
        await tab.send(f"{GENERATE}.set_aspect", {"value": "16:9"})
        await tab.send(f"{GENERATE}.set_aspect", {"value": "custom"})
        assert (tab.value("generate.width"), tab.value("generate.height")) == (1344, 768)
        await tab.send(f"{GENERATE}.set_side", {"side": "width", "value": 2048})
        await tab.send(f"{GENERATE}.set_side", {"side": "height", "value": 2048})
        assert "too many" in tab.value("generate.errors")["width"]
        await tab.send(f"{GENERATE}.set_side", {"side": "width", "value": 600})
        await tab.send(f"{GENERATE}.set_side", {"side": "height", "value": 1000})
        await tab.send(f"{GENERATE}.swap_sides")
        assert tab.value("generate.errors") == {}
        await tab.send(f"{GENERATE}.set_prompt", {"value": "a wide field"})
        await tab.send(f"{PRESETS}.set_name", {"value": "Wide"})
        await tab.send(f"{PRESETS}.save", {"form_data": {}})
        await tab.send(f"{GENERATE}.start", {"form_data": {}})
        made = tab.value("generate.batches")[0]
        assert (made["ratio"], "992 × 608" in made["line"]) == ("992/608", True)
        await tab.send(f"{GENERATE}.set_model", {"value": "base:flux:schnell"})
        assert (tab.value("generate.aspect"), tab.value("generate.controls")["sides"]["shown"]) == ("16:9", False)
        await tab.send(f"{PRESETS}.use", {"preset_id": tab.value("presets.items")[0]["id"]})
        assert (tab.value("generate.model"), tab.value("generate.aspect")) == ("base:flux:1.1-pro", "custom")
        assert (tab.value("generate.width"), tab.value("generate.height")) == (1000, 600)
        assert tab.value("generate.dirty") is False


async def test_a_shape_that_nobody_draws_is_said_and_left_again(web: WebServer) -> None:
    async with RawTab(web.url, web.session(web.account(plan="creator")), path="/generate") as tab:
        await tab.send(f"{GENERATE}.set_model", {"value": "base:flux:1.1-pro"})
        await tab.send(f"{GENERATE}.set_aspect", {"value": "round"})
        assert "round" in tab.value("generate.errors")["aspect"]
        await tab.send(f"{GENERATE}.set_aspect", {"value": "custom"})
        assert (tab.value("generate.width"), tab.value("generate.errors")) == (1024, {})
        await tab.send(f"{GENERATE}.set_side", {"side": "height", "value": 0})
        assert "at least 1" in tab.value("generate.errors")["height"]
        await tab.send(f"{GENERATE}.set_model", {"value": "base:flux:schnell"})
        assert (tab.value("generate.model"), tab.value("generate.errors")) == ("base:flux:schnell", {})


async def test_a_picture_is_uploaded_and_begun_with(web: WebServer) -> None:
    ada = victim(web)
    stranger = web.account()
    cookie = {"Cookie": f"photogen_session={web.session(ada.account)}", "Origin": web.url}
    picture = jpeg(seed=4, width=900, height=600)
    async with httpx.AsyncClient(base_url=web.url, trust_env=False) as browser:
        assert (await browser.post("/api/inputs", content=b"x", headers={"Origin": web.url})).status_code == 401
        bad = await browser.post("/api/inputs", content=b"no picture", headers=cookie)
        assert (bad.status_code, bad.json()["error"]["field"]) == (422, "input")
        id_ = (await browser.post("/api/inputs", content=picture, headers=cookie)).json()["id"]
        assert (await browser.get(f"/media/images/{id_}/512", headers=cookie)).status_code == 200
        other = {"Cookie": f"photogen_session={web.session(stranger)}"}
        assert (await browser.get(f"/media/images/{id_}/512", headers=other)).status_code == 404
    async with RawTab(web.url, web.session(ada.account), path=f"/generate?input={id_}") as tab:
        assert tab.value("generate.controls")["image_input"] is True
        assert (tab.value("generate.input")["id"], tab.value("generate.input")["ratio"]) == (id_, "900/600")
        assert tab.value("generate.input")["aspect"] == "3:2"
        await tab.send(f"{GENERATE}.set_prompt", {"value": "a garden"})
        await tab.send(f"{GENERATE}.set_strength", {"value": 0.5})
        await tab.send(f"{GENERATE}.start", {"form_data": {}})
        assert (tab.value("generate.errors"), tab.value("generate.batches")[0]["ratio"]) == ({}, "1248/832")
        await tab.send(f"{GENERATE}.drop_input")
        assert tab.value("generate.input")["id"] == ""
    async with RawTab(web.url, web.session(stranger), path=f"/generate?input={id_}") as tab:
        assert [code for _, code in tab.toasts] == ["image_not_found"]
