"""tf.contrib, as far as it is given back: most of it by tf_slim, which it has become."""

import functools
import importlib

from common.tf1 import older
from common.tf1.contrib import gone, regularizers
from common.tf1.names import Namespace
from common.tf1.runtime import tf

_REGULARIZERS = """apply_regularization l1_l2_regularizer l1_regularizer l2_regularizer
sum_regularizer"""
_LAYERS = """avg_pool2d avg_pool3d batch_norm bias_add conv1d conv2d conv2d_in_plane
conv2d_transpose conv3d conv3d_transpose convolution convolution1d convolution2d
convolution2d_in_plane convolution2d_transpose convolution3d convolution3d_transpose
dense_to_sparse dropout elu flatten fully_connected group_norm images_to_sequence instance_norm
layer_norm legacy_fully_connected legacy_linear legacy_relu linear max_pool2d max_pool3d maxout
one_hot_encoding optimize_loss relu relu6 repeat scale_gradient separable_conv2d
separable_convolution2d sequence_to_images softmax spatial_softmax stack summarize_activation
summarize_activations summarize_collection summarize_tensor summarize_tensors unit_norm
variance_scaling_initializer xavier_initializer xavier_initializer_conv2d"""
_FRAMEWORK = """add_arg_scope add_model_variable arg_scope arg_scoped_arguments
assert_global_step assert_or_get_global_step assign_from_checkpoint assign_from_checkpoint_fn
assign_from_values assign_from_values_fn create_global_step current_arg_scope filter_variables
get_global_step get_local_variables get_model_variables get_or_create_global_step
get_trainable_variables get_unique_variable get_variable_full_name get_variables
get_variables_by_name get_variables_by_suffix get_variables_to_restore global_variable
has_arg_scope local_variable model_variable variable"""
# {module: where its names lay in 1.15's own files, below `python`}
_PLACES = {
    "framework": "framework ops: checkpoint_ops experimental tensor_util variables",
    "layers": "layers ops: embedding_ops encoders feature_column feature_column_ops initializers "
    "layers normalization optimizers regularizers rev_block_lib sparse_ops summaries utils",
    "legacy_seq2seq": "ops: seq2seq",
    "rnn": "ops: core_rnn_cell core_rnn_cell_impl core_rnn fused_rnn_cell gru_ops lstm_ops rnn "
    "rnn_cell",
    "seq2seq": "ops: attention_wrapper basic_decoder beam_search_decoder beam_search_ops decoder "
    "helper loss",
    "training": "training: bucket_ops evaluation hparam sampling_ops training",
}


def _from_slim(names, below=""):
    """{name: function that gets it from tf_slim}."""
    return {name: functools.partial(_slim, below + name) for name in names.split()}


def _slim(name):
    from common.tf1.contrib import slim

    return slim.get(name)


_OWN_FILES = "it was of TensorFlow's own files; `python -m lessons check` lists what is given."


def _given(name, names=(), later=(), module=None):
    """The module of tf.contrib by that name; what 1.15.5 had of it and it has not is refused."""
    title = f"tensorflow.contrib.{name}"
    made = Namespace(module, names, later, gone.of(name), title)
    if name in _PLACES:
        folders, files = _PLACES[name].split(":")
        inner = dict.fromkeys(files.split(), made)
        below = {
            each: Namespace(made, inner, title=f"{title}.python.{each}", others=_OWN_FILES)
            for each in folders.split()
        }
        made.python = Namespace(None, below, title=f"{title}.python", others=_OWN_FILES)
    return made


def _module(name):
    """A function that makes the module of tf.contrib that is written here."""
    return lambda: _given(name, module=importlib.import_module(f"common.tf1.contrib.{name}"))


def _layers_of_slim(name):
    return importlib.import_module(f"tf_slim.layers.{name}")


def _layers():
    names = {name: getattr(regularizers, name) for name in _REGULARIZERS.split()}
    names["embed_sequence"] = embed_sequence
    names["safe_embedding_lookup_sparse"] = tf.nn.safe_embedding_lookup_sparse
    later = _from_slim(_LAYERS)
    later["OPTIMIZER_CLS_NAMES"] = lambda: _layers_of_slim("optimizers").OPTIMIZER_CLS_NAMES
    later["OPTIMIZER_SUMMARIES"] = lambda: _layers_of_slim("optimizers").OPTIMIZER_SUMMARIES
    later["summaries"] = lambda: _layers_of_slim("summaries")
    return _given("layers", names, later)


