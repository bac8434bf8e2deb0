"""What the pages of trainings say: pure functions from the services' views to words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from photogen.domain.training.history.views import (
    RoundView,
    TimingView,
    TrainingFigures,
    TrainingTotals,
    VendorCostView,
)
from photogen.domain.training.views import AttemptView, LossView, RetryView, TrainingView
from photogen.kit.ids import new_id
from photogen.web.pages.training.shown import attempt, figures, retry_button, shown
from photogen.web.pages.trainings.state import totals

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def view(**changes: Any) -> TrainingView:
    values: dict[str, Any] = dict.fromkeys(TrainingView.__dataclass_fields__, "") | {
        "id": new_id(), "name": "Ada", "subject": "person", "status": "failed", "status_word": "Failed", "percent": 50,
        "step": 10, "steps": 1000, "seconds_left": None, "elapsed_seconds": 90.0, "stages": (), "credits": 20,
        "paid_by": "credits", "refunded": True, "can_cancel": False, "cancel_requested": False, "can_retry": True,
        "retry_resumes": True, "retry": None, "rounds": 1, "cleaning": False, "cleaned_at": None, "lora_model_id": None,
        "photo_count": 8, "learning_rate": 4e-4, "lora_rank": 16, "autocaption": True, "created_at": NOW,
        "counts_from": NOW, "finished_at": NOW, "log_end": 7, "losses": LossView(), "attempts": (), "attempts_count": 0,
    }  # fmt: skip
    return TrainingView(**values | changes)


@pytest.mark.parametrize(
    ("retry", "words"),
    [
        (RetryView("publishing", 20, "credits", True), "Retry from publishing for 20 credits ($2.00)"),
        (RetryView("preparing", 0, "included", True), "Retry from the photos, included in your plan"),
        (RetryView("queued", 1, "credits", True), "Retry as a new training for 1 credit ($0.10)"),
    ],
)
def test_the_button_says_what_it_does_and_what_that_costs(retry: RetryView, words: str) -> None:
    assert retry_button(retry) == words
    assert retry_button(None) == ""


def test_who_can_not_pay_is_told_before_the_click() -> None:
    told = shown(view(retry=RetryView("queued", 40, "credits", affordable=False))).retry_text
    assert "40 credits ($4.00)" in told
    assert "don't have" in told


def test_stopping_never_lasts_but_what_goes_on_is_said() -> None:
    stopped = view(status="cancelled", cleaning=True)
    assert "costs you anything" in shown(stopped).left_over
    assert shown(replace(stopped, cleaning=False, cleaned_at=NOW)).left_over.startswith("Nothing of this training")


def test_a_curve_is_told_in_words() -> None:
    losses = LossView(100, "falling", (990.0, 0.2525), (850.0, 0.25))
    told = shown(view(losses=losses))
    assert told.loss_words.startswith(
        "The loss is 0.253 at step 990; the lowest was 0.25 at step 850. It has been falling"
    )
    assert told.loss == "0.253"
    assert shown(view()).loss_words == ""


def test_a_model_is_offered_only_once_it_is_there() -> None:
    assert shown(view(lora_model_id="m", status="training", finished_at=None)).model_id == ""
    assert shown(view(lora_model_id="m", status="completed")).model_id == "m"


def test_an_attempt_has_its_details_and_no_empty_ones() -> None:
    given = AttemptView(
        "a", "training", 3, "failed", "timeout", "training_timeout", "It took too long.", "words", "t1", "Given up.",
        "Use fewer steps.", NOW, NOW + timedelta(seconds=64), 64.0,
    )  # fmt: skip
    told = attempt(given)
    assert (told.stage, told.outcome, told.time, told.advice) == ("Training", "Failed", "1:04", "Use fewer steps.")
    assert dict(told.facts) == {
        "Attempt": "3", "Started": "2026-06-01 12:00:00 UTC", "Ended": "2026-06-01 12:01:04 UTC",
        "Cause": "It took too long", "Code to quote": "training_timeout", "Name at the service": "t1",
    }  # fmt: skip
    running = attempt(replace(given, outcome="running", finished_at=None, category="", code="", request_id=""))
    assert [name for name, _ in running.facts] == ["Attempt", "Started"]


def told_figures(usual: float | None = None) -> TrainingFigures:
    return TrainingFigures(
        timings=(TimingView("training", 100.0, 2, usual, None if usual is None else usual + 5),),
        sample=4,
        rounds=(
            RoundView(1, "queued", "credits", 20, "released", NOW, NOW),
            RoundView(2, "preparing", "included", 0, "captured", NOW, NOW),
            RoundView(3, "publishing", "credits", 20, "captured", NOW, NOW),
        ),
    )


def test_each_round_says_what_became_of_the_money() -> None:
    told = figures(told_figures())
    assert [line.words for line in told.rounds] == [
        "20 credits: came back to you", "The training included in your plan: spent", "20 credits: spent",
    ]  # fmt: skip
    assert told.spent == "Spent in all: 20 credits ($2.00)."
    assert [line.vendor for line in told.rounds] == ["", "", ""], "what the vendor takes is for the operator alone"


def test_the_operator_sees_what_the_vendor_takes() -> None:
    costs = (VendorCostView(1, "t1", 60.0, 80.0, 10), VendorCostView(2, "", None, None, None))
    told = figures(told_figures(), costs)
    assert told.rounds[0].vendor == "Vendor: t1, about $0.10 for 1:00 at work"
    assert told.rounds[1].vendor == ""


def test_slower_than_nine_of_ten_is_said() -> None:
    assert figures(told_figures(usual=50.0)).timings[0].late
    assert not figures(told_figures(usual=99.0)).timings[0].late
    nothing = figures(told_figures())
    assert (nothing.timings[0].late, nothing.compared) == (False, False)
    assert nothing.sample.startswith("Too few")


def test_totals_are_told_with_what_they_leave_out() -> None:
    sums = TrainingTotals(5, 3, 1, 1, 0, 80, 0, 1, 1360.0, 300.0)
    told = {figure.name: (figure.value, figure.foot) for figure in totals(sums)}
    assert told["Succeeded"] == ("75%", "3 of 4 that ended")
    assert told["Spent"] == ("80 credits ($8.00)", "1 included in the plan")
    assert told["Trainings"] == ("5", "1 cancelled")
    nothing = {figure.name: figure.value for figure in totals(TrainingTotals(1, 0, 0, 0, 1, 0, 20, 0, 5.0, None))}
    assert nothing["Succeeded"] == "\N{EN DASH}"
