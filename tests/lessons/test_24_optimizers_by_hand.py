"""Lesson 24 against NumPy twins in float64, closed forms and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest

from common.data import datasets
from common.tf1 import tf

X, Y = datasets.flower()
SMALL = np.random.RandomState(24).normal(0, 0.5, 17)
SAME = [
    ("SGD", "document"),
    ("momentum", "document"),
    ("momentum", "tensorflow"),
    ("momentum", "average"),
    ("Adagrad", "accounted"),
    ("RMSProp", "accounted"),
    ("Adadelta", "document"),
    ("Adam", "accounted"),
]


# Twins ------------------------------------------------------------------------------------------


def funnel(theta, x, y):
    """Loss and gradient."""
    bend = np.array([10, 0.5])
    return np.sum(bend * theta**2) / 2, bend * theta


def network(theta, x, y):
    w1, b1 = theta[:8].reshape(2, 4), theta[8:12]
    hidden = np.tanh(x @ w1 + b1)
    p = 1 / (1 + np.exp(-(hidden @ theta[12:16] + theta[16])))
    y = y[:, 0]
    loss = -np.mean(y * np.log(p + 1e-7) + (1 - y) * np.log(1 - p + 1e-7))
    by_p = (-y / (p + 1e-7) + (1 - y) / (1 - p + 1e-7)) / len(y)
    back = by_p * p * (1 - p)
    into = np.outer(back, theta[12:16]) * (1 - hidden**2)
    parts = (x.T @ into).ravel(), into.sum(axis=0), hidden.T @ back, [back.sum()]
    return loss, np.concatenate(parts)


PROBLEMS = {"funnel": (funnel, np.ones(2)), "network": (network, SMALL)}


def sums(rate, keep, weigh, late=False):
    """Momentum: v = keep·v + weigh·g, step rate·v, of the step before if late."""
    v = 0

    def rule(g, n):
        nonlocal v
        before, v = v, keep * v + weigh * g
        return rate * (before if late else v)

    return rule


def adagrad(s, epsilon):
    def rule(g, n):
        nonlocal s
        s = s + g**2
        return 0.01 * g / np.sqrt(s + epsilon)

    return rule


def rmsprop(s):
    def rule(g, n):
        nonlocal s
        s = 0.9 * s + 0.1 * g**2
        return 0.01 * g / np.sqrt(s + 1e-8)

    return rule


def adadelta():
    s = delta = 0

    def rule(g, n):
        nonlocal s, delta
        s = 0.9 * s + 0.1 * g**2
        step = np.sqrt(delta + 1e-8) / np.sqrt(s + 1e-8) * g
        delta = 0.9 * delta + 0.1 * step**2
        return step

    return rule


def adam(inside=0.0, outside=0.0, corrected=True):
    """outside: TensorFlow's ε, beside the root of the uncorrected s."""
    v = s = 0

    def rule(g, n):
        nonlocal v, s
        v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g**2
        one, other = (1 - 0.9**n, 1 - 0.999**n) if corrected else (1, 1)
        return 0.001 * (v / one) / (np.sqrt(s / other + inside) + outside / np.sqrt(other))

    return rule


TWINS = {
    ("SGD", "tf.train"): lambda: sums(1, 0, 0.01),
    ("SGD", "document"): lambda: sums(1, 0, 0.01),
    ("momentum", "tf.train"): lambda: sums(0.01, 0.9, 1),
    ("momentum", "document"): lambda: sums(1, 0.9, 0.01),
    ("momentum", "tensorflow"): lambda: sums(0.01, 0.9, 1),
    ("momentum", "average"): lambda: sums(0.1, 0.9, 0.1),
    ("momentum", "late"): lambda: sums(0.1, 0.9, 0.1, late=True),
    ("Adagrad", "tf.train"): lambda: adagrad(0.1, 0),
    ("Adagrad", "document"): lambda: adagrad(0, 1e-8),
    ("Adagrad", "accounted"): lambda: adagrad(0.1, 0),
    ("RMSProp", "tf.train"): lambda: rmsprop(1),
    ("RMSProp", "document"): lambda: rmsprop(0),
    ("RMSProp", "accounted"): lambda: rmsprop(1),
    ("Adadelta", "tf.train"): adadelta,
    ("Adadelta", "document"): adadelta,
    ("Adam", "tf.train"): lambda: adam(outside=1e-8),
    ("Adam", "document"): lambda: adam(inside=1e-8),
    ("Adam", "accounted"): lambda: adam(outside=1e-8),
    ("Adam", "uncorrected"): lambda: adam(inside=1e-8, corrected=False),
}


def twin(problem, rule, updates=200):
    """θ at the beginning and after each update, float64."""
    loss_and_gradient, theta = PROBLEMS[problem]
    path = [theta]
    for i in range(updates):
        rows = slice(i % 10, None, 10)
        _, g = loss_and_gradient(path[-1], X[rows], Y[rows])
        path.append(path[-1] - rule(g, i + 1))
    return np.array(path)


@pytest.fixture(scope="module")
def paths():
    return {(p, *form): twin(p, TWINS[form]()) for p in PROBLEMS for form in TWINS}


@pytest.fixture
def run(run_lesson):
    return run_lesson("24_optimizers_by_hand")


# ------------------------------------------------------------------------------------------------


def test_the_gradient_of_the_twins_network_is_its_slope():
    _, g = network(SMALL, X, Y)
    for k in range(17):
        moved = [network(SMALL + h * np.eye(17)[k], X, Y)[0] for h in (1e-6, -1e-6)]
        assert g[k] == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("form", TWINS, ids="-".join)
