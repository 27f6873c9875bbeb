"""Lesson 26 against Keras itself, closed forms, NumPy twins and genuine TensorFlow 1.15.5."""

import numpy as np
import pytest
from oracles import answers, assert_numbers, float32, keras_code

NAMES = ("SGD", "momentum", "Adagrad", "RMSprop", "RMSprop_from_0", "Adam")


@pytest.fixture(scope="module")
def in_keras():
    return keras_code()["paths"]


@pytest.fixture
def run(run_lesson):
    return run_lesson("26_one_variable_optimizers")


def twin(name, updates=50):
    """var after each update, float64."""
    var, s, v, path = 1.0, {"Adagrad": 0.1, "RMSprop": 1.0}.get(name, 0.0), 0.0, []
    for n in range(1, updates + 1):
        g = var
        if name == "SGD":
            var -= 0.1 * g
        elif name == "momentum":
            v = 0.9 * v + g
            var -= 0.1 * v
        elif name == "Adagrad":
            s += g * g
            var -= 0.1 * g / np.sqrt(s)
        elif name.startswith("RMSprop"):
            s = 0.9 * s + 0.1 * g * g
            var -= 0.1 * g / np.sqrt(s + 1e-7)
        else:
            v, s = 0.9 * v + 0.1 * g, 0.999 * s + 0.001 * g * g
            rate = 0.1 * np.sqrt(1 - 0.999**n) / (1 - 0.9**n)
            var -= rate * v / (np.sqrt(s) + 1e-8)
        path.append(var)
    return np.array(path)


@pytest.mark.parametrize("name", NAMES)
def test_follows_the_numpy_twin(name, run):
    history = run["runs"][name]
    np.testing.assert_array_equal(history["update"], range(1, 51))
    np.testing.assert_allclose(history["var"], twin(name), atol=2e-6)
    np.testing.assert_allclose(history["loss"], history["var"] ** 2 / 2, rtol=1e-6, atol=1e-30)
    assert run["ends"][name] == history["var"][-1]


@pytest.mark.same_bits
def test_has_the_bits_of_genuine_tensorflow(run):
    """The lesson itself, run under TensorFlow 1.15.5: after 1, 2, 3 and 50 updates."""
    genuine = {
        "SGD": (0.899999976, 0.810000002, 0.728999972, 0.00515377568),
        "momentum": (0.899999976, 0.719999969, 0.485999972, -0.0666801855),
        "Adagrad": (0.904653728, 0.83933872, 0.787512779, 0.142740756),
        "RMSprop": (0.899999976, 0.809132576, 0.726045966, -3.56534463e-15),
        "RMSprop_from_0": (0.683772445, 0.49887085, 0.369180799, 2.89267045e-18),
        "Adam": (0.900000036, 0.800412655, 0.701587379, -0.00481792632),
    }
    for name, values in genuine.items():
        ours = run["runs"][name]["var"][[0, 1, 2, 49]]
        np.testing.assert_array_equal(float32(ours), float32(values), err_msg=name)


# Beside Keras -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, within", [("SGD", 1e-7), ("momentum", 1e-6), ("Adagrad", 1e-6), ("Adam", 1e-5)]
)
@pytest.mark.slow
def test_keras_goes_the_same_way(name, within, run, in_keras):
    np.testing.assert_allclose(run["runs"][name]["var"], in_keras[name], atol=within)


@pytest.mark.slow
def test_keras_rmsprop_is_the_one_whose_slot_starts_at_0(run, in_keras):
    path = np.array(in_keras["RMSprop"])
    np.testing.assert_allclose(run["runs"]["RMSprop_from_0"]["var"], path, atol=1e-6)
    assert np.abs(run["runs"]["RMSprop"]["var"] - path).max() > 0.3
    s_1, s_0 = (run["runs"][name]["s"] for name in ("RMSprop", "RMSprop_from_0"))
    assert (s_1[0], s_0[0]) == pytest.approx((1.0, 0.1))
    # an s that starts at 1 has 0.9ⁿ more, and what the gradients make different
    squares = [np.append(1.0, run["runs"][name]["var"][:-1]) ** 2 for name in NAMES[3:5]]
    for s, start, g2 in zip((s_1, s_0), (1, 0), squares):
        expected = [
            0.9**n * start + 0.1 * np.sum(0.9 ** np.arange(n)[::-1] * g2[:n]) for n in range(1, 51)
        ]
        np.testing.assert_allclose(s, expected, rtol=1e-4)


