"""Lesson 02 against finite differences, a NumPy twin, published figures and genuine TensorFlow."""

import re

import numpy as np
import pytest
from oracles import ancestors, answers, assert_says, float32

from common.tf1 import tf

SIGMOID_INPUTS = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def f_of(w0, x0, w1, x1, w2):
    return 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network_twin(steps, biases=False, in_turn=False):
    """The 2-2-2 network in float64: losses before each step and after the last, weights, outputs.

    in_turn: the hidden layer's gradient sees the output weights already moved.
    """
    x, y_ = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
    w_h, b_h = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.35, 0.35]])
    w_o, b_o = np.array([[0.40, 0.50], [0.45, 0.55]]), np.array([[0.60, 0.60]])
    losses = []
    for i in range(steps + 1):
        h = sigmoid(x @ w_h + b_h)
        y = sigmoid(h @ w_o + b_o)
        losses.append(np.sum((y_ - y) ** 2) / 2)
        if i == steps:
            return np.array(losses), w_h, w_o, y
        delta_o = (y - y_) * y * (1 - y)
        w_o_moved = w_o - 0.5 * h.T @ delta_o
        delta_h = delta_o @ (w_o_moved if in_turn else w_o).T * h * (1 - h)
        w_o, w_h = w_o_moved, w_h - 0.5 * x.T @ delta_h
        if biases:
            b_o, b_h = b_o - 0.5 * delta_o, b_h - 0.5 * delta_h


@pytest.fixture
def run(run_lesson):
    return run_lesson("02_backpropagation")


def test_gradients_are_finite_differences(run):
    for name, value in SIGMOID_INPUTS.items():
        above = f_of(**{**SIGMOID_INPUTS, name: value + 1e-6})
        below = f_of(**{**SIGMOID_INPUTS, name: value - 1e-6})
        assert run["g"][name] == pytest.approx((above - below) / 2e-6, rel=1e-8)
        assert run["gradient"][name] == pytest.approx((above - below) / 2e-6, rel=1e-6)


def test_every_node_has_the_documents_value_and_gradient(run):
    """The numbers of the document, unrounded, from the closed forms at e^-1."""
    e = np.exp(-1)
    expected = {
        "sum": (1, e / (1 + e) ** 2),
        "f_w": (-1, -e / (1 + e) ** 2),
        "f_e": (e, -1 / (1 + e) ** 2),
        "f_c": (1 + e, -1 / (1 + e) ** 2),
        "f": (1 / (1 + e), 1),
    }
    for name, (value, gradient) in expected.items():
        for values, gradients in ((run["v"], run["g"]), (run["value"], run["gradient"])):
            assert values[name] == pytest.approx(value, rel=1e-6)
            assert gradients[name] == pytest.approx(gradient, rel=1e-6)
    assert round(run["g"]["f_c"], 2) == -0.53 and round(run["g"]["f_w"], 1) == -0.2


def test_by_hand_is_tf_gradients_for_every_node(run):
    assert list(run["g"].keys()) != [] and run["g"].keys() == run["gradient"].keys()
    for name in run["gradient"]:
        assert run["gradient"][name] == pytest.approx(run["g"][name], rel=1e-6)
        assert run["value"][name] == pytest.approx(run["v"][name], rel=1e-6)
    for name in run["by_hand"]:
        np.testing.assert_allclose(run["hand_value"][name], run["auto_value"][name], rtol=2e-6)
    assert run.numbers["gradients by hand as by tf.gradients, of the 13 nodes"] == 13
    assert run.numbers["gradients by hand as by tf.gradients, of 12 parameters"] == 12


def test_f_falls_as_the_recursion_of_its_sum_says(run):
    """A step against the gradient changes the sum by rate · f(1 − f) · (x0² + x1² + 1)."""
    total, sums = 1.0, []
    for _ in range(1000):
        f = sigmoid(total)
        total -= 0.5 * f * (1 - f) * 6
        sums.append(total)
    every_f = sigmoid(np.array([1.0, *sums]))
    falls = -np.diff(every_f)
    assert falls[0] < falls[1] and (np.diff(falls[every_f[:-1] < 0.5]) < 0).all()
    sums = np.array(sums)[run["history_f"]["step"].astype(int)]
    np.testing.assert_allclose(run["history_f"]["f"], sigmoid(sums), rtol=1e-5)
    moved = (1 - sums[-1]) / 6
    ends = [run["end_f"][name] for name in ("w0", "w1", "w2")]
    np.testing.assert_allclose(ends, [2 + moved, -3 + 2 * moved, -3 - moved], atol=1e-5)


@pytest.mark.same_bits
def test_first_step_is_that_of_the_published_example(run):
    """Matt Mazur, A Step by Step Backpropagation Example (2015): its weights after one step."""
    assert run["loss_begin"] == pytest.approx(0.298371109, rel=1e-7)
    np.testing.assert_allclose(run["y_begin"], [[0.75136507, 0.772928465]], rtol=1e-7)
    assert run["auto_value"]["w_o"][0, 0] == pytest.approx(0.082167041, rel=1e-6)
    assert run["auto_value"]["w_h"][0, 0] == pytest.approx(0.000438568, rel=1e-6)
    published_h = [[0.149780716, 0.24975114], [0.19956143, 0.29950229]]
    published_o = [[0.35891648, 0.511301270], [0.408666186, 0.561370121]]
    np.testing.assert_allclose(run["w_h_first"], published_h, rtol=1e-7)
    np.testing.assert_allclose(run["w_o_first"], published_o, rtol=1e-7)


