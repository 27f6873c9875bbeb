"""Trainings that leave the finite numbers: the sentence, the step, and what is kept of them."""

import os
import re
import signal
import subprocess
import sys

import numpy as np
import psutil
import pytest

from common import divergence, files, saved
from common.checkpoints import values
from conftest import ROOT, course, python, start
from stress.kills import temporary
from test_checkpoints import wait_until

NAME = "10_yogurt_mse"
signals = pytest.mark.skipif(sys.platform == "win32", reason="sends signals")


@pytest.fixture(scope="module")
def diverged(tmp_path_factory):
    """Lesson 10 with a rate at which its weights overflow: its output, exit code and last words."""
    output = tmp_path_factory.mktemp("diverged")
    code, _, err = course("run", "10", "--learning-rate", "10", "--output", output)
    return output, code, err


def test_the_sentence_names_the_step_and_the_cure(diverged):
    _, code, err = diverged
    assert code == 1 and "Traceback" not in err
    sentence = (
        r"Lesson 10 diverged: its variable Variable is not finite any more at step \d+ of 20000\. "
        r"Run it with a smaller --learning-rate, or with the document's settings\.\n"
        r"Failed: 10; the reason stands above\.\n"
    )
    assert re.fullmatch(sentence, err)


def test_the_step_is_the_first_of_a_plain_loop_whose_weights_are_not_finite(diverged):
    """The document's loop by itself, which looks at the weights after each step."""
    program = """
from common import np, tf
rdm = np.random.RandomState(23455)
X = rdm.rand(32, 2)
Y_ = [[x1 + x2 + (rdm.rand() / 10.0 - 0.05)] for x1, x2 in X]
x, y_ = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
loss = tf.reduce_mean(tf.square(y_ - tf.matmul(x, w1)))
train_step = tf.train.GradientDescentOptimizer(10.0).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    step = 0
    while np.isfinite(sess.run(w1)).all() and step < 1000:
        rows = slice(step * 8 % 32, step * 8 % 32 + 8)
        sess.run(train_step, feed_dict={x: X[rows], y_: Y_[rows]})
        step += 1
print(step)
"""
    code, out, err = python("-c", program, env={"PYTHONPATH": str(ROOT)})
    assert code == 0, err
    assert f"at step {int(out)} of" in diverged[2]


def test_what_was_saved_before_is_kept_and_finite(diverged, course_here):
    output, _, err = diverged
    newest = saved.newest(output / "checkpoints" / NAME)
    assert all(np.isfinite(value).all() for value in values(newest).values())
    code, _, again = course_here("run", "10", "--resume", "--output", output)
    assert (code, again) == (1, err)


def test_a_number_of_the_history_is_looked_at_too(course_here, tmp_path):
    """With Momentum the loss overflows long before the weights do."""
    words = ["--optimizer", "Momentum", "--learning-rate", "1", "--output", tmp_path]
    code, _, err = course_here("run", "10", *words)
    assert code == 1
    said = "its loss_mse is not finite any more at step 1501 of 20000 (at step 1001 it was). Run"
    assert said in err


def test_a_training_that_may_diverge_goes_on_and_is_saved(run_lesson):
    name = "04_polynomial_regression"
    run = run_lesson(name, "--learning-rate", "0.1", "--steps", "60")
    newest = saved.newest(run.checkpoints / "fit")
    assert newest.name == "model.ckpt-60"
    history = files.read_json(f"{newest}.json", "")["history"]
    assert len(history["loss"]) == 61 and not np.isfinite(history["loss"][-1])


# The search for the step is interrupted ----------------------------------------------------------


@pytest.fixture
def searching(tmp_path):
    """A run of lesson 10 in tmp_path that looks for the step, and the program it has started."""
    script = ROOT / "lessons" / f"{NAME}.py"
    words = ["--learning-rate", "10", "--output", tmp_path]
    run = start("-u", script, *words, start_new_session=True)
    while "looking for the step" not in run.stdout.readline():
        assert run.poll() is None
    wait_until(psutil.Process(run.pid).children)
    return run, psutil.Process(run.pid).children()[0]


@signals
def test_ctrl_c_ends_the_search_and_the_sentence_says_what_is_known(searching, tmp_path):
    run, search = searching
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, err = run.communicate(timeout=600)
    assert run.returncode == 1
    said = (
        "what its histogram w1 shows is not finite any more at step 501 of 20000 (at step 1 it was)"
    )
    assert f"Lesson 10 diverged: {said}" in err and err.count("\n") == 1
    search.wait(600)  # it ended, though perhaps nobody has collected it yet
    assert temporary(tmp_path) == []


@pytest.mark.slow
@signals
def test_a_kill_during_the_search_leaves_no_folder_for_ever(searching, tmp_path, course_here):
    run, search = searching
    run.kill()
    run.communicate()
    search.wait(600)
    assert temporary(tmp_path)
    assert course_here("run", "10", "--steps", "20", "--output", tmp_path)[0] == 0
    assert temporary(tmp_path) == []


@pytest.mark.parametrize("environment", [{divergence.EVERY_STEP: "1"}, {}])
def test_a_search_ends_with_the_program_that_has_started_it(environment):
    program = """
import time
from common import divergence
divergence.end_with_caller()
print("begun", flush=True)
time.sleep(%d)
print("went on")
"""
    environment["PYTHONPATH"] = str(ROOT)
    seconds = 600 if divergence.EVERY_STEP in environment else 1
    process = start("-c", program % seconds, env=environment, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "begun\n"
    out, _ = process.communicate()  # ends its standard input, as the end of the caller does
    assert out == ("" if divergence.EVERY_STEP in environment else "went on\n")
