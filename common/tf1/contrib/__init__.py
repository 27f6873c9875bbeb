"""tf.contrib, as far as it is given back: most of it by tf_slim, which it has become."""

import functools
import importlib

from common.tf1.contrib import regularizers
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
_GONE = {
    name: "nobody has carried it over; " + instead
    for name, instead in {
        "boosted_trees": "sklearn.ensemble has boosted trees.",
        "cudnn_rnn": "tf.contrib.rnn's cells compute the same.",
        "data": "what was in it is in tf.data.",
        "distribute": "one process without a strategy trains the same network.",
        "distributions": "tf.distributions has the common ones.",
        "eager": "this is TensorFlow 1's graph mode; tf.compat.v2 has today's way.",
        "estimator": "write the loop with tf.Session, or use tf.keras's fit.",
        "factorization": "sklearn.cluster.KMeans does what its KMeans did.",
        "keras": "use tf.keras.",
        "learn": "write the loop with tf.Session, or use tf.keras's fit; "
        "tensorflow.examples.tutorials.mnist has its MNIST.",
        "linear_optimizer": "use tf.train's optimizers.",
        "lookup": "use tf.lookup.",
        "predictor": "use tf.saved_model.loader.load and tf.Session.",
        "tensor_forest": "sklearn.ensemble.RandomForestClassifier does what it did.",
        "tensorrt": "a plain tf.Session computes the same.",
        "timeseries": "write the model with tf.contrib.rnn's cells.",
        "tpu": "remove it: the same network runs on any device.",
    }.items()
}


def _from_slim(names, below=""):
    """{name: function that gets it from tf_slim}."""
    return {name: functools.partial(_slim, below + name) for name in names.split()}


def _slim(name):
    from common.tf1.contrib import slim

    return slim.get(name)


def _module(name):
    return lambda: importlib.import_module(name)


def _layers():
    names = {name: getattr(regularizers, name) for name in _REGULARIZERS.split()}
    names["embed_sequence"] = embed_sequence
    return Namespace(None, names, _from_slim(_LAYERS), title="tensorflow.contrib.layers")


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
        "argsort": tf.argsort,
        "init_from_checkpoint": tf.train.init_from_checkpoint,
        "is_tensor": tf.is_tensor,
        "list_variables": tf.train.list_variables,
        "load_checkpoint": tf.train.load_checkpoint,
        "load_variable": tf.train.load_variable,
        "nest": tf.nest,
        "sort": tf.sort,
    }
    return Namespace(None, names, later, title="tensorflow.contrib.framework")


def _whole_slim():
    from common.tf1.contrib import slim

    return Namespace(slim.loaded(), title="tensorflow.contrib.slim")


def _projector():
    from tensorboard.plugins import projector

    return Namespace(
        None,
        {"plugins": Namespace(None, {"projector": projector}, title="tensorflow.contrib.plugins")},
        title="tensorflow.contrib.tensorboard",
    )


contrib = Namespace(
    None,
    {"layers": _layers()},
    {
        "framework": _framework,
        "legacy_seq2seq": _module("common.tf1.contrib.legacy_seq2seq"),
        **_from_slim("losses metrics"),
        "rnn": _module("common.tf1.contrib.rnn"),
        "seq2seq": _module("common.tf1.contrib.seq2seq"),
        "slim": _whole_slim,
        "tensorboard": _projector,
        "training": lambda: Namespace(
            None,
            {"HParams": HParams},
            _from_slim("create_train_op clip_gradient_norms train", "training."),
            title="tensorflow.contrib.training",
        ),
        "util": lambda: Namespace(
            None,
            {"make_tensor_proto": tf.make_tensor_proto, "make_ndarray": tf.make_ndarray},
            title="tensorflow.contrib.util",
        ),
    },
    _GONE,
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
