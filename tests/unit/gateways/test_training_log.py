"""Progress out of the trainer's log, in the form that ai-toolkit prints."""

import pytest

from photogen.domain.training.logbook.policy import curve
from photogen.gateways.trainers.logs import Progress, losses, progress

BAR = "flux_train_replicate:  {p}%|███▍      | {n}/{m} [01:23<11:07,  1.32it/s, lr: 4.0e-04 loss: 3.512e-01]"


def test_the_last_bar_counts_whatever_ends_the_lines() -> None:
    logs = "Extracted 12 files\n" + BAR.format(p=1, n=10, m=1000) + "\r" + BAR.format(p=12, n=119, m=1000)
    assert progress(logs) == Progress(119, 1000, 11 * 60 + 7, 0.3512)
    assert progress(logs + "\nSaved to output").step == 119


@pytest.mark.parametrize(
    "logs",
    ["", "Loading shards: 100%|██████████| 3/3", "Caching latents to disk: 50%|██   | 6/12 [00:01<00:01]", "\x00\r\n"],
)
def test_other_bars_do_not_count(logs: str) -> None:
    assert progress(logs) == Progress()


def test_a_bar_without_times_is_read() -> None:
    assert progress("flux_train_replicate:   0%|          | 0/500 [00:00<?, ?it/s]") == Progress(0, 500)
    assert progress("flux_train_replicate:  50%|#####     | 250/500") == Progress(250, 500)


def test_hours_are_read_and_a_step_is_not_past_the_end() -> None:
    logs = "flux_train_replicate: 100%|██████████| 4001/4000 [1:01:23<1:00:07,  1.32it/s, lr: 4.0e-04 loss: nan]"
    assert progress(logs) == Progress(4000, 4000, 3607.0, None)


@pytest.mark.parametrize("loss", ["1.7e308", "-1.7e308", "1e400", "nan", "..", "1e10"])
def test_a_loss_that_no_curve_can_hold_is_none(loss: str) -> None:
    bar = f"flux_train_replicate:  12%|█▏        | {{}}/1000 [01:23<11:07,  1.32it/s, loss: {loss}]\n"
    told = losses("".join(bar.format(step) for step in (1, 2)))
    points = [loss for _, loss in curve([], told)]
    assert points == []
