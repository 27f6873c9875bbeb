"""`tf`: TensorFlow 1 as it was, for lessons and for old code.

On genuine 1.15.5 it is TensorFlow itself. On today's it is tensorflow.compat.v1 in graph mode with
what version 2 took away put back: sessions (prepared), tf.layers, tf.nn.rnn_cell, tf.contrib, the
seeds of 1.15.5. What cannot be had is refused in a sentence at its first use.
"""

import functools
import importlib
import warnings

from common.tf1.events import FileWriter
from common.tf1.names import Namespace
from common.tf1.runtime import GENUINE
from common.tf1.runtime import tf as today
from common.tf1.session import InteractiveSession, Session


def _legacy_keras(name):
    """A module that TensorFlow 1 had and Keras 3 has not: tf_keras has it, a second to import."""
    warnings.filterwarnings("ignore", r"`tf\.(layers|nn\.rnn_cell)\.", UserWarning)
    from common.tf1 import counts

    found = importlib.import_module("tf_keras.api._v1.keras.__internal__.legacy." + name)
    counts.install_in_keras()
    return found


def _keras():
    """tf.keras as it was: Keras 2."""
    from common.tf1 import counts

    found = importlib.import_module("tf_keras.api._v1.keras")
    counts.install_in_keras()
    return Namespace(found, title="tensorflow.keras")


def _named_arguments_only(function):
    """`function` of labels and logits, which refuses what has no name, as 1.15.5 does."""

    @functools.wraps(function)
    def call(_sentinel=None, labels=None, logits=None, *others, **named):
        if _sentinel is not None:
            name = function.__name__
            raise ValueError(
                f"Only call `{name}` with named arguments (labels=..., logits=..., ...)"
            )
        return function(labels, logits, *others, **named)

    return call


def _gone(names, why):
    return dict.fromkeys(names.split(), why)


_STATISTICS = _gone(
    "CheckpointInputPipelineHook MapVectorizationOptions StatsAggregator StatsOptions "
    "bytes_produced_stats latency_stats",
    "what watched input pipelines is no longer part of TensorFlow; tf.profiler watches them now.",
)
_TPU = _gone(
    "AdagradParameters AdamParameters StochasticGradientDescentParameters",
    "embeddings on TPUs are set up by tf.tpu.experimental.embedding now.",
)
_DEVICES = _gone("experimental_list_devices", "use tf.config.experimental.list_physical_devices().")
_OPTIMIZERS = "ADAM Adadelta Adagrad FTRL Momentum ProximalAdagrad RMSProp"
_KERNELS = {
    f"{what}TPUEmbedding{optimizer}ParametersGradAccumDebug": "its kernel is no longer there."
    for what in ("Load", "Retrieve")
    for optimizer in _OPTIMIZERS.split()
}
_KERNELS.update(_gone("CompareAndBitpack", "today's TensorFlow does not offer it in Python."))
_GONE = _gone(
    "estimator",
    "TensorFlow has no estimators any more; write the loop with tf.Session, or use tf.keras's fit.",
)


def _todays_with_the_old():
    from common.tf1 import seeds
    from common.tf1.contrib import contrib

    seeds.install()
    cross_entropies = {
        name: _named_arguments_only(getattr(today.nn, name))
        for name in (
            "sigmoid_cross_entropy_with_logits",
            "softmax_cross_entropy_with_logits",
            "sparse_softmax_cross_entropy_with_logits",
        )
    }
    names = {
        "InteractiveSession": InteractiveSession,
        "Session": Session,
        "config": Namespace(today.config, gone=_DEVICES),
        "contrib": contrib,
        "data": Namespace(
            today.data, {"experimental": Namespace(today.data.experimental, gone=_STATISTICS)}
        ),
        "image": Namespace(
            today.image, {"per_image_standardization": seeds.per_image_standardization}
        ),
        "lin_space": seeds.linspace,
        "linspace": seeds.linspace,
        "nn": Namespace(today.nn, cross_entropies, {"rnn_cell": lambda: _legacy_keras("rnn_cell")}),
        "random": Namespace(
            today.random, {"gamma": seeds.random_gamma, "uniform": seeds.random_uniform}
        ),
        "random_gamma": seeds.random_gamma,
        "random_uniform": seeds.random_uniform,
        "raw_ops": Namespace(today.raw_ops, gone=_KERNELS),
        "split": seeds.split,
        "summary": Namespace(today.summary, {"FileWriter": FileWriter}),
        "tpu": Namespace(today.tpu, {"experimental": Namespace(today.tpu.experimental, gone=_TPU)}),
    }
    later = {"keras": _keras, "layers": lambda: _legacy_keras("layers")}
    return Namespace(today, names, later, _GONE)


if GENUINE:
    tf = importlib.import_module("tensorflow")
    tf.summary.FileWriter = FileWriter
else:
    tf = _todays_with_the_old()
