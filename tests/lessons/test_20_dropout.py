"""Lesson 20 against a NumPy twin, Keras itself and genuine TensorFlow 1.15.5."""

import json
import re

import numpy as np
import pytest
from oracles import answers, assert_numbers, float32, keras

from common.command import catalogue
from common.tf1 import tf

NAME = "20_dropout"
DATA = np.arange(1, 11, dtype=np.float32).reshape(5, 2)
# tf.nn.dropout(data, rate=0.2, seed=1) under TensorFlow 1.15.5, run after run
GENUINE = [
    [1.25, 2.5, 0, 5, 6.25, 0, 0, 10, 11.25, 12.5],
    [1.25, 2.5, 0, 0, 6.25, 7.5, 8.75, 10, 11.25, 12.5],
    [1.25, 2.5, 3.75, 5, 6.25, 7.5, 8.75, 10, 11.25, 12.5],
]


# The layer ----------------------------------------------------------------------------------------


def test_draws_the_masks_of_genuine_tensorflow(run_lesson):
    run = run_lesson(NAME)
    for ours, genuine in zip(run["draws"], GENUINE):
        np.testing.assert_array_equal(ours.ravel(), float32(genuine))
    printed = "[[ 1.25  2.5 ]\n [ 0.    5.  ]\n [ 6.25  0.  ]\n [ 0.   10.  ]\n [11.25 12.5 ]]"
    assert printed in run.printed


def test_outputs_are_zero_or_enlarged_and_the_gradient_takes_the_same_mask(run_lesson):
    run = run_lesson(NAME)
    kept = np.array(run["draws"]) > 0
    np.testing.assert_array_equal(run["draws"], kept * np.float32(1.25) * DATA)
    np.testing.assert_array_equal(run["slope"], kept[0] * np.float32(1.25))
    np.testing.assert_array_equal(run["hand"], run["first"])
    np.testing.assert_array_equal(run["inference"], DATA)
    # the mean is that of what goes in, to four of its standard deviations
    mean, n = np.mean(run["draws"], axis=0), len(run["draws"])
    assert n == 1000 and (np.abs(mean / DATA - 1) < 4 * np.sqrt(0.2 / 0.8 / n)).all()


def test_shares_dropped_are_the_rate_and_what_is_not_kept(run_lesson):
    run = run_lesson(NAME)
    deviation = np.sqrt(0.2 * 0.8 / 100000)
    assert abs(run["dropped_share"] - 0.2) < 4 * deviation
    assert abs(run["trap_share"] - 0.8) < 4 * deviation
    # genuine TensorFlow 1.15.5
    assert run["dropped_share"] == np.float32(0.19940001)
    assert run["trap_share"] == np.float32(0.79849)


@pytest.mark.slow
def test_what_the_lesson_says_of_keras():
    """The document's layer in Keras 3: the same scale, another mask, a warning."""
    said = keras(
        """
        import json
        import warnings
        import numpy as np
        import tensorflow as tf
        data = np.arange(1, 11).reshape(5, 2).astype(np.float32)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            layer = tf.keras.layers.Dropout(0.2, input_shape=(2,))
        unseeded = [layer(data, training=True) for _ in range(200)]
        seeded = tf.keras.layers.Dropout(0.2, seed=1)(data, training=True)
        found = {
            "seeded": np.ravel(seeded).tolist(),
            "unseeded": np.array(unseeded).tolist(),
            "inference": [np.ravel(layer(data, **o)).tolist() for o in ({}, {"training": False})],
            "warned": [str(each.message) for each in warned],
        }
        print(json.dumps(found))
        """
    )
    assert said["seeded"] == [1.25, 2.5, 3.75, 5, 6.25, 7.5, 8.75, 10, 0, 12.5]
    unseeded = np.array(said["unseeded"])
    np.testing.assert_array_equal(unseeded, (unseeded > 0) * 1.25 * DATA)
    assert np.mean(unseeded == 0) == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 2000))
    assert said["inference"] == [DATA.ravel().tolist()] * 2
    assert any("input_shape" in each for each in said["warned"])


