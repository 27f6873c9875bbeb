"""`tf` is TensorFlow 1 as it was: names, seeds, values and errors of 1.15.5."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

import random_draws
import seed_programs
from common.tf1 import namespace, session, tf
from common.tf1.contrib import regularizers
from conftest import ROOT
from random_draws import DRAWS

RECORDED = json.loads((ROOT / "tests" / "seeds_1_15_5.json").read_text(encoding="utf-8"))
# 1.15.5's public names without contrib, estimator and keras: 3,226, a line each
NAMES = ROOT.parent / "shared" / "golden" / "names_tf_1_15_5.txt"
CONTRIB = ROOT / "tests" / "contrib_1_15_5.txt"  # of contrib
# of the former, those that tensorflow.compat.v1 of 2.21 has no more: found again, and refused
LAYERS = """AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Conv1D Conv2D
Conv2DTranspose Conv3D Conv3DTranspose Dense Dropout Flatten InputSpec Layer MaxPooling1D
MaxPooling2D MaxPooling3D SeparableConv1D SeparableConv2D average_pooling1d average_pooling2d
average_pooling3d batch_normalization conv1d conv2d conv2d_transpose conv3d conv3d_transpose dense
dropout experimental.keras_style_scope experimental.set_keras_style flatten max_pooling1d
max_pooling2d max_pooling3d separable_conv1d separable_conv2d"""
CELLS = """BasicLSTMCell BasicRNNCell DeviceWrapper DropoutWrapper GRUCell LSTMCell LSTMStateTuple
MultiRNNCell RNNCell ResidualWrapper"""


@pytest.fixture(autouse=True)
def fresh_graph():
    tf.reset_default_graph()
    yield
    tf.reset_default_graph()


def found(name):
    """What `tf` has by that name; AttributeError where it has nothing."""
    value = tf
    for part in name.split("."):
        value = getattr(value, part)
    return value


# Names ------------------------------------------------------------------------------------------


def test_what_version_2_took_away_is_there_again():
    names = [f"layers.{name}" for name in LAYERS.split()]
    names += [f"nn.rnn_cell.{name}" for name in CELLS.split()]
    assert len(names) == 48 and all(found(name) for name in names)


@pytest.mark.skipif(not NAMES.exists(), reason="the list of 1.15.5's names is not here")
def test_every_public_name_of_1_15_5_is_there_or_refused_with_a_reason(capsys):
    names = [line.split("\t")[0] for line in NAMES.read_text().splitlines() if line[:1] != "#"]
    refused, missing = [], []
    for name in names:
        try:
            found(name)
        except AttributeError as error:
            (refused if "cannot be had: " in str(error) else missing).append(name)
    with capsys.disabled():
        print(f"\n{len(names)} names of 1.15.5: {len(refused)} refused, {len(missing)} missing")
    assert (len(names), missing) == (3226, [])
    assert len(refused) == 73 - 48


@pytest.mark.parametrize(
    "name, instead",
    [
        ("data.experimental.StatsAggregator", "tf.profiler"),
        ("tpu.experimental.AdamParameters", "tf.tpu.experimental.embedding"),
        ("config.experimental_list_devices", "tf.config.experimental.list_physical_devices"),
        ("raw_ops.LoadTPUEmbeddingADAMParametersGradAccumDebug", "kernel"),
    ],
)
def test_what_is_gone_is_refused_in_a_sentence(name, instead):
    with pytest.raises(AttributeError, match=r"cannot be had: .*\.$") as caught:
        found(name)
    assert instead in str(caught.value) and "\n" not in str(caught.value)


def contrib_names():
    """{module: names} of tf.contrib in 1.15.5, its modules' own under "contrib"."""
    words, found = CONTRIB.read_text(encoding="utf-8").splitlines()[1:], {}
    for word in " ".join(words).split():
        if word.endswith(":"):
            names = found[word[:-1]] = []
        else:
            names.append(word)
    return found


