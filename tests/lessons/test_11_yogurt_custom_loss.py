"""Lesson 11 against a NumPy twin, exact minima and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import float32, golden, yogurt_twin

from common.data import datasets


@pytest.mark.parametrize("name, cost, profit", [("code", 9, 1), ("text", 1, 9)])
def test_both_losses_follow_the_numpy_twin(name, cost, profit, run_lesson):
    run = run_lesson("11_yogurt_custom_loss", "--steps", "500")
    twin = yogurt_twin(lambda y, y_: np.where(y > y_, cost, -profit), 500)
    np.testing.assert_allclose(run["w1_" + name], twin[-1], atol=1e-5)


@pytest.mark.same_bits
def test_ends_where_genuine_tensorflow_ends(run_lesson):
    run = run_lesson("11_yogurt_custom_loss")
    np.testing.assert_array_equal(run["w1_code"], float32([0.9661967, 0.97694933]))
    np.testing.assert_array_equal(run["w1_text"], float32([1.020171, 1.0425103]))
    shorter = run_lesson("11_yogurt_custom_loss", "--steps", "3000")
    np.testing.assert_array_equal(shorter["w1_code"], float32([0.9600407, 0.97334176]))
    np.testing.assert_array_equal(shorter["w1_text"], float32([1.0296593, 1.0484432]))


@pytest.mark.same_bits
def test_has_the_bits_of_the_genuine_trace(run_lesson):
    trace = golden("D1_custom_loss_cost9_profit1")
    run = run_lesson("11_yogurt_custom_loss")
    expected = np.array([row["w1"] for row in trace["rows"]])[:, :, 0]
    np.testing.assert_array_equal(run["history_code"]["w1"], expected)


def test_the_minima_it_names_are_the_exact_ones(run_lesson):
    """The loss is piecewise linear: its minimum lies where two days are predicted exactly."""
    X, Y_ = datasets.yogurt_sales()
    for cost, profit, named in ((9, 1, (0.9617, 0.9768)), (1, 9, (1.0178, 1.0448))):
        corners = [np.linalg.solve(X[[a, b]], Y_[[a, b], 0]) for a in range(32) for b in range(a)]
        error = [X @ w - Y_[:, 0] for w in corners]
        losses = [np.where(e > 0, cost * e, -profit * e).sum() for e in error]
        np.testing.assert_allclose(corners[int(np.argmin(losses))], named, atol=5e-5)
