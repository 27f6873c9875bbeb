"""Lesson 08 against a NumPy twin and genuine TensorFlow 1.15.5."""

import json

import numpy as np
import pytest
from oracles import (
    REAL_IMAGES,
    ReluNetwork,
    answers,
    assert_prints_losses,
    assert_says,
    real_images,
)

from common.data import images
from common.tf1 import tf
from conftest import ROOT, run_afresh
from test_images import idx


@pytest.mark.parametrize(
    "which, relu", [("every", [True, True, True, False]), ("last", [False, False, True, False])]
)
def test_its_steps_are_those_of_the_numpy_twin(which, relu, run_lesson):
    run = run_lesson("08_deep_network", "--steps", "60", "--relu", which)
    train_set = images.images("digits").train
    with run["loss"].graph.as_default(), tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        twin = ReluNetwork(sess.run(tf.trainable_variables()), relu)
        for _ in range(60):
            x, labels = train_set.next_batch(64)
            loss, gradients = twin.loss_and_gradients(x, labels)
            feed = {run["input_ph"]: x, run["label_ph"]: labels}
            assert sess.run(run["loss"], feed) == pytest.approx(loss, rel=1e-4)
            sess.run(run["train_op"], feed)
            for value, gradient in zip(twin.values, gradients):
                value -= 0.01 * gradient
        for ours, theirs in zip(sess.run(tf.trainable_variables()), twin.values):
            np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_it_prints_what_it_prints_under_genuine_tensorflow(run_lesson):
    """The lesson itself, on the digits, under TensorFlow 1.15.5: no seed but the graph's."""
    run = run_lesson("08_deep_network")
    assert_prints_losses(run, (1000, 0.045893, 0.065105), (2000, 0.039798, 0.044858))


def test_the_whole_training_ends_where_it_ends_under_genuine_tensorflow(run_lesson):
    """By the checkpoint that ships, of 20,000 steps."""
    run = run_lesson("08_deep_network", "--restore")
    assert len(run["history"]) == 20
    assert run["test_acc"] == pytest.approx(0.986532, abs=1e-6)  # 293 of 297, TensorFlow 1.15.5
    images_, labels = run["test_set"].examples()
    assert np.mean(run["answers"] == labels.argmax(axis=1)) == pytest.approx(run["test_acc"])
    assert run["train_acc"] == 1


@real_images
def test_on_mnist_it_prints_what_it_prints_under_genuine_tensorflow(run_lesson):
    run = run_lesson("08_deep_network", "--steps", "2000", "--data", str(REAL_IMAGES / "mnist"))
    assert "Images: MNIST (60,000 training, 10,000 test images)" in run.printed
    assert_prints_losses(run, (1000, 0.375767, 0.174056), (2000, 0.127912, 0.094160))
    assert run["test_acc"] > 0.92


def test_the_gallerys_training_on_mnist_has_97_percent_right():
    """Of the test images, after 20,000 steps: a committed record, as it takes minutes."""
    results = ROOT / "docs" / "gallery" / "08_deep_network" / "results.json"
    numbers = json.loads(results.read_text("utf-8"))["numbers"]
    here = {each["name"]: each["here"] for each in numbers}
    assert here["accuracy on the whole test set"] == pytest.approx(0.97, abs=0.005)


@real_images
def test_on_mnist_one_relu_has_97_percent_right_too(run_lesson):
    flags = ("--steps", "20000", "--relu", "last", "--data", str(REAL_IMAGES / "mnist"))
    assert run_lesson("08_deep_network", *flags)["test_acc"] == pytest.approx(0.97, abs=0.005)


def test_the_second_network_shares_the_firsts_variables(run_lesson):
    run = run_lesson("08_deep_network")
    with run["loss"].graph.as_default():
        shapes = [variable.shape.as_list() for variable in tf.trainable_variables()]
    depths = [784, 400, 200, 100, 10]
    assert shapes == [each for a, b in zip(depths, depths[1:]) for each in ([a, b], [b])]
    np.testing.assert_array_equal(run["one"], run["other"])


@pytest.mark.slow
def test_the_answers_of_the_exercises(run_lesson):
    last, faster = answers("08")
    every = run_lesson("08_deep_network", "--restore")
    run = run_lesson("08_deep_network", "--relu", "last", "--steps", "20000")
    assert run["test_acc"] == pytest.approx(0.983, abs=0.004)  # one image of 297 is 0.0034
    assert_says(last, "98.3 % of the digits'", "(98.7 % with ReLU in every layer)")
    assert every["test_acc"] == pytest.approx(0.987, abs=0.004)

    run = run_lesson("08_deep_network", "--learning-rate", "0.1", "--steps", "2000")
    loss = run["history"]["loss"].reshape(-1, 2)[-1, 0]
    assert_says(faster, "is 0.0011", "is 98.7 %")
    assert loss == pytest.approx(0.0011, rel=0.3)
    assert run["test_acc"] == pytest.approx(0.987, abs=0.007)
    slow = every["history"]["loss"].reshape(-1, 2)[:, 0]
    assert (slow[:10] > loss).all()


def test_learns_the_training_images_by_heart(run_lesson):
    assert 0.98 < run_lesson("08_deep_network")["train_acc"] < 1
    assert run_lesson("08_deep_network", "--restore")["train_acc"] == 1


def test_the_last_of_a_shape_is_a_dimension_or_a_number(run_lesson):
    """As TensorFlow 1 has it, here too; a number where today's shapes are switched on."""
    shape = run_lesson("08_deep_network")["input_ph"].get_shape()
    assert isinstance(shape[-1], tf.Dimension) and shape.as_list()[-1] == 784
    tf.enable_v2_tensorshape()
    try:
        assert type(shape[-1]) is int and shape.as_list()[-1] == 784
    finally:
        tf.disable_v2_tensorshape()


def test_softmax_and_cross_entropy_of_one_two_three(run_lesson):
    run, powers = run_lesson("08_deep_network"), np.exp([1.0, 2.0, 3.0])
    for probabilities, cross_entropy in (run["hand"], run["ready"]):
        np.testing.assert_allclose(probabilities[0], powers / powers.sum(), rtol=1e-6)
        assert cross_entropy == pytest.approx(-np.log(powers[2] / powers.sum()), rel=1e-6)


def test_a_figure_without_wrong_images_says_so(tmp_path):
    """Of images that all have one class, which is soon learnt."""
    pictures = np.random.RandomState(0).randint(0, 256, (40, 28, 28)).astype(np.uint8)
    for name, array in zip(images.IDX_FILES, (pictures, np.zeros(40, np.uint8)) * 2):
        (tmp_path / name).write_bytes(idx(array))
    flags = ("--steps", "100", "--batch-size", "20", "--data", str(tmp_path))
    run = run_afresh("08_deep_network", tmp_path, flags)
    assert run["wrong"].size == 0
    assert "none" in [each.get_text() for each in run["figure"].texts]
