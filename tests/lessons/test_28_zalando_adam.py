"""Lesson 28 against a NumPy twin, closed forms and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import (
    REAL_IMAGES,
    ColumnNetwork,
    along_the_batch,
    batch,
    columns,
    first_values,
    real_images,
)
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from common.data import images
from common.tf1 import tf

SILENT = -(0.1 * np.log(1 / 50) + 0.9 * np.log(49 / 50))  # cost of 50 equal outputs
TINY = np.log(np.finfo(np.float32).tiny)  # the exponent below which e^x is 0 or nearly so


@pytest.fixture
def run(run_lesson):
    return run_lesson("28_zalando_adam")


@pytest.fixture
def whole(run_lesson):
    """All 100 epochs, as they ship."""
    return run_lesson("28_zalando_adam", "--restore")


@pytest.fixture
def pictures():
    return columns(images.images("digits", seed=None).train)


class Adam:
    """Adam's rule with the arguments of the document; the values are changed in place."""

    def __init__(self, values, rate):
        self.values, self.rate, self.t = values, rate, 0
        self.m = [np.zeros_like(value) for value in values]
        self.v = [np.zeros_like(value) for value in values]

    def step(self, gradients):
        self.t += 1
        rate = self.rate * np.sqrt(1 - 0.999**self.t) / (1 - 0.9**self.t)
        for value, g, m, v in zip(self.values, gradients, self.m, self.v):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            value -= rate * m / (np.sqrt(v) + 1e-8)


class Descent:
    def __init__(self, values, rate):
        self.values, self.rate = values, rate

    def step(self, gradients):
        for value, gradient in zip(self.values, gradients):
            value -= self.rate * gradient


@pytest.mark.parametrize(
    "history, optimizer, rate, clip, tolerance",
    [
        ("history_gd", Descent, 0.01, 0, 1e-6),
        ("history_adam", Adam, 0.001, 1e-7, 1e-5),
        ("history_bare", Adam, 0.001, 0, 1e-5),
    ],
)
def test_its_first_epochs_are_those_of_the_numpy_twin(
    history, optimizer, rate, clip, tolerance, run, pictures
):
    twin = ColumnNetwork(first_values(run), clip)
    rule = optimizer(twin.values, rate)
    for epoch in range(2):
        for i in range(30):
            rule.step(twin.gradients(*batch(*pictures, i)))
        cost, accuracy = twin.evaluate(*pictures)
        assert run[history]["cost"][epoch] == pytest.approx(cost, rel=tolerance)
        assert run[history]["accuracy"][epoch] == pytest.approx(accuracy, abs=1e-3)


def test_one_step_at_the_texts_rate_and_the_cost_is_nan(run, pictures):
    """Every weight with a gradient moves by 0.1; then the softmax is beyond float32."""
    costs = run["watched"]["adam_0.1"]["cost"]
    twin = ColumnNetwork(first_values(run))
    x, labels = batch(*pictures, 0)
    assert costs[0] == pytest.approx(twin.evaluate(x, labels)[0], rel=1e-6)
    gradients = twin.gradients(x, labels)
    before = [value.copy() for value in twin.values]
    Adam(twin.values, 0.1).step(gradients)
    np.testing.assert_allclose(gradients[-1], 0, atol=1e-12)  # the softmax does not see this bias
    for old, new, gradient in zip(before, twin.values[:-1], gradients):
        clear = np.abs(gradient) > 1e-3
        assert clear.any()
        np.testing.assert_allclose((old - new)[clear], 0.1 * np.sign(gradient[clear]), rtol=1e-3)
    assert np.std(before[0]) == pytest.approx(0.071 * 0.88, rel=0.05)  # 2/√784, truncated
    outputs = twin.layers(batch(*pictures, 1)[0])[-1]
    assert (outputs - outputs.max(axis=1, keepdims=True)).min() < TINY
    assert along_the_batch(outputs).astype(np.float32).min() < np.finfo(np.float32).tiny
    assert run.numbers["Adam 0.1: first step whose cost is not finite"] == 1
    assert np.isnan(costs[1:]).all()


def test_at_the_texts_rate_all_weights_are_lost(run):
    parameters = sum(value.size for value in first_values(run))
    assert parameters == 784 * 20 + 20 + 3 * (20 * 20 + 20) + 20 * 10 + 10 == 17170
    assert run.numbers["Adam 0.1: weights and biases that are NaN"] == parameters
    zeros = np.mean(run["sets"].train.classes == 0)  # the class of a network of NaN
    assert run.numbers["Adam 0.1: training accuracy"] == pytest.approx(zeros)


def test_clipped_it_is_finite_and_learns_little(run):
    """What becomes of it is chaotic: an accuracy of 0.10 to 0.60 in nine runs, 0.99 at 0.001."""
    history = run["watched"]["adam_0.1_clipped"]
    assert len(history) == 1200 and np.isfinite(history["cost"]).all()
    assert history["spread"][0] > 0
    assert run.numbers["Adam 0.1, clipped: weights and biases that are NaN"] == 0
    assert 0 < run.numbers["Adam 0.1, clipped: training accuracy"] < 0.85


def test_pictures_with_equal_outputs_have_the_cost_of_equal_shares(run):
    """Whatever all pictures are given alike: the softmax along the batch makes 1/50 of it."""
    assert run["equal"] == pytest.approx(SILENT)
    x, labels = batch(*columns(run["sets"].train), 0)
    alike = np.repeat([[3.0], *np.eye(9, 1) * 7], 50, axis=1)
    with tf.Session(graph=run["cost"].graph) as sess:
        feed = {run["logits"]: alike, run["Y"]: labels}
        assert sess.run(run["cost_clipped"], feed) == pytest.approx(SILENT, rel=1e-5)


