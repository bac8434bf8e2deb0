"""The generate page over a raw socket: what it remembers, and what it says."""

from photogen.domain.generation.commands import StartGeneration
from photogen.kit.ids import new_id
from tests.fakes.raw_tab import ROOT, RawTab
from tests.fakes.web_server import WebServer

PAGE = f"{ROOT}.photogen___web___pages___generate"
GENERATE = f"{PAGE}___state____generate"
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
