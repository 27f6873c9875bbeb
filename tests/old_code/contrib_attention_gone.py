import tensorflow as tf

print("building")
cell = tf.nn.rnn_cell.BasicLSTMCell(4)
memory = tf.zeros([2, 3, 4])
attention = tf.contrib.seq2seq.BahdanauAttention(4, memory)
