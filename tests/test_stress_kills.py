"""A few of the kills of tests/stress/kills.py, and by themselves what kills used to leave."""

import shutil

import pytest

from common import files, saved
from common.checkpoints import Checkpoints
from conftest import forks, go_back
from stress import _undrawn, kills

YOGURT, AVERAGE, EARLY = "10_yogurt_mse", "18_moving_average", "21_early_stopping"
HEX = "0123456789abcdef" * 2


@forks
@pytest.mark.slow
def test_a_few_kills(tmp_path):
    kinds = (kills.Kind("18", ""),)
    assert [each for each in kills.attempts(20, 1, tmp_path, kinds) if each.problem] == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """{number: an output folder with a finished run}, to be copied."""
    from common.command import commands

    outputs = {}
    for number, flags in (
        ("10", "--steps 1000"),
        ("21", "--sound-epochs 10"),
        ("07", "--steps 500"),
    ):
        outputs[number] = tmp_path_factory.mktemp("finished")
        with _undrawn.figures():
            assert (
                commands.main(["run", number, *flags.split(), "--output", str(outputs[number])])
                == 0
            )
    return outputs


@pytest.fixture
def copy(finished, tmp_path):
    def make(number):
        shutil.copytree(finished[number], tmp_path / "copy")
        return tmp_path / "copy"

    return make


def resume(number, output, course_here):
    code, _, err = course_here("run", number, "--resume", "--output", output)
    assert (code, err) == (0, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "number, training, step",
    [
        ("10", "", 600),  # shows step i in the iteration i
        ("07", "two_network", 400),  # i + 1
        # counts on from another training
        pytest.param("07", "continued", 400, marks=pytest.mark.slow),
    ],
)
def test_tensorboard_shows_what_it_showed_after_a_resume(
    number, training, step, copy, finished, course_here
):
    output = copy(number)
    (name,) = (path.name for path in (output / "checkpoints").iterdir())
    go_back(output / "checkpoints" / name / training, step)
    resume(number, output, course_here)
    assert kills.left(output, name) == kills.left(finished[number], name)


def test_what_tensorboard_is_shown_is_on_the_disk_before_the_checkpoint(
    tmp_path, monkeypatch, course_here
):
    """A killed run shows the steps before its checkpoint, which no resumed one shows again."""
    events, save, shown = tmp_path / "summaries" / YOGURT / "train", Checkpoints.save, []

    def look_and_save(checkpoints, sess, step, *rest):
        if step:
            ((_, values),) = (
                each for each in kills.shown_in_tensorboard(events).items() if "loss" in each[0]
            )
            shown.append((step, [each for each, _ in values]))
        return save(checkpoints, sess, step, *rest)

    monkeypatch.setattr(Checkpoints, "save", look_and_save)
    assert course_here("run", "10", "--steps", "2000", "--output", tmp_path)[0] == 0
    assert shown == [(step, [*range(0, step, 500)]) for step in range(200, 2001, 200)]


@pytest.mark.parametrize(
    "name",
    [
        f"checkpoints/{EARLY}/sound/best/model.ckpt-3.data-00000-of-00001.tempstate123",
        f"checkpoints/{EARLY}/sound/best/checkpoint.tmp{HEX}",
        f"checkpoints/{EARLY}/sound/model.ckpt-3.meta.tmp{HEX}",
        f"checkpoints/{EARLY}/.tmp-abc",
        f"checkpoints/.tmp-{EARLY}-abc/{EARLY}/run.json",
        f"summaries/{EARLY}/.tmp-restored-abc/restored/sound/events",
        f"summaries/{EARLY}/figures/.tmp-abc",
    ],
)
def test_a_resume_removes_what_is_temporary(name, copy, course_here):
    output = copy("21")
    (output / name).parent.mkdir(parents=True, exist_ok=True)
    (output / name).write_bytes(b"half of it")
    assert kills.temporary(output)
    resume("21", output, course_here)
    assert kills.temporary(output) == []


def test_a_run_leaves_alone_what_other_lessons_are_removing(tmp_path, course_here):
    theirs = tmp_path / "checkpoints" / f".tmp-{YOGURT}-abc"
    theirs.mkdir(parents=True)
    assert course_here("run", "18", "--output", tmp_path)[0] == 0
    assert theirs.exists()


def test_clean_removes_what_a_killed_clean_has_left(copy, course_here):
    output = copy("10")
    for part in ("checkpoints", "summaries"):
        files.scratch_folder(output / part / YOGURT)
        shutil.rmtree(output / part / YOGURT)
    assert course_here("clean", "10", "--output", output)[::2] == (0, "")
    assert [path for path in output.rglob("*") if path.parent != output] == [
        output / "summaries" / f".{YOGURT}.lock"
    ]


def test_a_run_that_is_killed_while_it_clears_the_last_one_begins_again(
    copy, finished, monkeypatch, course_here
):
    """Its checkpoints are put aside before its event files are removed."""
    output, remove, removed = copy("10"), files.remove_folder, []

    def stop(folder):
        if removed and folder == output / "summaries" / YOGURT:
            raise KeyboardInterrupt
        remove(folder)
        removed.append(folder)

    monkeypatch.setattr(files, "remove_folder", stop)
    words = ["10", "--steps", "1000", "--output", output]
    assert course_here("run", *words)[0] == 130
    folder = output / "checkpoints" / YOGURT
    assert [path.name for path in folder.iterdir()] == ["run.json"]
    assert saved.steps_saved(saved.before(folder), YOGURT) == 1000
    monkeypatch.setattr(files, "remove_folder", remove)
    assert course_here("run", *words, "--resume")[0] == 0
    assert kills.left(output, YOGURT) == kills.left(finished["10"], YOGURT)


def test_a_run_that_ends_before_it_trains_loses_nothing_of_the_last_one(
    copy, finished, monkeypatch, course_here
):
    output = copy("10")

    def fail(lesson, sess, saver):
        raise KeyboardInterrupt

    monkeypatch.setattr("common.lesson.Lesson.training", fail)
    code, _, err = course_here("run", "10", "--steps", "1000", "--output", output)
    assert (code, err) == (130, "Interrupted before lesson 10 saved anything.\n")
    code, _, err = course_here("run", "10", "--resume", "--output", output)
    command = f"python -m lessons run 10 --resume --output={output}"
    assert (code, err) == (130, f"Interrupted; go on with `{command}`.\n")
    assert kills.left(output, YOGURT) == kills.left(finished["10"], YOGURT)


def test_figures_are_shown_once_however_often_they_are_drawn(copy, course_here):
    output = copy("10")
    resume("10", output, course_here)
    assert course_here("restore", "10", "--output", output)[0] == 0
    shown = kills.shown_in_tensorboard(output / "summaries" / YOGURT / "figures")
    assert {len(values) for values in shown.values()} == {1} and len(shown) == 3
