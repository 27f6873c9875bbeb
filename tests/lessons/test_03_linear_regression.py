"""Lesson 03 against a NumPy twin, closed forms and genuine TensorFlow 1.15.5."""

import json

import numpy as np
import pytest
from oracles import answers, assert_says, float32

from common.command import catalogue

NAME = "03_linear_regression"
# the points as (x, y), apart from the lesson's own two columns
POINTS = float32(
    [
        (3.3, 1.7), (4.4, 2.76), (5.5, 2.09), (6.71, 3.19), (6.93, 1.694),
        (4.168, 1.573), (9.779, 3.366), (6.182, 2.596), (7.59, 2.53), (2.167, 1.221),
        (7.042, 2.827), (10.791, 3.465), (5.313, 1.65), (7.997, 2.904), (3.1, 1.3),
    ]
)  # fmt: skip
X, Y = POINTS.astype(np.float64).T
BEGIN = (-0.87874997, 0.0)  # as random_normal begins in 1.15.5, with seed 8 for the graph


def path_of(learning_rate, epochs, batches=lambda e: [range(15)]):
    """(w, b) at the beginning and after each update, by the formulas of the derivatives."""
    path = [np.array(BEGIN)]
    for e in range(epochs):
        for rows in batches(e):
            x, y = X[list(rows)], Y[list(rows)]
            error = path[-1][0] * x + path[-1][1] - y
            gradient = np.array([2 * np.mean(error * x), 2 * np.mean(error)])
            path.append(path[-1] - learning_rate * gradient)
    return np.array(path)


def shuffled(e, size):
    order = np.random.RandomState(e).permutation(15)
    return [order[start : start + size] for start in range(0, 15, size)]


def test_the_points_are_the_documents(run_lesson):
    run = run_lesson(NAME)
    np.testing.assert_array_equal(float32([run["x_train"], run["y_train"]]).T, POINTS)


