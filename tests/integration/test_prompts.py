"""The history of prompts, which outlives pictures, and suggestions from it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from photogen.domain.generation.prompts import PromptsService
from photogen.domain.generation.prompts.commands import ForgetPrompt, PromptQuery, RecallPrompt, SuggestQuery
from photogen.errors import Invalid, NotFound
from photogen.models import Generation
from tests.factories.work import Works


@pytest.fixture
def prompts(works: Works) -> PromptsService:
    return PromptsService(works.studio.uow, works.clock)


def told(prompts: PromptsService, account: str, **query: object) -> list[str]:
    return [one.text for one in prompts.history(account, PromptQuery.of(**query)).items]


def test_what_was_asked_for_is_kept_until_it_is_forgotten(works: Works, prompts: PromptsService) -> None:
    ada, bob = works.studio.account(credits=30), works.studio.account(credits=5)
    for prompt in ("a red fox", "A blue Fox, 100%", "a boat", "a red fox"):
        works.picture(ada, prompt=prompt)
        works.clock.move(seconds=1)
    works.picture(bob, prompt="a secret fox")
    works.run()
    with works.studio.session() as session:  # the pictures and all that led to them are gone
        for row in session.query(Generation).filter(Generation.account_id == ada):
            session.delete(row)
        session.commit()

    assert told(prompts, ada) == ["a red fox", "a boat", "A blue Fox, 100%"]
    assert [one.times for one in prompts.history(ada, PromptQuery()).items] == [2, 1, 1]
    assert told(prompts, ada, search="FOX a") == ["a red fox", "A blue Fox, 100%"]
    assert told(prompts, ada, search="0%") == ["A blue Fox, 100%"]
    assert told(prompts, ada, search="_") == []
    first = prompts.history(ada, PromptQuery.of(limit=2))
    assert told(prompts, ada, limit=2, before=first.next_cursor) == ["A blue Fox, 100%"]
    assert prompts.history(ada, PromptQuery.of(limit=3)).next_cursor is None
    with pytest.raises(Invalid):
        prompts.history(ada, PromptQuery.of(before="x"))

    suggested = prompts.suggest(ada, SuggestQuery.of(typed="fox", subject="pet"))
    assert [one.text for one in suggested] == ["a red fox", "A blue Fox, 100%"]

    fox = first.items[0]
    with pytest.raises(NotFound):
        prompts.forget(bob, ForgetPrompt.of(prompt_id=fox.id))
    gone = prompts.forget(ada, ForgetPrompt.of(prompt_id=fox.id))
    assert told(prompts, ada) == ["a boat", "A blue Fox, 100%"]
    with pytest.raises(NotFound):
        prompts.forget(ada, ForgetPrompt.of(prompt_id=fox.id))
    prompts.recall(ada, RecallPrompt.of(text="a boat", used_at=works.clock() - timedelta(days=9)))  # used since
    prompts.recall(ada, RecallPrompt.of(text=gone.text, used_at=gone.used_at))
    assert told(prompts, ada) == ["a red fox", "a boat", "A blue Fox, 100%"]
    assert prompts.forget_all(ada) == 3
    assert told(prompts, ada) == []
    assert told(prompts, bob) == ["a secret fox"]


def test_a_second_click_and_a_retry_are_no_second_use(works: Works, prompts: PromptsService) -> None:
    ada = works.studio.account(credits=10)
    batch = works.picture(ada, request_key="thesameclick")
    works.picture(ada, request_key="thesameclick")
    works.generation.cancel(ada, batch)
    works.generation.retry(ada, batch)
    assert [one.times for one in prompts.history(ada, PromptQuery()).items] == [1]
    assert works.sound(ada)
