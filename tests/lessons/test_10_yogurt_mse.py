"""Lesson 10 against a NumPy twin and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import float32, golden, yogurt_twin


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


@pytest.mark.same_bits
def test_has_the_bits_of_the_genuine_trace(run_lesson):
    trace, run = golden("D1_mse"), run_lesson("10_yogurt_mse")
    expected = np.array([row["w1"] for row in trace["rows"]])[:, :, 0]
    np.testing.assert_array_equal(run["history"]["w1"], expected)
    np.testing.assert_array_equal(run["w1_value"], float32(trace["final"]["w1"]))


@pytest.mark.parametrize("optimizer", ["Momentum", "RMSProp", "Adam"])
def test_other_optimizers_reach_least_squares(optimizer, run_lesson):
    run = run_lesson("10_yogurt_mse", "--optimizer", optimizer)
    np.testing.assert_allclose(run["w1_value"], run["w1_exact"], atol=1e-3)