def test_every_name_of_contrib_is_there_or_refused_with_what_to_use(capsys):
    names = contrib_names()
    full = [f"contrib.{name}" for name in names.pop("contrib")]
    full += [f"contrib.{module}.{name}" for module, each in names.items() for name in each]
    refused, missing = [], []
    for name in full:
        try:
            found(name)
        except AttributeError as error:
            sentence = re.search(r"cannot be had: nobody .*; .{10,}\.$", str(error))
            (refused if sentence else missing).append(name)
    with capsys.disabled():
        print(f"\n{len(full)} names of contrib: {len(refused)} refused, {len(missing)} missing")
    assert missing == [] and len(full) > 500


def test_a_name_that_contrib_never_had_is_an_error_of_the_readers_own():
    for name in ("contrib.layer", "contrib.layers.fully_conected", "contrib.seq2seq.Decoders"):
        with pytest.raises(AttributeError, match="has no attribute"):
            found(name)


def test_other_names_are_todays_and_unknown_ones_an_error():
    assert tf.matmul is namespace.today.matmul
    assert {"layers", "Session", "matmul", "contrib"} <= set(dir(tf))
    with pytest.raises(AttributeError, match="no attribute 'matmull'"):
        tf.matmull  # noqa: B018


def test_sessions_are_prepared_ones():
    assert (tf.Session, tf.InteractiveSession) == (session.Session, session.InteractiveSession)
    assert isinstance(tf.Session(), namespace.today.Session)


def test_importing_it_imports_no_keras():
    program = "import sys; from common.tf1 import tf; tf.Variable(1.0); "
    program += "print([n for n in sys.modules if n.split('.')[0] in ('keras', 'tf_keras')])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=str(ROOT), capture_output=True, text=True
    )
    assert done.stdout == "[]\n", done.stderr


# Seeds and numbers --------------------------------------------------------------------------------


@pytest.mark.parametrize("program", seed_programs.PROGRAMS, ids=lambda program: program.__name__)
def test_each_random_operation_has_the_seed_of_1_15_5(program):
    assert seed_programs.seeds(tf, program) == RECORDED["seeds"][program.__name__]


@pytest.mark.same_bits
@pytest.mark.parametrize("program", seed_programs.PROGRAMS, ids=lambda program: program.__name__)
def test_initial_values_are_those_of_1_15_5_in_every_bit(program):
    assert seed_programs.initial_values(tf, program) == RECORDED["initial values"][program.__name__]


def test_an_operations_own_seed_and_none_at_all_are_as_ever():
    own = tf.random_normal([2], seed=7)
    assert [own.op.inputs[0].op.inputs[0].op.get_attr(name) for name in ("seed", "seed2")] == [
        namespace.today.random.get_seed(7)[0],
        7,
    ]
    free = tf.random_uniform([2])
    (drawn,) = [op for op in free.graph.get_operations() if op.type == "RandomUniform"]
    assert (drawn.get_attr("seed"), drawn.get_attr("seed2")) == (0, 0)


def test_dropout_multiplies_as_1_15_5_does():
    """x · 1/(1 − rate) · mask, in that order, of float32: 1.15.5 gives 1.4285715 for 1 at .3."""
    x = tf.ones([1000])
    with tf.Session() as sess:
        dropped = sess.run(tf.nn.dropout(x, rate=0.3, seed=1))
    scale = np.float32(1) / (np.float32(1) - np.float32(0.3))
    assert set(dropped) == {np.float32(0), scale}
    assert np.mean(dropped == 0) == pytest.approx(0.3, abs=0.06)  # 4 standard deviations
    for rate in (-0.1, 1.0, 2):
        with pytest.raises(ValueError):
            tf.nn.dropout(x, rate=rate)
    assert tf.nn.dropout(x, rate=0) is x


# contrib, layers, cells ---------------------------------------------------------------------------


