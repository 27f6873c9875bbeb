import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 2])
with tf.Session() as sess:
    print(sess.run(x + 1, {x: np.zeros((1, 2))}))
    sess.run(x + 1, {x: np.zeros((1, 3))})
