"""Lesson 17 against a NumPy twin and genuine TensorFlow 1.15.5."""

import hashlib

import numpy as np
import pytest
from oracles import REAL_IMAGES, ColumnNetwork, batch, columns, first_values, real_images

from common.data import images

# Within the first epoch at the rate 0.1 a sum is so near 0 that rounding decides whether its ReLU
# lets it through. Four settings of ONEDNN_MAX_CPU_ISA differ in the cost by up to 1.4e-3 after it.
KINK = 5e-3


def descend(twin, X, Y, updates, rate):
    """Gradient descent on batches in sequence; the twin's cost and accuracy after each epoch."""
    found = []
    for i in range(updates):
        for value, gradient in zip(twin.values, twin.gradients(*batch(X, Y, i))):
            value -= rate(i) * gradient
        if (i + 1) * 50 % X.shape[1] == 0:
            found.append(twin.evaluate(X, Y))
    return np.array(found).T


@pytest.fixture
def run(run_lesson):
    return run_lesson("17_zalando_decay")


@pytest.mark.same_bits
def test_begins_with_the_weights_of_genuine_tensorflow(run):
    """By the MD5 sums of their bytes under TensorFlow 1.15.5, where the weights have no seed."""
    weights = [value for value in first_values(run) if value.any()]
    assert [hashlib.md5(value.tobytes()).hexdigest() for value in weights] == [
        "9e872d61b89035df670f76338987f820",
        "8fe72c9bf9502ca256070c510c62e946",
        "277b9fadb409a1cb1febbf68550f11d9",
        "5548788a7b7833e34171e685d7560968",
        "3cad062d184ca9f278fd300aff432736",
    ]


@pytest.mark.parametrize(
    "history, rate, within",
    [
        ("history_constant", lambda i: 0.01, 1e-6),
        ("history_decay", lambda i: 0.1 / (1 + 0.1 * i / 1000), KINK),
    ],
)
def test_its_first_epochs_are_those_of_the_numpy_twin(history, rate, within, run):
    X, Y = columns(images.images("digits", seed=None).train)
    twin = ColumnNetwork(first_values(run))
    costs, accuracies = descend(twin, X, Y, 90, rate)
    np.testing.assert_array_equal(run[history]["epoch"], np.arange(101))
    np.testing.assert_allclose(run[history]["cost"][:3], costs, rtol=within)
    np.testing.assert_allclose(run[history]["accuracy"][:3], accuracies, atol=2 * within)


def test_the_twins_gradients_are_the_costs():
    rdm = np.random.RandomState(0)
    shapes = [(4, 6), (4, 1), (3, 4), (3, 1)]
    for clip in (0, 0.07):
        twin = ColumnNetwork([rdm.randn(*shape) for shape in shapes], clip)
        x, labels = rdm.rand(6, 8), np.eye(3)[rdm.randint(3, size=8)].T
        for value, gradient in zip(twin.values, twin.gradients(x, labels)):
            for place in np.ndindex(value.shape):
                costs = []
                for step in (1e-6, -2e-6):
                    value[place] += step
                    costs.append(twin.evaluate(x, labels)[0])
                value[place] += 1e-6
                assert gradient[place] == pytest.approx((costs[0] - costs[1]) / 2e-6, abs=1e-7)


def test_ends_where_it_ends_under_genuine_tensorflow(run):
    """The lesson itself, on the digits, under TensorFlow 1.15.5.

    After the first epoch the last bit decides the fourth digit, and some pictures.
    """
    for name, costs, accuracies in (
        (
            "history_constant",
            [0.7279195189476013, 0.5963768362998962, 0.5635316371917725],
            [0.916, 0.9057239],
        ),
        (
            "history_decay",
            [0.6716378927230835, 0.5346565246582031, 0.5250563025474548],
            [0.978, 0.956229],
        ),
    ):
        first = KINK if name == "history_decay" else 1e-5
        np.testing.assert_allclose(run[name]["cost"][0], costs[0], rtol=first)
        np.testing.assert_allclose(run[name]["cost"][[50, 100]], costs[1:], rtol=KINK)
        rate = {"history_constant": "constant", "history_decay": "inverse time"}[name]
        found = [run.numbers[f"{kind} accuracy, {rate} rate"] for kind in ("training", "test")]
        np.testing.assert_allclose(found, accuracies, atol=0.01)


def test_the_rate_at_the_end_is_that_of_the_formula(run):
    assert run.numbers["inverse time: the rate at the end"] == pytest.approx(0.1 / 1.303)
    fashion = 0.1 / (1 + 0.1 * 101 * 1200 / 1000)
    assert fashion == pytest.approx(0.0076, abs=5e-5)


