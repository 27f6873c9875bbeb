import numpy as np
import tensorflow as tf

slim = tf.contrib.slim


def net(inputs):
    with slim.arg_scope([slim.fully_connected], weights_initializer=tf.ones_initializer()):
        x = slim.stack(inputs, slim.fully_connected, [3, 2], scope="fc")
        return slim.fully_connected(x, 1, activation_fn=None, scope="out")


x = tf.placeholder(tf.float32, [None, 2])
y = net(x)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: np.ones((2, 2))}))
print([each.op.name for each in slim.get_model_variables()])
