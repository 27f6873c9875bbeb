"""With other settings a lesson's words are true as well; stress/settings.py draws them."""

import random
import re
import shlex

import pytest

from common import plots, results
from common.command import catalogue
from conftest import first
from stress import settings

FALSE_ONCE = [  # each was false, empty, crowded or warned about
    "13 --learning-rate 1",  # two trainings in the folder rate_1
    "13 --learning-rate 0.0001",
    "13 --learning-rate 0.5",  # exercise 1: no loss above 0 for its logarithmic panel
    "13 --learning-rate 1.1",
    "11 --cost 1 --profit 1 --steps 501",  # nothing between 0.9 and 1.1
    "18 --steps 40",  # exercise 2: 40 numbers over each other
    "18 --moving-average-decay 0.1",  # exercise 1: two curves of one name
    "05 --steps 3",  # no curve
    "23 --beta 0.8 --steps 3",
    "25 --steps 2 --momentum-rate 0.02 --adam-rate 0.4",
    "26 --steps 1 --learning-rate 0.01",
]


@pytest.fixture
def run(course_here, tmp_path):
    """run(line): a command that is looked at; what it prints."""

    def call(line):
        with settings.looked_at():
            code, out, err = course_here("run", *shlex.split(line), f"--output={tmp_path}")
        diverged = " diverged: " in err
        assert diverged or (code == 0 and not err), err
        return out

    return call


@pytest.mark.parametrize("line", first(3, FALSE_ONCE))
def test_a_run_with_other_settings_is_in_order(line, run):
    run(line)


@pytest.mark.slow
@pytest.mark.parametrize("place", range(60))
def test_a_run_with_settings_drawn_is_in_order(place, run):
    lesson = settings.LESSONS[place % len(settings.LESSONS)]
    drawn = settings.drawn(lesson, random.Random(place))
    run(" ".join([lesson.number, *settings.flags(drawn)]))


def exercises():
    """The commands of all exercises, as they are written: "13 --learning-rate 0.5"."""
    elsewhere = ("--output", "--resume", "--logdir", "train.csv")  # not of one run by itself
    for lesson in catalogue.lessons():
        text = re.sub(r"\n#? *", " ", lesson.source.partition("## Exercises")[2])
        for words in re.findall(r"`(--[^`]+)`", text):
            words = " ".join(words.replace("#", "").split())
            if not any(each in words for each in elsewhere):
                yield f"{lesson.number} {words}"


@pytest.mark.slow
@pytest.mark.parametrize("line", sorted(set(exercises())))
def test_an_exercise_as_it_is_written_is_in_order(line, run):
    run(line)


def test_there_are_exercises_of_every_lesson():
    assert {line[:2] for line in exercises()} >= {each.number for each in settings.LESSONS} - {"09"}


# The words of one run -----------------------------------------------------------------------------


def test_rows_and_captions_name_the_rate_that_was_run(run):
    out = run("13 --learning-rate 1.1 --steps 2")
    assert "w, rate 1.1" in out and "rate 0.2" not in out


def test_rows_name_the_costs_that_were_run(run):
    out = run("11 --cost 3 --profit 2 --steps 2")
    assert "w1[0], COST 3, PROFIT 2" in out and "w1[0], COST 2, PROFIT 3" in out
    assert "COST 9" not in out


@pytest.mark.parametrize(
    "line, row",
    [
        ("18 --steps 3", "shadow after update 4"),
        ("06 --steps 2500", "after 5000 steps"),
        ("04 --steps 40", "loss after epoch 60"),
        ("23 --steps 49", "v_50, "),
        ("25 --steps 20", "J after update 21"),
        ("26 --steps 1", "var after update 2"),
        pytest.param("24 --steps 2", "v_3 of a gradient that stays", marks=pytest.mark.slow),
        ("21 --epochs 1 --sound-epochs 2", "its loss in epoch 2"),
        pytest.param("12 --steps 50", "cem at step 100", marks=pytest.mark.slow),
    ],
)
def test_a_shorter_run_has_no_row_of_a_later_step(line, row, course_here, tmp_path):
    code, out, _ = course_here("run", *line.split(), f"--output={tmp_path}")
    assert code == 0 and row not in out


def test_a_longer_run_has_its_last_update_in_the_row(run):
    out = run("18 --steps 40")
    assert "shadow after update 40" in out and "shadow after update 8 " not in out


def test_a_training_that_was_not_stopped_is_not_said_to_be(run):
    out = run("21 --epochs 2 --sound-epochs 5")
    assert "test loss when ended" in out and "stops after epoch 5" not in out


# What is called false -----------------------------------------------------------------------------


def test_a_reason_belongs_to_the_default_settings():
    made = results.Comparisons()
    made.compare("n", 2, results.DOCUMENT, 1, 0, because="it counts from 1")
    made.compare("n", 2, results.DOCUMENT, 1, 0, "it counts from 1", settings="run with steps=3")
    made.compare("n", 2, results.DOCUMENT, 1, 0, "it counts from 1", unfinished="at step 1 of 2")
    assert [(each.agrees, each.why) for each in made] == [
        ("no", "it counts from 1"),
        ("not compared", "run with steps=3"),
        ("not compared", "at step 1 of 2"),
    ]


def drawn_with(draw):
    figure, axis = plots.plt.subplots()
    draw(axis)
    plots.finished_png(figure, "title", "caption")
    return figure, axis


@pytest.mark.parametrize(
    "draw, fault",
    [
        (lambda axis: axis.plot([1, 2], [1, 2], label="a"), None),
        (lambda axis: axis.axhline(1), "panel 1 is empty"),
        (lambda axis: axis.semilogy([1, 2], [3, 3]) and axis.set_ylim(0.1, 1), None),
        (
            lambda axis: axis.legend(axis.plot([1, 2], [[1, 2], [2, 3]]), ["a", "a"]),
            "panel 1 has two of 'a'",
        ),
        (
            lambda axis: axis.plot([1, 2]) and [axis.text(0, 1, "words") for _ in range(3)],
            "panel 1: texts over each other, 3 of 3: ('words', 'words')",
        ),
    ],
)
def test_faults_of_a_figure_are_noticed(draw, fault):
    figure, _ = drawn_with(draw)
    assert list(settings.faults(figure)) == ([fault] if fault else [])


def test_a_panel_says_why_it_shows_no_curve():
    for draw, said in (
        (lambda axis: axis.plot([1, 2], [float("nan")] * 2), "nothing finite"),
        (lambda axis: axis.plot([1, 2], [3, 3]) and axis.set_ylim(0, 1), "outside this view"),
    ):
        _, axis = drawn_with(draw)
        assert [each.get_text() for each in axis.texts] == [said]


def test_a_curve_of_one_point_is_seen():
    _, axis = drawn_with(lambda axis: axis.plot([1], [2], "-"))
    assert axis.lines[0].get_marker() == "."


def test_a_logarithmic_panel_without_anything_above_0_is_an_even_one(recwarn):
    _, axis = drawn_with(lambda axis: axis.semilogy([1, 2], [0, 0]))
    assert axis.get_yscale() == "linear" and not recwarn.list