@pytest.mark.parametrize(
    "training, learning_rate", [("batch", 0.01), ("too_small", 0.0001), ("too_large", 0.024)]
)
def test_batch_descent_follows_the_twin_and_the_closed_form(training, learning_rate, run_lesson):
    path = run_lesson(NAME)[training]["path"]
    assert len(path) == 11
    np.testing.assert_allclose(path, path_of(learning_rate, 10), rtol=2e-5, atol=1e-6)
    # after k updates the distance from least squares is (1 − ηH)^k times the first
    exact = np.polyfit(X, Y, 1)
    hessian = 2 * np.array([[np.mean(X * X), np.mean(X)], [np.mean(X), 1]])
    step = np.eye(2) - learning_rate * hessian
    for k, point in enumerate(path):
        expected = exact + np.linalg.matrix_power(step, k) @ (np.array(BEGIN) - exact)
        np.testing.assert_allclose(point, expected, rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("training, size", [("mini_batch", 5), ("stochastic", 1)])
def test_batches_follow_the_twin(training, size, run_lesson):
    path = run_lesson(NAME)[training]["path"]
    twin = path_of(0.01, 10, lambda e: shuffled(e, size))
    assert len(path) == 1 + 10 * (15 // size)
    np.testing.assert_allclose(path, twin, rtol=1e-4, atol=1e-5)
    along = np.mean((path[:, :1] * X + path[:, 1:] - Y) ** 2, axis=1)
    last_five = along[len(path) // 2 :]
    least, most = {5: (0.205, 0.289), 1: (0.185, 1.99)}[size]  # as the lesson says
    assert last_five.min() == pytest.approx(least, abs=5e-4)
    assert last_five.max() == pytest.approx(most, abs=5e-3 if size == 1 else 5e-4)
    assert 0.45 < np.mean(np.diff(along) > 0) < 0.6  # about half


@pytest.mark.parametrize("size", [1, 4, 5, 15])
def test_an_epoch_takes_every_point_once(size, run_lesson):
    batches = run_lesson(NAME)["batches"]
    for e in range(20):
        assert sorted(row for rows in batches(e, size) for row in rows) == list(range(15))
        assert max(map(len, batches(e, size))) == size


@pytest.mark.same_bits
def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5."""
    run = run_lesson(NAME)
    for training, w, b, loss in (
        ("batch", 0.34013593, 0.19000174, 0.20967418),
        ("too_small", -0.77729183, 0.014731286, 55.468727),
        ("too_large", -2.1444070, -0.14688289, 271.75165),
        ("mini_batch", 0.31545350, 0.21832199, 0.22321995),
        ("stochastic", 0.27060485, 0.38896352, 0.25616825),
    ):
        ends = [*run[training]["path"][-1], run[training]["loss"]]
        np.testing.assert_array_equal(float32(ends), float32([w, b, loss]))


def test_least_squares_and_the_largest_rate(run_lesson):
    run = run_lesson(NAME)
    np.testing.assert_allclose([run["w_exact"], run["b_exact"]], np.polyfit(X, Y, 1), rtol=1e-5)
    # the largest eigenvalue of a 2 × 2 matrix, by its trace and determinant
    trace, determinant = 2 * np.mean(X * X) + 2, 4 * np.var(X)
    largest = (trace + np.sqrt(trace**2 - 4 * determinant)) / 2
    assert run["rate_limit"] == pytest.approx(2 / largest, rel=1e-5)
    assert run["TOO_SMALL"] < 0.01 < run["rate_limit"] < run["TOO_LARGE"]


def test_the_gradient_is_that_of_finite_differences(run_lesson):
    run = run_lesson(NAME)

    def loss(w, b):
        return np.mean((w * X + b - Y) ** 2)

    (w, b), h = BEGIN, 1e-4
    differences = [
        (loss(w + h, b) - loss(w - h, b)) / (2 * h),
        (loss(w, b + h) - loss(w, b - h)) / (2 * h),
    ]
    np.testing.assert_allclose(run["by_hand"], differences, rtol=1e-6)
    np.testing.assert_allclose(run["by_tensorflow"], differences, rtol=1e-5)


def test_the_losses_in_the_figures_are_those_of_the_graph(run_lesson):
    run = run_lesson(NAME)
    for training in ("batch", "too_small", "too_large", "mini_batch", "stochastic"):
        along = run["losses"](run[training]["path"])
        assert along[-1] == pytest.approx(run[training]["loss"], rel=1e-5)
        assert along[0] == pytest.approx(65.940574, rel=1e-6)


def test_a_batch_of_one_is_stochastic_and_of_fifteen_is_batch_descent(run_lesson):
    for size, like in (("1", "stochastic"), ("15", "batch")):
        run = run_lesson(NAME, "--batch-size", size)
        np.testing.assert_array_equal(run["mini_batch"]["path"], run[like]["path"])


@pytest.mark.parametrize("number, batches", [("04", 0), ("05", 0), ("06", 0), ("08", 1)])
def test_of_the_lessons_named_only_one_takes_batches(number, batches):
    assert ("train_set.next_batch(lesson.batch_size)" in catalogue.find(number).source) == batches


def test_noise_leaves_a_minimum_and_a_ridge(run_lesson):
    def ends(begin, t, rate, size):
        w, slopes = np.full(20, float(begin)), 0.25 * np.arange(-7, 8)
        for e in range(60):
            orders = [shuffled(100 * e + k, size) if size < 15 else [range(15)] for k in range(20)]
            for rows in zip(*orders):
                s = np.array([slopes[list(each)].mean() for each in rows])
                w = w - rate * (w**3 - w + t + s)
        return w

    numbers = run_lesson(NAME).numbers
    for name, rate, size, said in (
        ("batch", 0.3, 15, 0),
        ("stochastic", 0.3, 1, 19),
        ("stochastic", 0.1, 1, 0),
    ):
        count = numbers["of 20 leave the minimum, %s, rate %g" % (name, rate)]
        assert count == np.sum(ends(1, 0.1, rate, size) < 0) == said
    for name, size in (("batch", 15), ("stochastic", 1)):
        count = numbers["of 20 leave the ridge, %s, rate 0.1" % name]
        assert count == np.sum(np.abs(ends(0, 0, 0.1, size)) > 0.5)


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    longer, limit, calm = answers("03")
    run = run_lesson(NAME, "--steps", "4000").numbers
    assert_says(longer, "w = %.4f, b = %.4f" % (run["w, batch"], run["b, batch"]))
    assert "%.6g" % run["loss, batch"] == "%.6g" % run["loss, least squares"]
    assert_says(longer, "%.3f and %.3f" % (run["w, mini-batch"], run["b, mini-batch"]))
    assert run["updates that raise the loss, batch"] < 10
    for way, updates in (("stochastic", 60000), ("mini-batch", 12000)):  # half, as in 10 epochs
        assert run["updates that raise the loss, " + way] / updates == pytest.approx(0.5, abs=0.05)

    run = run_lesson(NAME, "--learning-rate", "0.0231")
    assert_says(limit, "the loss is %.1f after ten" % run.numbers["loss, batch"])
    factor = 100 * abs(1 - 0.0231 * run["bends"][-1])
    assert_says(limit, "86.396| = %.1f %%" % factor, "1/λ = %.4f" % (1 / run["bends"][-1]))

    run = run_lesson(NAME, "--learning-rate", "0.001")
    late, usual = (
        each["losses"](each["stochastic"]["path"][75:]) for each in (run, run_lesson(NAME))
    )
    assert late.max() < 0.3 and usual.max() > 0.8
    run = run.numbers
    assert_says(calm, "ends at %.4f" % run["loss, stochastic"])
    assert_says(calm, "only at %.1f" % run["loss, batch"], "at %.2f" % run["loss, mini-batch"])


@pytest.mark.slow
def test_batch_descent_arrives_in_the_end(run_lesson):
    run = run_lesson(NAME, "--steps", "400", "--learning-rate", "0.02")
    np.testing.assert_allclose(run["batch"]["path"][-1], [0.26, 0.7477], atol=0.08)
    long = path_of(0.01, 4000)[-1]
    np.testing.assert_allclose(long, np.polyfit(X, Y, 1), atol=5e-5)  # exercise 1


def test_a_rate_that_overflows_still_ends(run_lesson):
    run = run_lesson(NAME, "--learning-rate", "0.5", "--steps", "60")
    assert not np.isfinite(run["batch"]["loss"])
    assert len(list((run.summaries / "figures").glob("*.png"))) == 3


def test_a_resumed_run_ends_in_the_same_bits(tmp_path, course_here, run_lesson):
    assert course_here("run", "03", "--steps", "6", "--output", tmp_path)[0] == 0
    code, _, err = course_here("run", "03", "--resume", "--steps", "10", "--output", tmp_path)
    assert code == 0, err
    undisturbed = run_lesson(NAME).checkpoints
    for training in ("batch", "too_small", "too_large", "mini_batch", "stochastic"):
        ours, theirs = (
            json.loads((folder / training / "model.ckpt-10.json").read_text("utf-8"))
            for folder in (tmp_path / "checkpoints" / NAME, undisturbed)
        )
        assert ours["history"] == theirs["history"] and len(ours["history"]["loss"]) == 10