def test_the_layer_of_tf_layers_has_the_same_masks():
    with tf.Graph().as_default(), tf.Session() as sess:
        ones = tf.ones([50, 20])
        layer = tf.layers.dropout(ones, rate=0.2, seed=3, training=True)
        by_hand = tf.nn.dropout(ones, rate=0.2, seed=3)
        np.testing.assert_array_equal(*sess.run([layer, by_hand]))


# The network --------------------------------------------------------------------------------------


def masks(run, rate, steps):
    """Which neurons stay in each step: of the random operation behind tf.nn.dropout."""
    drawing = run["w1"].graph.get_operation_by_name("cond_1/dropout/random_uniform/RandomUniform")
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(run["lesson"].seed)
        drawn = tf.random_uniform([8, 100, 64], seed=drawing.get_attr("seed2"))
        for _ in range(steps):
            yield sess.run(drawn) >= np.float32(rate)


def beginning(run):
    """The variables w1, b1, w2 and b2 before any training."""
    variables = [run[name] for name in ("w1", "b1", "w2", "b2")]
    with tf.Session(graph=run["w1"].graph) as sess:
        sess.run([variable.initializer for variable in variables])
        return [value.astype(np.float64) for value in sess.run(variables)]


def forward(values, X, mask=1.0):
    w1, b1, w2, b2 = values
    sums = X @ w1 + b1
    hidden = np.maximum(sums, 0) * mask
    return sums, hidden, hidden @ w2 + b2


def losses(values, X, Y_):
    y = forward(values, X)[2]
    return np.mean(np.logaddexp(0, y) - Y_ * y, axis=(1, 2))


def adam_twin(run, rate, steps):
    """Eight networks trained by Adam on all points with dropout, in float64: their values."""
    X, Y_, values = run["X"], run["Y_"], beginning(run)
    m, v = ([np.zeros_like(value) for value in values] for _ in range(2))
    for i, kept in enumerate(masks(run, rate, steps)):
        mask = kept / (1 - rate)
        sums, hidden, y = forward(values, X, mask)
        back = (1 / (1 + np.exp(-y)) - Y_) / len(X)
        inner = (back @ values[2].transpose(0, 2, 1)) * mask * (sums > 0)
        gradients = [
            X.T @ inner,
            inner.sum(axis=1, keepdims=True),
            hidden.transpose(0, 2, 1) @ back,
            back.sum(axis=1, keepdims=True),
        ]
        step_size = 0.01 * np.sqrt(1 - 0.999 ** (i + 1)) / (1 - 0.9 ** (i + 1))
        for k, gradient in enumerate(gradients):
            m[k] = 0.9 * m[k] + 0.1 * gradient
            v[k] = 0.999 * v[k] + 0.001 * gradient**2
            values[k] = values[k] - step_size * m[k] / (np.sqrt(v[k]) + 1e-8)
    return values


def test_eleven_of_the_hundred_labels_are_wrong(run_lesson):
    run = run_lesson(NAME)
    np.testing.assert_array_equal(run["X"], np.random.RandomState(2).randn(100, 2))
    flipped = run["Y_"][:, 0] != (np.hypot(*run["X"].T) ** 2 < 2)
    np.testing.assert_array_equal(flipped, run["wrong"][:, 0])
    assert flipped.sum() == 11
    inside = np.hypot(*run["X_new"].T) ** 2 < 2
    np.testing.assert_array_equal(run["Y_new"][:, 0], inside)


@pytest.mark.parametrize("name, rate", [("without", 0.0), ("document", 0.2), ("half", 0.5)])
def test_the_first_steps_follow_the_numpy_twin(name, rate, run_lesson):
    run = run_lesson(NAME)
    values = adam_twin(run, rate, 50)
    history = run["runs"][name][0]
    assert history["step"][1] == 50
    np.testing.assert_allclose(history["loss"][1], losses(values, run["X"], run["Y_"]), rtol=1e-4)
    expected = losses(values, run["X_new"], run["Y_new"])
    np.testing.assert_allclose(history["loss_new"][1], expected, rtol=1e-4)


