"""Lesson 12 against NumPy twins, closed forms and genuine TensorFlow 1.15.5."""

import json

import numpy as np
import pytest
from oracles import softmax

from common.tf1 import tf

NAME = "12_cross_entropy"
LOSSES = ("ce", "cem", "mse", "twice")
ROW_100 = 24  # of a history: 20 rows of the first steps, then every 20th


def gradient_by_outputs(loss, outputs, labels):
    """The gradient of a loss by the outputs, and the mean cross entropy of all rows, in float64."""
    y = softmax(outputs)
    right = y[labels == 1]
    if loss == "mse" or loss == "twice":
        by_y = 2 * (y - labels) / 3 if loss == "mse" else softmax(y) - labels
        back = y * (by_y - np.sum(by_y * y, axis=1, keepdims=True))
    else:
        back = y - labels
        if loss == "ce":
            back = back / 3 * (right >= 1e-12)[:, None]
    return back / len(y), -np.mean(np.log(np.maximum(right, 1e-300)))


def descend(loss, w, X, labels, steps):
    """Gradient descent at the rate 1 from the weights w, biases 0: weights and biases."""
    A, values = np.column_stack([X, np.ones(len(X))]), np.vstack([w, np.zeros(3)])
    for _ in range(steps):
        values = values - A.T @ gradient_by_outputs(loss, A @ values, labels)[0]
    return A @ values, values


def initial(stddev):
    """random_normal with seed 1, of which the lesson's weights are made."""
    with tf.Graph().as_default(), tf.Session() as sess:
        return sess.run(tf.random_normal([2, 3], stddev=stddev, seed=1)).astype(np.float64)


def row_at_100(run, beginning, loss):
    history, _ = run["runs"][beginning, loss]
    assert history["step"][ROW_100] == 100
    return history["cem"][ROW_100]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("beginning, stddev", [("small", 0.01), ("large", 10)])
def test_every_training_follows_the_numpy_twin(loss, beginning, stddev, run_lesson):
    run = run_lesson(NAME)
    outputs, _ = descend(loss, initial(stddev), run["X"], run["Y_"], 100)
    cem = gradient_by_outputs(loss, outputs, run["Y_"])[1]
    assert row_at_100(run, beginning, loss) == pytest.approx(cem, rel=1e-5)


def test_a_genuine_run_begins_with_the_same_weights():
    """random_normal([2, 3], stddev=10, seed=1) under TensorFlow 1.15.5."""
    genuine = [[-8.113182, 14.845987, 0.6532937], [-24.427042, 0.99248403, 5.912243]]
    np.testing.assert_array_equal(initial(10).astype(np.float32), np.array(genuine, np.float32))


def test_the_trainings_end_where_they_end_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: the documents have no training here."""
    run = run_lesson(NAME)
    for (beginning, loss), cem, accuracy in (
        (("small", "ce"), 0.21886897, 0.9),
        (("small", "cem"), 0.21886894, 0.9),
        (("small", "mse"), 0.22506405, 0.9),
        (("small", "twice"), 0.40143976, 0.9266667),
        (("large", "ce"), 0.21919034, 0.9),
        (("large", "cem"), 0.21886891, 0.9),
        (("large", "mse"), 55.386562, 0.02),
        (("large", "twice"), 56.382645, 0.02),
    ):
        _, end = run["runs"][beginning, loss]
        assert end[1] == pytest.approx(cem, rel=1e-5)
        assert end[2] == pytest.approx(accuracy, rel=1e-6)


def test_cem_ends_at_the_least_cross_entropy_there_is(run_lesson):
    """By Newton's method from the formulas: both beginnings of cem arrive there."""
    run = run_lesson(NAME)
    A, labels = np.column_stack([run["X"], np.ones(150)]), run["Y_"]
    free = np.zeros(6)  # the third class's column is 0: adding to all outputs changes nothing
    for _ in range(30):
        y = softmax(np.column_stack([A @ free.reshape(3, 2), np.zeros(150)]))
        slope = (A.T @ (y - labels)[:, :2]).ravel()
        curve = np.zeros((6, 6))
        for a, row in zip(A, y[:, :2]):
            curve += np.kron(np.outer(a, a), np.diag(row) - np.outer(row, row))
        free = free - np.linalg.solve(curve, slope)
    least = -np.mean(np.log(y[labels == 1]))
    for beginning in ("small", "large"):
        assert run["runs"][beginning, "cem"][1][1] == pytest.approx(least, rel=1e-5)


def test_cross_entropies_are_those_of_the_formula(run_lesson):
    for (right, answer), (ce, whole) in run_lesson(NAME)["entropies"].items():
        formula = -sum(p * np.log(max(q, 1e-12)) for p, q in zip(right, answer) if p)
        assert whole == pytest.approx(formula, rel=1e-5, abs=1e-7)
        assert ce == pytest.approx(formula / 2, rel=1e-5, abs=1e-7)
    # by hand: log 0.6, log 0.8, log 2, and to base 10
    values = run_lesson(NAME)["entropies"]
    assert values[(1, 0), (0.6, 0.4)][1] == pytest.approx(0.510825624, rel=1e-6)
    assert values[(1, 0), (0.8, 0.2)][1] == pytest.approx(0.223143551, rel=1e-6)
    assert values[(1, 0), (0.8, 0.2)][1] / np.log(10) == pytest.approx(0.097, abs=5e-4)
    assert values[(1, 0), (0.6, 0.4)][1] / np.log(10) == pytest.approx(0.222, abs=5e-4)


