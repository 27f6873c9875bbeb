import tensorflow as tf

import sibling_net
from sibling_net import LAYERS

x = tf.ones([1, 2])
y = sibling_net.forward(x, 0.01)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y), LAYERS, len(tf.get_collection("losses")))
