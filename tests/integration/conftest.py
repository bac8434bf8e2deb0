"""Fixtures of the suite that runs against real servers."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.factories.studio import Studio
from tests.factories.work import Works


@pytest.fixture
def studio(database_url: str) -> Iterator[Studio]:
    """Accounts, plans and credits on a fresh database."""
    studio = Studio.on(database_url)
    yield studio
    studio.close()


@pytest.fixture
def works(module_database_url: str) -> Iterator[Works]:
    """Trainings and generations in a database of the module's, emptied first, with vendors in memory."""
    studio = Studio.on(module_database_url)
    with studio.session() as session:
        session.execute(text("TRUNCATE account, leftover CASCADE"))
        session.commit()
    yield Works(studio)
    studio.close()


@pytest.fixture
def ada(works: Works) -> str:
    """An account of 100 credits that pays by credit: the training included in its plan is used up."""
    account = works.studio.account(credits=100, plan="creator")
    used = works.start(account, trigger_word="firstone")
    works.run()
    works.finish()
    works.studio.queue.waiting.clear()
    works.loras.delete(account, works.row(used).lora_model_id or "")
    works.run()
    works.trainer.requests.clear()
    works.trainer.jobs.clear()
    works.trainer.calls.clear()
    works.hub.calls.clear()
    return account
