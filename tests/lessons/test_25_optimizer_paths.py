"""Lesson 25 against closed forms, NumPy twins and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import float32, golden

X = np.linspace(-1, 1, 30)
Y = 2 + 0.5 * X
MEAN_SQUARE = 31 / 87  # of X
START = np.array([1.5, 0.0])

# the document's trainings: name, learning rate, its name in the genuine trace
TRAININGS = {
    "GD": (0.05, "GD 0.05"),
    "momentum": (0.05, "Momentum 0.05 0.9"),
    "momentum_0.02": (0.02, "Momentum 0.02 0.9"),
    "RMSProp": (0.05, "RMSProp 0.05 0.9"),
    "Adam": (0.3, "Adam 0.3"),
    "Adam_0.4": (0.4, "Adam 0.4"),
}


def gradient(w):
    error = w[0] * X + w[1] - Y
    return np.array([2 * np.mean(error * X), 2 * np.mean(error)])


def cost(path):
    return np.mean((path[:, :1] * X + path[:, 1:] - Y) ** 2, axis=1)


def twin(rule, updates=201):
    """The path of (W, b) in float64, its beginning first; rule: from gradient and n to a step."""
    path = [START]
    for n in range(1, updates + 1):
        path.append(path[-1] - rule(gradient(path[-1]), n))
    return np.array(path)


def momentum(rate, eta=0.9):
    v = np.zeros(2)

    def rule(g, n):
        v[:] = eta * v + g
        return rate * v

    return rule


def rmsprop(rate, eta=0.9, begin=1.0, decay=0.9, epsilon=1e-10):
    """TensorFlow's: S begins at 1, ε stands inside the root, momentum comes after it."""
    S, m = np.full(2, begin), np.zeros(2)

    def rule(g, n):
        S[:] = decay * S + (1 - decay) * g**2
        m[:] = eta * m + rate * g / np.sqrt(S + epsilon)
        return m

    return rule


def adam(rate, epsilon=1e-8):
    """TensorFlow's: ε stands outside the root of the uncorrected S (ε-hat)."""
    v, S = np.zeros(2), np.zeros(2)

    def rule(g, n):
        v[:] = 0.9 * v + 0.1 * g
        S[:] = 0.999 * S + 0.001 * g**2
        return rate * np.sqrt(1 - 0.999**n) / (1 - 0.9**n) * v / (np.sqrt(S) + epsilon)

    return rule


TWINS = {
    "GD": lambda rate: lambda g, n: rate * g,
    "momentum": momentum,
    "momentum_0.02": momentum,
    "RMSProp": rmsprop,
    "Adam": adam,
    "Adam_0.4": adam,
}


@pytest.fixture
def run(run_lesson):
    return run_lesson("25_optimizer_paths")


