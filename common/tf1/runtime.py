"""TensorFlow as the documents know it, imported quietly and set to compute as 1.15.5 does.

`tf` is tensorflow.compat.v1 in graph mode, with reference variables, on today's TensorFlow and
on genuine 1.15.5 alike. common.tf1.namespace adds what it lost.
"""

import contextlib
import os
import sys
import tempfile
import warnings

from common.tf1 import signals

# With oneDNN's kernels some results differ from TensorFlow 1.15.5's in the last bit; without
# them the toy problems agree in every bit. Both variables are read once, at the import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The lessons' steps are too small for a graphics processor, and its bits are others.
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


@contextlib.contextmanager
def _quiet():
    """Keep what the C++ runtime writes past Python to the standard error; show it on failure."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        kept = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(kept, log.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


@contextlib.contextmanager
def _without_keras():
    """Leave Keras, a third of the time that importing TensorFlow takes, to its first use."""
    variable = "TF_USE_LEGACY_KERAS"  # with which TensorFlow looks for tf_keras instead,
    kept = os.environ.get(variable)
    os.environ[variable] = "1"
    sys.modules["tf_keras"] = None  # and does not find it
    try:
        yield
    finally:
        del sys.modules["tf_keras"]
        del os.environ[variable]
        if kept is not None:
            os.environ[variable] = kept


signals.handle_on_another_stack()
with _quiet(), _without_keras(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.FATAL)  # what goes wrong is raised as well, and said once
GENUINE = tf.__version__.startswith("1.")
tf.disable_v2_behavior()
if not GENUINE:
    # In graph mode a tensor is equal to itself alone. TensorFlow's own __hash__ asks each time
    # whether that is so, for each key of each feed_dict.
    tf.Tensor.__hash__ = object.__hash__
