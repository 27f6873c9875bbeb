"""Lesson 06 against a NumPy twin, an exact minimum and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import answers, assert_says, float32

from common.data import datasets
from common.tf1 import tf

NAME = "06_two_layer_network"
# random_normal_initializer(stddev=0.01) of 1.15.5 in the lesson's graph, whose seed is 89
W1 = float32(
    [
        [-0.013655255, 0.00020533099, 4.542626e-05, 0.00031286204],
        [0.004170652, 0.0074977046, -0.01538559, -0.0061663943],
    ]
)
W2 = float32([[-0.001294448], [-0.0084516285], [-0.0048029805], [0.009350604]])


def cross_entropy(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def network_twin(steps):
    """The four variables and the loss after `steps` of descent at rate 1, in float64."""
    X, y = datasets.flower()
    w1, b1, w2, b2 = W1.astype(np.float64), np.zeros(4), W2.astype(np.float64), np.zeros(1)

    def forward():
        hidden = np.tanh(X @ w1 + b1)
        return hidden, 1 / (1 + np.exp(-(hidden @ w2 + b2)))

    for _ in range(steps):
        hidden, p = forward()
        back_2 = (p - y) / 400
        back_1 = back_2 @ w2.T * (1 - hidden**2)
        w2, b2 = w2 - hidden.T @ back_2, b2 - back_2.sum(axis=0)
        w1, b1 = w1 - X.T @ back_1, b1 - back_1.sum(axis=0)
    return (w1, b1, w2, b2), cross_entropy(forward()[1], y)


def best_logistic():
    """Loss and accuracy of the best line, by Newton's method."""
    X, y = datasets.flower()
    A, values = np.column_stack([X, np.ones(400)]), np.zeros(3)
    for _ in range(20):
        p = 1 / (1 + np.exp(-A @ values))
        values -= np.linalg.solve(A.T @ (A * (p * (1 - p))[:, None]), A.T @ (p - y[:, 0]))
    p = 1 / (1 + np.exp(-A @ values))
    return cross_entropy(p, y[:, 0]), np.mean((p >= 0.5) == y[:, 0])


def test_the_flower_is_drawn_label_by_label_angle_before_radius():
    X, Y_ = datasets.flower()
    assert X.shape == (400, 2) and Y_.shape == (400, 1) and Y_.dtype == np.int64
    np.testing.assert_array_equal(Y_[:, 0], np.arange(400) >= 200)
    noise = 0.2 * np.random.RandomState(1).randn(2, 2, 200)  # label, then angle and radius
    angle = 3.12 * (np.arange(400) // 200 + np.tile(np.arange(200) / 199, 2))
    angle += noise[:, 0].ravel()
    radius = 4 * np.sin(4 * angle) + noise[:, 1].ravel()
    expected = radius * np.exp(1j * (np.pi / 2 - angle))
    np.testing.assert_allclose(X[:, 0] + 1j * X[:, 1], expected, rtol=1e-12)


@pytest.mark.same_bits
def test_begins_with_the_weights_of_genuine_tensorflow(run_lesson):
    run = run_lesson(NAME, "--steps", "1000")
    with tf.Session(graph=run["net"].graph) as sess:
        sess.run([variable.initializer for variable in tf.global_variables()])
        begin = sess.run([run[part] for part in ("w1", "b1", "w2", "b2")])
    for ours, genuine in zip(begin, (W1, np.zeros(4), W2, np.zeros(1))):
        np.testing.assert_array_equal(ours, genuine)


def test_the_network_follows_the_numpy_twin(run_lesson):
    two = run_lesson(NAME, "--steps", "1000")["two"]
    twin, loss = network_twin(1000)
    assert two["loss"] == pytest.approx(loss, rel=2e-5)
    for ours, theirs in zip(two["weights"], twin):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)


