import tensorflow as tf


def get_weight(shape, scale):
    var = tf.Variable(tf.random_normal(shape, seed=2), dtype=tf.float32)
    tf.add_to_collection("losses", tf.contrib.layers.l2_regularizer(scale)(var))
    return var


x = tf.constant([[1.0, 0.5]])
cur, size = x, 2
for width in [3, 2, 1]:
    cur = tf.nn.relu(tf.matmul(cur, get_weight([size, width], 0.003)) + 0.1)
    size = width
tf.add_to_collection("losses", tf.reduce_mean(tf.square(1.0 - cur)))
loss = tf.add_n(tf.get_collection("losses"))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(loss), len(tf.get_collection("losses")))
    print(sess.run(tf.contrib.layers.l1_regularizer(0.5)(tf.constant([1.0, -2.0]))))
