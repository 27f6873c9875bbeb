"""Lesson 11 against a NumPy twin, exact minima and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import exercises, float32, golden, yogurt_data, yogurt_twin


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
    np.testing.assert_array_equal(run["history_code"]["w1"][::20], expected)


def test_the_minima_are_those_of_linear_programming(run_lesson):
    """The loss is piecewise linear: minimize the sum of COST·over + PROFIT·under."""
    from scipy.optimize import linprog

    numbers = run_lesson("11_yogurt_custom_loss").numbers
    X, Y_ = yogurt_data()
    for cost, profit in ((9, 1), (1, 9)):
        costs = np.concatenate([np.zeros(2), np.full(32, cost), np.full(32, profit)])
        found = linprog(
            costs,
            A_eq=np.hstack([X, -np.eye(32), np.eye(32)]),
            b_eq=Y_[:, 0],
            bounds=[(None, None)] * 2 + [(0, None)] * 64,
        )
        pair = f"COST {cost}, PROFIT {profit}"
        assert numbers["exact least loss, " + pair] == pytest.approx(found.fun, rel=1e-6)
        for k in range(2):
            assert numbers[f"exact minimum w1[{k}], {pair}"] == pytest.approx(found.x[k], rel=1e-6)


PAIRS = ("COST 9, PROFIT 1", "COST 1, PROFIT 9")


def test_the_days_that_are_predicted_too_high(run_lesson):
    """Where it ends on other processors, too."""
    numbers = run_lesson("11_yogurt_custom_loss").numbers
    days = [numbers["days predicted too high, " + pair] for pair in PAIRS]
    assert days == [6, 27]  # 32 less 26, and 27
    X, Y_ = yogurt_data()
    excess = X @ [1.0225, 1.0417] - Y_[:, 0]
    assert np.sum(excess > 0) == 27


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    name = "11_yogurt_custom_loss"
    (shorter, first), (slower, second), (alike, third), (optimizers, fourth) = exercises(name)

    def numbers(flags, row, pairs=PAIRS):
        found = run_lesson(name, *flags).numbers
        return tuple(found[f"{row}, {pair}"] for pair in pairs)

    run = run_lesson(name, *shorter[0])
    assert "%.4f and %.4f (COST 9" % tuple(run["w1_code"]) in first
    assert "%.4f and %.4f (COST 1" % tuple(run["w1_text"]) in first
    assert "steps %d and %d" % numbers((), "within 0.02 at step") in first
    assert "%.4f and %.4f from" % numbers(slower[0], "oscillates as far as") in second
    assert "of %.4f and %.4f." % numbers((), "oscillates as far as") in second
    assert "{:,} and {:,}.".format(*numbers(slower[0], "within 0.02 at step")) in second
    both = ("COST 1, PROFIT 1", "COST 1, PROFIT 1, again")
    run = run_lesson(name, *alike[0])
    assert "%.3f and %.3f" % tuple(run["w1_code"]) in third and run["more_code"] == 16
    np.testing.assert_array_equal(run["w1_code"], run["w1_text"])
    np.testing.assert_array_equal(*numbers(alike[0], "days predicted too high", both))
    for flags in (*optimizers, ()):
        assert "{:,} and {:,}".format(*numbers(flags, "within 0.02 at step")) in fourth
    momentum, rmsprop, adam = optimizers
    assert "%.3f and %.3f: its" % numbers(momentum, "oscillates as far as") in fourth
    assert "%.3f and %.3f)." % numbers((), "oscillates as far as") in fourth
    assert max(numbers(rmsprop, "oscillates as far as")) < 0.0024
    assert max(numbers(adam, "oscillates as far as")) < 0.0014
