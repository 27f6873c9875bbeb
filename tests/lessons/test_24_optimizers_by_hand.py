"""Lesson 24 against NumPy twins in float64, closed forms and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import float32

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
    ("RMSProp_momentum", "accounted"),
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


PROBLEMS = {"quadratic": (funnel, np.ones(2)), "network": (network, SMALL)}


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


def rmsprop(s, rate=0.01, momentum=0.0):
    m = 0

    def rule(g, n):
        nonlocal s, m
        s = 0.9 * s + 0.1 * g**2
        m = momentum * m + rate * g / np.sqrt(s + 1e-8)
        return m

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
    ("RMSProp_momentum", "tf.train"): lambda: rmsprop(1, 0.001, 0.9),
    ("RMSProp_momentum", "document"): lambda: rmsprop(0, 0.001),
    ("RMSProp_momentum", "accounted"): lambda: rmsprop(1, 0.001, 0.9),
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


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("form", TWINS, ids="-".join)
def test_every_loss_follows_its_numpy_twin(form, problem, run, paths):
    history, loss = run["histories"][problem], PROBLEMS[problem][0]
    k = run["forms"].index(form)
    updates = history["update"].astype(int)
    np.testing.assert_array_equal(updates, [*range(1, 11), *range(20, 201, 10)])
    path = paths[(problem, *form)]
    losses = [loss(path[n], X, Y)[0] for n in updates]
    np.testing.assert_allclose(history["loss"][:, k], losses, rtol=2e-5, atol=2e-6)
    assert run["losses_at_end"][problem][form] == pytest.approx(losses[-1], rel=2e-5, abs=2e-6)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("form", [form for form in TWINS if form[1] != "tf.train"], ids="-".join)
def test_differences_are_those_of_the_twins(form, problem, run, paths):
    theirs = paths[problem, form[0], "tf.train"]
    expected = np.abs(paths[(problem, *form)] - theirs).max()
    ours = run["largest"][problem][form]
    if form in SAME:
        assert expected < 1e-9 and ours <= 1e-6
    else:
        assert ours == pytest.approx(expected, rel=1e-4, abs=2e-6)
    k = run["rules"].index(form)
    assert run["histories"][problem]["difference"][:, k].max() <= ours


def test_what_is_the_same_and_what_differs(run):
    for form in run["rules"]:
        words = "the same" if form in SAME else "differs"
        assert run.numbers["%s, %s: beside tf.train, to 1e-6" % form] == words
    assert {*SAME} < {*run["rules"]} and len(run["rules"]) == 15


@pytest.mark.same_bits
def test_has_the_bits_of_genuine_tensorflow(run):
    """The lesson itself, run under TensorFlow 1.15.5: the losses of the funnel at the end."""
    genuine = {
        ("SGD", "tf.train"): 0.0336645022,
        ("momentum", "tf.train"): 3.46418921e-10,
        ("momentum", "late"): 3.85565162,
        ("Adagrad", "tf.train"): 2.91961908,
        ("Adagrad", "document"): 2.91795254,
        ("RMSProp", "tf.train"): 2.79788887e-10,
        ("RMSProp", "document"): 4.48622561e-09,
        ("RMSProp_momentum", "tf.train"): 4.13377244e-08,
        ("Adadelta", "tf.train"): 4.35370398,
        ("Adam", "tf.train"): 3.43162179,
        ("Adam", "document"): 3.43162155,
        ("Adam", "uncorrected"): 0.763208389,
    }
    ours = [run["losses_at_end"]["quadratic"][form] for form in genuine]
    np.testing.assert_array_equal(float32(ours), float32(list(genuine.values())))


@pytest.mark.same_bits
def test_minimize_gives_what_apply_gradients_gives(run):
    """As the documents call it: the optimizers of tf.train on the funnel, 200 updates."""
    for name, (make_optimizer, _) in run["optimizers"].items():
        with tf.Graph().as_default(), tf.Session() as sess:
            theta = tf.Variable([1.0, 1.0])
            loss = (10 * theta[0] ** 2 + 0.5 * theta[1] ** 2) / 2
            train_op = make_optimizer().minimize(loss)
            sess.run(tf.global_variables_initializer())
            for _ in range(200):
                sess.run(train_op)
            end = sess.run(loss)
        ours = run["losses_at_end"]["quadratic"][name, "tf.train"]
        assert ours == pytest.approx(end, rel=1e-5, abs=1e-12), name


# Momentum ---------------------------------------------------------------------------------------


def test_the_step_of_a_gradient_that_stays_goes_to_ten_times(run):
    n = np.arange(1, 201)
    np.testing.assert_array_equal(run["limit"]["update"], n)
    stays, turns = run["limit"]["steps"].T
    np.testing.assert_allclose(stays, (1 - 0.9**n) / (1 - 0.9), rtol=2e-6)
    closed = (-1.0) ** (n - 1) * (1 - (-0.9) ** n) / 1.9
    np.testing.assert_allclose(turns, closed, rtol=2e-6, atol=1e-6)
    assert (stays < 9).sum() == 21
    assert run["limit_end"][0] == stays[-1]
    for words in ("v_2   =  1.9000", "v_3   =  2.7100", "v_22  =  9.0152", "v_200 = 10.0000"):
        assert words in run.printed


@pytest.mark.same_bits
def test_the_three_notations_are_one_and_the_documents_eta_explodes(run):
    printed = run["printed"]
    one, same, exploding = (printed[key] for key in list(printed)[:3])
    np.testing.assert_allclose(one, same, atol=1e-6)
    assert np.abs(one).max() == 1
    growth = np.abs(np.diff(exploding[:, 1]))
    # the larger root of z² − (1 + η − γᵗ·bend)·z + η, η = 9
    assert growth[-1] / growth[-2] == pytest.approx(np.roots([1, -(10 - 0.005), 9])[0], rel=1e-4)
    assert run.numbers["η that is the same as β = 0.9"] == 0.9


def test_formulas_taken_at_their_word(run):
    printed = run["printed"]
    assert printed["RMSProp, ε = 1e8"][-1] == pytest.approx([0.9998, 0.99999], abs=1e-6)
    first = 1 - printed["RMSProp, S of the step before"][1]
    np.testing.assert_allclose(first, 0.01 * np.array([10, 0.5]) / 1e-4, rtol=1e-5)
    assert np.isnan(printed["Adam, v and S of the step before"][1:]).all()
    assert run.numbers["ε of RMSProp"] == 1e-8
    assert run.numbers["first step of Adam with n = 0"] == "NaN"
    assert printed["Adam"][1] == pytest.approx([0.999, 0.999], abs=1e-6)


def test_the_printed_table_has_every_rule(run):
    rows = re.findall(r"^(\S+) +(\S+) +(\S+) +(\S+) +(the same|differs)$", run.printed, re.M)
    assert [tuple(row[:2]) for row in rows] == run["rules"]
    for name, rule, one, other, _ in rows:
        ours = [run["largest"][problem][name, rule] for problem in PROBLEMS]
        np.testing.assert_allclose([float(one), float(other)], ours, rtol=0.06)


# Exercises --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_adagrad_that_starts_at_epsilon_is_the_documents(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--adagrad-start", "1e-8")
    for problem in PROBLEMS:
        assert run["largest"][problem]["Adagrad", "document"] <= 2e-7


@pytest.mark.slow
def test_gamma_of_99_hundredths(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--gamma", "0.99")
    assert run["limit_end"][0] == pytest.approx(86.6, abs=0.01)
    assert run["limit_end"][0] == pytest.approx(100 * (1 - 0.99**200), rel=1e-5)
    assert not np.isfinite(run["printed"]["TensorFlow's, η = β/(1 − β)"][-1]).all()


@pytest.mark.slow
def test_a_large_epsilon_counts(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--epsilon", "0.01")
    largest = run["largest"]
    assert largest["network"]["Adam", "document"] == pytest.approx(0.034, abs=5e-4)
    assert largest["quadratic"]["Adam", "document"] == pytest.approx(0.011, abs=5e-4)
    assert run.numbers["Adam, accounted: beside tf.train, to 1e-6"] == "the same"
    loss = run["losses_at_end"]["network"]["Adadelta", "tf.train"]
    assert loss == pytest.approx(0.33, abs=0.005)


@pytest.mark.slow
def test_ten_times_the_rates(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--rates", "10")
    largest = run["largest"]
    assert 1e-6 < largest["network"]["RMSProp", "accounted"] < 1e-4
    assert 1e-6 < largest["network"]["RMSProp_momentum", "accounted"] < 1e-5
    assert largest["quadratic"]["RMSProp", "accounted"] < 1e-6
    assert largest["quadratic"]["momentum", "late"] > 1e27


def test_less_than_ten_updates(run_lesson):
    run = run_lesson("24_optimizers_by_hand", "--steps", "1", "--batches", "3")
    assert run["limit_end"][0] == pytest.approx(1)
    assert "v_3 of a gradient that stays, in ηg" not in run.numbers
    assert run.numbers["v in the end, in ηg"] == pytest.approx(1)
