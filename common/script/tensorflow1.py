"""`import tensorflow` for a script: common.tf1, with the modules that TensorFlow 1 had below it."""

import functools
import importlib

from common.script import mnist
from common.tf1 import older
from common.tf1.contrib import gone
from common.tf1.names import Namespace


@functools.lru_cache(maxsize=None)
def tensorflow(before_1_0=False):
    """tensorflow for a script: `tf`, whatever it is imported as."""
    from common.tf1 import tf

    real = importlib.import_module("tensorflow")
    tutorials = Namespace(None, {"mnist": _mnist()}, title="tensorflow.examples.tutorials")
    compat = Namespace(real.compat, title="tensorflow.compat")
    top = Namespace(
        tf,
        {
            **older.names(tf, before_1_0),
            "examples": Namespace(None, {"tutorials": tutorials}, title="tensorflow.examples"),
            "compat": compat,
            "contrib": Namespace(tf.contrib, {"learn": _learn()}),
        },
        {"core": lambda: importlib.import_module("tensorflow.core"), "python": _python},
        title="tensorflow",
    )
    compat.__dict__.update(v1=top)
    return top


def _mnist():
    names = {"input_data": mnist.input_data()}
    return Namespace(None, names, title="tensorflow.examples.tutorials.mnist")


_LEARN = "tensorflow.contrib.learn"


def _learn():
    """tf.contrib.learn: of it only MNIST is to be had."""
    why = dict(gone.of(""))["learn"]
    mnist_ = Namespace(mnist.input_data(), title=f"{_LEARN}.datasets.mnist")
    tables = "nobody has carried it over; sklearn.datasets has such tables."
    base = Namespace(
        None,
        {"Datasets": mnist.Datasets, "maybe_download": mnist.maybe_download},
        title=f"{_LEARN}.datasets.base",
        others=tables,
    )
    datasets = Namespace(
        None, {"base": base, "mnist": mnist_}, title=f"{_LEARN}.datasets", others=tables
    )
    words = "nobody has carried it over; tf.keras.preprocessing.text.Tokenizer numbers words."
    learn = Namespace(
        None, {"datasets": datasets}, gone={"preprocessing": words}, title=_LEARN, others=why
    )
    inner = Namespace(learn, title=f"{_LEARN}.python.learn")
    learn.python = Namespace(learn, {"learn": inner}, title=f"{_LEARN}.python")
    return learn


def _python():
    """tensorflow.python, TensorFlow's own code, as far as it is where it was."""
    from common.tf1 import tf

    ops = importlib.import_module("tensorflow.python.ops")
    cells = {"rnn_cell": tf.nn.rnn_cell, "rnn_cell_impl": tf.nn.rnn_cell}
    framework = importlib.import_module("tensorflow.python.framework")
    util = {"graph_util": tf.graph_util}
    return Namespace(
        importlib.import_module("tensorflow.python"),
        {
            "framework": Namespace(framework, util),
            "ops": Namespace(ops, cells, {"seq2seq": lambda: tf.contrib.legacy_seq2seq}),
        },
        {"keras": lambda: tf.keras},
    )


_LAYERS = """advanced_activations convolutional core embeddings merge noise normalization pooling
recurrent wrappers"""


def keras(before_1_0=False):
    """Keras as it was beside TensorFlow 1: tf.keras, with the modules that it had of its own."""
    own = tensorflow(before_1_0).keras
    layers = Namespace(own.layers, dict.fromkeys(_LAYERS.split(), own.layers))
    utils = Namespace(own.utils, {"np_utils": own.utils})
    return Namespace(own, {"layers": layers, "utils": utils}, title="keras")


def slim(before_1_0=False):
    """tf_slim: as tf.contrib.slim."""
    return tensorflow(before_1_0).contrib.slim
