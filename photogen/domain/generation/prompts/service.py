"""Use cases of prompts: the history of an account, and suggestions while typing."""

from __future__ import annotations

from photogen.db.uow import UowFactory
from photogen.domain.gallery.policy import Position, decode_cursor, encode_cursor
from photogen.domain.generation.prompts import policy, repository
from photogen.domain.generation.prompts.commands import ForgetPrompt, PromptQuery, RecallPrompt, SuggestQuery
from photogen.domain.generation.prompts.phrases import phrases
from photogen.domain.generation.prompts.views import PromptPage, PromptView, Suggestion
from photogen.errors import NotFound
from photogen.kit.clock import Clock
from photogen.kit.text import t


class PromptsService:
    """A creator's prompts. Somebody else's don't exist."""

    def __init__(self, uow: UowFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def history(self, account_id: str, query: PromptQuery) -> PromptPage:
        """A page of it, newest first. Raises Invalid (`invalid_cursor`)."""
        at = decode_cursor(query.before, trash=False) if query.before else None
        with self._uow() as uow:
            rows = repository.page(
                uow.session, account_id, query.search.split(), (at.at, at.id) if at else None, query.limit + 1
            )
        items = tuple(PromptView(row.id, row.text, row.times, row.used_at) for row in rows[: query.limit])
        more = len(rows) > query.limit
        return PromptPage(
            items, encode_cursor(Position(items[-1].used_at, items[-1].id), trash=False) if more else None
        )

    def forget(self, account_id: str, command: ForgetPrompt) -> PromptView:
        """Deletes one; gives what it was, for `recall`. Raises NotFound."""
        with self._uow() as uow:
            row = repository.get(uow.session, account_id, command.prompt_id)
            if row is None:
                raise NotFound(t("This prompt has been forgotten already."), code="prompt_not_found")
            uow.session.delete(row)
            return PromptView(row.id, row.text, row.times, row.used_at)

    def recall(self, account_id: str, command: RecallPrompt) -> None:
        """Takes a forgetting back. One that was used since stays where it is."""
        with self._uow() as uow:
            repository.recall(uow.session, account_id, command.text, min(command.used_at, self._clock()))

    def forget_all(self, account_id: str) -> int:
        """Deletes all of them; how many those were."""
        with self._uow() as uow:
            return repository.forget(uow.session, account_id)

    def suggest(self, account_id: str, query: SuggestQuery) -> tuple[Suggestion, ...]:
        """What the prompt could become."""
        typed = query.typed
        mine: list[str] = []
        if len(typed.strip()) >= policy.FEWEST_TYPED:
            with self._uow() as uow:
                found = repository.page(uow.session, account_id, [typed.strip()], None, policy.MOST_OF_MINE + 1)
                mine = [row.text for row in found]
        return policy.suggest(typed, mine=mine, trigger_word=query.trigger_word, catalogue=phrases(query.subject))