def test_gd_has_the_closed_form(run):
    """Σx is 0, so that W and b do not disturb each other."""
    n = np.arange(202)
    W = 0.5 + (1 - 2 * MEAN_SQUARE * 0.05) ** n
    b = 2 - 2 * (1 - 2 * 0.05) ** n
    np.testing.assert_allclose(run["runs"]["GD"]["path"], np.transpose([W, b]), atol=1e-5)
    J = MEAN_SQUARE * (W - 0.5) ** 2 + (b - 2) ** 2
    np.testing.assert_allclose(run["runs"]["GD"]["cost"], J[1:], rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("name", TRAININGS)
def test_follows_the_numpy_twin(name, run):
    rate, _ = TRAININGS[name]
    path = twin(TWINS[name](rate))
    ours = run["runs"][name]
    # near the minimum RMSProp divides small gradients by their own size: last bits count
    np.testing.assert_allclose(ours["path"], path, atol=2e-4 if name == "RMSProp" else 1e-5)
    np.testing.assert_allclose(ours["cost"], cost(path)[1:], rtol=1e-4, atol=3e-6)
    np.testing.assert_array_equal(ours["path"][-1], ours["end"][:2])


def test_the_twin_tells_the_rules_apart():
    """Another beginning of S, no momentum, or the document's index would be seen."""
    assert np.abs(twin(rmsprop(0.05)) - twin(rmsprop(0.05, begin=0.0))).max() > 0.05
    assert np.abs(twin(rmsprop(0.05)) - twin(rmsprop(0.05, eta=0.0))).max() > 0.05
    late = [START]
    v = np.zeros(2)
    for _ in range(101):
        late, v = [*late, late[-1] - 0.5 * v], 0.9 * v + 0.1 * gradient(late[-1])
    assert np.abs(twin(momentum(0.05), 101) - np.array(late)).max() > 0.05


@pytest.mark.parametrize("name", TRAININGS)
def test_agrees_with_the_genuine_trace(name, run):
    """The graph there multiplies matrices, the lesson's vectors: last bits differ."""
    rows = [
        row for row in golden("D2_optimizers_linear")["rows"] if row["opt"] == TRAININGS[name][1]
    ]
    ours = run["runs"][name]
    path = np.array([[row["W"], row["b"]] for row in rows])
    np.testing.assert_allclose(ours["path"][1:], path, atol=3e-5 if name == "RMSProp" else 1e-6)
    np.testing.assert_allclose(ours["cost"], [row["cost"] for row in rows], atol=1e-6)


@pytest.mark.same_bits
def test_has_the_bits_of_genuine_tensorflow(run):
    """The lesson itself, run under TensorFlow 1.15.5."""
    for name, W, b, J in (
        ("GD", 0.5006803870201111, 1.9999995231628418, 1.649789993507511e-07),
        ("momentum", 0.500024139881134, 2.000013589859009, 3.9269754115167643e-10),
        ("momentum_0.02", 0.49997299909591675, 2.000025749206543, 9.230968767148795e-10),
        ("RMSProp", 0.4938693940639496, 2.0196473598480225, 0.0003994111903011799),
        ("Adam", 0.5000104308128357, 1.999985933303833, 2.367016860294058e-10),
        ("Adam_0.4", 0.49998366832733154, 2.000047445297241, 2.3470874133124653e-09),
    ):
        np.testing.assert_array_equal(run["runs"][name]["end"], float32([W, b, J]), err_msg=name)


@pytest.mark.parametrize(
    "name, update, W, b",
    [
        ("GD", 101, 0.525616, 1.999952),
        ("GD", 201, 0.50068, 2.0),
        ("momentum", 101, 0.504902, 1.995399),
        ("momentum_0.02", 101, 0.498949, 1.995241),
        ("RMSProp", 101, 0.525586, 1.995866),
        ("Adam", 201, 0.50001, 1.999986),
        ("Adam_0.4", 201, 0.499984, 2.000047),
    ],
)
def test_ends_where_the_documents_figures_end(name, update, W, b, run):
    within = 1e-5 if name == "RMSProp" else 1e-6
    np.testing.assert_allclose(run["runs"][name]["path"][update], [W, b], atol=within)


def test_the_documents_numbers_of_adam_come_from_the_other_rate(run):
    said = [0.499983, 2.000047]
    assert np.abs(np.array(run["runs"]["Adam_0.4"]["end"][:2]) - said).max() < 1e-6
    assert np.abs(np.array(run["runs"]["Adam"]["end"][:2]) - said).max() > 2e-5


def test_what_the_text_says_of_momentum_and_rmsprop(run):
    J = {name: run["runs"][name]["cost"] for name in TRAININGS}
    assert J["momentum"][10] == pytest.approx(2 * J["GD"][10], rel=0.03)
    assert J["momentum"][100] == pytest.approx(J["GD"][100] / 8, rel=0.03)
    assert np.argmin(J["RMSProp"][:101]) + 1 == 91
    assert J["RMSProp"][90] == pytest.approx(1.3e-6, rel=0.05)
    assert J["RMSProp"][100] > J["GD"][100]
    assert J["RMSProp"][200] == pytest.approx(4.0e-4, rel=0.01)
    assert run.numbers["nearer after 101 updates, RMSProp or GD"] == "GD"
    for name, times in (("GD", 0), ("momentum", 10), ("RMSProp", 24), ("Adam", 8)):
        assert run.numbers["%s: b passes 2, times in 101 updates" % name] == times


def test_the_two_formulas_of_momentum_are_one_for_equal_eta_and_beta(run):
    formulas = run["formulas"]
    genuine = run["runs"]["momentum"]["path"][:102]
    np.testing.assert_allclose(formulas["TensorFlow's"], genuine, atol=2e-6)
    np.testing.assert_allclose(formulas["document's average"], genuine, atol=2e-6)
    assert np.abs(formulas["document's η"][-1]).max() > 1e90
    # the average loses √η of its size with each update: both directions swing
    for bend in (2, 2 * MEAN_SQUARE):
        for rate in (0.05, 0.02):
            roots = np.roots([1, rate * bend - 1 - 0.9, 0.9])
            np.testing.assert_allclose(np.abs(roots), np.sqrt(0.9))


def test_prints_the_cost_after_the_updates_of_the_document(run):
    tables = re.findall(r"^(\S+)\n  update +(.+)\n  J +(.+)\n  at the end W", run.printed, re.M)
    assert [name for name, _, _ in tables] == list(TRAININGS)
    for name, updates, costs in tables:
        assert updates.split() == ["1", "6", "11", "21", "51", "101"]
        expected = run["runs"][name]["cost"][[0, 5, 10, 20, 50, 100]]
        np.testing.assert_allclose(np.array(costs.split(), float), expected, atol=6e-7)


# The other surfaces ------------------------------------------------------------------------------


def test_the_rate_of_momentum_is_bounded_by_its_curvature(run):
    for gamma in (0, 0.5, 0.9):
        bound = 2 * (1 + gamma) / 10
        assert 0 < bound - run.numbers["funnel, largest rate, γ = %g" % gamma] < 0.002
    # what is left of θ1 after an update at η·λ = 1.9: the largest root of z² − (1 + γ − 1.9)·z + γ
    for gamma, soon in ((0, 44), (0.5, 14), (0.9, 87)):
        assert run.numbers["funnel, |θ1| < 0.01 from update, γ = %g" % gamma] == soon
        size = np.abs(np.roots([1, 0.9 - gamma, gamma])).max()
        assert size == pytest.approx(np.sqrt(gamma) if gamma else 0.9)
    updates = [run.numbers["funnel, updates at its best rate, γ = %g" % g] for g in (0, 0.5, 0.9)]
    assert updates[1] < updates[0] < updates[2]


def test_the_six_get_down_the_funnel(run):
    assert run["on_funnel"].shape == (6, 81, 2)
    np.testing.assert_array_equal(run["on_funnel"][:, 0], 1)
    n = np.arange(81)
    sgd = np.transpose([(1 - 0.1 * 10) ** n, (1 - 0.1 * 0.5) ** n])
    np.testing.assert_allclose(run["on_funnel"][0], sgd, atol=1e-5)
    assert (run["funnel"](*run["on_funnel"][:, -1].T) < 0.05).all()


def test_saddle_and_plateau_are_left(run):
    for name, saddle, plateau in (
        ("SGD", 73, 249),
        ("momentum", 27, 45),
        ("SGD, ten times the rate", 10, 24),
    ):
        assert run.numbers["saddle left after update, " + name] == saddle
        assert run.numbers["plateau left after update, " + name] == plateau
        assert run.numbers["ridge left after update, " + name] == "never"
    assert 1e-3 * 1.1**72 < 1 < 1e-3 * 1.1**73  # y grows by 1 + 2·0.05


def test_noise_leaves_the_ridge_and_only_much_of_it_the_minimum(run):
    assert run.numbers["ridge left, all points"] == "never"
    assert run.numbers["ridge left, one point at a time, of 10"] == 10
    assert run.numbers["local minimum left, of 10, spread 1"] == 0
    assert run.numbers["local minimum left, of 10, spread 3"] >= 8


# Exercises ---------------------------------------------------------------------------------------


def test_the_best_rate_of_gd(run):
    assert pytest.approx(0.737, abs=5e-4) == 2 / (2 + 2 * MEAN_SQUARE)
    froms = [run.numbers[name + ": J below 1e-8 from update"] for name in ("momentum", "Adam")]
    assert froms == [187, 188]
    assert run.numbers["GD, γ = 0.737: J below 1e-8 from update"] == 14


def test_momentum_at_its_best_is_there_first_and_at_09_last(run):
    """The prose: 7 updates at η = 0.075 and a rate of 0.79, of all tried; 176 at η = 0.9."""

    def first(rate, eta, updates=60):
        path = run["descend"](run["slope_of_J"], (1.5, 0.0), rate, eta, updates)
        return run["for_good"](run["cost_at"](*path.T), 1e-8)

    tried = {
        (eta, rate): first(rate, eta)
        for eta in np.arange(0.0, 0.3, 0.025).round(3)
        for rate in np.arange(0.4, 1.2, 0.01).round(2)
    }
    assert min(tried.values()) == tried[0.075, 0.79] == 7
    assert min(count for (eta, _), count in tried.items() if not eta) == tried[0, 0.7] == 13
    rates = [*np.arange(0.005, 0.007, 0.0001), *np.arange(0.005, 0.4, 0.005)]
    assert min(first(rate, 0.9, 300) for rate in rates) == 176


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    runs = run_lesson("25_optimizer_paths", "--gd-rate", "0.737")["runs"]
    late = {name: np.flatnonzero(runs[name]["cost"] >= 1e-8)[-1] + 2 for name in TRAININGS}
    assert (late["GD"], late["momentum"], late["Adam"]) == (14, 187, 188)
    runs = run_lesson("25_optimizer_paths", "--momentum", "0")["runs"]
    np.testing.assert_allclose(runs["momentum"]["path"], runs["GD"]["path"], rtol=0, atol=0)
    assert runs["RMSProp"]["cost"][50] == pytest.approx(0.0036, abs=1e-4)
    assert 7.9e-4 < runs["RMSProp"]["cost"][-1] < 9.1e-4
    for flags, ends in (
        ((), (0.479, 0.521)),
        (("--rmsprop-rate", "0.005", "--steps", "2000"), (0.4979, 0.5021)),
    ):
        W = run_lesson("25_optimizer_paths", *flags)["runs"]["RMSProp"]["path"][-60:, 0]
        assert (W.min(), W.max()) == pytest.approx(ends, abs=5e-4 if not flags else 5e-5)
