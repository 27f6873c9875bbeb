import numpy as np
import tensorflow as tf

tf.set_random_seed(1)
x = tf.placeholder(tf.float32, [None, 4])
h = tf.layers.dense(x, 5, activation=tf.nn.relu, name="hidden")
y = tf.layers.dense(h, 2, kernel_initializer=tf.random_normal_initializer(stddev=0.3))
loss = tf.losses.mean_squared_error(tf.ones([3, 2]), y)
train = tf.train.AdamOptimizer(0.05).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    rows = np.random.RandomState(0).rand(3, 4)
    print(sess.run(y, {x: rows}))
    for _ in range(20):
        sess.run(train, {x: rows})
    print(sess.run(loss, {x: rows}))
print([v.name for v in tf.trainable_variables()])