def test_what_is_not_finite_is_in_no_summary(run):
    """A histogram of NaN would have been an error: only the steps before it are there."""
    for name, steps in (
        ("adam_0.1", [0, 1]),
        ("adam_0.1_clipped", [*range(10), *range(100, 1200, 100)]),
        ("descent", [0, 10, 20, 30]),
        ("adam_clipped", [0, 10, 20, 30]),
        ("adam", [0, 10, 20, 30]),
    ):
        read = EventAccumulator(str(run.summaries / name), {"histograms": 0}).Reload()
        assert [event.step for event in read.Histograms("logits")] == steps
        assert [event.step for event in read.Scalars("accuracy")] == steps


def test_float32_decides_what_the_clip_keeps_away():
    assert np.float32(1 - 1e-10) == 1
    assert np.float32(1 - 1e-7) < 1 and np.float32(1e-7) > 0
    assert np.spacing(np.float32(1) - np.float32(6e-8)) == pytest.approx(6e-8, rel=0.01)


def test_gradient_descent_ends_where_it_ends_under_genuine_tensorflow(whole):
    """The lesson itself, on the digits, under TensorFlow 1.15.5."""
    costs = whole["history_gd"]["cost"][[0, 10, 50, 100]]
    expected = [0.7093878388404846, 0.6473643183708191, 0.5912677049636841, 0.5584661364555359]
    np.testing.assert_allclose(costs, expected, rtol=1e-4)
    accuracy = whole.numbers["GD 0.01: training accuracy"]
    assert accuracy == pytest.approx(0.9086666703224182, abs=2e-3)


def test_adam_begins_as_under_genuine_tensorflow_and_ends_as_well(run, whole):
    """Its last bits grow to some thousandths within 100 epochs."""
    expected = [0.6230167746543884, 0.5836966037750244, 0.564297616481781]
    np.testing.assert_allclose(run["history_adam"]["cost"][:3], expected, rtol=1e-5)
    assert whole["history_adam"]["cost"][-1] == pytest.approx(0.5070880651473999, rel=2e-2)
    numbers = whole.numbers
    assert numbers["Adam 0.001, clipped: training accuracy"] == pytest.approx(0.997, abs=2e-2)
    assert numbers["Adam 0.001, clipped: test accuracy"] == pytest.approx(0.980, abs=2e-2)
    assert numbers["Adam 0.001: training accuracy"] == pytest.approx(0.997, abs=2e-2)


def test_all_trainings_begin_with_the_same_weights(run):
    """So Adam clipped and not clipped have the same cost as long as nothing is to be clipped."""
    np.testing.assert_allclose(
        run["history_adam"]["cost"][:2], run["history_bare"]["cost"][:2], rtol=1e-5
    )


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    name = "28_zalando_adam"
    numbers = run_lesson(name, "--learning-rate", "0.1", "--epochs", "100").numbers
    for what, training, test in (("GD 0.1", 0.98, 0.97), ("Adam 0.001, clipped", 0.995, 0.975)):
        assert numbers[what + ": training accuracy"] == pytest.approx(training, abs=0.008)
        assert numbers[what + ": test accuracy"] == pytest.approx(test, abs=0.012)

    numbers = run_lesson(name, "--clip", "1e-10", "--epochs", "100").numbers
    for what in ("Adam 0.1", "Adam 0.1, clipped"):
        assert numbers[what + ": first step whose cost is not finite"] == 1
    assert numbers["Adam 0.001, clipped: training accuracy"] > 0.97

    numbers = run_lesson(name, "--adam-rate", "0.01", "--epochs", "100").numbers
    assert numbers["Adam 0.01, clipped: training accuracy"] > 0.99
    lost = numbers["Adam 0.01: epoch after which the outputs are NaN"]
    assert lost == "never" or lost > 20

    # the outputs of these weights stay finite for long; how it ends is chaotic
    numbers = run_lesson(name, "--epochs", "10", "--seed", "0").numbers
    first = numbers["Adam 0.1: first step whose cost is not finite"]
    assert first == "never" or first > 100
    assert (numbers["Adam 0.1: weights and biases that are NaN"] == 0) == (first == "never")
    equal = -(0.1 * np.log(1 / 50) + 0.9 * np.log(49 / 50))
    assert equal == pytest.approx(0.4094, abs=5e-5)


@real_images
def test_on_fashion_mnist(run_lesson):
    flags = ["--epochs", "1", "--data", str(REAL_IMAGES / "fashion_mnist")]
    run = run_lesson("28_zalando_adam", *flags)
    assert run["steps_per_epoch"] == len(run["watched"]["adam_0.1"]) == 1200
    numbers = run.numbers
    assert numbers["Adam 0.1: first step whose cost is not finite"] == 1
    assert numbers["Adam 0.1: training accuracy"] == pytest.approx(0.1)
    assert numbers["Adam 0.1, clipped: training accuracy"] == pytest.approx(0.1)
    # the lesson itself, on Fashion-MNIST, under TensorFlow 1.15.5
    expected = [1.0143470764160156, 0.9830005168914795]
    np.testing.assert_allclose(run["history_gd"]["cost"], expected, rtol=1e-4)
    expected = [0.9245610237121582, 0.9158878922462463]
    np.testing.assert_allclose(run["history_adam"]["cost"], expected, rtol=5e-3)
