"""Lesson 13 against its closed form and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import exercises, golden


def test_follows_the_closed_form(run_lesson):
    run = run_lesson("13_learning_rate")
    for rate, history in zip((0.2, 1, 0.0001), run["histories"].values()):
        steps = np.arange(1, 41)
        np.testing.assert_allclose(history["w"] + 1, 6 * (1 - 2 * rate) ** steps, atol=1e-5)
        np.testing.assert_allclose(history["loss"], (history["w"] + 1) ** 2, atol=1e-5)


def test_its_updates_are_from_2_4_to_0_long_at_one_rate(run_lesson):
    w = np.append(np.float32(5), run_lesson("13_learning_rate")["histories"]["0.2"]["w"])
    updates = np.diff(w)
    assert updates[0] == pytest.approx(-2.4, rel=1e-6)
    assert np.all(updates[36:] == 0) and np.all(w[36:] == np.float32(-0.99999994))


@pytest.mark.same_bits
def test_prints_the_documents_lines(run_lesson):
    lines = run_lesson("13_learning_rate").printed.splitlines()
    # genuine TensorFlow 1.15.5
    assert lines[1] == "After 0 steps: w is 2.600000.   loss is 12.959999"
    assert lines[40] == "After 39 steps: w is -1.000000.   loss is 0.000000"
    assert len([line for line in lines if line.startswith("After")]) == 120


@pytest.mark.same_bits
@pytest.mark.parametrize("trace, rate", [("lr02", "0.2"), ("lr1", "1"), ("lr0001", "0.0001")])
def test_has_the_bits_of_the_genuine_traces(trace, rate, run_lesson):
    rows = golden("D1_learning_rate_" + trace)["rows"]
    history = run_lesson("13_learning_rate")["histories"][rate]
    np.testing.assert_array_equal(history["w"][: len(rows)], [row["w"] for row in rows])
    np.testing.assert_array_equal(history["loss"][: len(rows)], [row["loss"] for row in rows])


def test_a_figure_of_one_rate_does_not_stand_beside_another(run_lesson):
    """Where the rate is in a row's name, what is stated of 0.2 is none of 1 or 0.3."""
    for rate in ("1", "0.3"):
        run = run_lesson("13_learning_rate", "--learning-rate", rate)
        stated = {each.name: each.says for each in run["lesson"]._comparisons}
        assert stated["w, rate " + rate] is None and "w, rate 0.2" not in stated
        assert stated["loss after step 0, rate " + rate] is None
        assert (stated["w after step 0, rate 1"], stated["w after step 1, rate 1"]) == (-7, 5)
    names = [
        each.name
        for each in run_lesson("13_learning_rate")["lesson"]._comparisons
        if each.says is not None
    ]
    assert {"w, rate 0.2", "w after step 0, rate 0.2", "loss at the end, rate 1"} <= set(names)


def test_the_answers_of_the_exercises(run_lesson):
    name = "13_learning_rate"
    (newton, first), (beyond, second) = exercises(name)
    run = run_lesson(name, *newton[0])
    assert np.all(run["histories"]["0.5"]["w"] == -1) and "0 after step 0." in first
    run = run_lesson(name, *beyond[0])
    assert run["w_end"] + 1 == pytest.approx(6 * 1.2**40, rel=1e-4)
    assert f"about {round(float(run['w_end'] + 1), -1):,.0f}." in second
