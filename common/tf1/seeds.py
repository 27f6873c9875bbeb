"""The seeds that 1.15.5 gives random operations, and the operations it makes on the way.

An operation without a seed of its own, in a graph with one, gets the number of operations that the
graph has so far. So every operation counts that 1.15.5 made and today's TensorFlow does not: what
is composed of others otherwise than then is composed here as it was, which brings its last bits
back as well.
"""

import functools
import numbers

import numpy as np

from common.tf1.runtime import tf

# isort: split
from tensorflow import compat
from tensorflow.python.data.ops import dataset_ops
from tensorflow.python.framework import ops, random_seed, registry, tensor_util
from tensorflow.python.ops import (
    array_ops,
    gen_math_ops,
    gen_random_ops,
    math_ops,
    nn_ops,
    random_ops,
    shape_util,
    standard_ops,
    tensor_array_ops,
)

_todays_seeds = random_seed.get_seed
_todays_uniform = random_ops.random_uniform
_todays_dropout = nn_ops.dropout_v2
_todays_split = array_ops.split
_todays_dims = math_ops._ReductionDims


def count(made):
    """Note that 1.15.5 would have made so many operations more in the graph by now."""
    graph = ops.get_default_graph()
    graph._made_in_1_15 = getattr(graph, "_made_in_1_15", 0) + made


def get_seed(op_seed):
    """The pair of seeds of an operation, None twice for none; op_seed: what it was given."""
    graph = ops.get_default_graph()
    if op_seed is None and graph.seed is not None:
        op_seed = graph.version + getattr(graph, "_made_in_1_15", 0)  # operations
    return _todays_seeds(op_seed)


@functools.wraps(random_ops.random_uniform)
def random_uniform(shape, minval=0, maxval=None, dtype=tf.float32, seed=None, name=None):
    dtype = tf.as_dtype(dtype)
    if not dtype.is_floating:
        return _todays_uniform(shape, minval, maxval, dtype, seed, name)
    maxval = 1 if maxval is None else maxval
    with tf.name_scope(name, "random_uniform", [shape, minval, maxval]) as name:
        shape = shape_util.shape_tensor(shape)
        minval = tf.convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = tf.convert_to_tensor(maxval, dtype=dtype, name="max")
        seed, seed2 = random_seed.get_seed(seed)
        drawn = gen_random_ops.random_uniform(shape, dtype, seed=seed, seed2=seed2)
        drawn = tf.add(drawn * (maxval - minval), minval, name=name)
        shape_util.maybe_set_static_shape(drawn, shape)
    return drawn


@functools.wraps(nn_ops.dropout_v2)
def dropout_v2(x, rate, noise_shape=None, seed=None, name=None):
    is_number = isinstance(rate, numbers.Real)
    if is_number and not 0 < rate < 1:
        return _todays_dropout(x, rate, noise_shape, seed, name)  # nothing is drawn, or an error
    with tf.name_scope(name, "dropout", [x]):
        x = tf.convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(
                "x has to be a floating point tensor since it's going to be scaled. Got a "
                f"{x.dtype} tensor instead."
            )
        rate = tf.convert_to_tensor(rate, dtype=x.dtype, name="rate")
        rate.shape.assert_has_rank(0)
        if tensor_util.constant_value(rate) == 0:
            return x
        drawn = random_uniform(nn_ops._get_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        dropped = x * scale * tf.cast(drawn >= rate, x.dtype)
        dropped.set_shape(x.shape)
    return dropped


@functools.wraps(array_ops.split)
def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    if isinstance(num_or_size_splits, (int, tf.Dimension)):
        tf.convert_to_tensor(num_or_size_splits)  # which is not used, but counts
    return _todays_split(value, num_or_size_splits, axis, num, name)


@functools.wraps(math_ops._ReductionDims)
def reduction_dims(x, axis):
    if axis is not None or isinstance(x, tf.SparseTensor):
        return _todays_dims(x, axis)
    if isinstance(x, tf.Tensor) and x.shape.rank is not None:
        return tf.constant(np.arange(x.shape.rank), dtype=tf.int32)  # of a scalar too
    return math_ops.range(0, tf.rank(x))  # of a variable, whose shape is not looked at


def counted(function, made, before=False):
    """`function`, with so many operations counted beside those it makes.

    made: a number, or a function of the arguments that gives one.
    """

    @functools.wraps(function)
    def call(*arguments, **named):
        number = made(*arguments, **named) if callable(made) else made
        if before:
            count(number)
        result = function(*arguments, **named)
        if not before:
            count(number)
        return result

    return call


def linspace(start, stop, num, name=None):
    """tf.linspace as it was: one operation, where today's is composed of seventy."""
    return gen_math_ops.lin_space(start, stop, num, name=name)


def _of_given_values(indices, depth, on_value=None, off_value=None, *_, **__):
    given = [each for each in (on_value, off_value) if each is not None]
    return sum(not isinstance(each, tf.Tensor) for each in given)


one_hot = counted(array_ops.one_hot, _of_given_values)
random_gamma = counted(random_ops.random_gamma, -2, before=True)
_SPARSE = "SparseSoftmaxCrossEntropyWithLogits"


def _of_known_size(array, name=None):
    return 1 if not array._dynamic_size and array._size is not None else 0


def _of_open_batch(layer, inputs):
    return 6 if inputs.shape.rank and inputs.shape.as_list()[0] is None else 0


def _of_sides(layer, inputs):
    return 10 if layer.padding == "same" else 14


def _of_training(layer, inputs, mask, training):
    return 2 if training is True or training == 1 else 0


@functools.lru_cache(maxsize=None)
def install_in_keras():
    """Count in tf_keras's layers, which tf.layers and tf.contrib.layers are made of."""
    from tf_keras.src.layers.convolutional import base_conv, conv2d_transpose
    from tf_keras.src.layers.normalization.batch_normalization import BatchNormalizationBase
    from tf_keras.src.layers.reshaping.flatten import Flatten

    base_conv.Conv.call = counted(base_conv.Conv.call, 1, before=True)
    transposed = conv2d_transpose.Conv2DTranspose
    transposed.call = counted(transposed.call, _of_sides)
    Flatten.call = counted(Flatten.call, _of_open_batch)
    fused = BatchNormalizationBase._fused_batch_norm
    BatchNormalizationBase._fused_batch_norm = counted(fused, _of_training)


def install():
    """Have TensorFlow's own code, initializers and layers among it, draw so too."""
    array_ops.one_hot = standard_ops.one_hot = one_hot
    dataset = dataset_ops.DatasetV1
    dataset.make_initializable_iterator = counted(dataset.make_initializable_iterator, 3)
    gradient = ops.gradient_registry._registry[_SPARSE]
    gradient[registry._TYPE_TAG] = counted(gradient[registry._TYPE_TAG], 1)
    arrays = tensor_array_ops._GraphTensorArray
    arrays.size = counted(arrays.size, _of_known_size)
    random_seed.get_seed = get_seed
    random_ops.random_uniform = random_uniform
    nn_ops.dropout_v2 = compat.v2.nn.dropout = dropout_v2
    array_ops.split = split
    math_ops._ReductionDims = reduction_dims