def test_it_prints_what_it_prints_under_genuine_tensorflow(run):
    lines = run.printed.splitlines()
    assert lines[1] == "X (784, 1500), Y (10, 1500): 30 iterations an epoch"
    found, cost = lines[2].rsplit(" ", 1)
    assert found == "Reached epoch   0 cost J ="
    assert float(cost) == pytest.approx(0.727920, abs=1.5e-6)  # the last bit decides the last digit
    assert lines[3] == "Accuracy: 0.192000"
    assert len([line for line in lines if line.startswith("Reached epoch")]) == 2 * 11


@pytest.mark.parametrize("pictures, cost", [(60000, 1.1), (1500, 0.73)])
def test_the_cost_of_equal_outputs_is_what_the_lesson_says(pictures, cost):
    labels = np.eye(10)[np.arange(pictures) % 10].T
    twin = ColumnNetwork([np.zeros((10, 784)), np.zeros((10, 1))])
    x = np.zeros((784, pictures), np.float32)
    assert twin.evaluate(x, labels)[0] == pytest.approx(cost, abs=2e-3)


@real_images
def test_the_first_epochs_of_fashion_mnist(run_lesson):
    flags = ["--epochs", "1", "--data", str(REAL_IMAGES / "fashion_mnist")]
    run = run_lesson("17_zalando_decay", *flags)
    assert "X (784, 60000), Y (10, 60000): 1200 iterations an epoch" in run.printed
    assert run["lesson"].changed() == "run with epochs=1"
    twin = ColumnNetwork(first_values(run))
    X, Y = columns(run["sets"].train)
    (cost,), (accuracy,) = descend(twin, X, Y, 1200, lambda i: 0.01)
    assert run["history_constant"]["cost"][0] == pytest.approx(cost, rel=1e-4)
    assert run["history_constant"]["accuracy"][0] == pytest.approx(accuracy, abs=1e-3)
    numbers = {each.name: each for each in run["lesson"]._comparisons}
    for rate in ("constant", "inverse time"):
        number = numbers[f"cost after epoch 0, {rate} rate"]
        assert number.here == pytest.approx(number.says, rel=1e-2)  # as figure 4-19 has it


def test_decay_comes_to_rest_where_single_points_disturb(run):
    name = "one point at a time, %s: above the least"
    rates = ("constant 0.1", "constant 0.005", "inverse time from 0.1")
    constant, small, decaying = (run.numbers[name % rate] for rate in rates)
    assert 20 * decaying < constant and decaying < small


def test_a_small_constant_rate_ends_nearer_and_comes_later(run):
    above = run["above_the_least"]
    decay = {"constant 0.003": lambda j: 0.003, "inverse time": lambda j: 0.1 / (1 + 0.005 * j)}
    costs = dict.fromkeys(decay, 0)
    for name, rate in decay.items():
        for seed in range(10):
            rdm = np.random.RandomState(seed)
            x = np.linspace(-1, 1, 30)
            y = 2 + 0.5 * x + rdm.normal(0, 0.3, 30)
            least = np.polyfit(x, y, 1, full=True)[1][0] / 30
            a, b, found = 0.0, 0.0, []
            for j, i in enumerate(rdm.randint(0, 30, 6000)):
                error = a + b * x[i] - y[i]
                a, b = a - 2 * rate(j) * error, b - 2 * rate(j) * error * x[i]
                found.append(np.mean((a + b * x - y) ** 2) - least)
            assert np.mean(found[5000:]) == pytest.approx(above(seed, rate), rel=1e-6)
            costs[name] = costs[name] + np.array(found) / 10
    small, decaying = costs.values()
    assert np.mean(small[5000:]) < np.mean(decaying[5000:])
    stays = {name: np.flatnonzero(cost >= 0.01)[-1] + 2 for name, cost in costs.items()}
    assert stays["constant 0.003"] == pytest.approx(600, abs=50)
    assert stays["inverse time"] == pytest.approx(280, abs=20)


def test_has_as_many_parameters_as_the_lesson_says(run):
    assert sum(value.size for value in first_values(run)) == 17170


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    run = run_lesson("17_zalando_decay", "--learning-rate", "0.1")
    costs = [
        run.numbers["cost at the end, %s rate" % each] for each in ("constant", "inverse time")
    ]
    assert costs[0] < costs[1]
    assert run.numbers["inverse time: the rate at the end"] == pytest.approx(0.077, abs=5e-4)
    assert pytest.approx(1.3, abs=0.01) == 1 + 0.1 * 3030 / 1000