def embed_sequence(
    ids,
    vocab_size=None,
    embed_dim=None,
    unique=False,
    initializer=None,
    regularizer=None,
    trainable=True,
    scope=None,
    reuse=None,
):
    """The rows of an embedding, made here, that belong to `ids`, as 1.15's of that name.

    ids: int32 or int64. Returns float32 of the shape of `ids` with embed_dim behind. Raises
    ValueError where a new one is asked for without both sizes.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            f"Must specify vocab size and embedding dimension when not reusing. Got {vocab_size} "
            f"and {embed_dim}"
        )
    with tf.variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim]
        if reuse and vocab_size is None or embed_dim is None:
            shape = None
        embeddings = tf.get_variable(
            "embeddings", shape, None, initializer, regularizer, trainable=trainable
        )
        return tf.nn.embedding_lookup(embeddings, ids)


def _framework():
    later = _from_slim(_FRAMEWORK)
    names = {
        "TensorSpec": tf.TensorSpec,
        "argsort": tf.argsort,
        "assert_same_float_dtype": tf.debugging.assert_same_float_dtype,
        "assert_scalar": tf.debugging.assert_scalar,
        "assert_scalar_int": tf.debugging.assert_scalar,
        "get_name_scope": lambda: tf.get_default_graph().get_name_scope(),
        "init_from_checkpoint": tf.train.init_from_checkpoint,
        "is_tensor": tf.is_tensor,
        "list_variables": tf.train.list_variables,
        "load_checkpoint": tf.train.load_checkpoint,
        "load_variable": tf.train.load_variable,
        "nest": tf.nest,
        "py_func": tf.py_func,
        "smart_constant_value": tf.get_static_value,
        "sort": tf.sort,
    }
    return _given("framework", names, later)


def _whole_slim():
    from common.tf1.contrib import slim

    names = {"embed_sequence": embed_sequence}
    return _given("slim", names, module=slim.loaded())


def _projector():
    from tensorboard.plugins import projector

    return Namespace(
        None,
        {"plugins": Namespace(None, {"projector": projector}, title="tensorflow.contrib.plugins")},
        title="tensorflow.contrib.tensorboard",
    )


def _metrics():
    names = {
        f"set_{each}": getattr(tf.sets, each)
        for each in ["difference", "intersection", "size", "union"]
    }
    return _given(
        "metrics", {**names, "confusion_matrix": tf.math.confusion_matrix}, module=_slim("metrics")
    )


def _stateless():
    names = ["normal", "uniform", "truncated_normal"]
    given = {f"stateless_random_{each}": getattr(tf.random, f"stateless_{each}") for each in names}
    given["stateless_truncated_normal"] = given.pop("stateless_random_truncated_normal")
    return _given("stateless", {**given, "stateless_multinomial": tf.random.stateless_multinomial})


def _training():
    names = {"HParams": HParams, "checkpoints_iterator": tf.train.checkpoints_iterator}
    own = """add_gradients_summaries clip_gradient_norms clip_gradient_norms_fn create_train_op
    multiply_gradients train"""
    return _given("training", names, _from_slim(own, "training."))


def _util():
    names = "make_tensor_proto make_ndarray"
    given = {name: getattr(tf, name) for name in names.split()}
    return _given("util", {**given, "constant_value": tf.get_static_value})


contrib = Namespace(
    None,
    {"layers": _layers()},
    {
        "deprecated": lambda: _given("deprecated", older.summaries(tf)),
        "framework": _framework,
        "legacy_seq2seq": _module("legacy_seq2seq"),
        **_from_slim("losses"),
        "metrics": _metrics,
        "nn": lambda: _given("nn"),
        "rnn": _module("rnn"),
        "seq2seq": _module("seq2seq"),
        "signal": lambda: _given("signal", module=tf.signal),
        "slim": _whole_slim,
        "stateless": _stateless,
        "tensorboard": _projector,
        "training": _training,
        "util": _util,
    },
    gone.of(""),
    title="tensorflow.contrib",
)


class HParams:
    """Parameters by their names, as tf.contrib.training.HParams."""

    def __init__(self, **values):
        self.__dict__.update(values)

    def values(self):
        """{name: value}."""
        return dict(self.__dict__)

    def add_hparam(self, name, value):
        """Add one; ValueError where there is one of that name."""
        if hasattr(self, name):
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        setattr(self, name, value)

    def set_hparam(self, name, value):
        """Change one that is there."""
        setattr(self, name, type(getattr(self, name))(value))

    def get(self, key, default=None):
        """The value of one, or the default."""
        return self.__dict__.get(key, default)

    def __contains__(self, name):
        return name in self.__dict__
