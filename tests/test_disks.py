"""Folders of any name, full disks, folders that vanish; the long campaign is stress/disks.py."""

import random

import pytest

from common.checkpoints import Checkpoints
from common.tf1 import tf
from conftest import ROOT, first, python
from stress import disks, left_by_clean, numbers_of

needs_namespaces = pytest.mark.skipif(
    not disks.has_namespaces(), reason="makes a tmpfs in a mount namespace of its own"
)


@pytest.mark.parametrize("name", first(2, disks.NAMES))
def test_an_output_folder_may_have_any_name(name, tmp_path, monkeypatch, course_here):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    output = f"--output={name}"
    code, out, err = course_here("run", "18", output)
    assert (code, err) == (0, "") and "tensorboard 18 --output" in out
    for words in (["restore", "18"], ["run", "18", "--resume"], ["export-meta", "18"]):
        code, out, err = course_here(*words, output)
        assert (code, err) == (0, ""), words
    assert course_here("clean", "18", output)[0] == 0
    assert left_by_clean(tmp_path / ("home" if name == "~" else name)) == []


@pytest.mark.same_bits
@needs_namespaces
@pytest.mark.slow
@pytest.mark.parametrize(
    "number, kilobytes, then",
    [("13", 200, "true"), ("07", 380, "true"), ("13", 5000, 'mount -o remount,ro "$1"')],
)
def test_a_disk_that_refuses_is_one_sentence_and_later_all_is_right(
    number, kilobytes, then, tmp_path, run_lesson
):
    (kind,) = [kind for kind in disks.KINDS if kind.number == number]
    first, second, left = disks.on_a_disk(kind, tmp_path, kilobytes, then)
    assert first.code == 1 and first.problem == ""
    assert "make room or make it writable, or choose another folder with --output" in first.err
    assert second.code == 0, second.err
    assert left == []
    expected = run_lesson(kind.name, *kind.flags.split())
    assert numbers_of(tmp_path, kind.name) == expected.numbers


@pytest.mark.parametrize(
    "way",
    [
        disks.deleted,
        *(pytest.param(way, marks=pytest.mark.slow) for way in (disks.symlinked, disks.homeless)),
    ],
)
def test_a_folder_that_vanishes_a_checkout_by_another_name_no_home(way, tmp_path, run_lesson):
    kind = next(iter(disks.KINDS))
    assert way(kind, tmp_path, random.Random(0)) == ""
    assert numbers_of(tmp_path, kind.name) == run_lesson(kind.name).numbers


def test_a_working_directory_that_is_gone_is_one_sentence(tmp_path, monkeypatch, course_here):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    code, _, err = course_here("run", "18", "--output", "mine")
    assert code == 1 and err.count("\n") == 1
    assert "The folder mine cannot be found, since the working directory is gone" in err
    assert course_here("run", "18", "--output", tmp_path)[0] == 0


def test_a_checkpoint_that_cannot_be_written_is_told_from_a_variable_without_a_value(tmp_path):
    with tf.Graph().as_default(), tf.Session() as sess:
        v = tf.get_variable("v", shape=())
        with pytest.raises(tf.errors.FailedPreconditionError) as without_value:
            sess.run(v)
        sess.run(v.initializer)
        saver = tf.train.Saver()
        with pytest.raises(ValueError) as without_folder:
            saver.save(sess, str(tmp_path / "none" / "none" / "model.ckpt"))
    own = Checkpoints(tmp_path / "none", {}, saver)
    assert own.explained(without_value.value, [tmp_path]) is None
    assert "--output FOLDER" in str(own.explained(without_folder.value, [tmp_path]))
    assert own.explained(without_folder.value, [tmp_path / "another"]) is None


def test_a_training_without_initial_values_keeps_tensorflows_own_error(tmp_path):
    program = """
from common import Lesson, tf
lesson = Lesson("10_yogurt_mse", steps=3)
w = tf.Variable(1.0, name="w", use_resource=%s)
saver = tf.train.Saver()
with tf.Session() as sess:
    lesson.training(sess, saver)
"""
    for kind in (True, False):
        code, _, err = python(
            "-c", program % kind, env={"PYTHONPATH": str(ROOT), "COURSE_OUTPUT": str(tmp_path)}
        )
        assert code == 1 and "FailedPreconditionError" in err and "Traceback" in err
