import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq

tf.set_random_seed(8)
x = tf.constant(np.random.RandomState(8).rand(2, 3, 2), tf.float32)
cell = tf.nn.rnn_cell.GRUCell(4)
out = tf.layers.Dense(5)
helper = seq2seq.TrainingHelper(x, [3, 2])
decoder = seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), out)
outputs, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(outputs.rnn_output).shape, sess.run(lengths))
    print(sess.run(outputs.sample_id).shape, sess.run(state).shape)
    print(sess.run(outputs.rnn_output)[1, 2])
