"""Lesson 23 against SciPy's filter, pandas' averages, exact fractions and TensorFlow 1.15.5."""

import re
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from oracles import float32
from scipy import signal

GAUSS = 0.1 * np.exp(-((np.arange(1, 101) - 50) ** 2) / 200)


def filtered(beta, v_0, thetas=GAUSS):
    """The recursion as a filter: v_n - β·v_(n-1) = (1 - β)·θ_n."""
    v, _ = signal.lfilter([1 - beta], [1, -beta], thetas, zi=[beta * v_0])
    return v


@pytest.fixture
def run(run_lesson):
    return run_lesson("23_weighted_average")


@pytest.mark.parametrize(
    "name, beta, v_0",
    [
        ("v", 0.9, 0),
        ("v_from_1", 0.9, 1),
        ("v_08", 0.8, 0),
        ("v_03", 0.3, 0),
        ("ema", 0.9, 0),
        ("ema_from_1", 0.9, 1),
    ],
)
def test_follows_the_filter(name, beta, v_0, run):
    history = run["history"]
    np.testing.assert_array_equal(history["n"], range(1, 101))
    np.testing.assert_allclose(history[name], filtered(beta, v_0), rtol=1e-5, atol=1e-9)
    assert run["end"][name] == history[name][-1]


def test_corrected_is_the_adjusted_average_of_pandas(run):
    adjusted = pd.Series(GAUSS).ewm(alpha=0.1, adjust=True).mean()
    np.testing.assert_allclose(run["history"]["debiased"], adjusted, rtol=1e-5, atol=1e-9)


def test_recursion_closed_form_and_convolution_are_the_same(run):
    for v_0 in (0, 1):
        np.testing.assert_allclose(run["closed_form"](0.9, v_0), filtered(0.9, v_0), rtol=1e-12)
    np.testing.assert_allclose(run["convolution"], filtered(0.9, 0), rtol=1e-12)
    for name, (one, other) in run["differences"].items():
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-7, err_msg=name)
        assert re.search(re.escape(name) + " +the same\n", run.printed)


def test_has_the_bits_of_genuine_tensorflow(run):
    """The lesson itself, run under TensorFlow 1.15.5, after 50 measurements and after 100."""
    for name, genuine in (
        ("v", (0.06885382533073425, 0.002250364515930414)),
        ("v_from_1", (0.07400758564472198, 0.0022769258357584476)),
        ("v_08", (0.08789975941181183, 8.606304618297145e-05)),
        ("v_03", (0.09961007535457611, 5.091161483505857e-07)),
        ("ema", (0.06885383278131485, 0.002250364050269127)),
        ("ema_from_1", (0.07400760799646378, 0.0022769253700971603)),
        ("debiased", (0.06921052932739258, 0.002250423887744546)),
    ):
        ours = run["history"][name][[49, 99]]
        np.testing.assert_array_equal(float32(ours), float32(genuine), err_msg=name)


def test_v_50_needs_its_newest_term(run):
    """The sum from k = 0; from k = 1, as the document writes it, 0.01 is missing."""
    beta = Fraction(9, 10)
    v_50 = sum((1 - beta) * beta**k * Fraction(GAUSS[49 - k]) for k in range(50))
    assert run.numbers["v_50, v_0 = 0"] == pytest.approx(float(v_50), rel=1e-6)
    assert float(v_50) == pytest.approx(0.0688538, abs=5e-8)
    without = run.numbers["v_50 without its newest term"]
    assert without == pytest.approx(float(v_50) - 0.01, rel=1e-9)


def test_weights_add_up_to_1_from_0_and_to_beta_from_1(run):
    beta = Fraction(9, 10)
    exact = [(1 - beta) * beta**k for k in range(400)]
    np.testing.assert_allclose(run["b"][:400], [float(each) for each in exact], rtol=1e-12)
    assert 1 - sum(exact) == beta**400  # what is missing goes to 0
    assert run.numbers["sum of b_k from k = 0"] == pytest.approx(1, abs=1e-12)
    assert run.numbers["sum of b_k from k = 1"] == pytest.approx(0.9, abs=1e-12)
    assert run.numbers["weight of θ_50 in v_50"] == pytest.approx(0.1)


def test_v_0_is_forgotten_as_the_text_says(run):
    left = run["history"]["v_from_1"] - run["history"]["v"]
    np.testing.assert_allclose(left, 0.9 ** np.arange(1, 101), rtol=1e-4, atol=1e-7)
    assert left[5] > 0.5 > left[6]
    correction = run["history"]["debiased"] / run["history"]["v"]
    np.testing.assert_allclose(correction[[0, 9, 49]], [10, 1.535, 1.005], rtol=1e-3)
    assert np.flatnonzero(correction < 1 / 0.99)[0] == 43  # n = 44
    assert left[49] == pytest.approx(0.005, abs=2e-4)
    assert run.numbers["v is largest at n"] == 56 == 1 + np.argmax(filtered(0.9, 0))


def test_windows_have_two_thirds_of_the_weight(run):
    assert run.numbers["weight of the newest 10, β = 0.9"] == pytest.approx(1 - 0.9**10)
    assert run.numbers["weight of the newest 5, β = 0.8"] == pytest.approx(1 - 0.8**5)


def test_prints_every_tenth(run):
    rows = re.findall(r"^n = +(\d+)   theta (\S+)   v (\S+)$", run.printed, re.MULTILINE)
    assert [int(row[0]) for row in rows] == list(range(10, 101, 10))
    np.testing.assert_allclose(
        np.array(rows, float)[:, 1:],
        np.stack([GAUSS, filtered(0.9, 0)], axis=1)[9::10],
        atol=1e-7,
    )


def test_the_answers_of_the_exercises(run_lesson):
    run = run_lesson("23_weighted_average", "--beta", "0.98")
    assert run.numbers["v is largest at n"] == 64
    assert run.numbers["largest v"] == pytest.approx(0.034, abs=5e-4)
    assert run.numbers["v_50, v_0 = 1"] == pytest.approx(0.387, abs=5e-4)
    assert run.numbers["weight of the newest 50, β = 0.98"] == pytest.approx(1 - 0.98**50)
    assert 0.98**34 > 0.5 > 0.98**35

    run = run_lesson("23_weighted_average", "--theta", "constant")
    exact = 0.1 * (1 - 0.9 ** np.arange(1, 101))
    np.testing.assert_allclose(run["history"]["v"], exact, rtol=1e-5)
    assert run["history"]["v"][9] == pytest.approx(0.0651, abs=5e-5)
    assert run.numbers["v within 1 % of θ from n"] == 44
    np.testing.assert_allclose(run["history"]["debiased"], 0.1, rtol=1e-5)

    numbers = run_lesson("23_weighted_average", "--theta", "noisy", "--steps", "2000").numbers
    for beta, kept in ((0.3, 0.0147), (0.8, 0.0066), (0.9, 0.0046)):
        name = "standard deviation of v after n = 100, β = %g" % beta
        assert numbers[name] == pytest.approx(kept, abs=5e-5)
        assert kept / 0.02 == pytest.approx(np.sqrt((1 - beta) / (1 + beta)), rel=0.02)


@pytest.mark.parametrize("steps", ["1", "7"])
def test_fewer_measurements_than_50(steps, run_lesson):
    run = run_lesson("23_weighted_average", "--steps", steps)
    assert "v_50, v_0 = 0" not in run.numbers and "v at the end, v_0 = 0" in run.numbers
