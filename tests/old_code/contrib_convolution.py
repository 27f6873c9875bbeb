import numpy as np
import tensorflow as tf
import tensorflow.contrib.layers as layers

tf.set_random_seed(7)
x = tf.placeholder(tf.float32, [None, 8, 8, 2])
net = layers.conv2d(x, 3, [3, 3], normalizer_fn=layers.batch_norm)
net = layers.max_pool2d(net, 2)
net = layers.flatten(net)
net = layers.dropout(net, 0.9, is_training=False)
y = layers.fully_connected(net, 2, activation_fn=None, weights_regularizer=layers.l2_regularizer(0.1))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: np.random.RandomState(7).rand(1, 8, 8, 2)}))
    print(sess.run(tf.losses.get_regularization_loss()))
print([each.op.name for each in tf.global_variables()])
