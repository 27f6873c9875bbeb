"""TensorFlow as the documents know it: the only place of the course that imports it.

`tf` is tensorflow.compat.v1 in graph mode, with resource variables, on today's TensorFlow and on
genuine 1.15.5 alike. `contrib` stands in for what TensorFlow 2 lost of tf.contrib.
"""

import contextlib
import os
import sys
import tempfile
import warnings

from common import files


def _keep_compiled_loops():
    """Let XLA keep what it compiles beside the course, so that a lesson compiles only once.

    Returns the folder, or None. Code for one kind of processor must not run on another: each has
    one of its own.
    """
    folder = files.ROOT / ".xla-cache" / files.processor_fingerprint()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a course that cannot be written to compiles each time
        return None
    if sys.version_info >= (3, 8) and os.access(str(folder), os.W_OK):  # TensorFlow 1 dies of it
        flag = f'--tf_xla_persistent_cache_directory="{folder}"'
        os.environ.setdefault("TF_XLA_FLAGS", flag)
        return folder
    return None


# With oneDNN's kernels some results differ from TensorFlow 1.15.5's in the last bit; without
# them the toy problems agree in every bit. All three variables are read once, at the import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
COMPILED_LOOPS = _keep_compiled_loops()
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
    variable = "TF_USE_LEGACY_KERAS"  # which, while it is set, TensorFlow does not look for first
    kept = os.environ.get(variable)
    os.environ[variable] = "1"
    try:
        yield
    finally:
        del os.environ[variable]
        if kept is not None:
            os.environ[variable] = kept


with _quiet(), _without_keras(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.FATAL)  # what goes wrong is raised as well, and said once
tf.disable_v2_behavior()
tf.enable_resource_variables()


class contrib:
    """What the documents use of tf.contrib, which TensorFlow 2 no longer has."""

    class layers:
        """Regularizers: each returns a function from a weight to its scalar penalty."""

        @staticmethod
        def l1_regularizer(scale):
            """scale * Σ|w|, as tf.contrib.layers.l1_regularizer of 1.15."""
            return lambda weights: scale * tf.reduce_sum(tf.abs(weights), name="l1_regularizer")

        @staticmethod
        def l2_regularizer(scale):
            """scale * Σw²/2 (mind the half), as tf.contrib.layers.l2_regularizer of 1.15."""
            return lambda weights: scale * tf.nn.l2_loss(weights, name="l2_regularizer")
