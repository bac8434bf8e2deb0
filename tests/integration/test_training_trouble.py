"""Trainings in trouble with a vendor, and tried again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlmodel import Session

from photogen.db.lease import Lease, Leases
from photogen.errors import Conflict
from photogen.gateways.base import Category, Fix, GatewayError, JobState, Stop
from photogen.models import HoldState, Photo, Training, TrainingStatus
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost, missing

S = TrainingStatus


def stop_hub() -> Stop:
    return Stop("The hub refuses.", vendor="hub", code="hub_refused", category=Category.AUTHENTICATION, words="403")


class TestTrouble:
    def test_a_lost_answer_is_looked_up_not_repeated(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.after["submit"] = [lost()]
        works.run()
        works.later(5)
        assert works.row(id_).vendor_id == "t1"
        assert len(works.trainer.requests) == 1

    def test_the_vendors_wish_for_patience_is_honoured(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [busy(after=45)]
        works.run()
        view = works.training.get(ada, id_)
        assert view.attempts[-2].outcome == "retried"
        assert (view.attempts[-2].category, view.attempts[-2].code) == ("rate_limit", "rate_limited")
        assert "45 s" in view.attempts[-2].action
        works.later(40)
        assert works.trainer.calls["submit"] == 1
        works.later(6)
        assert len(works.trainer.requests) == 1
        assert works.trainer.calls["find"] == 0, "it took nothing, so there is nothing to look up"

    def test_trouble_without_end_ends(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [busy() for _ in range(50)]
        works.run()
        for _ in range(30):
            works.later(130)
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category, view.refunded) == ("failed", "rate_limit", True)
        assert view.advice
        assert works.balance(ada) == 100
        assert works.trainer.calls["submit"] <= 10

    def test_a_refusal_fails_at_once_with_words(self, works: Works, ada: str) -> None:
        refused = Fix(
            "The photos were refused.", vendor="fake", code="unsafe", category=Category.MODERATION, words="NSFW"
        )
        id_ = works.start(ada)
        works.trainer.breaks["submit"] = [refused]
        works.run()
        view = works.training.get(ada, id_)
        assert (view.status, view.error, view.error_code) == ("failed", "The photos were refused.", "unsafe")
        refused_at = next(attempt for attempt in view.attempts if attempt.stage == "training")
        assert refused_at.vendor_words == "NSFW"
        assert [stage.state for stage in view.stages] == ["done", "done", "failed", "todo", "todo"]
        assert works.balance(ada) == 100

    def test_photos_that_went_away_meanwhile(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        with works.studio.uow() as uow:
            uow.session.execute(update(Photo).values(status="rejected"))
        works.run()
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category) == ("failed", "file")

    def test_it_takes_too_long(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.later(7 * 3600)
        view = works.training.get(ada, id_)
        assert (view.status, view.error_code) == ("failed", "training_timeout")
        assert works.trainer.cancelled == ["t1"]
        assert works.balance(ada) == 100

    @pytest.mark.parametrize(
        "answer",
        [
            missing(),
            Stop("No key.", vendor="fake", code="vendor_credentials", category=Category.AUTHENTICATION),
            Fix("These settings.", vendor="fake", code="input_refused", category=Category.VALIDATION),
        ],
    )
    def test_what_is_said_once_of_a_question_is_not_the_training_s_end(
        self, works: Works, ada: str, answer: GatewayError
    ) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [answer]
        works.later(10)
        assert works.row(id_).status is S.TRAINING
        works.finish()
        assert works.row(id_).status is S.COMPLETED
        assert works.balance(ada) == 80

    def test_what_is_missing_again_and_again_is_believed(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [missing()] * 3
        for _ in range(4):
            works.later(60)
        assert works.row(id_).status is S.FAILED
        assert works.balance(ada) == 100

    def test_cancelled_at_the_vendor_by_somebody_else(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.CANCELLED)
        works.later()
        assert works.training.get(ada, id_).error_code == "training_cancelled"
        assert works.balance(ada) == 100

    def test_a_bug_of_ours_is_told_and_bounded(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        works.trainer.breaks["check"] = [ZeroDivisionError() for _ in range(50)]
        works.run()
        for _ in range(20):
            try:
                works.later(130)
            except ZeroDivisionError:
                continue
        view = works.training.get(ada, id_)
        assert (view.status, view.error_category, view.error_code) == ("failed", "internal", "internal")
        assert works.balance(ada) == 100

    def test_progress_never_goes_back(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.RUNNING, step=800, steps=1000)
        works.later()
        high = works.training.get(ada, id_).percent
        works.trainer.move(JobState.RUNNING, step=0, steps=0, logs="restarted")
        works.later(10)
        view = works.training.get(ada, id_)
        assert (view.step, view.percent) == (800, high)


class TestRetry:
    def test_from_publishing_without_training_again(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [stop_hub()]
        works.finish()
        view = works.training.get(ada, id_)
        assert (view.status, view.retry_resumes, view.advice != "") == ("failed", True, True)
        assert [stage.state for stage in view.stages] == ["done", "done", "done", "failed", "todo"]
        assert works.balance(ada) == 100
        assert f"weights/{id_}.safetensors" in works.storage.objects

        retried = works.training.retry(ada, id_)
        assert (retried.id, retried.resumed, retried.stage) == (id_, True, "publishing")
        assert works.balance(ada) == 80
        assert works.training.retry(ada, id_).id == id_
        assert works.balance(ada) == 80
        works.run()
        assert works.row(id_).status is S.COMPLETED
        assert works.trainer.calls["submit"] == 1
        assert [state for _, _, state in works.holds(ada)] == [HoldState.RELEASED, HoldState.CAPTURED]
        assert works.sound(ada)

    def test_a_new_training_while_the_vendor_still_has_the_old_one(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["clean_up"] = [busy() for _ in range(50)]
        works.trainer.move(JobState.FAILED)
        works.later()
        retried = works.training.retry(ada, id_)
        assert retried.id != id_
        assert not retried.resumed
        assert works.training.retry(ada, id_).id == retried.id
        assert works.balance(ada) == 80
        settings = works.training.get(ada, retried.id)
        assert (settings.trigger_word, settings.steps, settings.photo_count) == ("adalove", 1000, 8)

    def test_that_gets_in_before_the_clean_up_keeps_what_it_goes_on_with(
        self, works: Works, ada: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [stop_hub()]
        works.finish()
        take = Leases.take

        def late(self: Leases[Training], session: Session, id: str) -> Lease | None:
            monkeypatch.undo()  # once: the clean-up has seen a failed training, and has no lease yet
            assert works.training.retry(ada, id_).resumed
            return take(self, session, id)

        monkeypatch.setattr(Leases, "take", late)
        works.training.clean_up(id_)
        for _ in range(3):
            works.later()
        assert works.row(id_).status is S.COMPLETED
        assert works.trainer.calls["submit"] == 1

    def test_of_an_included_one_counts_in_the_month_of_the_retry(self, works: Works) -> None:
        ada = works.studio.account(credits=100, plan="creator")
        works.clock.now = datetime(2026, 3, 31, 23, 0, tzinfo=UTC)
        works.trainer.breaks["submit"] = [stop_hub()]
        id_ = works.start(ada)
        works.run()
        works.later(60)
        works.clock.move(hours=2)
        assert works.studio.plans.entitlements(ada).trainings_left == 1
        assert works.training.retry(ada, id_).resumed
        assert works.studio.plans.entitlements(ada).trainings_left == 0

    def test_the_fruits_are_kept_for_a_while_only(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.hub.breaks["publish"] = [stop_hub()]
        works.finish()
        works.later(8 * 86400)
        assert f"weights/{id_}.safetensors" not in works.storage.objects
        view = works.training.get(ada, id_)
        assert view.retry is not None
        assert (view.retry.stage, view.retry.credits) == ("preparing", 20), "it has to be trained again"

    def test_not_of_one_that_runs_or_is_done(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        with pytest.raises(Conflict):
            works.training.retry(ada, id_)
