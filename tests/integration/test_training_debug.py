"""Trainings explain themselves: the whole log, the curve, each attempt and round, and going on where they failed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, update
from sqlmodel import select

from photogen.domain.training.logbook.policy import HEAD, TAIL
from photogen.errors import Invalid, NotFound
from photogen.gateways.base import Category, Fix, JobState
from photogen.models import (
    AttemptOutcome,
    GrantSource,
    HoldState,
    Photo,
    PhotoStatus,
    TrainingAttempt,
    TrainingLogPart,
    TrainingStatus,
)
from tests.factories.work import Works
from tests.fakes.vendors import busy, lost

S = TrainingStatus


def text(works: Works, account: str, id_: str, after: int = 0) -> str:
    return "".join(piece.text for piece in works.training.history.log(account, id_, after).pieces)


def fail(works: Works, vendor_id: str = "t1", **values: Any) -> None:
    error = Fix("It failed there.", vendor="fake", code="training_failed", category=Category.PROVIDER, words="CUDA")
    works.trainer.move(JobState.FAILED, vendor_id, error=error, **values)
    works.later()


class TestLog:
    def test_all_of_it_is_kept_as_it_comes_and_after_the_vendor_has_deleted_it(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.move(JobState.RUNNING, logs="Extracted 8 files\nStart", step=1, steps=1000)
        works.later()
        assert text(works, ada, id_) == "Extracted 8 files\n"
        end = works.training.history.log(ada, id_).end
        works.trainer.move(JobState.RUNNING, logs="Extracted 8 files\nStarting\nsecret hf_abcdefghijkl\n")
        works.later()
        assert text(works, ada, id_, end) == "Starting\nsecret ***\n"
        works.trainer.move(JobState.SUCCEEDED, logs="", version="studio/loras:abc")
        works.later()
        works.later()
        assert text(works, ada, id_) == "Extracted 8 files\nStarting\nsecret ***\n"

    def test_the_last_words_of_a_failure_are_in_it(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        fail(works, logs="going\nTraceback: CUDA out of memory")
        assert text(works, ada, id_) == "going\nTraceback: CUDA out of memory\n"

    def test_of_a_giant_one_the_middle_is_left_out_and_said_so(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        logs = "".join(f"line number {n:07}\n" for n in range(200_000))
        for share in (0.3, 0.7, 1.0):
            works.trainer.move(JobState.RUNNING, logs=logs[: int(len(logs) * share)])
            works.later(40)
        kept = works.training.history.log(ada, id_)
        assert kept.end == len(logs)
        assert sum(piece.left_out for piece in kept.pieces) + sum(len(p.text) for p in kept.pieces) == len(logs)
        assert kept.pieces[0].text.startswith("line number 0000000\n")
        assert kept.pieces[-1].text.endswith("line number 0199999\n")
        with works.studio.session() as session:
            size = session.scalar(select(func.sum(func.length(TrainingLogPart.text))))
        assert size is not None
        assert HEAD + TAIL <= size <= HEAD + TAIL + 100_000

    def test_nobody_else_reads_it(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        eve = works.studio.account()
        history = works.training.history
        for look in (history.log, history.losses, history.attempts, history.figures):
            with pytest.raises(NotFound):
                look(eve, id_)

    def test_it_goes_with_the_account(self, works: Works, ada: str) -> None:
        works.to_training(ada)
        works.trainer.move(JobState.RUNNING, logs="one\n")
        works.later()
        with works.studio.session() as session:
            assert session.scalar(select(func.count()).select_from(TrainingLogPart)) == 1
            session.connection().exec_driver_sql("DELETE FROM training WHERE account_id = %s", (ada,))
            assert session.scalar(select(func.count()).select_from(TrainingLogPart)) == 0


class TestCurve:
    def test_it_outlives_the_log_and_has_words(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        told = tuple((step, 0.5 - step / 4000) for step in range(0, 1000, 10))
        works.trainer.move(JobState.RUNNING, losses=told)
        works.later()
        works.trainer.move(JobState.RUNNING, losses=(), logs="")
        works.later()
        curve = works.training.history.losses(ada, id_)
        assert (curve[0], curve[-1]) == ((0, 0.5), (990, 0.2525))
        losses = works.training.get(ada, id_).losses
        assert (losses.count, losses.trend) == (100, "falling")
        assert losses.lowest == losses.last == (990, 0.2525)


class TestAttempts:
    def test_each_tells_what_the_vendor_called_it_and_what_can_be_done(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["check"] = [busy(after=7)]
        works.later()
        works.trainer.move(JobState.SUCCEEDED, version="studio/loras:abc")
        works.later(30)
        works.later(30)
        told = [(a.stage, a.outcome, a.request_id != "", a.message) for a in works.training.get(ada, id_).attempts]
        assert told == [
            ("preparing", "done", False, "8 photos were packed for the trainer."),
            ("training", "retried", True, "The service is busy."),
            ("training", "done", True, "1,000 steps were trained."),
            ("publishing", "done", True, "The weights are on the hub: 2 files, looked up after the upload."),
            ("clean_up", "done", False, "Whatever else it had left was deleted."),
        ]
        retried = works.training.get(ada, id_).attempts[1]
        assert retried.request_id == "t1"
        assert "by itself" in retried.advice

    def test_the_last_one_of_a_failure_has_advice(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        fail(works)
        *_, last, clean_up = works.training.get(ada, id_).attempts
        assert clean_up.stage == "clean_up"
        assert (last.outcome, last.vendor_words, last.request_id) == ("failed", "CUDA", "t1")
        assert last.advice == works.training.get(ada, id_).advice != ""

    def test_a_vendor_that_refuses_to_stop_for_hours_is_one_line(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        works.trainer.breaks["cancel"] = [busy() for _ in range(1000)]
        works.training.cancel(ada, id_)
        works.run()
        for _ in range(50):
            works.later(600)
        view = works.training.get(ada, id_)
        assert (view.status, view.can_cancel, view.cleaning, view.refunded) == ("cancelled", False, True, True)
        assert [(a.stage, a.outcome, a.message) for a in view.attempts if a.stage == "clean_up"] == [
            ("clean_up", "retried", "Still to be deleted: what the trainer has.")
        ]
        works.trainer.breaks.clear()
        works.later(8000)
        view = works.training.get(ada, id_)
        assert (view.cleaning, view.attempts[-1].outcome) == (False, "done")
        assert works.trainer.cancelled == ["t1"]

    def test_thousands_are_shown_a_few_at_a_time(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        with works.studio.uow() as uow:
            uow.session.add_all(
                TrainingAttempt(
                    training_id=id_, stage="training", number=n, outcome=AttemptOutcome.RETRIED,
                    started_at=works.clock.now, finished_at=works.clock.now,
                )
                for n in range(2, 2002)
            )  # fmt: skip
        view = works.training.get(ada, id_)
        assert (len(view.attempts), view.attempts_count) == (20, 2002)
        seen = {attempt.id for attempt in view.attempts}
        before = works.training.history.attempts(ada, id_, view.attempts[0].id)
        assert len(before) == 20
        assert not seen & {attempt.id for attempt in before}
        assert works.training.history.attempts(ada, id_, "nonsense") == view.attempts


class TestGoingOn:
    def test_from_preparing_once_the_photos_are_mended(self, works: Works, ada: str) -> None:
        id_ = works.start(ada)
        with works.studio.uow() as uow:
            uow.session.execute(update(Photo).values(status=PhotoStatus.REJECTED))
        works.run()
        assert works.row(id_).failed_stage == "preparing"
        with pytest.raises(Invalid) as refused:
            works.training.retry(ada, id_)
        assert refused.value.code == "too_few_photos"
        assert works.balance(ada) == 100
        with works.studio.uow() as uow:
            uow.session.execute(update(Photo).values(status=PhotoStatus.ACCEPTED))
        retry = works.training.get(ada, id_).retry
        assert retry is not None
        assert (retry.stage, retry.credits, retry.affordable) == ("preparing", 20, True)

        retried = works.training.retry(ada, id_)
        assert (retried.id, retried.resumed, retried.stage) == (id_, True, "preparing")
        assert works.training.retry(ada, id_).id == id_, "a second click"
        assert works.balance(ada) == 80
        works.run()
        works.finish()
        assert works.row(id_).status is S.COMPLETED
        assert works.balance(ada) == 80
        assert works.sound(ada)

    def test_from_a_failed_training_with_another_one_at_the_vendor(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        fail(works, logs="first\n", run_seconds=30.0, vendor_seconds=50.0, cost_cents=5)
        works.later(5)
        assert works.balance(ada) == 100
        assert works.training.retry(ada, id_).id == id_
        works.run()
        assert [request.reference for request in works.trainer.requests] == [id_, f"{id_}-2"]
        view = works.training.get(ada, id_)
        assert (view.status, view.rounds, view.step, view.percent < 10) == ("training", 2, 0, True)
        works.trainer.move(JobState.SUCCEEDED, "t2", logs="second\n", version="studio/loras:abc")
        works.later()
        works.later()
        assert works.row(id_).status is S.COMPLETED
        assert text(works, ada, id_) == "first\n---- Round 2 ----\nsecond\n"
        rounds = works.training.history.figures(ada, id_).rounds
        assert [(r.stage, r.credits, r.state) for r in rounds] == [
            ("queued", 20, "released"), ("preparing", 20, "captured"),
        ]  # fmt: skip
        assert [state for _, _, state in works.holds(ada)] == [HoldState.RELEASED, HoldState.CAPTURED]
        assert works.balance(ada) == 80
        assert works.sound(ada)

    def test_a_lost_answer_in_the_second_round_finds_the_second_training(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        fail(works)
        works.later(5)
        works.training.retry(ada, id_)
        works.trainer.after["submit"] = [lost()]
        works.run()
        works.later(5)
        assert works.row(id_).vendor_id == "t2"
        assert len(works.trainer.requests) == 2

    def test_the_time_between_failure_and_retry_is_nobodys(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        fail(works)
        works.later(86_400)
        before = works.training.get(ada, id_).elapsed_seconds
        works.training.retry(ada, id_)
        works.run()
        works.trainer.move(JobState.SUCCEEDED, "t2", version="studio/loras:abc")
        works.later()
        works.later()
        assert works.training.get(ada, id_).elapsed_seconds < before + 60

    def test_one_that_can_not_be_paid_says_so_before(self, works: Works) -> None:
        account = works.studio.account(credits=20, plan="free")
        used = works.start(account)
        works.run()
        works.finish()
        works.loras.delete(account, works.row(used).lora_model_id or "")
        works.run()
        id_ = works.start(account, trigger_word="second")
        works.run()
        fail(works, "t2")
        works.picture(account)
        retry = works.training.get(account, id_).retry
        assert retry is not None
        assert (retry.credits, retry.affordable) == (20, False)


class TestFigures:
    def test_the_vendors_time_is_told_from_ours_and_from_what_is_usual(self, works: Works, ada: str) -> None:
        ids = []
        for n in range(4):
            id_ = works.to_training(ada, trigger_word=f"word{n}")
            works.clock.move(seconds=97)
            works.trainer.move(
                JobState.SUCCEEDED, f"t{n + 1}", version="studio/loras:abc", run_seconds=60.0, vendor_seconds=80.0,
                cost_cents=10,
            )  # fmt: skip
            works.later()
            works.later()
            works.loras.delete(ada, works.row(id_).lora_model_id or "")
            works.run()
            ids.append(id_)
            with works.studio.uow() as uow:
                works.credits.grant(uow, ada, 20, GrantSource.PACK, f"more:{n}")
        figures = works.training.history.figures(ada, ids[-1])
        lines = {line.key: line for line in figures.timings}
        assert figures.sample == 4
        assert (lines["vendor_run"].seconds, lines["vendor_wait"].seconds) == (60, 20)
        assert lines["overhead"].seconds == pytest.approx(20, abs=1)
        assert lines["training"].seconds == pytest.approx(100, abs=1)
        assert lines["training"].usual == pytest.approx(100, abs=1)
        assert (lines["vendor_run"].usual, lines["vendor_run"].slow) == (60, 60)
        assert lines["whole"].seconds is not None
        costs = works.training.history.vendor_costs(ids[-1])
        assert [(cost.vendor_id, cost.cents) for cost in costs] == [("t4", 10)]

    def test_of_too_few_nothing_is_called_usual(self, works: Works, ada: str) -> None:
        id_ = works.to_training(ada)
        lines = works.training.history.figures(ada, id_).timings
        assert {line.usual for line in lines} == {None}
        assert [line.key for line in lines if line.seconds is not None] == ["queued", "preparing"]
