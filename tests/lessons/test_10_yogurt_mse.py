"""Lesson 10 against a NumPy twin and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import exercises, float32, golden, yogurt_data, yogurt_twin


def printed_weights(printed):
    rows = re.findall(r"After (\d+) training steps, w1 is\n\[\[(.+?)\]\n \[(.+?)\]\]", printed)
    return [int(row[0]) for row in rows], float32([row[1:] for row in rows])


def test_prints_the_weights_every_500_steps_as_the_numpy_twin_has_them(run_lesson):
    run = run_lesson("10_yogurt_mse")
    steps, weights = printed_weights(run.printed)
    assert steps == list(range(0, 20000, 500))
    twin = yogurt_twin(lambda y, y_: 2 * (y - y_) / 8, 20000)
    np.testing.assert_allclose(weights, twin[steps], rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(run["w1_value"][:, 0], twin[-1], rtol=2e-5)
    # genuine TensorFlow 1.15.5, all digits
    np.testing.assert_array_equal(run["w1_value"], float32([[0.98019385], [1.0159807]]))


def test_the_loss_falls_all_the_way_and_the_weights_move_ever_more_slowly(run_lesson):
    history = run_lesson("10_yogurt_mse")["history"]
    moves = np.linalg.norm(np.diff(history["w1"], axis=0), axis=1)
    assert np.all(np.diff(history["loss_mse"]) < 0) and np.all(np.diff(moves) < 0)
    assert moves[-1] > 0.003  # in 500 steps


@pytest.mark.same_bits
def test_has_the_bits_of_the_genuine_trace(run_lesson):
    trace, run = golden("D1_mse"), run_lesson("10_yogurt_mse")
    expected = np.array([row["w1"] for row in trace["rows"]])[:, :, 0]
    np.testing.assert_array_equal(run["history"]["w1"], expected)
    np.testing.assert_array_equal(run["w1_value"], float32(trace["final"]["w1"]))


def test_the_data_are_the_documents_and_new_days_are_new(run_lesson):
    run = run_lesson("10_yogurt_mse")
    X, Y_ = yogurt_data()
    np.testing.assert_array_equal(run["X"], X)
    np.testing.assert_allclose(run["Y_"], Y_, atol=1e-15)
    # 《神经网络优化》 §1 trains towards x1 + x2: exact least squares of these rows
    np.testing.assert_allclose(run["w1_exact"][:, 0], [1.004309, 0.994829], atol=5e-7)
    noise = np.array(run["Y_new"])[:, 0] - run["X_new"].sum(axis=1)
    assert len(noise) == 10000 and np.abs(noise).max() <= 0.05
    assert np.mean(noise**2) == pytest.approx(0.1**2 / 12, rel=0.05)
    assert not {*map(tuple, run["X_new"])} & {*map(tuple, X)}


@pytest.mark.parametrize("optimizer", ["Momentum", "RMSProp", "Adam"])
def test_other_optimizers_reach_least_squares(optimizer, run_lesson):
    run = run_lesson("10_yogurt_mse", "--optimizer", optimizer)
    np.testing.assert_allclose(run["w1_value"], run["w1_exact"], atol=1e-3)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    name = "10_yogurt_mse"
    (optimizers, first), ((ten_times,), second) = exercises(name)
    settled = "settled to 0.01 from step"
    assert run_lesson(name).numbers[settled] == "not yet" and "not yet there" in first
    for flags, step in zip(optimizers, (3000, 2500, 5500)):  # RMSProp, momentum, Adam
        assert run_lesson(name, *flags).numbers[settled] == step
        assert f" {step:,}" in first
    run = run_lesson(name, *ten_times)
    assert "after 2,000 steps" in second and "(0.98 and 1.02)" in second
    (then,) = run["history"]["w1"][run["history"]["step"] == 2000]
    assert "%.2f and %.2f" % tuple(then) == "%.2f and %.2f" % tuple(
        run_lesson(name)["w1_value"][:, 0]
    )
    assert "%.2f and %.2f" % tuple(then) in second
    assert f"every 500th step from {run.numbers[settled]:,} on" in second
