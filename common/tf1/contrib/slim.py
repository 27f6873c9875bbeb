"""tf_slim, which tf.contrib's layers have become, on today's TensorFlow."""

import functools
import importlib
import itertools
import sys
import warnings

from common.tf1.names import Namespace
from common.tf1.runtime import tf

_LAYERS = {
    "convolutional_layers": "convolutional",
    "core_layers": "core",
    "normalization_layers": "normalization",
    "pooling_layers": "pooling",
}
# what its modules look for where it was
_MOVED = {
    "ops": {"IndexedSlices": tf.IndexedSlices, "Tensor": tf.Tensor},
    "control_flow_ops": {"cond": tf.cond, "while_loop": tf.while_loop},
}


@functools.lru_cache(maxsize=None)
def loaded():
    """The module tf_slim, its layers made of tf_keras's as tf.layers are."""
    from common.tf1 import counts

    warnings.filterwarnings("ignore", r"`(layer\.apply|tf\.layers\.)", UserWarning)
    slim = importlib.import_module("tf_slim")
    layers = importlib.import_module("tf_slim.layers.layers")
    for name, home in _LAYERS.items():
        setattr(layers, name, importlib.import_module("tf_keras.src.legacy_tf_layers." + home))
    own = [module for name, module in sys.modules.items() if name.startswith("tf_slim.")]
    for module, (name, moved) in itertools.product(own, _MOVED.items()):
        if hasattr(module, name):
            setattr(module, name, Namespace(getattr(module, name), moved))
    counts.install_in_keras()
    return slim


def get(name):
    """What tf_slim, or its module of that name, has."""
    return functools.reduce(getattr, name.split("."), loaded())
