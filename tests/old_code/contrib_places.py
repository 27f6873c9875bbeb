import tensorflow as tf
from tensorflow.contrib.framework.python.ops import arg_scope
from tensorflow.contrib.layers.python.layers import regularizers
from tensorflow.contrib.layers.python.layers.layers import fully_connected
from tensorflow.contrib.rnn.python.ops import core_rnn_cell
from tensorflow.contrib.training.python.training.hparam import HParams

with arg_scope([fully_connected], activation_fn=None):
    y = fully_connected(tf.ones([1, 2]), 3, weights_initializer=tf.ones_initializer())
weights = tf.trainable_variables()[0]
penalty = regularizers.l2_regularizer(0.5)(weights)
print(len(HParams(units=3).values()), hasattr(tf.contrib, "no_such_module"))
print(core_rnn_cell is not None, tf.contrib.util.constant_value(tf.constant(3)))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run([y, penalty]))