def test_logistic_regression_ends_at_its_exact_minimum_and_fails(run_lesson):
    logistic = run_lesson(NAME)["logistic"]
    loss, accuracy = best_logistic()
    assert loss == pytest.approx(0.673146, abs=1e-6)
    assert logistic["loss"] == pytest.approx(loss, rel=1e-6)
    assert logistic["accuracy"] == accuracy == 0.47


def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5."""
    run = run_lesson(NAME)
    genuine = [0.27642402, 0.26298478, 0.25697148, 0.25345406]
    np.testing.assert_allclose(run["losses"][24::25], genuine, rtol=1e-5)
    assert run["two"]["accuracy"] == 0.915
    # and within a thousandth of the book's, from other weights
    np.testing.assert_allclose(genuine, [0.277, 0.2635, 0.2572, 0.2538], rtol=0, atol=1e-3)


def test_prints_the_loss_every_2500_steps(run_lesson):
    printed = re.findall(r"^step: (\d+), loss: (.+)$", run_lesson(NAME).printed, re.M)
    assert [int(step) for step, _ in printed] == [2500, 5000, 7500, 10000] * 2
    losses = ["0.6731"] * 4 + ["0.2764", "0.2630", "0.2570", "0.2535"]
    assert [loss for _, loss in printed] == losses


def test_the_boundary_is_that_of_the_weights(run_lesson):
    run = run_lesson(NAME)
    w1, b1, w2, b2 = (value.astype(np.float64) for value in run["two"]["weights"])
    grid = np.stack([run["xx"], run["yy"]], axis=-1)
    expected = 1 / (1 + np.exp(-(np.tanh(grid @ w1 + b1) @ w2 + b2)))[..., 0]
    np.testing.assert_allclose(run["two"]["grid"], expected, atol=1e-5)


def test_the_boundary_follows_three_of_the_four_lines(run_lesson):
    w1, b1, w2, b2 = run_lesson(NAME)["two"]["weights"]
    angle = np.linspace(0, 2 * np.pi, 3600, endpoint=False)
    units = 3.5 * np.column_stack([np.cos(angle), np.sin(angle)]) @ w1 + b1

    def crossings(values):
        return np.flatnonzero(np.diff(np.sign(np.append(values, values[0])))) / 10

    boundary = crossings((np.tanh(units) @ w2 + b2)[:, 0])
    assert len(boundary) == 6
    apart = [min(abs(boundary - each).min() for each in crossings(unit)) for unit in units.T]
    assert sorted(np.array(apart) < 1.5) == [False, True, True, True] and max(apart) > 15


def test_the_two_calls_of_the_network_share_its_variables(run_lesson):
    with run_lesson(NAME)["net"].graph.as_default():
        assert [variable.op.name for variable in tf.trainable_variables()] == [
            "weights",
            "bias",
            "layer1/weights1",
            "layer1/bias1",
            "layer2/weights2",
            "layer2/bias2",
        ]


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    def loss_and_points(*flags):
        numbers = run_lesson(NAME, *flags).numbers
        right = numbers["points that the network has right"]
        return numbers["loss of the network at the end"], right

    elsewhere, none, relu = answers("06")
    assert_says(elsewhere, "%.4f (%d points)" % loss_and_points("--seed", "1"))
    for seed in ("5", "39", "45"):
        assert_says(elsewhere, "%.4f (%d)" % loss_and_points("--seed", seed))

    loss, right = loss_and_points("--activation", "none")
    assert loss == pytest.approx(best_logistic()[0], rel=1e-6)
    assert_says(none, "%.6f" % best_logistic()[0], "the same %d points" % right)

    assert_says(relu, "more than 80 of the 400")
    for says, flags in (("stays at %.2f", ()), ("at %.2f", ("--seed", "1"))):
        run = run_lesson(NAME, "--activation", "relu", *flags)
        assert_says(relu, says % run.numbers["loss of the network at the end"])
        assert np.ptp(run["losses"][len(run["losses"]) // 2 :]) < 0.01  # it stays there
        w1, b1, _, _ = run["two"]["weights"]
        assert (np.sum(datasets.flower()[0] @ w1 + b1 > 0, axis=0) > 80).all()
