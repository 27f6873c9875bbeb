import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, [None, 3])
training = tf.placeholder(tf.bool)
y = tf.layers.batch_normalization(x, training=training, momentum=0.9)
updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
rows = np.random.RandomState(2).rand(4, 3)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run(y, {x: rows, training: False}))
    sess.run([y, updates], {x: rows, training: True})
    print(sess.run(y, {x: rows, training: True}))
    print(sess.run(y, {x: rows, training: False}))
print(len(updates), [v.name for v in tf.global_variables()])
