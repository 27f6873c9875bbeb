import tensorflow as tf
from tensorflow.contrib.layers import l2_regularizer

LAYERS = [2, 1]


def forward(x, rate):
    w = tf.Variable(tf.ones(LAYERS))
    tf.add_to_collection("losses", l2_regularizer(rate)(w))
    return tf.matmul(x, w)
