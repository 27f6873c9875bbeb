"""Lesson 14 against its formula and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import exercises, golden


def test_follows_its_formula(run_lesson):
    run = run_lesson("14_exponential_decay")
    w = 5.0
    for i in range(40):
        w -= 0.1 * 0.99**i * 2 * (w + 1)
        np.testing.assert_allclose(run["history"]["w"][i], w, atol=1e-5)
        np.testing.assert_allclose(run["history"]["learning_rate"][i], 0.1 * 0.99 ** (i + 1), 1e-5)


def test_stairs_and_glide(run_lesson):
    rates, k = np.array(run_lesson("14_exponential_decay")["rates"]), np.arange(40)
    np.testing.assert_allclose(rates[:, 0], 0.1 * 0.9 ** (k // 10), rtol=1e-6)
    np.testing.assert_allclose(rates[:, 1], 0.1 * 0.9 ** (k / 10), rtol=1e-6)


@pytest.mark.same_bits
def test_prints_the_documents_lines(run_lesson):
    lines = run_lesson("14_exponential_decay").printed.splitlines()
    # genuine TensorFlow 1.15.5
    assert lines[0] == (
        "After 0 steps: global_step is 1.000000 , learning rate is 0.099000, w is 3.800000.   "
        "loss is 23.040001"
    )
    assert lines[39] == (
        "After 39 steps: global_step is 40.000000 , learning rate is 0.066897, w is -0.995731.   "
        "loss is 0.000018"
    )


@pytest.mark.same_bits
def test_has_the_bits_of_the_genuine_trace(run_lesson):
    rows = golden("D1_expdecay")["rows"]
    history = run_lesson("14_exponential_decay")["history"]
    for name in ("w", "loss", "learning_rate"):
        np.testing.assert_array_equal(history[name], [row[name] for row in rows])


def test_with_decay_and_without_follow_their_products(run_lesson):
    rates = 0.99 ** np.arange(40)
    for name, w in (
        ("fixed 0.1", -1 + 6 * 0.8**40),
        ("fixed 1", 5),
        ("decaying from 0.1", -1 + 6 * np.prod(1 - 0.2 * rates)),
        ("decaying from 1", -1 + 6 * np.prod(1 - 2 * rates)),
    ):
        numbers = run_lesson("14_exponential_decay").numbers
        assert numbers["w at the end, " + name] == pytest.approx(w, abs=1e-6)


def test_decay_gets_nearer_only_where_the_steps_go_past_the_minimum(run_lesson):
    def away(base, decay):
        return abs(6 * np.prod(1 - 2 * base * decay ** np.arange(40)))

    for base in (0.1, 0.2, 0.3, 0.4, 0.5, 0.52):
        assert away(base, 1) <= away(base, 0.99)
    for base in (0.6, 0.7, 0.8, 0.9, 1):
        assert away(base, 1) > away(base, 0.99)
    run = run_lesson("14_exponential_decay")
    assert run["descend"](run["fixed"](0.9))[-1] + 1 == pytest.approx(0.0008, abs=5e-5)
    assert run["descend"](run["decaying"](0.9))[-1] == pytest.approx(-1, abs=2e-7)
    both = [np.abs(run["paths"][name] + 1) for name in ("fixed 0.1", "decaying from 0.1")]
    np.testing.assert_array_equal(both[0][:2], both[1][:2])
    assert np.all(both[0][2:] < both[1][2:])


def test_the_answers_of_the_exercises(run_lesson):
    name = "14_exponential_decay"
    (half, first), (tenth, second) = exercises(name)
    numbers = run_lesson(name, *half[0]).numbers
    assert "At %.2f" % numbers["w at the end"] in first
    assert "= %.2f and" % (numbers["w at the end"] + 1) in first
    assert "at %.2f only" % numbers["w at the end, decaying from 1"] in first
    path = run_lesson(name, *half[0])["paths"]["decaying from 1"]
    np.testing.assert_array_equal(path[:3], [5, -7, -1])
    run = run_lesson(name, *tenth[0])
    assert "Yes: %.4f" % run["w_end"] in second
    assert "of %.4f. The" % run_lesson(name)["w_end"] in second
    used = np.append(0.1, run["history"]["learning_rate"])  # the rate before each step, and after
    np.testing.assert_allclose(used[30:40], 0.097, atol=5e-5)
    assert "%.4f is" % used[40] in second
