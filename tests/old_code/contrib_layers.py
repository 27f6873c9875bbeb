import numpy as np
import tensorflow as tf
from tensorflow.contrib.layers import fully_connected

tf.set_random_seed(6)
x = tf.placeholder(tf.float32, [None, 4])
h = fully_connected(x, 5)
y = fully_connected(h, 2, activation_fn=None, scope="out")
w = tf.get_variable("w", [2, 2], initializer=tf.contrib.layers.xavier_initializer())
v = tf.get_variable("v", [3], initializer=tf.contrib.layers.variance_scaling_initializer())
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: np.eye(4)}))
    print(sess.run([w, v]))
    print(sess.run(tf.contrib.layers.one_hot_encoding([1, 0], 3)))
print([each.name for each in tf.trainable_variables()])
