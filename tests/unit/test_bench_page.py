"""docs/benchmarks.md, as the benches write it."""

from bench.page import Section, updated

ORDER = ["photos", "line", "crowd"]


def _section(name: str, *rows: tuple[str, str]) -> Section:
    return Section(name, "what it is", "How it is done.", f"Taken for {name}.", rows or (("a figure", "1 ms"),))


def test_a_section_says_what_was_measured_where_and_its_aim_stands_apart() -> None:
    page = updated("", _section("line", ("the next (aim: p95 under 5 ms) of many", "p95 2 ms"), ("a|b", "3")), ORDER)

    assert "## line\n\nWhat it is. How it is done.\n\nTaken for line.\n" in page
    assert "| the next of many | p95 2 ms | p95 under 5 ms |\n| a\\|b | 3 |  |\n" in page


def test_only_its_own_section_is_replaced_whatever_came_first() -> None:
    page = ""
    for name in ("crowd", "photos", "line"):
        page = updated(page, _section(name, ("old", name)), ORDER)
    page = updated(page, _section("photos", ("new", "2 s")), ORDER)

    assert [line for line in page.splitlines() if line.startswith("#")] == [
        "# Benchmarks", "## photos", "## line", "## crowd",
    ]  # fmt: skip
    assert "| old | line |  |" in page
    assert "| old | crowd |  |" in page
    assert "| old | photos |  |" not in page
    assert page == updated(page, _section("photos", ("new", "2 s")), ORDER)


def test_a_bench_that_is_gone_takes_its_section_along() -> None:
    page = updated(updated("", _section("crowd"), ORDER), _section("line"), ["photos", "line"])

    assert "## crowd" not in page
