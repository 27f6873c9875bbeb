"""What is asked of every lesson; what each reaches is tested in tests/lessons/."""

import ast
import json
import os

import pytest

from common.command import catalogue
from conftest import LESSONS, SHORTER
from stress import _nudge

SESSION = {  # what the learner is to see of TensorFlow 1 where a lesson trains
    "tf.Session",
    "tf.global_variables_initializer",
    "tf.train.Saver",
    "tf.summary.FileWriter",
    "sess.run",
    "lesson.training",
}


@pytest.mark.parametrize("name", LESSONS)
def test_its_session_is_plain_tensorflow_1(name):
    tree = ast.parse(catalogue.find(name).script.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert calls >= SESSION
    lines = (ast.unparse(node.iter) for node in ast.walk(tree) if isinstance(node, ast.For))
    assert any("training.steps(" in line for line in lines)


@pytest.mark.parametrize("name", LESSONS)
def test_every_number_agrees_or_says_why_not(name, run_lesson):
    mode = "restore" if name in SHORTER else "run"
    run = run_lesson(name, *(["--restore"] if mode == "restore" else []))
    results = json.loads((run.summaries / "results.json").read_text(encoding="utf-8"))
    assert results["mode"] == mode and results["figures"]
    for each in results["numbers"]:
        explained = each["agrees"] == "no" and each["why"]
        other_images = each["agrees"] == "not compared" and "in place of" in each["why"]
        assert each["agrees"] in ("yes", "") or explained or other_images or nudged(each), each


def nudged(number):
    """Whether a figure differs by no more than a nudge of the weights may have grown to."""
    return _nudge.VARIABLE in os.environ and number["here"] == pytest.approx(
        number["says"], rel=1e-3, abs=1e-4
    )
