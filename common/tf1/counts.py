"""How many operations 1.15.5 made where today's TensorFlow makes another number.

An operation without a seed of its own is seeded with the number of operations in the graph, so what
is composed otherwise than then moves the seeds of all that follows. tests/seed_programs.py
has what 1.15.5 gave.
"""

import functools
import math

import numpy as np

from common.tf1.runtime import tf

# isort: split
from tensorflow import compat
from tensorflow.python.data.ops import dataset_ops
from tensorflow.python.framework import ops, registry
from tensorflow.python.ops import (
    array_ops,
    image_ops_impl,
    math_ops,
    standard_ops,
    tensor_array_ops,
)


def count(made):
    """Note that 1.15.5 would have made so many operations more in the graph by now."""
    graph = ops.get_default_graph()
    graph._made_in_1_15 = getattr(graph, "_made_in_1_15", 0) + made


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


def _of_given_values(indices, depth, on_value=None, off_value=None, *_, **__):
    given = [each for each in (on_value, off_value) if each is not None]
    return sum(not isinstance(each, tf.Tensor) for each in given)


def _of_size(array, name=None):
    """TensorArray.size() was always an operation; a number is made a constant today as well."""
    return 1 if not array._dynamic_size and isinstance(array._size, tf.Tensor) else 0


def _of_image(image, require_static=True):
    """An open batch was asserted too, and the last three sides were not sliced off."""
    shape = image.shape
    if shape.rank is None or require_static or shape.is_fully_defined():
        return 0
    return 22 if shape[-3:].is_fully_defined() else -4


def _of_open_sides(image, *_):
    shape = tf.convert_to_tensor(image).shape
    return 0 if shape.rank and shape[-3:].is_fully_defined() else 4


def _of_saturation(value, dtype, name=None):
    """Today both bounds are kept in one operation, wherever they lie."""
    kinds = value.dtype.base_dtype, tf.as_dtype(dtype)
    crossed = [kinds[0].min < kinds[1].min, kinds[0].max > kinds[1].max]
    return 2 * crossed.count(True) - 3


def _of_classes(labels, predictions, num_classes=None, dtype=tf.int32, name=None, weights=None):
    return 2 if num_classes is not None and dtype == tf.int32 else 3


def _of_no_sides(tensor, shape, name=None):
    return -1 if isinstance(shape, (list, tuple)) and not shape else 0


def _left_out(shape, contracted, first):
    """Operations of what changes nothing in one factor of tensordot, which was made as well."""
    contracted = [axis % len(shape) for axis in contracted]
    free = [axis for axis in range(len(shape)) if axis not in contracted]
    order = contracted + free if first else free + contracted
    sizes = [math.prod(shape[axis] for axis in axes) for axes in (free, contracted)]
    unchanged = [shape[axis] for axis in order] == sizes[:: -1 if first else 1]
    return 2 * (order == list(range(len(shape)))) + 2 * unchanged, len(free)


def _of_tensordot(a, b, axes, name=None):
    shapes = [getattr(each, "shape", None) or np.shape(each) for each in (a, b)]
    if any(isinstance(each, tf.TensorShape) and each.rank is None for each in shapes):
        return 0
    shapes = [tf.TensorShape(each).as_list() for each in shapes]
    if isinstance(axes, tf.Tensor):
        return 0
    if np.ndim(axes) == 0:
        axes = range(len(shapes[0]) - axes, len(shapes[0])), range(axes)
    axes = [[each] if np.ndim(each) == 0 else list(each) for each in axes]
    made, all_free = 0, []
    for shape, contracted, first in zip(shapes, axes, (False, True)):
        if None not in shape:
            more, free = _left_out(shape, contracted, first)
            made += more
            all_free.append(free)
    return made + 2 * (all_free == [1, 1])


def _of_weights(params, sp_ids, sp_weights, *_, **__):
    return 5 if sp_weights is None else 0


def _of_features(serialized, features, *_, **__):
    return len(features) - 3


def _of_cycle(*arguments, **named):
    return 5 if named.get("cycle", len(arguments) > 5 and arguments[5]) else 1


