"""Lesson 01 against NumPy twins, closed forms and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import answers, assert_says, float32

from common.tf1 import tf

# every activation and its gradient by closed form, in float64
RULES = {
    "none": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(float)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
}
ROWS = np.array([[a, b, c] for a in (-1.0, 1) for b in (-1.0, 1) for c in (-1.0, 1)])
ANSWERS = np.array([[0, 0], [1, 0], [1, 0], [0, 1], [1, 0], [0, 1], [0, 1], [1, 1]])


def initial_weights(seeds, hidden):
    """w1 and w2 of the lesson's beginnings, stacked: what its random operations draw."""
    with tf.Graph().as_default(), tf.Session() as sess:
        draws = [
            [
                tf.random_normal([3, hidden], stddev=0.5, seed=2 * seed + 1),
                tf.random_normal([hidden, 2], stddev=0.5, seed=2 * seed + 2),
            ]
            for seed in seeds
        ]
        return [np.array(each, np.float64) for each in zip(*sess.run(draws))]


def adder_twin(name, steps, seeds=(0,), hidden=4):
    """Gradient descent on the 3-`hidden`-2 network from each seed at once, in float64.

    Returns the loss before every step and after the last, and the outputs then, by seed.
    """
    f, slope = RULES[name]
    w1, w2 = initial_weights(seeds, hidden)
    b1, b2 = np.full((len(seeds), 1, hidden), 0.1), np.full((len(seeds), 1, 2), 0.1)
    losses = []
    for i in range(steps + 1):
        z = ROWS @ w1 + b1
        y1 = f(z)
        error = y1 @ w2 + b2 - ANSWERS
        losses.append((error**2).mean(axis=(1, 2)))
        if i == steps:
            return np.array(losses), error + ANSWERS
        back = error / 8
        back_1 = (back @ w2.transpose(0, 2, 1)) * slope(z)
        w2 = w2 - 0.1 * y1.transpose(0, 2, 1) @ back
        b2 = b2 - 0.1 * back.sum(axis=1, keepdims=True)
        w1 = w1 - 0.1 * ROWS.T @ back_1
        b1 = b1 - 0.1 * back_1.sum(axis=1, keepdims=True)


@pytest.fixture
def run(run_lesson):
    return run_lesson("01_neuron_and_activations")


def test_begins_at_the_weights_of_genuine_tensorflow():
    w1, w2 = initial_weights([0], 4)
    # TensorFlow 1.15.5
    np.testing.assert_array_equal(
        w1[0, 0], float32([-0.405659109, 0.742299378, 0.0326646864, -1.2213521])
    )
    np.testing.assert_array_equal(w2[0, 0], float32([-0.429055423, -0.0983114913]))


@pytest.mark.parametrize("name", RULES)
def test_follows_the_numpy_twin(name, run):
    losses, outputs = adder_twin(name, 3000)
    np.testing.assert_array_equal(run["histories"][name]["step"], range(0, 3000, 20))
    # a weight's last bit moves the losses of ReLU by up to 0.1 % on their way
    np.testing.assert_allclose(
        run["histories"][name]["loss"], losses[:3000:20, 0], rtol=1e-2, atol=1e-9
    )
    np.testing.assert_allclose(run["ends"][name][0], outputs[0], atol=1e-5)


def test_without_activation_it_is_a_straight_line_however_many_its_layers(run):
    """Closed form: the digit has no part in any one bit, the carry 0.25 in each."""
    y, loss, w1, b1, w2, b2 = run["ends"]["none"]
    np.testing.assert_allclose(w1 @ w2, [[0, 0.25]] * 3, atol=5e-6)
    np.testing.assert_allclose(b1 @ w2 + b2, [0.5, 0.5], atol=5e-6)
    np.testing.assert_allclose(y, np.c_[[0.5] * 8, 0.5 + 0.25 * ROWS.sum(axis=1)], atol=5e-6)
    assert loss == pytest.approx((0.25 + 0.0625) / 2, rel=1e-6)
    assert run.numbers["loss of the best straight lines"] == pytest.approx(0.15625)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_with_activation_it_adds(name, run):
    np.testing.assert_allclose(run["ends"][name][0], ANSWERS, atol=0.01)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh"])
def test_curves_and_slopes_are_those_of_the_closed_forms(name, run):
    f, slope = RULES[name]
    points = np.linspace(-5, 5, 201)
    np.testing.assert_allclose(run["curve_values"][name], f(points), atol=3e-7)
    np.testing.assert_allclose(run["slope_values"][name], slope(points), atol=6e-7)
    assert run["fired"][name] == pytest.approx(f(-1.5), rel=1e-6)


def test_tanh_is_a_stretched_sigmoid(run):
    np.testing.assert_allclose(run["tanh_again_values"], np.tanh(run["points"]), atol=5e-7)