def test_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """The lesson itself, run under TensorFlow 1.15.5: mean losses of eight networks."""
    runs = run_lesson(NAME)["runs"]
    for name, loss, loss_new, within in (
        ("without", 0.11116982, 0.41675738, 0.1),
        ("document", 0.33066174, 0.23962633, 0.002),
        ("half", 0.33844846, 0.24387164, 0.002),
    ):
        end = runs[name][1]
        assert end[0].mean() == pytest.approx(loss, rel=within)
        assert end[2].mean() == pytest.approx(loss_new, rel=within)


def test_the_loss_on_new_points_is_least_early_and_then_rises(run_lesson):
    history = run_lesson(NAME)["runs"]["without"][0]
    mean = history["loss_new"].reshape(-1, 8).mean(axis=1)
    assert history["step"][mean.argmin()] == 100
    assert mean.min() == pytest.approx(0.24, abs=0.01)


def test_every_network_with_dropout_is_better_than_every_one_without(run_lesson):
    runs = run_lesson(NAME)["runs"]
    accuracies = {name: end[3] for name, (_, end, _) in runs.items()}
    assert accuracies["without"].max() < min(accuracies["document"].min(), accuracies["half"].min())


def accuracy_on_new_points(run):
    """In percent, the mean of eight networks: without dropout, at the lesson's rate and at 0.5."""
    return [100 * end[3].mean() for _, end, _ in run["runs"].values()]


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    """To a point: trainings that learn by heart end elsewhere on another processor."""
    noise, long, rates = answers(NAME)
    found = accuracy_on_new_points(run_lesson(NAME, "--noise", "0"))
    (stated,) = re.findall(r"about (\d+) %", noise)
    assert max(found) - min(found) < 1.5 and all(abs(each - float(stated)) < 1 for each in found)

    runs = run_lesson(NAME, "--steps", "4000")["runs"]
    without, document, half = (end[2].mean() for _, end, _ in runs.values())
    assert_numbers(long, document, half)
    assert without > 0.85 and "above 0.85" in long

    losses_new = {}
    for rate in ("0.05", "0.8", "0.9"):
        run = run_lesson(NAME, "--rate", rate)
        losses_new[rate] = run["runs"]["document"][1][2].mean()
        (stated,) = re.findall(rf"(\d+) % at {rate}", rates)
        assert abs(accuracy_on_new_points(run)[1] - float(stated)) < 1, rate
    assert losses_new["0.9"] > losses_new["0.8"]


@pytest.mark.slow
def test_the_table_of_ten_seeds(run_lesson):
    rows, gains = [], []
    for seed in range(10):
        run = run_lesson(NAME, "--seed", str(seed))
        history = run["runs"]["without"][0]
        least = history["loss_new"].reshape(-1, 8).mean(axis=1).argmin()
        stopped = 100 * history["accuracy_new"].reshape(-1, 8).mean(axis=1)[least]
        without, document, half = accuracy_on_new_points(run)
        rows.append([without, stopped, document, half])
        gains.append(document - without)
    text = catalogue.find(NAME).source.partition("mean of ten")[2]
    stated = [float(each) for each in re.findall(r"\| (\d+) %", text)[:4]]
    np.testing.assert_allclose(np.mean(rows, axis=0), stated, atol=1)
    np.testing.assert_allclose(np.std(rows, axis=0, ddof=1), 3, atol=1)
    np.testing.assert_allclose([min(gains), max(gains)], [3, 13], atol=1)


def test_a_resumed_training_draws_the_masks_that_it_would_have(tmp_path, course_here):
    """The seed's place is not in a checkpoint: without care the first mask would come again."""
    flags = ["--steps", "200", "--output", tmp_path]
    assert course_here("run", "20", *flags)[0] == 0
    results = tmp_path / "summaries" / NAME / "results.json"
    before = json.loads(results.read_text("utf-8"))["numbers"]
    for training in ("document", "half"):
        state = tmp_path / "checkpoints" / NAME / training / "checkpoint"
        state.write_text(state.read_text().replace("model.ckpt-200", "model.ckpt-140"))
    assert course_here("run", "20", "--resume", "--output", tmp_path)[0] == 0
    assert json.loads(results.read_text("utf-8"))["numbers"] == before
