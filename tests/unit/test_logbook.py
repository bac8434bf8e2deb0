"""What is kept of a trainer's log, and the curve that comes of it."""

from photogen.domain.training.logbook import policy
from photogen.domain.training.logbook.policy import HEAD, PART, POINTS, TAIL, Trend, curve, is_kept, take, trend

BAR = "flux_train_replicate:  {n}%|█| {n}/100 [00:01<00:01, 1.3it/s, lr: 4.0e-04 loss: 3.5e-01]"


def test_a_log_that_grows_is_read_on_from_where_it_was() -> None:
    first = take("one\ntwo\nthr", 0, "", ended=False)
    assert (first.text, first.anew) == ("one\ntwo\n", False)
    second = take("one\ntwo\nthree\n", first.seen, first.anchor, ended=False)
    assert second.text == "three\n"
    again = take("one\ntwo\nthree\n", second.seen, second.anchor, ended=False)
    assert (again.text, again.seen) == ("", second.seen)
    assert take("one\ntwo\nthree\nfour", again.seen, again.anchor, ended=True).text == "four\n"


def test_a_bar_that_rewrites_its_line_leaves_a_line_per_state() -> None:
    logs = "go\n\r" + BAR.format(n=1) + "\r" + BAR.format(n=2) + "\r\n"
    assert take(logs, 0, "", ended=False).text.count("flux_train") == 2


def test_half_a_line_end_is_waited_for() -> None:
    first = take("one\r", 0, "", ended=False)
    assert (first.text, first.seen) == ("", 0)
    assert take("one\r\ntwo\r\n", first.seen, first.anchor, ended=False).text == "one\ntwo\n"


def test_a_secret_that_comes_in_two_halves_is_struck_out() -> None:
    first = take("ok\ntoken hf_abc", 0, "", ended=False)
    whole = take("ok\ntoken hf_abcdefghij\n", first.seen, first.anchor, ended=False)
    assert first.text + whole.text == "ok\ntoken ***\n"


def test_secrets_and_signatures_are_struck_out() -> None:
    logs = "get https://s3.example/photos.zip?X-Amz-Signature=SECRET\nr8_SECRETSECRET\nBearer SECRET\n"
    assert "SECRET" not in take(logs, 0, "", ended=True).text


def test_what_no_page_can_show_is_taken_out() -> None:
    assert take("\x1b[31mred\x1b[0m\x00 \ud800\ttab\n\n\n", 0, "", ended=True).text == "red \ttab\n"


def test_a_deleted_log_takes_nothing_away() -> None:
    seen = take("one\ntwo\n", 0, "", ended=True)
    for gone in ("", "one\n"):
        assert take(gone, seen.seen, seen.anchor, ended=True) == policy.Taken("", seen.seen, seen.anchor)


def test_another_log_is_told_from_the_first() -> None:
    seen = take("one\ntwo\n", 0, "", ended=False)
    other = take("begun again\nand on\n", seen.seen, seen.anchor, ended=False)
    assert (other.anew, other.text) == (True, "begun again\nand on\n")


def test_parts_are_whole_lines_at_their_places() -> None:
    text = "".join(f"line {n}\n" for n in range(20_000))
    pieces = list(policy.parts(text, 7))
    assert "".join(piece for _, piece in pieces) == text
    assert all(text[start - 7 :].startswith(piece) for start, piece in pieces)
    assert all(piece.endswith("\n") and len(piece) < PART + 100 for _, piece in pieces)


def test_a_giant_log_loses_its_middle() -> None:
    length = 10 * HEAD
    assert is_kept(0, 10, length)
    assert not is_kept(HEAD, 10, length)
    assert is_kept(length - TAIL, 10, length)


def test_a_curve_is_thinned_and_keeps_its_ends() -> None:
    points = curve([], [(step, 1.0 - step / 5000) for step in range(4001)])
    assert len(points) <= POINTS
    assert points[-1][0] == 4000
    assert points == sorted(points)


def test_a_curve_grows_and_does_not_forget_what_the_log_no_longer_tells() -> None:
    before = curve([], [(1, 0.5), (2, 0.4)])
    assert curve(before, []) == before
    assert curve(before, [(3, 0.3)]) == [[1, 0.5], [2, 0.4], [3, 0.3]]
    assert curve(before, [(1, 0.6), (2, 0.4), (3, 0.3)]) == [[1, 0.6], [2, 0.4], [3, 0.3]]


def test_a_trend_has_a_word() -> None:
    assert trend([[1, 0.5]] * 5) is None
    assert trend([[n, 1 - n / 20] for n in range(12)]) is Trend.FALLING
    assert trend([[n, 1 + n / 20] for n in range(12)]) is Trend.RISING
    assert trend([[n, 0.5 + 0.001 * (n % 2)] for n in range(12)]) is Trend.LEVEL
