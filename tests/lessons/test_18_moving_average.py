"""Lesson 18 against its recursion and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import INITIAL_W1, ancestors, exercises, golden

from common.tf1 import tf


@pytest.mark.parametrize("decay, name", [(0.99, "shadow"), (0.1, "quick")])
def test_follows_the_recursion(decay, name, run_lesson):
    history = run_lesson("18_moving_average")["history"]
    shadow = 0.0
    for i in range(8):
        updates, w1 = (0, 1) if i == 0 else (100, 10)
        used = min(decay, (1 + updates) / (10 + updates))
        shadow = used * shadow + (1 - used) * w1
        np.testing.assert_allclose(history[name][i], shadow, rtol=1e-6)


def test_prints_the_documents_lines(run_lesson):
    lines = run_lesson("18_moving_average").printed.splitlines()
    # genuine TensorFlow 1.15.5; the document's text rounds them to .9, 1.644, 2.328, 2.956
    assert lines[:9] == [
        "[0.0, 0.0]",
        "[1.0, 0.9]",
        "[10.0, 1.6445453]",
        "[10.0, 2.3281732]",
        "[10.0, 2.955868]",
        "[10.0, 3.532206]",
        "[10.0, 4.061389]",
        "[10.0, 4.547275]",
        "[10.0, 4.9934072]",
    ]


def test_has_the_bits_and_the_names_of_the_genuine_trace(run_lesson):
    trace, run = golden("D1_ema099"), run_lesson("18_moving_average")
    expected = [row["shadow"] for row in trace["rows"]]
    np.testing.assert_array_equal(run["history"]["shadow"], expected[1:])
    shadow = run["ema"].average(run["w1"])
    assert shadow.name == trace["final"]["shadow_name"]


def test_the_shadow_that_waits_sees_the_step_and_the_weight_restored_is_the_shadow(run_lesson):
    run = run_lesson("18_moving_average")
    assert run["w_after"] == pytest.approx(3.8)
    assert run["shadow_after"] == pytest.approx(0.9 * 5 + 0.1 * 3.8)
    assert run["w_restored"] == run["shadow_end"] != 10


def test_together_has_no_path_from_the_step_to_the_average(run_lesson):
    """What the lesson says of control_dependencies, read off the graph itself."""
    with tf.Graph().as_default():
        w = tf.Variable(5.0)
        train_step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(w + 1))
        together = tf.train.ExponentialMovingAverage(0.9).apply([w])
        with tf.control_dependencies([train_step]):
            after = tf.train.ExponentialMovingAverage(0.9, name="After").apply([w])
        assert train_step not in ancestors(together)
        assert train_step in ancestors(after)


def days(seed, number):
    drawn = np.random.RandomState(seed).rand(3 * number)
    X = drawn[: 2 * number].reshape(number, 2)
    return X, X.sum(axis=1) + drawn[2 * number :] / 10 - 0.05


def test_the_oscillation_begins_as_the_numpy_twin_has_it(run_lesson):
    run = run_lesson("18_moving_average")
    X, Y_ = days(3, 32)
    w = shadow = INITIAL_W1[:, 0].astype(np.float64)
    graph = run["oscillating"]
    with tf.Session(graph=graph) as sess:
        sess.run([variable.initializer for variable in graph.get_collection("variables")])
        for i in range(300):
            rows = slice(i * 8 % 32, i * 8 % 32 + 8)
            feed = {run["x"]: X[rows], run["y_"]: Y_[rows, None]}
            sess.run(run["train_op"], feed_dict=feed)
            w = w - 0.001 * X[rows].T @ np.where(X[rows] @ w > Y_[rows], 9, -1)
            decay = min(0.99, (2 + i) / (11 + i))  # the step has been counted
            shadow = decay * shadow + (1 - decay) * w
            np.testing.assert_allclose(np.squeeze(sess.run(run["both"])), [w, shadow], atol=1e-5)


def test_the_shadow_of_an_oscillating_weight_is_better_on_new_days_by_little(run_lesson):
    """The numbers that the prose names."""
    numbers = run_lesson("18_moving_average").numbers
    weights, shadow = (numbers["spread of w[0], " + name] for name in ("weights", "shadow"))
    assert weights / shadow == pytest.approx(5.5, abs=0.5)
    gain = 1 - numbers["loss a new day, shadow"] / numbers["loss a new day, weights"]
    assert gain == pytest.approx(0.006, abs=5e-4)
    assert numbers["shadow better, of 10 sets"] == 10
    assert numbers["shadow better at the last step, of 10"] == 6


def test_the_answers_of_the_exercises(run_lesson):
    name = "18_moving_average"
    (quick, first), (longer, second) = exercises(name)
    shadows = run_lesson(name, *quick[0])["history"]["shadow"]
    for shadow in shadows[:3]:
        assert f"= {round(shadow, 4):g}" in first
    shadows = run_lesson(name, *longer[0])["history"]["shadow"]
    assert second.startswith(f"{np.flatnonzero(shadows > 9)[0] + 1}.")
    assert f"is {10 - shadows[1]:.3f}." in second