def test_without_the_clip_sure_answers_are_nan_or_infinite(run_lesson):
    limits = run_lesson(NAME)["limits"]
    (bare, clipped), (bare_slope, clipped_slope) = limits["right and sure"]
    assert np.isnan(bare) and np.isnan(bare_slope[1]) and clipped == 0
    np.testing.assert_array_equal(clipped_slope, [-0.5, 0])
    (bare, clipped), (bare_slope, clipped_slope) = limits["wrong and sure"]
    assert np.isposinf(bare) and np.isneginf(bare_slope[1])
    assert clipped == pytest.approx(-np.log(1e-12) / 2, rel=1e-6)
    np.testing.assert_array_equal(clipped_slope, [0, 0])


@pytest.mark.parametrize(
    "stddev, zeros, lost", [(0.01, 0, 0), (1.0, 0, 0), (10.0, 36, 6), (100.0, 269, 6)]
)
def test_one_update_without_the_clip(stddev, zeros, lost, run_lesson):
    run = run_lesson(NAME)
    (bare, ce, cem, seen), nan = run["one_update"](stddev)
    assert (seen, nan) == (zeros, lost)
    assert np.isnan(bare) == (lost > 0) and np.isfinite([ce, cem]).all()
    y = softmax(run["X"] @ initial(stddev))
    assert abs(np.sum(y < 2.0**-126) - zeros) <= 1  # float32's least normal number
    right = y[run["Y_"] == 1]
    assert ce == pytest.approx(-np.sum(np.log(np.maximum(right, 1e-12))) / 450, rel=1e-5)


def test_softmax_by_hand_and_its_overflow(run_lesson):
    run = run_lesson(NAME)
    exact = np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum()
    np.testing.assert_allclose(run["hand"][0], exact, rtol=1e-6)
    np.testing.assert_allclose(run["ready"], [exact, exact], rtol=1e-6)
    assert np.isnan(run["hand"][1]).all()


def test_softmax_before_the_loss_is_softmax_twice(run_lesson):
    run = run_lesson(NAME)
    y = softmax(np.array([[1.0, 2.0, 3.0]]))
    assert run["once"] == pytest.approx(-np.log(y[0, 2]), rel=1e-6)
    assert run["twice"] == pytest.approx(-np.log(softmax(y)[0, 2]), rel=1e-6)
    assert 3 * run["third"] == pytest.approx(run["once"], rel=1e-6)
    assert run["least"] == pytest.approx(np.log(1 + 2 / np.e), rel=1e-6)
    assert (round(float(run["once"]), 4), round(float(run["twice"]), 4)) == (0.4076, 0.7972)


def test_gradients_are_those_of_the_formulas(run_lesson):
    run = run_lesson(NAME)
    z = run["z_side"]
    y = 1 / (1 + np.exp(-z))
    wrong = np.exp(-np.logaddexp(0, z))  # 1 - y, exact for large z too
    by_twice = -1 / (1 + np.exp(np.tanh(z / 2)))
    expected = {
        "cem": -wrong,
        "ce": -wrong / 2 * (y >= 1e-12),
        "mse": -2 * wrong * y * wrong,
        "twice": 2 * y * wrong * by_twice,
    }
    for name, slopes in expected.items():
        # float32 cannot tell a y near 1 from 1 by more digits than these
        near = np.abs(np.log(1e-12) - z) > 0.2 if name == "ce" else slice(None)
        found = run["steep"][name]
        np.testing.assert_allclose(found[near], slopes[near], rtol=1e-3, atol=2e-7)


@pytest.mark.slow
@pytest.mark.parametrize("stddev, learns", [("1", LOSSES), ("100", ("cem",))])
def test_which_losses_learn_from_which_beginning(stddev, learns, run_lesson):
    """Exercise 1: from very large weights the clip leaves ce without any gradient."""
    run = run_lesson(NAME, "--stddev", stddev)
    for loss in LOSSES:
        _, (_, _, accuracy) = run["runs"]["large", loss]
        assert (accuracy > 0.85) == (loss in learns), loss


@pytest.mark.slow
def test_ce_at_three_times_the_rate_is_cem(run_lesson):
    """Exercise 2: ce is a third of cem, so are its steps."""
    ours = row_at_100(run_lesson(NAME, "--learning-rate", "3"), "small", "ce")
    assert ours == pytest.approx(row_at_100(run_lesson(NAME), "small", "cem"), rel=1e-5)


@pytest.mark.slow
def test_a_larger_rate_frees_the_squared_error(run_lesson):
    """Exercise 3."""
    runs = run_lesson(NAME, "--learning-rate", "30")["runs"]
    assert runs["large", "mse"][1][2] > 0.85
    assert runs["small", "mse"][1][1] < 0.23 < 0.4 < runs["small", "cem"][1][1]


def test_results_hold_what_is_not_finite_as_words(run_lesson):
    run = run_lesson(NAME)
    text = (run.summaries / "results.json").read_text("utf-8")
    assert "NaN" not in text and "Infinity" not in text
    numbers = {each["name"]: each["here"] for each in json.loads(text)["numbers"]}
    assert numbers["right and sure, no clip"] == "nan"
    assert numbers["wrong and sure, no clip"] == "inf"