# {name of tf's: what its function made more than today's}
_PUBLIC = {
    "clip_by_global_norm": 1,
    "confusion_matrix": _of_classes,
    "image.decode_image": 75,
    "image.resize_image_with_crop_or_pad": _of_open_sides,
    "image.resize_with_crop_or_pad": _of_open_sides,
    "io.decode_image": 75,
    "io.parse_example": _of_features,
    "io.parse_single_example": -4,
    "io.parse_single_sequence_example": -4,
    "linalg.tensordot": _of_tensordot,
    "math.confusion_matrix": _of_classes,
    "nn.embedding_lookup_sparse": _of_weights,
    "nn.swish": -2,
    "nn.weighted_moments": 1,
    "parse_example": _of_features,
    "parse_single_example": -4,
    "parse_single_sequence_example": -4,
    "tensordot": _of_tensordot,
    "train.polynomial_decay": _of_cycle,
}
_SPARSE = "SparseSoftmaxCrossEntropyWithLogits"


def _replace(name, made, *places):
    function = counted(getattr(places[0], name), made)
    for place in places:
        setattr(place, name, function)


def install():
    """Count in TensorFlow's own code, and in what `tf` has of it."""
    for name, made in _PUBLIC.items():
        below, _, last = name.rpartition(".")
        _replace(last, made, getattr(tf, below) if below else tf)
    _replace("one_hot", _of_given_values, array_ops, standard_ops, tf)
    _replace("tensordot", _of_tensordot, math_ops, standard_ops, compat.v2)
    _replace("reshape", _of_no_sides, array_ops, standard_ops, tf)
    _replace("saturate_cast", _of_saturation, math_ops, standard_ops, tf)
    _replace("crop_to_bounding_box", -12, image_ops_impl, tf.image)
    _replace("_CheckAtLeast3DImage", _of_image, image_ops_impl)
    _replace("matrix_diag", -4, array_ops, tf)
    _replace("matrix_diag_part", -2, array_ops, tf)
    _replace("matrix_set_diag", -1, array_ops, standard_ops, tf)
    _replace("make_initializable_iterator", 3, dataset_ops.DatasetV1)
    _replace("size", _of_size, tensor_array_ops._GraphTensorArray)
    gradient = ops.gradient_registry._registry[_SPARSE]
    gradient[registry._TYPE_TAG] = counted(gradient[registry._TYPE_TAG], 1)


def _of_open_batch(layer, inputs):
    batch, *sides = inputs.shape.as_list()
    return 6 if batch is None and None not in sides else 0


def _of_dilation(layer, inputs):
    return 0 if any(each > 1 for each in layer.dilation_rate) else 1


def _of_sides(layer, inputs):
    return 10 if layer.padding == "same" else 14


def _of_training(layer, inputs, mask, training):
    if training is False or training == 0:
        return 1
    known = 0 if isinstance(training, tf.Tensor) else 2
    return known - 2 * hasattr(layer.moving_mean, "handle")


def _penalty(regularizer, x):
    """tf.keras.regularizers' sum, as it was composed."""
    penalty = 0.0
    for rate, measure in (("l1", tf.abs), ("l2", tf.square)):
        rate = getattr(regularizer, rate, 0)
        if rate:
            penalty += rate * tf.reduce_sum(measure(x))
    return tf.convert_to_tensor(penalty)


@functools.lru_cache(maxsize=None)
def install_in_keras():
    """Count in tf_keras's layers, which tf.layers and tf.contrib.layers are made of."""
    from tf_keras.src import regularizers
    from tf_keras.src.layers.convolutional import base_conv, conv2d_transpose
    from tf_keras.src.layers.core.embedding import Embedding
    from tf_keras.src.layers.normalization.batch_normalization import BatchNormalizationBase
    from tf_keras.src.layers.reshaping.flatten import Flatten

    base_conv.Conv.call = counted(base_conv.Conv.call, _of_dilation, before=True)
    _replace("call", _of_sides, conv2d_transpose.Conv2DTranspose)
    _replace("call", 1, Embedding)
    _replace("call", _of_open_batch, Flatten)
    _replace("_fused_batch_norm", _of_training, BatchNormalizationBase)
    for kind in (regularizers.L1, regularizers.L2, regularizers.L1L2):
        kind.__call__ = _penalty
