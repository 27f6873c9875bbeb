import numpy as np
import tensorflow as tf

tf.set_random_seed(3)
x = tf.placeholder(tf.float32, [None, 4, 3])
cell = tf.nn.rnn_cell.BasicLSTMCell(5, forget_bias=1.0, state_is_tuple=True)
init = cell.zero_state(2, tf.float32)
outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=init)
y = tf.layers.dense(outputs[:, -1, :], 1)
rows = np.random.RandomState(3).rand(2, 4, 3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: rows}))
    print(sess.run(state, {x: rows}).h[0])
print([v.name for v in tf.trainable_variables()])
