"""Names and orders of arguments older than TensorFlow 1.0, for old scripts.

1.15.5 had taken them away; each stands here for what 1.0's own list of changes names in its place.
"""

import functools

from common.tf1.names import Namespace

# {older name: what it is called since 1.0}
RENAMED = {
    "all_variables": "global_variables",
    "audio_summary": "summary.audio",
    "batch_cholesky": "cholesky",
    "batch_matmul": "matmul",
    "batch_matrix_inverse": "matrix_inverse",
    "complex_abs": "abs",
    "histogram_summary": "summary.histogram",
    "image_summary": "summary.image",
    "initialize_all_tables": "tables_initializer",
    "initialize_all_variables": "global_variables_initializer",
    "initialize_local_variables": "local_variables_initializer",
    "initialize_variables": "variables_initializer",
    "inv": "reciprocal",
    "list_diff": "setdiff1d",
    "listdiff": "setdiff1d",
    "merge_all_summaries": "summary.merge_all",
    "merge_summary": "summary.merge",
    "mul": "multiply",
    "neg": "negative",
    "op_scope": None,
    "pack": "stack",
    "scalar_summary": "summary.scalar",
    "select": "where",
    "sub": "subtract",
    "unpack": "unstack",
    "variable_op_scope": None,
}
_IN_TRAIN = {"SummaryWriter": "summary.FileWriter"}
_IN_NN = {
    "bidirectional_rnn": "nn.static_bidirectional_rnn",
    "rnn": "nn.static_rnn",
    "state_saving_rnn": "nn.static_state_saving_rnn",
}
_IN_IMAGE = {
    "per_image_whitening": "image.per_image_standardization",
    "random_crop": "random_crop",
    "resize_image_with_crop_or_pad": "image.resize_image_with_crop_or_pad",
}
_CROSS_ENTROPIES = (
    "sigmoid_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits",
    "sparse_softmax_cross_entropy_with_logits",
)
RENAMED_BELOW = {
    **{f"train.{old}": new for old, new in _IN_TRAIN.items()},
    **{f"nn.{old}": new for old, new in _IN_NN.items()},
    **{f"image.{old}": new for old, new in _IN_IMAGE.items()},
}


def is_older(words):
    """Whether a program that uses the names `words`, such as "tf.sub", is older than 1.0."""
    gone = {f"tf.{name}" for name in RENAMED} | {f"tf.train.{name}" for name in _IN_TRAIN}
    return bool(gone & set(words))


def found(tf, name):
    """What `tf` has by a name with dots."""
    return functools.reduce(getattr, name.split("."), tf)


def summaries(tf):
    """{name: function} of tf.contrib.deprecated."""
    return {
        old: found(tf, new) for old, new in RENAMED.items() if (new or "").startswith("summary")
    }


def concat(tf):
    """tf.concat, which takes (axis, values) as well."""
    todays = tf.concat

    def call(values, axis=None, name="concat", **older):
        axis = older.pop("concat_dim", axis)
        if isinstance(values, int) and isinstance(axis, (list, tuple)):
            values, axis = axis, values
        return todays(values, axis, name, **older)

    return functools.wraps(todays)(call)


def split(tf):
    """tf.split, which takes (axis, number, value) as well."""
    todays = tf.split

    def call(value, num_or_size_splits=None, axis=0, num=None, name="split", **older):
        if isinstance(value, int) and hasattr(axis, "dtype"):
            value, axis = axis, value
        if "split_dim" in older:
            axis, num_or_size_splits = older["split_dim"], older["num_split"]
        return todays(value, num_or_size_splits, axis, num, name)

    return functools.wraps(todays)(call)


def resize(tf):
    """tf.image.resize_images, which takes height and width apart as well."""
    todays = tf.image.resize_images

    def call(images, size, *others, **named):
        if isinstance(size, int) and others and isinstance(others[0], int):
            size, others = (size, others[0]), others[1:]
        return todays(images, size, *others, **named)

    return call


def _positional(function):
    """A cross entropy as before 1.0: (logits, labels) by their places."""

    @functools.wraps(function)
    def call(logits=None, targets=None, name=None, **named):
        labels = named.pop("labels", targets)
        return function(labels=labels, logits=logits, name=name, **named)

    return call


def op_scope(tf):
    """tf.op_scope(values, name, default_name)."""
    return lambda values, name, default_name=None: tf.name_scope(name, default_name, values)


def variable_op_scope(tf):
    """tf.variable_op_scope(values, name or scope, default name)."""
    return lambda values, name, default=None, *a, **k: tf.variable_scope(
        name, default, values, *a, **k
    )


def names(tf, before_1_0=False):
    """{name: object} that a script finds in `tf` besides 1.15.5's.

    before_1_0: the script is so old that cross entropies take (logits, labels) by their places.
    """
    given = {old: found(tf, new) for old, new in RENAMED.items() if new}
    given["op_scope"], given["variable_op_scope"] = op_scope(tf), variable_op_scope(tf)
    given["concat"], given["split"] = concat(tf), split(tf)
    positional = _CROSS_ENTROPIES if before_1_0 else ()
    nn = {old: found(tf, new) for old, new in _IN_NN.items()}
    nn.update({name: _positional(getattr(tf.nn, name)) for name in positional})
    image = {old: found(tf, new) for old, new in _IN_IMAGE.items()}
    image["resize_images"] = resize(tf)
    given.update(
        image=Namespace(tf.image, image),
        nn=Namespace(tf.nn, nn, {"seq2seq": lambda: tf.contrib.legacy_seq2seq}),
        train=Namespace(tf.train, {old: found(tf, new) for old, new in _IN_TRAIN.items()}),
    )
    return given
