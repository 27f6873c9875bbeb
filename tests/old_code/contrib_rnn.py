import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn

tf.set_random_seed(5)
x = tf.placeholder(tf.float32, [None, 3, 2])
steps = tf.unstack(x, 3, 1)
cell = rnn.DropoutWrapper(rnn.BasicLSTMCell(4), output_keep_prob=1.0)
outputs, states = rnn.static_rnn(cell, steps, dtype=tf.float32)
both, _, _ = rnn.static_bidirectional_rnn(
    rnn.GRUCell(2), rnn.GRUCell(2), steps, dtype=tf.float32
)
rows = np.random.RandomState(5).rand(2, 3, 2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(outputs[-1], {x: rows}))
    print(sess.run(both[0], {x: rows}))
