import numpy as np
import tensorflow as tf

x = np.linspace(-3, 3, 7).astype(np.float32)
with tf.Session() as sess:
    for f in (tf.nn.relu, tf.nn.sigmoid, tf.nn.tanh, tf.nn.softplus, tf.nn.elu, tf.nn.leaky_relu):
        print(f.__name__, np.round(sess.run(f(x)), 4))
    print(sess.run(tf.nn.softmax([[1.0, 2.0, 3.0]])))
