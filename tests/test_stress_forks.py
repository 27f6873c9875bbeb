"""Forks are what new processes would be; a nudge is one unit in the last place."""

import io
import os
import signal
import subprocess

import numpy as np
import psutil
import pytest

from conftest import ROOT, forks
from stress import _nudge
from stress._forks import Forked

pytestmark = forks


def forked(*words, **options):
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    return Forked(words, text=True, cwd=ROOT, **pipes, **options)


@pytest.mark.parametrize(
    "program, code, out, err",
    [
        ("import sys; print(sys.argv); sys.exit(7)", 7, "['-c', 'a b']\n", ""),
        ("import sys; sys.exit('a sentence')", 1, "", "a sentence\n"),
        ("1 / 0", 1, "", "ZeroDivisionError: division by zero\n"),
        ("import os; print(os.environ['HOME'])", 0, "/home\n", ""),
    ],
)
def test_a_program_ends_as_in_a_process_of_its_own(program, code, out, err):
    environment = {**os.environ, "HOME": "/home"}
    process = forked("-c", program, "a b", env=environment)
    said = process.communicate(timeout=600)
    assert (process.returncode, said[0]) == (code, out) and said[1].endswith(err)


def test_a_module_and_a_script_run_where_they_are_told_to(tmp_path):
    (tmp_path / "beside.py").write_text("WORD = 'beside'\n", encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text("import beside, os, sys\nprint(beside.WORD, os.getcwd(), sys.argv[1])\n")
    out, err = forked(script, "x").communicate(timeout=600)
    assert (out, err) == (f"beside {ROOT} x\n", "")
    out, err = forked("-m", "lessons", "list").communicate(timeout=600)
    assert "yogurt" in out.lower() and err == ""


def test_a_fork_is_signalled_killed_and_spoken_to():
    wait = "import time; print('begun', flush=True); time.sleep(600)"
    for number, code in ((signal.SIGINT, 1), (signal.SIGKILL, -signal.SIGKILL)):
        process = forked("-c", wait)
        assert process.stdout.readline() == "begun\n" and process.poll() is None
        assert psutil.Process(process.pid).ppid() == os.getpid()
        process.send_signal(number)
        process.communicate(timeout=600)
        assert process.returncode == code
    process = forked("-c", "print(input())", stdin=subprocess.PIPE)
    assert process.communicate("a word\n", timeout=600) == ("a word\n", "")


# Nudges -------------------------------------------------------------------------------------------


def test_a_nudge_is_one_unit_in_the_last_place_up_or_down_and_zero_stays():
    value = np.float32([[0.5, -3.0, 0.0], [1e-20, 7.25, -1e20]])
    there = _nudge.nudged(value, "w", 1)
    units = (there.astype(np.float64) - value) / np.spacing(np.abs(value))
    assert there.dtype == np.float32 and units[value == 0] == 0
    assert set(np.abs(units[value != 0])) <= {0.5, 1.0}  # half a unit below a power of two
    np.testing.assert_array_equal(there, _nudge.nudged(value, "w", 1))
    many = np.ones(1000, np.float32)
    assert 400 < (_nudge.nudged(many, "w", 1) > 1).sum() < 600
    assert (_nudge.nudged(many, "w", 1) != _nudge.nudged(many, "v", 1)).any()
    assert (_nudge.nudged(many, "w", 1) != _nudge.nudged(many, "w", 2)).any()


NUDGED = """
import sys
import numpy as np
from stress import _nudge
_nudge._patch(1)
from common.tf1 import tf
w = tf.Variable([1.0, 2.0, 0.0])
count = tf.Variable(1.0, trainable=False)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    first, counted = sess.run([w, count])
    sess.run(w.initializer)
    again = sess.run(w)
    w.load([1.0, 2.0, 3.0], sess)
    np.savetxt(sys.stdout, [first, again, sess.run(w), [counted] * 3], fmt="%.9g")
"""


@pytest.mark.same_bits  # nudged once, not twice
def test_what_is_initialized_is_nudged_and_what_is_loaded_is_not():
    out, err = forked("-c", NUDGED).communicate(timeout=600)
    assert err == ""
    first, again, loaded, counted = np.loadtxt(io.StringIO(out), dtype=np.float32)
    expected = _nudge.nudged(np.float32([1, 2, 0]), "Variable", 1)
    np.testing.assert_array_equal(first, expected)
    np.testing.assert_array_equal(again, expected)
    np.testing.assert_array_equal(loaded, [1, 2, 3])
    np.testing.assert_array_equal(counted, 1)