def test_the_published_loss_after_one_step_is_that_of_one_layer_after_the_other(run):
    together, in_turn = network_twin(1)[0][1], network_twin(1, in_turn=True)[0][1]
    assert together == pytest.approx(0.291027774, abs=5e-10)
    assert in_turn == pytest.approx(0.291027924, abs=5e-10)  # as the article prints it
    assert run["loss_together"] == pytest.approx(together, abs=5e-8)
    assert run["loss_in_turn"] == pytest.approx(in_turn, abs=5e-8)


@pytest.mark.same_bits
def test_network_follows_the_numpy_twin(run):
    losses, w_h, w_o, y = network_twin(1000)
    after = losses[run["history_net"]["step"].astype(int) + 1]
    np.testing.assert_allclose(run["history_net"]["loss"], after, rtol=2e-5)
    np.testing.assert_allclose(run["weights"]["w_h"], w_h, rtol=1e-5)
    np.testing.assert_allclose(run["weights"]["w_o"], w_o, rtol=1e-5)
    np.testing.assert_allclose([run["end_net"]["y0"], run["end_net"]["y1"]], y[0], rtol=1e-5)
    np.testing.assert_array_equal(run["weights"]["b_h"], float32([0.35, 0.35]))


def test_biases_move_where_they_are_to(run_lesson):
    run = run_lesson("02_backpropagation", "--biases", "trained")
    losses, w_h, w_o, _ = network_twin(1000, biases=True)
    assert run["end_net"]["loss"] == pytest.approx(losses[-1], rel=1e-4)
    np.testing.assert_allclose(run["weights"]["w_o"], w_o, rtol=1e-5)
    assert run["loss_together"] == pytest.approx(0.291027774, abs=5e-8)  # of fixed ones still


def test_output_weights_have_80_times_the_gradients_of_hidden_ones(run):
    hidden, output = (np.linalg.norm(run["auto_value"][name]) for name in ("w_h", "w_o"))
    assert round(output / hidden, -1) == 80


def test_no_gradient_is_computed_from_weights_that_have_moved(run):
    """The order stands in the graph: every move waits for them all."""
    gradients = {tensor.op for tensor in run["by_hand"].values()}
    with run["loss"].graph.as_default():
        for move in run["moves"]:
            assert gradients <= ancestors(tf.convert_to_tensor(move).op)


@pytest.mark.parametrize(
    "samples, batch_size, iterations, last",
    [(50000, 256, 196, 80), (50000, 64, 782, 16), (50000, 250, 200, 250), (10, 100, 1, 10)],
)
def test_counts_iterations(samples, batch_size, iterations, last, run):
    epoch = run["batches"](samples, batch_size)
    assert len(epoch) == iterations == -(-samples // batch_size)
    assert len(epoch[-1]) == last
    np.testing.assert_array_equal(np.concatenate(epoch), np.arange(samples))


def test_prints_the_table_of_iterations(run):
    rows = re.findall(r"^(all|mini|one) +(\d+) +(\d+) +(\d+) +(\d+)$", run.printed, re.MULTILINE)
    assert rows == [
        ("all", "50000", "1", "10", "50000"),
        ("mini", "256", "196", "1960", "80"),
        ("one", "1", "50000", "500000", "1"),
    ]


def test_ends_where_it_ends_under_genuine_tensorflow(run):
    """The lesson itself, run under TensorFlow 1.15.5."""
    for name, genuine in (
        ("gradient of f_c", -0.53444666),
        ("gradient of w1", -0.39322388),
        ("f at the end", 0.00033441535),
        ("output 0 at the end", 0.044052936),
        ("output 1 at the end", 0.95730293),
        ("loss at the end", 0.001114351),
    ):
        assert run.numbers[name] == pytest.approx(genuine, rel=1e-6), name


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    def numbers(*flags):
        return run_lesson("02_backpropagation", *flags).numbers

    counted, longer, biases = answers("02")
    small, large = numbers("--batch-size", "64"), numbers("--batch-size", "250")
    each, last = "iterations an epoch, mini-batches", "examples in the last mini-batch"
    assert_says(counted, "%d, the last of %d examples" % (small[each], small[last]))
    assert_says(
        counted, "%d, where 50000 // 250 + 1 would say %d" % (large[each], 50000 // 250 + 1)
    )

    usual, run = numbers(), numbers("--steps", "10000")
    begins = "falls from %.5f to %.7f" % (usual["loss at the end"], run["loss at the end"])
    ends = "%.4f and %.4f" % (run["output 0 at the end"], run["output 1 at the end"])
    assert_says(longer, begins, ends)
    assert (np.diff(network_twin(10000)[0][1000:], n=2) > 0).all()  # each gains less

    run = numbers("--biases", "trained")["loss at the end"]
    assert_says(biases, "%.6f, a quarter of the %.5f" % (run, usual["loss at the end"]))
    assert round(usual["loss at the end"] / run) == 4