def test_follows_its_numpy_twin(form, run, paths):
    ours = run["paths"][form]
    np.testing.assert_allclose(ours, paths[("funnel", *form)], rtol=2e-5, atol=2e-6)
    end = paths[("network", *form)][-1]
    np.testing.assert_allclose(run["end"][form][3:], end, rtol=2e-5, atol=2e-5)
    loss = network(end, X, Y)[0]
    assert run["losses_at_end"][form] == pytest.approx(loss, rel=2e-5)


@pytest.mark.parametrize("form", [form for form in TWINS if form[1] != "tf.train"], ids="-".join)
def test_differences_are_those_of_the_twins(form, run, paths):
    for part, ours in zip(PROBLEMS, run["largest"][form]):
        theirs = paths[part, form[0], "tf.train"]
        expected = np.abs(paths[(part, *form)] - theirs).max()
        if form in SAME:
            assert expected < 1e-9 and ours <= 1e-6
        else:
            assert ours == pytest.approx(expected, rel=1e-4, abs=2e-6)


def test_what_is_the_same_and_what_differs(run):
    assert set(run["rules"]) == {form for form in TWINS if form[1] != "tf.train"}
    for form in run["rules"]:
        words = "the same" if form in SAME else "differs"
        assert run.numbers["%s, %s: beside tf.train, to 1e-6" % form] == words
        assert ("%s, %s: largest difference, network" % form in run.numbers) == (form not in SAME)


def test_minimize_gives_what_apply_gradients_gives(run):
    """As the documents call it: the optimizers of tf.train on the funnel."""
    for name, its_ways in list(run["ways"].items())[:6]:
        with tf.Graph().as_default(), tf.Session() as sess:
            theta = tf.Variable([1.0, 1.0])
            loss = (10 * theta[0] ** 2 + 0.5 * theta[1] ** 2) / 2
            train_op = its_ways["tf.train"].minimize(loss)
            sess.run(tf.global_variables_initializer())
            for _ in range(200):
                sess.run(train_op)
            end = sess.run(theta)
        np.testing.assert_allclose(run["paths"][name, "tf.train"][-1], end, atol=1e-6, err_msg=name)


def test_the_step_of_a_gradient_that_stays_goes_to_ten_times(run):
    n = np.arange(201)
    stays, turns = (run["steps"][each] for each in ("stays", "turns each time"))
    np.testing.assert_allclose(stays, (1 - 0.9**n) / (1 - 0.9), rtol=1e-12)
    closed = (-1.0) ** (n - 1) * (1 - (-0.9) ** n) / 1.9
    np.testing.assert_allclose(turns, closed, rtol=1e-9, atol=1e-12)


def test_the_documents_eta_explodes_and_its_epsilon_stops_everything(run):
    exploding = run["paths"]["printed", "η = β/(1 − β)"][:21, 1]
    growth = np.abs(np.diff(exploding))
    # the larger root of z² − (1 + η − γᵗ·bend)·z + η, η = 9
    assert growth[-1] / growth[-2] == pytest.approx(np.roots([1, -(10 - 0.005), 9])[0], rel=1e-4)
    assert run.numbers["η that is the same as β = 0.9"] == 0.9
    stopped = run["paths"]["printed", "ε = 10⁸"]
    assert np.abs(stopped - 1).max() < 0.003
    assert run.numbers["ε of RMSProp"] == 1e-8
    first = 1 - run["paths"]["printed", "S_n"][1]
    np.testing.assert_allclose(first, 0.01 * np.array([10, 0.5]) / 1e-4, rtol=1e-5)


def test_adam_is_made_of_the_other_two(run):
    assert run.numbers["Adam as RMSProp, largest difference"] < 1e-6
    assert run.numbers["Adam as momentum, largest difference"] < 1e-6
    first = 1 - run["paths"]["Adam", "uncorrected"][1, 0]
    assert first / 0.001 == pytest.approx(0.1 / np.sqrt(0.001), rel=1e-4)


def test_without_epsilon_a_gradient_of_0_is_fatal_where_s_begins_at_0(run):
    numbers = {
        name: run.numbers["%s, ε = 0, gradient 0: θ" % name] for name in run["ways"]["ε = 0"]
    }
    assert numbers == {"Adam": "nan", "Adagrad": "-1", "RMSProp": "-1"}
    assert run.numbers["Adam, ε = 1e-08, gradient 0: θ"] == "-1"


def test_rates_that_adapt(run):
    adagrad, rms = run["rates"]["Adagrad"], run["rates"]["RMSProp"]
    assert (adagrad[:, 0] < adagrad[:, 1]).all() and (rms[0, 0] < rms[0, 1])
    assert (np.diff(adagrad, axis=0) < 1e-6).all()
    assert rms[-1, 0] > 10 * rms[0, 0]
    bends = np.array([10, 0.5])
    np.testing.assert_allclose(adagrad[0], 0.01 / bends, rtol=1e-4)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--gamma", "0.99")
    assert run.numbers["v in the end, in ηg"] == pytest.approx(86.6, abs=0.01)
    assert run["LARGE"] == pytest.approx(99)
    run = run_lesson("24_optimizers_by_hand", "--epsilon", "0.01")
    differences = [run.numbers["Adam, document: largest difference, " + part] for part in PROBLEMS]
    assert differences == pytest.approx([0.011, 0.034], abs=5e-4)
    assert run.numbers["Adam, accounted: beside tf.train, to 1e-6"] == "the same"
    assert max(run["largest"]["Adadelta", "document"]) < 1e-4
    loss = run.numbers["Adadelta: loss of the network at the end"]
    assert loss == pytest.approx(0.329, abs=0.001)


@pytest.mark.slow
def test_less_than_ten_updates(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--steps", "1")
    assert run.numbers["v in the end, in ηg"] == pytest.approx(1)
    assert "v_3 of a gradient that stays, in ηg" not in run.numbers