@pytest.mark.slow
def test_the_table_of_the_lesson_is_what_keras_gives(run, in_keras):
    for name, values in run["KERAS"].items():
        np.testing.assert_allclose(values, in_keras[name][:3], atol=3e-7, err_msg=name)
        # and what the document's own code gives, eager, under TensorFlow 1.15.5
        np.testing.assert_allclose(run["GENUINE"][name], in_keras[name][:3], atol=2e-6)


@pytest.mark.slow
def test_why_adam_differs_by_a_millionth(run, in_keras):
    """The first step, with Keras's ε, and with its 1 - β₂ and TensorFlow's rounded."""
    beta = np.float64(np.float32(0.999))
    assert 1 - beta == pytest.approx(0.00099998713, rel=1e-8)
    step = 0.1 * np.sqrt(1 - beta) / (np.sqrt(0.001) + 1e-7)
    assert in_keras["Adam"][0] == pytest.approx(1 - step, abs=2e-7)
    by_epsilon = 0.1 - 0.1 * np.sqrt(0.001) / (np.sqrt(0.001) + 1e-7)
    difference = in_keras["Adam"][0] - run["runs"]["Adam"]["var"][0]
    assert difference == pytest.approx(1e-6, abs=2e-7)
    assert by_epsilon / difference == pytest.approx(1 / 3, abs=0.05)


# What the document prints -----------------------------------------------------------------------


@pytest.mark.same_bits
def test_prints_both_steps_of_momentum(run):
    assert "第一次更新步长=0.1000000" in run.printed
    assert "第二次更新步长=0.1800000" in run.printed
    assert run.numbers["momentum: the second step is larger"] == "yes"


def test_closed_forms_and_what_to_see(run):
    n = np.arange(1, 51)
    np.testing.assert_allclose(run["runs"]["SGD"]["var"], 0.9**n, rtol=1e-5)
    momentum = run["runs"]["momentum"]["var"]
    assert momentum[3] > 0 > momentum[4]
    assert run["runs"]["Adagrad"]["var"][-1] == pytest.approx(0.14, abs=0.005)
    assert 1 - run["runs"]["RMSprop_from_0"]["var"][0] == pytest.approx(
        0.1 / np.sqrt(0.1), rel=1e-5
    )
    words = [run.numbers["%s: |var| < 0.01 from update" % name] for name in NAMES]
    assert words == [44, "later", "later", 26, 13, 49]


def test_rmsprop_from_1_is_explained_and_not_hidden(run):
    rows = [each for each in run["lesson"]._comparisons if each.name.startswith("RMSprop: var")]
    assert [each.agrees for each in rows[:3]] == ["no"] * 3
    assert all("starts s at 0" in each.why for each in rows[:3])


# Exercises --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson, in_keras):
    name = "26_one_variable_optimizers"
    nesterov, signature, plain = answers(name)
    run = run_lesson(name, "--nesterov", "True")
    path = run["runs"]["momentum"]["var"]
    assert_numbers(nesterov, *path[:3], 1 - path[0])
    np.testing.assert_allclose(path, in_keras["nesterov"], atol=1e-6)
    row = "momentum        " + " ".join("%.7f" % value for value in path[:3])
    assert row in run.printed

    run = run_lesson(name, "--learning-rate", "0.01")
    ends = [run.numbers["%s: var at the end" % each] for each in NAMES]
    sgd, momentum, adagrad, rmsprop, from_0, adam = ends
    assert_numbers(signature, momentum, sgd, 0.99, adam, rmsprop, from_0, adagrad)
    assert abs(momentum) < 0.1 < min(sgd, adagrad, rmsprop, from_0, adam)
    np.testing.assert_allclose(run["runs"]["SGD"]["var"], 0.99 ** np.arange(1, 51), rtol=1e-5)

    run = run_lesson(name, "--momentum", "0")
    np.testing.assert_array_equal(run["runs"]["momentum"]["var"], run["runs"]["SGD"]["var"])
    assert_numbers(plain, run["two"], run["one"])
    assert run.numbers["momentum: the second step is larger"] == "no"


@pytest.mark.same_bits
def test_one_update_as_in_the_document(run_lesson):
    run = run_lesson("26_one_variable_optimizers", "--steps", "1")
    assert run["ends"]["SGD"] == np.float32(0.9)
