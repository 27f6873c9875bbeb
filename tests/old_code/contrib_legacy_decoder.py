import numpy as np
import tensorflow as tf
from tensorflow.contrib import legacy_seq2seq, rnn

cell = rnn.BasicLSTMCell(2)
inputs = [tf.ones([1, 2]) * k for k in range(3)]
with tf.variable_scope("net", initializer=tf.constant_initializer(0.1)):
    outputs, state = legacy_seq2seq.rnn_decoder(inputs, cell.zero_state(1, tf.float32), cell)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(np.concatenate(sess.run(outputs)))
print([v.op.name for v in tf.trainable_variables()])
