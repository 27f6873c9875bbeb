"""Lesson 16 against closed forms in float64 and genuine TensorFlow 1.15.5."""

import re

import numpy as np
import pytest
from oracles import assert_says, exercises, float32, golden

from common.tf1 import tf

SLOPE = 31 / 87  # Σx²/m of the 30 points
STEPS = np.arange(201)
POWERS = {False: STEPS / 20, True: STEPS // 20}

CURVES = {
    ("exponential_decay", False): 0.5 * 0.5 ** POWERS[False],
    ("exponential_decay", True): 0.5 * 0.5 ** POWERS[True],
    ("inverse_time_decay", False): 0.5 / (1 + STEPS / 40),
    ("inverse_time_decay", True): 0.5 / (1 + 0.5 * POWERS[True]),
    ("natural_exp_decay", False): 0.5 * np.exp(-STEPS / 40),
    ("natural_exp_decay", True): 0.5 * np.exp(-0.5 * POWERS[True]),
    ("piecewise_constant", ""): np.array([0.5] * 41 + [0.2] * 80 + [0.05] * 80),
    ("polynomial_decay", ""): np.interp(STEPS, [0, 80], [0.5, 0.0001]),
    ("polynomial_decay", "power 2, end 0.1"): 0.1 + 0.4 * np.clip(1 - STEPS / 80, 0, 1) ** 2,
    # one line down to step 80, then from half the height to 160, then from a third to 240
    ("polynomial_decay", "cycle"): np.concatenate(
        [
            0.0001 + 0.4999 * (1 - STEPS[:81] / 80),
            0.0001 + 0.4999 * (1 - STEPS[81:161] / 160),
            0.0001 + 0.4999 * (1 - STEPS[161:] / 240),
        ]
    ),
}

# training: the rate of update j, and whether it counts
TRAININGS = {
    "document": (lambda j: 0.1 / (1 + 0.1 * j / 1000), True),
    "smooth_run": (lambda j: 0.5 / (1 + 0.5 * j / 20), True),
    "stairs_run": (lambda j: 0.5 / (1 + 0.5 * (j // 20)), True),
    "no_counter": (lambda j: 0.5, False),
}


@pytest.fixture
def run(run_lesson):
    return run_lesson("16_decay_in_tensorflow")


@pytest.mark.parametrize("key", CURVES, ids=lambda key: "-".join(map(str, key)))
def test_a_decay_is_its_closed_form_at_every_step(key, run):
    assert set(run["curves"]) == set(run["formulas"]) == set(CURVES)
    np.testing.assert_allclose(run["curves"][key], CURVES[key], rtol=1e-5)
    np.testing.assert_allclose(run["formulas"][key], CURVES[key], rtol=1e-9)


def test_figure_4_18_at_its_last_step(run):
    assert run["curves"]["inverse_time_decay", False][199] == pytest.approx(0.083682, abs=5e-7)
    assert run["curves"]["inverse_time_decay", True][199] == pytest.approx(0.090909, abs=5e-7)
    # genuine TensorFlow 1.15.5, all digits
    ours = [run["curves"]["inverse_time_decay", staircase][199] for staircase in (False, True)]
    np.testing.assert_array_equal(float32(ours), float32([0.0836820081, 0.0909090936]))


def test_has_the_rates_of_the_documents_code_under_genuine_tensorflow(run):
    rows = {row["schedule"]: row["tf"] for row in golden("D2_decay_schedules")["rows"]}
    for staircase in (False, True):
        ours = run["curves"]["inverse_time_decay", staircase]
        theirs = rows["fig4-18 staircase=%s" % staircase]
        np.testing.assert_array_equal(float32(ours), float32(theirs))
    np.testing.assert_allclose(run["document"]["rate"], rows["002#4"][:200], rtol=1e-6)
    with tf.Graph().as_default(), tf.Session() as sess:
        j = tf.placeholder(tf.int32, shape=())
        rate = tf.train.polynomial_decay(2.0, j, 100, end_learning_rate=0.0001)
        ours = [sess.run(rate, {j: k}) for k in STEPS]
    np.testing.assert_allclose(ours, rows["polynomial 2->0.0001 in 100"], rtol=1e-6)


def test_has_the_pieces_of_genuine_tensorflow(run):
    trace = golden("D2_decay_schedules")["final"]["piecewise"]
    both = [step for step in run["pieces"] if str(step) in trace]
    assert len(both) >= 6
    for step in both:
        assert run["pieces"][step] == pytest.approx(trace[str(step)], rel=1e-7)


@pytest.mark.parametrize("name", TRAININGS)
def test_minimize_drives_the_rate_that_the_updates_have(name, run):
    rate, counts = TRAININGS[name]
    rates = np.array([rate(j) for j in range(200)])
    history = run[name]
    np.testing.assert_array_equal(history["step"], np.arange(200) if counts else np.zeros(200))
    np.testing.assert_allclose(history["rate"], rates, rtol=1e-6)
    # both weights by themselves: the cost before every update, from these very rates
    error0 = -2 * np.cumprod(np.append(1, 1 - rates))
    error1 = -4.5 * np.cumprod(np.append(1, 1 - SLOPE * rates))
    costs = (error0**2 + SLOPE * error1**2) / 2
    np.testing.assert_allclose(history["cost"], costs[:-1], rtol=1e-4, atol=1e-10)
    end = run[name.replace("_run", "") + "_end"]
    np.testing.assert_allclose(
        [end["w0"], end["w1"]], [2 + error0[-1], 0.5 + error1[-1]], atol=1e-5
    )
    assert end["step"] == (200 if counts else 0)
    assert end["rate"] == pytest.approx(rate(200), rel=1e-6)


def test_the_code_of_the_document_at_step_1000(run):
    assert run["rate_1000"] == pytest.approx(0.1 / 1.1, rel=1e-6)
    assert run["decayed_learning_rate"](1000, 0.1, 1000, 0.1) == pytest.approx(0.1 / 1.1)


def test_other_parameters_reach_the_training(run_lesson):
    flags = ["--decay-steps", "7", "--decay-rate", "0.3", "--initial-learning-rate", "0.4"]
    run = run_lesson("16_decay_in_tensorflow", *flags, "--staircase", "True", "--steps", "30")
    j = np.arange(30)
    np.testing.assert_allclose(run["document"]["rate"], 0.4 / (1 + 0.3 * (j // 7)), rtol=1e-6)


def test_step_decay_is_inverse_time_decay_in_a_staircase():
    with tf.Graph().as_default(), tf.Session() as sess:
        j = tf.placeholder(tf.int32, ())
        rate = tf.train.inverse_time_decay(2.0, j, 10, 1.0, staircase=True)
        ours = [sess.run(rate, {j: k}) for k in STEPS]
    np.testing.assert_allclose(ours, 2 / np.floor(STEPS / 10 + 1), rtol=1e-6)


def test_a_boundary_has_the_value_before_it(run):
    expected = {step: 1.0 if step <= 100000 else 0.5 for step in range(99997, 100004)}
    expected.update({step: 0.5 if step <= 110000 else 0.1 for step in range(109997, 110004)})
    expected[0] = 1.0
    assert {step: round(float(rate), 6) for step, rate in run["pieces"].items()} == expected
    assert (run["step_after"], run["rate_after"]) == (100001, 0.5)


def test_says_what_does_not_work(run):
    for sentence in (
        "unexpected keyword argument 'decay_rate'",
        "unexpected keyword argument 'staircase'",
        "boundaries should be 1 less than the length of values",
        "2 ^ 3 is 1, 2 ** 3 is 8",
        "unsupported operand type(s) for ^",
    ):
        assert sentence in run.printed
    assert run.numbers["γ0·decay_rate ^ (step/decay_steps)"] == "TypeError"
    assert run["with_power"](1000) == pytest.approx(0.1 * 0.1)


def test_prints_the_differences_of_all_ten(run):
    printed = re.findall(r"differs by (\S+) of the rate at most", run.printed)
    assert len(printed) == len(CURVES) and all(float(word) < 1e-5 for word in printed)


def test_the_example_of_the_document(run):
    numbers = run.numbers
    assert numbers["ν for γ0/5 after 100 epochs"] == pytest.approx(2e-8)
    assert numbers["updates with the rate 1.0"] == 100001
    for batch in (50, 200):
        epoch = 10**8 // batch
        rate = run["decayed_learning_rate"](100 * epoch, 1, epoch, 0.04)
        assert rate == pytest.approx(1 / 5)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    name = "16_decay_in_tensorflow"
    (faster, first), (still, second), (_, third) = exercises(name)

    def rate_and_w1(*flags):
        numbers = run_lesson(name, *flags).numbers
        return numbers["learning rate, document"], numbers["w1, document"]

    usual = rate_and_w1()[1]
    (rate_10, w1_10), (rate_1, w1_1) = (rate_and_w1(*flags) for flags in faster)
    assert_says(first, "%.4f and %.4f." % (rate_10, rate_1))
    assert_says(first, "to %.3f with 10 and to %.3f with 1," % (w1_10, w1_1))
    assert_says(first, "where %.3f was reached with 1000" % usual)
    (flags,) = (flags for flags in still if flags[1:])
    rate, w1 = rate_and_w1(*flags)
    assert_says(second, "the rate stays %g." % rate, "%.5f instead of %.5f" % (w1, usual))
    run = run_lesson(name, "--decay-steps", "12000", "--staircase", "True")
    np.testing.assert_allclose(run["document"]["rate"], 0.1, rtol=1e-6)
    assert_says(third, "`--decay-steps 12000 --staircase True`")
    assert_says(third, "%.4f after 200" % rate_and_w1("--decay-steps", "12000")[0])


def test_says_what_the_books_code_ran(run):
    assert run.numbers["γ at j = 200 with the book's ν = 0.01"] == pytest.approx(0.5 / 1.1)