def test_counts_26_parameters_in_two_layers(run):
    assert run.numbers["layers"] == 2
    assert run.numbers["parameters"] == 3 * 4 + 4 + 4 * 2 + 2 == 26
    assert "2 layers, 12 + 4 + 8 + 2 = 26 parameters" in run.printed


@pytest.mark.parametrize("hidden", [1, 5, 16])
def test_counts_other_networks_too(hidden, run_lesson):
    run = run_lesson("01_neuron_and_activations", "--hidden", str(hidden), "--steps", "40")
    assert run.numbers["parameters"] == 3 * hidden + hidden + hidden * 2 + 2


def test_prints_each_loss_every_1000_steps(run):
    printed = re.findall(r"^(\w+) +step +(\d+), loss is", run.printed, re.MULTILINE)
    assert printed == [(name, str(i)) for name in RULES for i in (0, 1000, 2000)]


def test_formulas_are_the_functions_and_their_operations_are_counted(run):
    for name, operations in (("relu", 1), ("sigmoid", 4), ("tanh", 5)):
        assert run.numbers["operations of the formula, " + name] == operations
        assert run["formula_apart"][name] < 5e-7


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    def numbers(*flags):
        return run_lesson("01_neuron_and_activations", *flags).numbers

    def right(hidden):
        run = numbers("--hidden", str(hidden))
        return [run["outputs right to 0.1 of 16, " + f] for f in ("relu", "sigmoid", "tanh")]

    count, few, many, seed = answers("01")
    assert_says(count, "= %d, still in %d layers" % (32, 2))
    run = numbers("--hidden", "5")
    assert (run["parameters"], run["layers"]) == (32, 2)

    assert right(3) == [8, 16, 16] and numbers("--hidden", "3")["parameters"] == 20
    assert_says(few, "three, of 20 parameters, sigmoid and tanh have all 16", "relu has 8")
    assert_says(few, "two neurons tanh has {2} right, sigmoid {1} and relu {0}".format(*right(2)))
    relu, sigmoid, tanh = right(1)
    assert tanh == sigmoid
    assert_says(few, f"With one tanh and sigmoid have {tanh}, relu has {relu}.")
    longer = numbers("--hidden", "2", "--steps", "20000")
    assert_says(few, "sigmoid here with `--steps 20000`")
    assert longer["outputs right to 0.1 of 16, sigmoid"] == 16

    run, below = numbers("--hidden", "16"), "loss below 0.01 at step, "
    assert_says(many, "at step %d, against %d of" % (run[below + "relu"], run[below + "sigmoid"]))
    assert_says(many, "tanh's is at step %d" % run[below + "tanh"])

    run, longer = numbers("--seed", "1"), numbers("--seed", "1", "--steps", "5000")
    assert_says(seed, "after 3,000 steps its loss is %.2f" % run["loss, relu"])
    assert_says(seed, "%d of its 16 outputs" % run["outputs right to 0.1 of 16, relu"])
    assert_says(seed, "below 0.01 at step {:,}".format(longer[below + "relu"]))


@pytest.mark.parametrize(
    "name, hidden, steps, expected",
    [
        ("relu", 4, 3000, 55),
        pytest.param("relu", 4, 20000, 59, marks=pytest.mark.slow),
        ("sigmoid", 4, 3000, 100),
        ("tanh", 4, 3000, 100),
        ("relu", 16, 1000, 100),
    ],
)
def test_arrives_as_often_as_the_lesson_says(name, hidden, steps, expected):
    losses, _ = adder_twin(name, steps, range(100), hidden)
    arrived, chaotic = np.sum(losses[-1] < 0.01), expected < 100
    assert arrived == pytest.approx(expected, abs=1 if chaotic else 0)


@pytest.mark.parametrize("hidden, least, most", [(4, 40, 60), (16, 100, 100)])
def test_relu_is_sooner_than_sigmoid_as_often_as_the_lesson_says(hidden, least, most):
    first = {}
    for name in ("relu", "sigmoid", "tanh"):
        below = adder_twin(name, 3000, range(100), hidden)[0] < 0.01
        first[name] = np.where(below.any(axis=0), below.argmax(axis=0), 3001)
    assert least <= np.sum(first["relu"] < first["sigmoid"]) <= most
    assert np.sum(first["relu"] < first["tanh"]) == 0


def test_two_neurons_can_learn_to_add_and_one_cannot():
    _, outputs = adder_twin("tanh", 3000, range(100), hidden=2)
    right = np.sum(np.abs(outputs - ANSWERS) < 0.1, axis=(1, 2))
    assert np.sum(right == 16) > 50
    # another 1 raises the digit in some rows, lowers it in others
    for place in range(3):
        low, high = (ANSWERS[ROWS[:, place] == bit, 0] for bit in (-1, 1))
        assert set(high - low) == {-1, 1}
