import tensorflow as tf
from tensorflow.contrib.framework import arg_scope, get_or_create_global_step

step = get_or_create_global_step()
print(step.name, tf.train.get_global_step() is step)
with arg_scope([tf.contrib.layers.fully_connected], activation_fn=None):
    y = tf.contrib.layers.fully_connected(tf.ones([1, 2]), 1)
print(y.op.type, [v.op.name for v in tf.contrib.framework.get_variables("fully_connected")])
