"""The regularizers of tf.contrib.layers.

They make the operations that 1.15.5 made, under the names that it gave them.
"""

import numbers

from common.tf1.runtime import tf


def l1_regularizer(scale, scope=None):
    """A function from a weight to its scalar penalty scale · Σ|w|, as 1.15's of that name.

    scale: a float; of 0 the function returns None. Raises ValueError for an integer and for what is
    less than 0.
    """
    return _penalty(scale, scope, "l1_regularizer", lambda w: tf.reduce_sum(tf.abs(w)))


def l2_regularizer(scale, scope=None):
    """A function from a weight to its scalar penalty scale · Σw²/2 (mind the half), as 1.15's.

    scale: a float; of 0 the function returns None. Raises ValueError for an integer and for what is
    less than 0.
    """
    return _penalty(scale, scope, "l2_regularizer", tf.nn.l2_loss)


def _penalty(scale, scope, default_scope, measure):
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}")
    if isinstance(scale, numbers.Real):
        if scale < 0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}")
        if scale == 0:
            return lambda weights: None

    def penalty(weights):
        with tf.name_scope(scope, default_scope, [weights]) as name:
            kind = tf.as_dtype(weights.dtype).base_dtype
            factor = tf.convert_to_tensor(scale, kind, name="scale")
            return tf.multiply(factor, measure(weights), name=name)

    return penalty


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """The sum of both penalties, as 1.15's. Raises ValueError where a scale is an integer."""
    for name, scale in (("scale_l1", scale_l1), ("scale_l2", scale_l2)):
        if isinstance(scale, numbers.Integral):
            raise ValueError(f"{name} cannot be an integer: {scale}")
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope)


def sum_regularizer(regularizer_list, scope=None):
    """A function from a weight to the sum of several penalties, as 1.15's; None for none."""
    regularizers = [each for each in regularizer_list if each is not None]
    if not regularizers:
        return None

    def penalty(weights):
        with tf.name_scope(scope, "sum_regularizer", [weights]) as name:
            penalties = [each(weights) for each in regularizers]
            penalties = [each for each in penalties if each is not None]
            return tf.add_n(penalties, name=name) if penalties else None

    return penalty


def apply_regularization(regularizer, weights_list=None):
    """The sum of the penalties of several weights, as 1.15's, put into REGULARIZATION_LOSSES.

    weights_list: those of the collection WEIGHTS by default. Raises ValueError where there are none
    and for a penalty that is no scalar.
    """
    weights_list = weights_list or tf.get_collection(tf.GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with tf.name_scope(None, "get_regularization_penalty", weights_list) as name:
        penalties = [regularizer(each) for each in weights_list]
        penalties = [tf.constant(0.0) if each is None else each for each in penalties]
        for each in penalties:
            if each.shape.ndims != 0:
                raise ValueError(
                    "regularizer must return a scalar Tensor instead of a Tensor with rank "
                    f"{each.shape.ndims}."
                )
        total = tf.add_n(penalties, name=name)
    tf.add_to_collection(tf.GraphKeys.REGULARIZATION_LOSSES, total)
    return total
