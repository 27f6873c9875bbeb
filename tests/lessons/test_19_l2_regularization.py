"""Lesson 19 against a NumPy twin, genuine TensorFlow 1.15.5 and Keras."""

import re

import numpy as np
import pytest

from common.data import datasets
from common.tf1 import tf
from conftest import python


def circle_twin(weights, price, steps):
    """Adam on the 2-11-1 net, in NumPy: the four variables after `steps`, from `weights`.

    price: of L2 regularization, price · Σw²/2 on w1 and w2.
    """
    X, Y_ = (part.astype(np.float32) for part in datasets.circle())
    values = [weight.astype(np.float64) for weight in weights]
    m, v = ([np.zeros_like(value) for value in values] for _ in range(2))
    for i in range(steps):
        x, y_ = X[i * 30 % 300 :][:30], Y_[i * 30 % 300 :][:30]
        w1, b1, w2, b2 = values
        hidden = np.maximum(x @ w1 + b1, 0)
        error = 2 * (hidden @ w2 + b2 - y_) / len(x)
        back = (error @ w2.T) * (hidden > 0)
        gradients = [
            x.T @ back + price * w1,
            back.sum(0),
            hidden.T @ error + price * w2,
            error.sum(0),
        ]
        rate = 1e-4 * np.sqrt(1 - 0.999 ** (i + 1)) / (1 - 0.9 ** (i + 1))
        for k, gradient in enumerate(gradients):
            m[k] = 0.9 * m[k] + 0.1 * gradient
            v[k] = 0.999 * v[k] + 0.001 * gradient**2
            values[k] = values[k] - rate * m[k] / (np.sqrt(v[k]) + 1e-8)
    return values


@pytest.mark.parametrize("name, price", [("without", 0), ("regularized", 0.01)])
def test_follows_the_numpy_twin(name, price, run_lesson):
    run = run_lesson("19_l2_regularization", "--steps", "2000")
    with tf.Session(graph=run["y"].graph) as sess:
        sess.run([variable.initializer for variable in tf.trainable_variables()])
        initial = sess.run([run[part] for part in ("w1", "b1", "w2", "b2")])
    twin = circle_twin(initial, price, 2000)
    for ours, theirs in zip(run[name]["weights"], twin):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=2e-5)


def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: the document's weights have no seed."""
    numbers = run_lesson("19_l2_regularization").numbers
    for name, genuine in (
        ("loss_mse, without regularization", 0.07092568),
        ("loss_total, without regularization", 0.22538608),
        ("loss_mse, with regularization", 0.07200547),
        ("loss_total, with regularization", 0.12996815),
        ("Σw² of w1 and w2, without regularization", 30.892081),
        ("Σw² of w1 and w2, with regularization", 11.592535),
    ):
        assert numbers[name] == pytest.approx(genuine, rel=1e-5), name


def test_prints_the_losses_every_2000_steps(run_lesson):
    printed = run_lesson("19_l2_regularization").printed
    for pattern in (r"After (\d+) steps, loss is \d", r"After (\d+) steps, loss is: \d"):
        assert [int(i) for i in re.findall(pattern, printed)] == list(range(0, 40000, 2000))


def test_regularizers_are_those_of_tf_contrib():
    weights = np.array([[1.0, -2.0], [3.0, -4.0]], np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        assert sess.run(tf.contrib.layers.l1_regularizer(0.1)(weights)) == pytest.approx(1.0)
        assert sess.run(tf.contrib.layers.l2_regularizer(0.1)(weights)) == pytest.approx(1.5)


@pytest.mark.slow
def test_keras_penalties_are_those_the_lesson_names(run_lesson):
    """Keras has no half in L2: what the lesson prints beside its own is what Keras gives."""
    run = run_lesson("19_l2_regularization")
    np.testing.assert_allclose(run["penalties"], [0.08, 0.256, 0.256 + 1.28], rtol=1e-6)
    code, out, err = python(
        "-c",
        "import numpy as np\n"
        "from keras import regularizers as r\n"
        "one = lambda n: np.ones((n, 16), 'float32')\n"
        "print(float(r.L2(0.001)(one(10))), float(r.L1(0.001)(one(16))),"
        " float(r.L1L2(0.001, 0.01)(one(16))))",
        fresh=True,
    )
    assert code == 0, err
    np.testing.assert_allclose([float(word) for word in out.split()], [0.16, 0.256, 2.816], 1e-5)
