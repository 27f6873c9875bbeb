import numpy as np
import tensorflow as tf

tf.set_random_seed(4)
x = tf.constant(np.random.RandomState(4).rand(2, 3, 2), tf.float32)
with tf.variable_scope("basic"):
    a, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(3), x, dtype=tf.float32)
with tf.variable_scope("gru"):
    b, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(3), x, dtype=tf.float32)
with tf.variable_scope("deep"):
    cells = [tf.nn.rnn_cell.LSTMCell(3) for _ in range(2)]
    c, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), x, dtype=tf.float32)
with tf.variable_scope("two"):
    cell = tf.nn.rnn_cell.LSTMCell
    (d, _), _ = tf.nn.bidirectional_dynamic_rnn(cell(2), cell(2), x, dtype=tf.float32)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for each in (a, b, c, d):
        print(sess.run(each)[0])