def test_regularizers_are_those_of_1_15_5():
    w = tf.constant([[3.0, -4.0]])
    layers = tf.contrib.layers
    penalties = [
        layers.l1_regularizer(0.5)(w),
        layers.l2_regularizer(0.5)(w),
        layers.l1_l2_regularizer(0.5, 0.5)(w),
        layers.l1_l2_regularizer(0.0, 0.5)(w),
        layers.sum_regularizer([layers.l1_regularizer(0.5), None])(w),
        layers.apply_regularization(layers.l2_regularizer(1.0), [w, w]),
    ]
    names = ["l1_regularizer", "l2_regularizer", "l1_l2_regularizer", "l1_l2_regularizer_1"]
    names += ["sum_regularizer", "get_regularization_penalty"]
    assert [each.op.name for each in penalties] == names
    with tf.Session() as sess:
        assert sess.run(penalties) == [3.5, 6.25, 9.75, 6.25, 3.5, 25]
    assert tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES) == [penalties[-1]]
    assert layers.l2_regularizer(0.0)(w) is None and layers.sum_regularizer([None]) is None


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: regularizers.l1_regularizer(1), "scale cannot be an integer: 1"),
        (
            lambda: regularizers.l2_regularizer(-1.0),
            "Setting a scale less than 0 on a regularizer: -1",
        ),
        (lambda: regularizers.l1_l2_regularizer(0.1, 2), "scale_l2 cannot be an integer: 2"),
        (
            lambda: regularizers.apply_regularization(regularizers.l2_regularizer(0.1)),
            "No weights to regularize",
        ),
    ],
)
def test_regularizers_refuse_what_1_15_5_refuses(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_layers_and_cells_train():
    x = tf.placeholder(tf.float32, (None, 3, 4))
    cell = tf.nn.rnn_cell.BasicLSTMCell(5)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    y = tf.layers.dense(outputs[:, -1], 1, name="out")
    loss = tf.reduce_mean(tf.square(y - 1.0))
    train_step = tf.train.AdamOptimizer(0.05).minimize(loss)
    names = [each.name for each in tf.trainable_variables()]
    assert names == [
        "rnn/basic_lstm_cell/kernel:0",
        "rnn/basic_lstm_cell/bias:0",
        "out/kernel:0",
        "out/bias:0",
    ]
    rows = np.random.RandomState(0).randn(8, 3, 4)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([train_step, loss], {x: rows})[1] for _ in range(60)]
    assert losses[-1] < losses[0] / 20


@pytest.mark.parametrize("kind", ["sigmoid", "softmax", "sparse_softmax"])
def test_a_cross_entropy_wants_its_arguments_by_name(kind):
    cross_entropy = getattr(tf.nn, kind + "_cross_entropy_with_logits")
    z = tf.constant([[1.0, 2.0]])
    labels = tf.constant([1]) if kind == "sparse_softmax" else z
    said = f"Only call `{kind}_cross_entropy_with_logits` with named arguments"
    with pytest.raises(ValueError, match=said):
        cross_entropy(labels, z)
    with tf.Session() as sess:
        assert np.isfinite(sess.run(cross_entropy(labels=labels, logits=z))).all()


# Draws --------------------------------------------------------------------------------------------

DRAWN = json.loads((ROOT / "tests" / "draws_1_15_5.json").read_text(encoding="utf-8"))
DIFFERENT = {  # {draw: why its bits are not those of 1.15.5}
    "data shuffle, repeat": "1.15.5 joined the two into one kernel, with its seeds in another order"
}


@pytest.mark.same_bits
def test_what_draws_draws_the_bits_of_1_15_5(capsys):
    equal = {name: random_draws.drawn(tf, draw) == DRAWN[name] for name, draw in DRAWS.items()}
    with capsys.disabled():
        print(f"\n{sum(equal.values())} of {len(equal)} draws are equal in every bit to 1.15.5's")
        for name, is_equal in equal.items():
            print(f"  {name:40} {'equal' if is_equal else DIFFERENT.get(name, 'DIFFERENT')}")
    assert {name for name, is_equal in equal.items() if not is_equal} == set(DIFFERENT)
