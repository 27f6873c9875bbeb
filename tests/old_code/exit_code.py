import sys

import tensorflow as tf

print(tf.constant(1).dtype)
sys.exit(7)
