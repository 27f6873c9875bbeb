import numpy as np
import tensorflow as tf

tf.set_random_seed(2)
x = tf.placeholder(tf.float32, [None, 8, 8, 1])
c = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
p = tf.layers.max_pooling2d(c, 2, 2)
f = tf.layers.flatten(p)
d = tf.layers.dropout(f, 0.3, training=False)
y = tf.layers.dense(d, 3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: np.random.RandomState(1).rand(2, 8, 8, 1)}))
print([(v.name, v.shape.as_list()) for v in tf.global_variables()])
