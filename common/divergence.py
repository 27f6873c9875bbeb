"""Trainings that leave the finite numbers: noticed, and the step found at which they did."""

import os
import shutil
import subprocess
import sys
import threading

import numpy as np

from common import files
from common.language import VARIABLE, say
from common.tf1 import tf

VERB = "diverged:"  # as Training says it
EVERY_STEP = "COURSE_CHECK_EVERY_STEP"


def in_variables(sess):
    """The variables of `sess` that are not finite, in words."""
    variables = [each for each in tf.global_variables() if each.dtype.is_floating]
    values = zip(variables, sess.run(variables))
    return [
        f"its variable {each.op.name}" for each, value in values if not np.isfinite(value).all()
    ]


def in_row(row):
    """What in a row of a History is not finite, in words."""
    return [f"its {name}" for name, value in row.items() if not _finite(value)]


def _finite(value):
    return np.isfinite(np.array(value, dtype=np.float64)).all()


def looked_at_each_step():
    """Whether this program is the one that `sentence_of_rerun` has started."""
    return EVERY_STEP in os.environ


def sentence_of_rerun(script, checkpoints):
    """What a run says that goes on from a copy of `checkpoints` and looks at each step.

    Training looks at its numbers where it saves and keeps history, which need not be every step: to
    do so at each would slow all of them down. "" where that run does not diverge.
    """
    say("Its numbers are not finite any more: looking for the step …", flush=True)
    try:
        output = files.scratch_folder(checkpoints)
        try:
            shutil.copytree(str(checkpoints), str(output / "checkpoints" / checkpoints.name))
            said = _said([sys.executable, str(script), "--resume", "--output", str(output)])
        finally:
            shutil.rmtree(str(output), ignore_errors=True)
    except (KeyboardInterrupt, OSError):  # what is known without the search is said all the same
        return ""
    return said if VERB in said and "\n" not in said else ""


def _said(command):
    """The standard error, in English, of a program that looks at each step, ended by this one."""
    read, write = os.pipe()
    try:
        run = subprocess.run(
            command,
            env={**os.environ, EVERY_STEP: "1", VARIABLE: "en"},
            stdin=read,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    finally:
        os.close(read)
        os.close(write)
    return run.stderr.decode("utf-8", errors="replace").strip()


def end_with_caller():
    """In the program that `sentence_of_rerun` has started: end when that one does, even killed."""

    def wait():
        os.read(0, 1)  # nothing is written there; it ends with the caller
        os._exit(1)

    if looked_at_each_step():
        threading.Thread(target=wait, daemon=True).start()
