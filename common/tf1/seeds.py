"""The seeds that 1.15.5 gives random operations, and the operations it makes on the way.

An operation without a seed of its own, in a graph with one, gets the number of operations that the
graph has so far. So every operation counts that 1.15.5 made and today's TensorFlow does not: what
is composed of others otherwise than then is composed here as it was, which brings its last bits
back as well.
"""

import functools
import numbers
import operator

import numpy as np

from common.tf1 import counts
from common.tf1.counts import count
from common.tf1.runtime import tf

# isort: split
from tensorflow import compat
from tensorflow.python.framework import ops, random_seed, tensor_util
from tensorflow.python.ops import (
    array_ops,
    gen_math_ops,
    gen_random_ops,
    image_ops_impl,
    math_ops,
    nn_ops,
    random_ops,
    shape_util,
    special_math_ops,
    variable_scope,
)

_todays_seeds = random_seed.get_seed
_todays_uniform = random_ops.random_uniform
_todays_dropout = nn_ops.dropout_v2
_todays_split = array_ops.split
_todays_constant = array_ops._constant_if_small
_todays_dims = math_ops._ReductionDims


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


def linspace(start, stop, num, name=None):
    """tf.linspace as it was: one operation, where today's is composed of seventy."""
    return gen_math_ops.lin_space(start, stop, num, name=name)


random_gamma = counts.counted(random_ops.random_gamma, -2, before=True)


def constant_if_small(value, shape, dtype, name, layout=None):
    """What tf.zeros and tf.ones try first, which left operations behind for a shape of tensors."""
    if isinstance(shape, (list, tuple)) and any(isinstance(each, tf.Tensor) for each in shape):
        operator.lt(functools.reduce(operator.mul, shape), 1000)
        return None
    return _todays_constant(value, shape, dtype, name, layout)


@functools.wraps(image_ops_impl.per_image_standardization)
def per_image_standardization(image):
    with tf.name_scope(None, "per_image_standardization", [image]) as name:
        image = tf.convert_to_tensor(image, name="image")
        image = image_ops_impl._AssertAtLeast3DImage(image)
        kind = image.dtype
        if kind not in (tf.float16, tf.float32):
            image = tf.image.convert_image_dtype(image, tf.float32)
        size = tf.reduce_prod(tf.shape(image)[-3:])
        axes = [-1, -2, -3]
        mean = tf.reduce_mean(image, axis=axes, keepdims=True)
        deviation = tf.math.reduce_std(image, axis=axes, keepdims=True)
        deviation = tf.maximum(deviation, tf.math.rsqrt(tf.cast(size, image.dtype)))
        image = tf.div(image - mean, deviation, name=name)
        return tf.image.convert_image_dtype(image, kind, saturate=True)


def regularization_loss(make):
    """The loss of a variable's regularizer, made once; today it is made anew at each use."""
    graph = ops.get_default_graph()
    before = graph.version
    loss = make()
    count(before - graph.version)  # today's TensorFlow has made it already, to look at it
    return loss


def install():
    """Have TensorFlow's own code, initializers and layers among it, draw so too."""
    counts.install()
    array_ops._constant_if_small = constant_if_small
    image_ops_impl.per_image_standardization = per_image_standardization
    random_seed.get_seed = get_seed
    random_ops.random_uniform = random_uniform
    nn_ops.dropout_v2 = compat.v2.nn.dropout = dropout_v2
    array_ops.split = split
    math_ops._ReductionDims = reduction_dims
    special_math_ops._einsum_v2 = special_math_ops._einsum_v1  # of products of matrices
    variable_scope._LazyEvalTensor = regularization_loss
