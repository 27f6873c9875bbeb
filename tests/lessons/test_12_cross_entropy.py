"""Lesson 12 against NumPy twins, closed forms and genuine TensorFlow 1.15.5."""

import json
import re

import numpy as np
import pytest
from oracles import exercises, softmax

from common.command import catalogue
from common.tf1 import tf

NAME = "12_cross_entropy"
LOSSES = ("ce", "cem", "mse", "twice")


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


def initial(stddev, seed=0):
    """The lesson's weights before any training."""
    with tf.Graph().as_default(), tf.Session() as sess:
        drawn = tf.random_normal([2, 3], stddev=stddev, seed=1 + seed)
        return sess.run(drawn).astype(np.float64)


def row_at_100(run, beginning, loss):
    history, _ = run["runs"][beginning, loss]
    assert history["step"][100] == 100
    return history["cem"][100]


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


def test_the_numbers_of_steps_that_the_prose_names(run_lesson):
    numbers = run_lesson(NAME).numbers
    for loss, steps in (("ce", 33), ("cem", 10), ("mse", 102)):
        assert numbers[f"small weights, {loss}: cem below 0.24 at step"] == steps
    assert numbers["large weights, ce: cem below 1 at step"] == pytest.approx(340, abs=20)
    assert numbers["large weights, cem: cem below 1 at step"] == 18
    assert numbers["large weights: first gradient, cem over mse"] == pytest.approx(620, rel=0.01)


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
def test_the_table_of_ten_beginnings(run_lesson):
    """By the NumPy twin: what the lesson's table says of seeds 0 to 9, 2,000 steps each."""
    run = run_lesson(NAME)
    rows = re.findall(r"^# \| (\w+) \| (.+?) \| (.+?) \|$", catalogue.find(NAME).source, re.M)
    table = {name: (cem, accuracy) for name, cem, accuracy in rows if name in LOSSES}
    for loss in LOSSES:
        found = [
            descend(loss, initial(10, seed), run["X"], run["Y_"], 2000)[0] for seed in range(10)
        ]
        cem = [gradient_by_outputs(loss, outputs, run["Y_"])[1] for outputs in found]
        right = [np.mean(outputs.argmax(1) == run["classes"]) for outputs in found]
        (low, *high), (worst, *best) = (re.findall(r"\d+(?:\.\d+)?", each) for each in table[loss])
        assert loss not in ("mse", "twice") or np.argmax(cem) == 0
        digits = len(low.partition(".")[2])
        assert round(min(cem), digits) == float(low)
        assert max(cem) == pytest.approx(
            float((high or [low])[0]), abs=0.5 if max(cem) > 1 else 1e-3
        )
        assert round(min(right), 2) == float(worst)
        assert round(max(right), 2) == float((best or [worst])[0])
        fewer = {"mse": "four below 0.5", "twice": "three below 0.5"}.get(loss)
        assert fewer is None or fewer in table[loss][1]
        assert sum(each < 0.5 for each in right) == {"mse": 4, "twice": 3}.get(loss, 0)


@pytest.mark.slow
def test_ce_idles_longest_from_these_weights(run_lesson):
    run = run_lesson(NAME)
    X, labels = run["X"], run["Y_"]
    found = [updates_to_below_one("ce", initial(10, seed), X, labels) for seed in range(10)]
    assert found[0] == max(found)
    assert f"(from the others for {min(found[1:])} … {max(found[1:])} steps)" in (
        catalogue.find(NAME).source
    )


def updates_to_below_one(loss, w, X, labels):
    """How many updates bring the mean cross entropy below 1."""
    A, values = np.column_stack([X, np.ones(len(X))]), np.vstack([w, np.zeros(3)])
    for step in range(1000):
        slopes, cem = gradient_by_outputs(loss, A @ values, labels)
        if cem < 1:
            return step
        values = values - A.T @ slopes


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    (larger, first), (three, second), (thirty, third) = exercises(NAME)
    ends = {loss: run_lesson(NAME, *larger[0])["runs"]["large", loss][1] for loss in LOSSES}
    assert "to %.4f" % ends["cem"][1] in first
    assert "%.0f %% of the points" % (100 * ends["ce"][2]) in first
    assert "loss %.2f" % ends["ce"][0] in first
    assert [loss for loss in LOSSES if ends[loss][2] > 0.5] == ["cem"]
    run = run_lesson(NAME, *three[0])
    assert "%.4f after 100" % row_at_100(run, "small", "ce") in second
    usual = row_at_100(run_lesson(NAME), "small", "cem")
    assert row_at_100(run, "small", "ce") == pytest.approx(usual, rel=1e-5)
    assert row_at_100(run, "large", "ce") > 10 * row_at_100(run_lesson(NAME), "large", "cem")
    name = "large weights, %s: cem below 1 at step"
    assert f"after {run.numbers[name % 'ce']} steps" in second
    assert f"not after {run_lesson(NAME).numbers[name % 'cem']}." in second
    runs = run_lesson(NAME, *thirty[0])["runs"]
    assert "accuracy %.2f" % runs["large", "mse"][1][2] in third
    assert runs["small", "mse"][1][1] < 0.23 < 0.4 < runs["small", "cem"][1][1] < 0.7


def test_results_hold_what_is_not_finite_as_words(run_lesson):
    run = run_lesson(NAME)
    text = (run.summaries / "results.json").read_text("utf-8")
    assert "NaN" not in text and "Infinity" not in text
    numbers = {each["name"]: each["here"] for each in json.loads(text)["numbers"]}
    assert numbers["right and sure, no clip"] == "nan"
    assert numbers["wrong and sure, no clip"] == "inf"
