import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq

tf.set_random_seed(11)
draw = np.random.RandomState(11)
x = tf.constant(draw.rand(2, 4, 3), tf.float32)
y = tf.constant(draw.rand(2, 3, 3), tf.float32)


def decoded(mechanism, history, **options):
    cell = tf.nn.rnn_cell.BasicLSTMCell(4)
    cell = seq2seq.AttentionWrapper(cell, mechanism, alignment_history=history, **options)
    helper = seq2seq.TrainingHelper(y, [3, 2])
    out = tf.layers.Dense(6)
    state = cell.zero_state(2, tf.float32)
    decoder = seq2seq.BasicDecoder(cell, helper, state, out)
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, impute_finished=True)
    past = state.alignment_history.stack() if history else state.alignments
    return outputs.rnn_output, outputs.sample_id, past, lengths, state.cell_state.h


with tf.variable_scope("a"):
    memory, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(5), x, [4, 2], dtype=tf.float32)
    additive = decoded(seq2seq.BahdanauAttention(4, memory, [4, 2]), True, attention_layer_size=3)
with tf.variable_scope("b"):
    normed = seq2seq.BahdanauAttention(4, memory, normalize=True)
    normed = decoded(normed, False, output_attention=False)
with tf.variable_scope("c"):
    luong = seq2seq.LuongAttention(4, memory, [4, 2], scale=True)
    luong = decoded(luong, True, attention_layer_size=5)
with tf.variable_scope("d"):
    cell = tf.nn.rnn_cell.GRUCell(4)
    both = [seq2seq.LuongAttention(4, memory), seq2seq.BahdanauAttention(3, memory)]
    cell = seq2seq.AttentionWrapper(cell, both, attention_layer_size=[2, 3])
    start = cell.zero_state(2, tf.float32).clone(cell_state=tf.ones([2, 4]))
    table = tf.get_variable("table", [7, 3])
    helper = seq2seq.GreedyEmbeddingHelper(table, [1, 2], 0)
    decoder = seq2seq.BasicDecoder(cell, helper, start, tf.layers.Dense(7))
    outputs, state, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
    greedy = outputs.sample_id, outputs.rnn_output, state.attention, state.time, lengths
for v in tf.trainable_variables():
    print(v.name, v.shape)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for result in (additive, normed, luong, greedy):
        for value in sess.run(result):
            print(value)
loss = tf.reduce_mean(tf.square(additive[0]))
step = tf.train.AdamOptimizer(0.1).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(20):
        sess.run(step)
    print(sess.run(loss))
