import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)
print(int(tf.__version__.split(".")[0]) >= 1, tf.compat.as_str(b"x"), tf.float32.name)
