"""tf_slim, which tf.contrib's layers have become, on today's TensorFlow."""

import functools
import importlib
import warnings

from common.tf1.names import Namespace
from common.tf1.runtime import tf

_LAYERS = {
    "convolutional_layers": "convolutional",
    "core_layers": "core",
    "normalization_layers": "normalization",
    "pooling_layers": "pooling",
}
_WITH_TENSORS = ("layers.optimizers", "layers.utils", "learning")  # that look for ops.Tensor


@functools.lru_cache(maxsize=None)
def loaded():
    """The module tf_slim, its layers made of tf_keras's as tf.layers are."""
    from common.tf1 import seeds

    warnings.filterwarnings("ignore", r"`(layer\.apply|tf\.layers\.)", UserWarning)
    slim = importlib.import_module("tf_slim")
    layers = importlib.import_module("tf_slim.layers.layers")
    for name, home in _LAYERS.items():
        setattr(layers, name, importlib.import_module("tf_keras.src.legacy_tf_layers." + home))
    for name in _WITH_TENSORS:
        module = importlib.import_module("tf_slim." + name)
        module.ops = Namespace(module.ops, {"Tensor": tf.Tensor})
    seeds.install_in_keras()
    return slim


def get(name):
    """What tf_slim, or its module of that name, has."""
    return functools.reduce(getattr, name.split("."), loaded())
