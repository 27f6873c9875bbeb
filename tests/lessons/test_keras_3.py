"""lessons/keras_3.py, the Keras code of a document, beside the lessons that build graphs."""

import math

import numpy as np
import pytest
from oracles import keras_code

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name, within", [("SGD", 1e-7), ("momentum", 1e-6), ("Adagrad", 1e-6)])
def test_optimizers_are_those_of_lesson_26(name, within, run_lesson):
    run = run_lesson("26_one_variable_optimizers")
    np.testing.assert_allclose(keras_code()["paths"][name], run["runs"][name]["var"], atol=within)


def test_prints_what_the_document_announces(run_lesson):
    printed = keras_code()["printed"]
    assert printed.startswith("updates: 1, var: 0.9\nlearning_rate of SGD(): 0.01\n")
    for step in ("第一次更新步长=0.1000000", "第二次更新步长=0.1800000"):
        assert step in printed and step in run_lesson("26_one_variable_optimizers").printed


def test_schedules_are_those_of_lesson_16(run_lesson):
    run, found = run_lesson("16_decay_in_tensorflow"), keras_code()
    for step, rate in found["pieces"].items():
        assert rate == pytest.approx(run["pieces"][int(step)], rel=1e-6)
    for name, rates in found["rates"].items():
        np.testing.assert_allclose(rates, run["curves"][name, False], rtol=2e-6)


def test_penalties_are_those_of_lesson_19_but_for_the_half_of_l2(run_lesson):
    l2, l1, both = run_lesson("19_l2_regularization", "--steps", "1")["penalties"]
    np.testing.assert_allclose(
        keras_code()["penalties"], [2 * l2, l1, l1 + 2 * (both - l1)], rtol=1e-6
    )


def test_dropout_scales_as_in_lesson_20(run_lesson):
    data, outputs = (np.array(keras_code()[name]) for name in ("data", "outputs"))
    run = run_lesson("20_dropout", "--steps", "1")
    np.testing.assert_array_equal(data, run["data"])
    np.testing.assert_array_equal(outputs, (outputs > 0) * run["scales"].max() * data)
    assert "unchanged at inference: True" in keras_code()["printed"]


def test_early_stopping_ends_as_in_lesson_21(run_lesson):
    found = keras_code()
    assert found["epochs"]["0.01"] == len(run_lesson("21_early_stopping")["document"]["history"])
    mended = found["losses"]
    assert math.isfinite(sum(mended)) and mended[-1] < mended[0] / 10


def test_batch_normalization_is_that_of_lesson_22(run_lesson):
    names = ("normalized", "gamma", "beta", "moving_mean", "moving_variance")
    ours = run_lesson("22_batch_normalization", "--steps", "1")["ours"]
    for name, value in zip(names, ours):
        np.testing.assert_allclose(keras_code()[name], value, rtol=1e-6, atol=1e-6, err_msg=name)
