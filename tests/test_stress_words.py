"""Odd command lines, settings at their bounds, rates that diverge, folders with odd names."""

import random
import shutil
import socket

import pytest
from hypothesis import given, settings

from common import files
from common.command import lesson_flags
from common.data import images
from common.errors import UsageError
from conftest import contents, course
from stress import words
from test_images import idx, made

WORDS = "stress.words"


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with words.worker(tmp_path_factory.mktemp("worker")) as course:
        yield course


@pytest.fixture
def attempt(worker, tmp_path):
    """attempt(kind, choices, choice): make that attempt when it is the choice's turn."""

    def make(kind, choices, choice):
        turn = list(choices).index(choice)
        return kind(words.Try(worker, tmp_path / "0", random.Random(0), turn, iter(())))[1]

    return make


def lesson(number):
    return words.catalogue.find(number)


# Command lines ------------------------------------------------------------------------------------


@settings(max_examples=120)
@given(words.lines)
def test_any_words_have_an_answer_or_one_sentence_without_tensorflow(worker, line):
    assert worker.answer(*line, module=WORDS).problem == ""


def test_a_script_that_refuses_what_the_command_takes_is_noticed(monkeypatch, capsys):
    def refuse(*_):
        raise UsageError("no")

    monkeypatch.setattr(lesson_flags, "script_request", refuse)
    assert words.main(["run", "18"]) == 1
    assert "AssertionError: the script refuses" in capsys.readouterr().err


def test_a_value_may_begin_with_a_dash(course_here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = course_here("run", "18", "--output=-x")
    assert (code, err) == (0, "") and "tensorboard 18 --output=-x" in out
    assert (tmp_path / "-x" / "checkpoints").is_dir()
    code, _, err = course_here("run", "08", "--data=-y", "--output", tmp_path)
    assert code == 2 and "There are no images '-y'" in err


def test_home_is_where_the_tilde_leads(course_here, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert course_here("run", "18", "--output=~/mine")[0] == 0
    assert (tmp_path / "mine" / "checkpoints").is_dir()


def test_a_sentence_stays_one_line_and_one_screen(capsys):
    lesson_flags.say(UsageError("a\nb\x1b[31m\udcff" + "x" * 10000 + "the cure"))
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and err.startswith(r"a\nb\x1b[31m\udcffxxx")
    assert err.endswith("the cure\n") and len(err) < 2100


# Lessons at their bounds --------------------------------------------------------------------------


def test_the_campaign_goes_through_its_kinds_and_says_what_is_lost(tmp_path, monkeypatch):
    def well(attempt):
        return "run 18", ""

    def badly(attempt):
        return f"run {attempt.turn}", "it hangs"

    monkeypatch.setattr(words, "KINDS", [well, badly])
    made = list(words.attempts(4, 0, tmp_path))
    assert made == [("well", ""), ("badly", "run 0: it hangs")] + [
        ("well", ""),
        ("badly", "run 1: it hangs"),
    ]


@pytest.mark.parametrize("length", ["steps", "epochs"])
def test_no_step_is_refused_by_every_lesson(worker, length):
    lessons = [each for each in words.LESSONS if length in each.parameters]
    assert lessons
    for each in lessons:
        answer = worker.answer("run", each.number, f"--{length}=0", module=WORDS)
        assert answer.code == 2 and answer.err.startswith(f"--{length} of lesson {each.number}")


@pytest.mark.slow
def test_one_step_is_enough(attempt):
    assert attempt(words.one_step, words.LESSONS, lesson("18")) == ""


@pytest.mark.slow
def test_settings_at_their_bounds(attempt):
    assert attempt(words.bounds, words.LESSONS, lesson("18")) == ""


@pytest.mark.slow
def test_a_rate_that_is_too_large(attempt):
    assert attempt(words.rates_too_large, words.RATES, (lesson("13"), "learning_rate")) == ""


def test_an_infinite_weight_in_a_histogram_is_said_to_be_one(course_here, tmp_path):
    flags = ["--steps", "3", "--learning-rate", "1e38", "--output", tmp_path]
    code, _, err = course_here("run", "10", *flags)
    assert code == 1 and "Traceback" not in err
    assert "Lesson 10 diverged:" in err and "is not finite any more at step 1 of 3" in err


@pytest.mark.slow
def test_steps_without_end_are_begun_in_little_memory(attempt):
    assert attempt(words.no_end, words.ENDLESS_LESSONS, lesson("07")) == ""


# Data ---------------------------------------------------------------------------------------------


@pytest.fixture
def trained(course_here, tmp_path):
    """trained(number): a folder in which that lesson has been run, and what it left there."""

    def train(number):
        flags = words.flags(words.short(lesson(number)))
        assert course_here("run", number, *flags, "--output", tmp_path / "out")[0] == 0
        return tmp_path / "out", contents(tmp_path / "out")

    return train


def test_a_table_with_other_columns_is_refused_and_nothing_is_lost(trained, course_here, tmp_path):
    output, before = trained("30")
    table = tmp_path / "train.csv"
    table.write_text("Id,LotArea,SalePrice\n" + "1,2,3\n" * 200)
    code, _, err = course_here("run", "30", "--data", table, "--output", output)
    assert code == 1 and f"{table} lacks the columns" in err
    assert err.count("\n") == 2 and err.endswith("Failed: 30; the reason stands above.\n")
    assert contents(output) == before


def test_labels_out_of_range_are_refused_and_nothing_is_lost(trained, course_here, tmp_path):
    output, before = trained("08")
    for name, array in zip(images.IDX_FILES, (*made(50, 1), *made(20, 2))):
        (tmp_path / name).write_bytes(idx(array if array.ndim == 3 else array + 1))
    code, _, err = course_here("run", "08", "--data", tmp_path, "--output", output)
    assert code == 1 and "its labels go up to 10 where 0 to 9 are needed" in err
    assert err.count("\n") == 2 and contents(output) == before


# Folders ------------------------------------------------------------------------------------------


def test_a_folder_that_looks_like_a_pattern_leaves_what_it_would_match_alone(course_here, tmp_path):
    flags = ["run", "10", "--steps", "100"]
    assert course_here(*flags, "--output", tmp_path / "ab")[0] == 0
    before = sorted((tmp_path / "ab").rglob("*"))
    shutil.copytree(tmp_path / "ab", tmp_path / "abc")
    assert course_here(*flags, "--output", tmp_path / "a*")[0] == 0
    assert sorted((tmp_path / "ab").rglob("*")) == before
    assert len(list((tmp_path / "abc").rglob("*"))) == len(before)


def test_a_damaged_checkpoint_is_named_by_the_path_that_was_typed(course_here, tmp_path):
    output = tmp_path / "a[b]"
    assert course_here("run", "18", "--output", output)[0] == 0
    folder = output / "checkpoints" / "18_moving_average"
    for index in folder.glob("*.index"):
        index.write_bytes(b"damaged")
    code, _, err = course_here("restore", "18", "--output", output)
    assert code == 1 and f"{files.shown(folder)}/model.ckpt-8 is damaged" in err


# TensorBoard --------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    events = tmp_path / "summaries" / "18_moving_average" / "train"
    events.mkdir(parents=True)
    (events / "events.out.tfevents.1").write_bytes(b"")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])
        code, _, err = course("tensorboard", "--output", tmp_path, "--port", port)
    assert code == 1 and err.count("\n") == 1
    assert f"cannot use the port {port}" in err and "--port" in err
