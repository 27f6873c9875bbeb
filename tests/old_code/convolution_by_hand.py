import numpy as np
import tensorflow as tf

tf.set_random_seed(3)
x = tf.constant(np.arange(32).reshape(1, 4, 4, 2), tf.float32)
w = tf.Variable(tf.truncated_normal([3, 3, 2, 2], stddev=0.1))
b = tf.Variable(tf.constant(0.1, shape=[2]))
conv = tf.nn.relu(tf.nn.conv2d(x, w, strides=[1, 1, 1, 1], padding="SAME") + b)
pool = tf.nn.max_pool(conv, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="SAME")
norm = tf.nn.lrn(pool, 2)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(conv)[0, 0])
    print(sess.run(pool))
    print(sess.run(norm).sum(), sess.run(tf.nn.avg_pool(x, [1, 2, 2, 1], [1, 2, 2, 1], "VALID")))
