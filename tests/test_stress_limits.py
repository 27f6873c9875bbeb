"""What the campaign of limits calls too much, and its page; stress/limits.py runs the lessons."""

import pytest

from common.command import catalogue
from stress import limits

USUAL = limits.Taken(1000, 2.0, 600.0, 0.1, 0.2, 5)


@pytest.mark.parametrize(
    "change, said",
    [
        ({}, ""),
        ({"memory": 2100.0}, "lesson 10 takes 2100 MB"),
        ({"events": 30.0}, "writes 30 MB of event files"),
        ({"kept": 6}, "lesson 10 keeps 6 checkpoints of a training"),
    ],
)
def test_a_lesson_that_takes_too_much_is_noticed(change, said):
    problem = limits._too_large(catalogue.find("10"), USUAL._replace(**change))
    assert said in problem and bool(problem) == bool(said)


@pytest.mark.parametrize(
    "change, said",
    [
        ({"seconds": 20.0, "events": 1.0}, ""),
        ({"memory": 700.0}, "1.17 times the memory"),
        ({"events": 1.3}, "13.0 times the event files"),
        ({"seconds": 30.0}, "15.0 times the time"),
    ],
)
def test_ten_times_the_steps_that_take_more_than_that_are_noticed(change, said):
    problem = limits._grown(catalogue.find("10"), USUAL, USUAL._replace(**change))
    assert said in problem and bool(problem) == bool(said)


@pytest.mark.slow
def test_a_run_is_measured(tmp_path):
    taken = limits.measure(catalogue.find("18"), tmp_path)
    assert (taken.steps, taken.kept) == (8, 5)
    # as Linux counts it, it is no less than what this program has, whose fork it was
    assert taken.memory > 200 and 0 < taken.seconds < 600
    on_disk = [path for path in tmp_path.rglob("*.*") if path.is_file()]
    assert taken.events + taken.checkpoints < sum(path.stat().st_size for path in on_disk) / 1e6
    page = limits._page([taken.row("18 moving average")])
    assert "| 18 moving average | 8 |" in page and " MB |" in page


@pytest.mark.slow
def test_a_run_that_fails_says_so(tmp_path):
    (tmp_path / "summaries").write_text("a file in the folder's place")
    failed = limits.measure(catalogue.find("18"), tmp_path)
    assert failed.startswith("lesson 18 failed: Cannot write to")
