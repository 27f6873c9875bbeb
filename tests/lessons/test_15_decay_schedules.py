"""Lesson 15 against the closed form of its descents, in float64, and figures stated beforehand."""

import re

import numpy as np
import pytest
from oracles import answers, assert_says, float32, golden

SLOPE = 31 / 87  # Σx²/m of the 30 points


def staircase(j):
    return 2 if j < 4 else 0.4


def step(j):
    return 2 / (j // 2 + 1)


def inverse(nu):
    return lambda j: 2 / (1 + nu * j)


def exponential(T):
    return lambda j: 2 * 0.2 ** (j / T)


def natural(nu):
    return lambda j: 2 * np.exp(-nu * j)


# the lesson's name of a descent: its beginning, its schedule
DESCENTS = {
    "constant": ((0, 0), lambda j: 2),
    "stairs": ((0, -4), staircase),
    "step": ((0, -4), step),
    "inverse": ((0, -4), inverse(0.2)),
    "inverse_fast": ((0, -4), inverse(1.5)),
    "exp_fast": ((0, -4), exponential(3)),
    "exp_slow": ((0, -4), exponential(4)),
    "natural": ((0, -4), natural(0.2)),
    "natural_fast": ((0, -3), natural(0.5)),
    "natural_long": ((0, -4), natural(0.5)),
}

# figure: descent, points, and w0, w1 and J after the last update, in six digits
ENDS = {
    "4-1": ("constant", 8, 4, 0.499919, 2.0),
    "4-2": ("stairs", 30, 1.999994, 0.499343, 7.69e-8),
    "4-3": ("step", 30, 2, 0.489977, 1.79e-5),
    "4-6": ("inverse", 30, 2, 0.499454, 5.31e-8),
    "4-7": ("inverse_fast", 30, 2.007742, 0.243601, 1.174e-2),
    "4-10": ("exp_fast", 10, 1.963722, 0.096568, 2.965e-2),
    "4-10, T = 4": ("exp_slow", 10, 1.99163, 0.254889, 1.074e-2),
    "4-12, ν = 0.2": ("natural", 10, 1.999864, 0.452385, 4.04e-4),
    "4-12, ν = 0.5": ("natural_fast", 10, 1.969021, 0.219241, 1.452e-2),
    "4-13, ν = 0.2": ("natural", 30, 1.999981, 0.475397, 1.078e-4),
    "4-13, ν = 0.5": ("natural_fast", 30, 1.970733, 0.224847, 1.392e-2),
    "4-15": ("natural_long", 200, 1.970733, 0.146232, 2.273e-2),
}


@pytest.fixture
def run(run_lesson):
    return run_lesson("15_decay_schedules")


def closed_form(start, schedule, updates):
    """w0, w1 and J before the first and after every update: both weights by themselves."""
    rates = np.array([schedule(j) for j in range(updates)], np.float64)
    left0 = np.cumprod(np.append(1, 1 - rates))
    left1 = np.cumprod(np.append(1, 1 - SLOPE * rates))
    error0, error1 = (start[0] - 2) * left0, (start[1] - 0.5) * left1
    return 2 + error0, 0.5 + error1, (error0**2 + SLOPE * error1**2) / 2


def test_the_points_let_the_weights_be_by_themselves(run):
    x, y = run["x"], run["y"]
    np.testing.assert_array_equal(x, np.linspace(-1, 1, 30))
    np.testing.assert_allclose(y, 2 + 0.5 * x)
    assert np.sum(x) == pytest.approx(0, abs=1e-14)
    assert np.mean(x**2) == pytest.approx(SLOPE)


@pytest.mark.parametrize("name", DESCENTS)
def test_every_point_of_a_descent_is_that_of_the_closed_form(name, run):
    w0, w1, J = closed_form(*DESCENTS[name], 199)
    np.testing.assert_allclose(run[name]["w0"], w0, atol=1e-5)
    np.testing.assert_allclose(run[name]["w1"], w1, atol=1e-5)
    np.testing.assert_allclose(run[name]["J"], J, rtol=1e-5, atol=1e-9)
    rates = [DESCENTS[name][1](j) for j in range(199)]
    np.testing.assert_allclose(run[name]["gamma"], rates, rtol=1e-12)


@pytest.mark.parametrize("figure", ENDS)
def test_every_figure_ends_where_it_is_known_to(figure, run):
    name, points, *end = ENDS[figure]
    last = [run[name][part][points - 1] for part in ("w0", "w1", "J")]
    np.testing.assert_allclose(last[:2], end[:2], atol=1e-5)
    assert last[2] == pytest.approx(end[2], rel=2e-3)
    assert run.numbers["w0, figure %s" % figure] == last[0]
    assert run.numbers["w1, figure %s" % figure] == last[1]


def test_has_the_numbers_of_genuine_tensorflow(run):
    """The lesson itself under TensorFlow 1.15.5, whose graph rewrites order one sum otherwise."""
    for name, w0, w1 in (
        ("constant", 4.0000033, 0.49999997),
        ("inverse_fast", 2.0005817, 0.39741212),
        ("exp_fast", 1.9651, 0.10208004),
        ("natural", 1.9999818, 0.47568846),
        ("natural_long", 1.9707333, 0.14623204),
    ):
        ends = float32([run[name]["w0"][-1], run[name]["w1"][-1]])
        np.testing.assert_array_max_ulp(ends, float32([w0, w1]), maxulp=4)


@pytest.mark.parametrize(
    "rule, name",
    [
        ("const2", "constant"),
        ("staircase", "stairs"),
        ("step_D2", "step"),
        ("inverse_0.2", "inverse"),
        ("inverse_1.5", "inverse_fast"),
        ("exp_0.2_T3", "exp_fast"),
        ("natexp_0.2", "natural"),
        ("natexp_0.5", "natural_long"),
    ],
)
def test_descends_as_the_documents_code_under_genuine_tensorflow(rule, name, run):
    """The trace begins at w1 = −4: of "constant", which does not, only w0 is its."""
    rows = [row for row in golden("D2_gd_linear")["rows"] if row["rule"] == rule and row["j"] < 200]
    updates = [row["j"] for row in rows]
    assert len(rows) == 46
    for part in ("w0",) if name == "constant" else ("w0", "w1", "J"):
        ours, theirs = run[name][part][updates], [row[part] for row in rows]
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    rates = [row["gamma"] for row in rows]
    ours = run[name]["gamma"][np.subtract(updates, 1)]
    np.testing.assert_allclose(ours, rates, rtol=1e-5, atol=1e-37)


def test_goes_straight_down_as_the_documents_code_at_rate_08(run_lesson):
    run = run_lesson("15_decay_schedules", "--gamma0", "0.8")
    rows = [row for row in golden("D2_gd_linear")["rows"] if row["rule"] == "const0.8"][:40]
    ours = run["constant"]["w0"][[row["j"] for row in rows]]
    np.testing.assert_allclose(ours, [row["w0"] for row in rows], atol=1e-5)


def test_the_formulas_are_the_rates_of_genuine_tensorflow(run):
    """Figures 4-4, 4-5, 4-8, 4-9 and 4-11: every ν of the document, at all 201 steps."""
    trace, formulas = golden("D2_decay_schedules"), 0
    of_name = {"inverse_time": "inverse_time", "natural_exp": "natural_exponential"}
    for row in trace["rows"]:
        name, *options = row["schedule"].split()
        if name in of_name or name == "exponential":
            options = {key: float(value) for key, value in (each.split("=") for each in options)}
            rate = run[of_name.get(name, name)]
            ours = [rate(j, **options) for j in range(201)]
            np.testing.assert_allclose(ours, row["tf"], rtol=1e-5, atol=1e-37)
            formulas += 1
    assert formulas == 16
    for D, rates in trace["final"]["step"].items():
        ours = [run["step_decay"](j, int(D)) for j in range(201)]
        np.testing.assert_allclose(ours, rates, rtol=1e-6)
    final = trace["final"]
    np.testing.assert_allclose([run["staircase"](j) for j in range(10)], final["staircase"])
    np.testing.assert_allclose([run["step_decay"](j) for j in range(10)], final["step_D2"])


def test_every_descent_from_0_and_minus_4_begins_with_the_same_update(run):
    for name, (start, _) in DESCENTS.items():
        if start == (0, -4):
            assert run[name]["J"][0] == pytest.approx(5.6078, abs=5e-5)
            assert run[name]["w0"][1] == pytest.approx(4)
            assert run[name]["w1"][1] == pytest.approx(-0.7931, abs=5e-5)


def test_the_rates_of_the_graph_are_those_of_the_formulas(run):
    j = np.arange(200)
    formulas = {("step", D): 2 / (1 + j // D) for D in (10, 20, 50)}
    for nu in (0.01, 0.1, 0.8):
        formulas["inverse", nu] = inverse(nu)(j)
        formulas["exponential", nu] = 2 * np.power(nu, j / 100)
        formulas["natural", nu] = natural(nu)(j)
    formulas["natural", 0.5] = natural(0.5)(j)
    assert set(run["curves"]) == set(run["graph_curves"]) == set(formulas)
    flushed = 2 * 1.18e-38  # γ0 times the least normal number of float32
    for key, expected in formulas.items():
        np.testing.assert_allclose(run["curves"][key], expected, rtol=1e-12)
        np.testing.assert_allclose(run["graph_curves"][key], expected, rtol=1e-5, atol=flushed)


def test_schedules_change_where_they_are_said_to(run):
    assert [run["staircase"](j) for j in range(6)] == [2, 2, 2, 2, 0.4, 0.4]
    assert [run["step_decay"](j) for j in range(6)] == [2, 2, 1, 1, 2 / 3, 2 / 3]
    assert run["step_decay"](100, 10) == pytest.approx(2 / 11)


def test_a_tenth_of_the_first_rate(run):
    printed = re.findall(r"^(\w+) +a tenth at j = (\d+), (\d+), (\d+)$", run.printed, re.MULTILINE)
    assert printed == [
        ("step", "90", "180", "450"),
        ("inverse", "900", "90", "12"),
        ("exponential", "50", "100", "1032"),
        ("natural", "231", "24", "3"),
    ]


def test_what_is_too_small_for_float32_does_not_move_a_weight(run):
    path = run["natural_long"]
    last = run.numbers["last update j that moves a weight, figure 4-15"]
    assert path["w1"][last + 1] != path["w1"][last] or path["w0"][last + 1] != path["w0"][last]
    assert set(path["w1"][last + 1 :]) == {path["w1"][-1]}
    # γ·∂J/∂w1 against half the distance between float32 numbers near w1
    gradient = SLOPE * (0.5 - path["w1"][-1])
    assert path["gamma"][last + 3] * gradient < np.spacing(np.float32(path["w1"][-1])) / 2


def test_says_where_the_document_is_wrong(run):
    numbers = run.numbers
    assert numbers["γ0/γ at j = 200, figure 4-9"] == pytest.approx(10000)
    name = "γ0/γ at j = 200, figure 4-11, 10 to the"
    assert numbers[name] == pytest.approx(160 * np.log10(np.e))
    assert 64 / (0.8 * np.log10(np.e)) == pytest.approx(184.2, abs=0.05)
    assert np.argmax(natural(0.5)(np.arange(200)) < 1e-40) == 186
    assert numbers["γ at j = 175, ν = 0.5, 10 to the"] == pytest.approx(-37.7, abs=0.005)
    arrive = [figure for figure in ENDS if numbers.get("figure %s arrives" % figure) == "yes"]
    assert arrive == ["4-2", "4-3", "4-6", "4-13, ν = 0.2"]


def test_above_its_limit_each_jump_is_longer(run_lesson):
    run = run_lesson("15_decay_schedules", "--gamma0", "2.1", "--steps", "40")
    away = run["constant"]["w0"] - 2
    assert np.all(away[1:] * away[:-1] < 0) and np.all(np.diff(np.abs(away)) > 0)
    assert run["constant"]["w1"][-1] == pytest.approx(0.5, abs=1e-3)
    assert pytest.approx(5.61, abs=5e-3) == 2 / SLOPE


def test_the_first_100_epochs_of_the_documents_example_have_most_of_its_rates():
    rates = 0.2 / (np.arange(5000 * 2000) // 10 + 1)
    first = rates[: 100 * 2000].sum()
    assert first == pytest.approx(21, abs=0.5)
    assert rates.sum() - first == pytest.approx(7.8, abs=0.05)


@pytest.mark.parametrize(
    "flags, name, schedule",
    [
        (("--gamma0", "1"), "inverse", lambda j: 1 / (1 + 0.2 * j)),
        pytest.param(("--nu", "0.5"), "inverse", inverse(0.5), marks=pytest.mark.slow),
        (("--epochs-drop", "7"), "step", lambda j: 2 / (j // 7 + 1)),
        (("--decay-steps", "8"), "exp_fast", exponential(8)),
    ],
)
def test_other_schedules_follow_the_closed_form_too(flags, name, schedule, run_lesson):
    run = run_lesson("15_decay_schedules", *flags, "--steps", "40")
    w0, w1, _ = closed_form((0, -4), schedule, 40)
    np.testing.assert_allclose(run[name]["w0"], w0, atol=1e-5)
    np.testing.assert_allclose(run[name]["w1"], w1, atol=1e-5)


def test_an_update_by_hand_is_that_of_minimize(run):
    assert run["difference"] == 0
    np.testing.assert_allclose(run["after"][1], [4, 0.5 - 4.5 * (1 - 2 * SLOPE)], rtol=1e-6)


def test_a_staircase_arrives_from_every_drop_or_from_none(run):
    for later, arriving in ((0.1, 0), (0.4, 20), (1.6, 20)):
        assert run.numbers["staircase to %g arrives, of 20 drops" % later] == arriving
    for drop in (1, 4, 20):
        for later in (0.1, 0.4):
            w0, w1, _ = closed_form((0, -4), lambda j, d=drop, r=later: 2 if j < d else r, 29)
            away = max(abs(w0[-1] - 2), abs(w1[-1] - 0.5))
            assert (away < 0.05) == run["arrives"](drop, later)


def test_says_what_the_books_code_ran(run):
    said = {each.name: each.says for each in run["lesson"]._comparisons if each.source == "book"}
    assert said["T of figure 4-10"] == 4
    assert [said["D of figure 4-17, labelled %d" % D] for D in (10, 50, 100)] == [10, 20, 50]


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    name, end = "15_decay_schedules", "w1 at the end, figure "
    longer, calm, on, faster = answers(name)
    near = []
    for T, words in ((6, "%.3f with T = 6"), (7, "%.3f with 7"), (8, "%.3f with 8")):
        run = run_lesson(name, "--decay-steps", str(T))
        assert_says(longer, words % run.numbers[end + "4-10"])
        near.append([run.numbers[end + "4-10"] > 0.45, run.numbers["w1, figure 4-10"] > 0.45])
    assert near == [[False, False], [True, False], [True, True]]
    arriving = []
    for T in range(1, 200):
        w0, w1, _ = closed_form((0, -4), exponential(T), 9)
        if max(abs(w0[-1] - 2), abs(w1[-1] - 0.5)) < 0.05:
            arriving.append(T)
    assert arriving == list(range(arriving[0], arriving[-1] + 1))
    assert_says(longer, "From T = 7 on", "with T = %d to %d:" % (arriving[0], arriving[-1]))

    numbers = run_lesson(name, "--gamma0", "1").numbers
    arrives = [each for each in numbers if each.endswith(" arrives") and numbers[each] == "yes"]
    assert arrives == ["figure 4-1 arrives"]
    for figure, words in (("4-2", "(w1 %.3f)"), ("4-6", "ν = 0.2 (%.3f)")):
        assert_says(calm, words % numbers[end + figure])

    run = run_lesson(name, "--steps", "2000")
    assert_says(on, "0.450 after %d updates" % np.argmax(run["inverse_fast"]["w1"] > 0.45))
    assert_says(on, "and %.3f after 2,000" % run.numbers[end + "4-7"])
    still = run.numbers["last update j that moves a weight, figure 4-15"]
    assert_says(on, "%.6f since update j = %d" % (run.numbers[end + "4-15"], still))

    assert_says(faster, "at j = %d;" % ((10 - 1) / 0.5))
    natural = np.log(10) / 0.5
    assert_says(faster, "at j = %.1f, so from j = %d on" % (natural, np.ceil(natural)))
