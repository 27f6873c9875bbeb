import tensorflow as tf

tf.set_random_seed(5)
keep = tf.placeholder(tf.float32)
x = tf.ones([2, 6])
a = tf.nn.dropout(x, keep)
b = tf.nn.dropout(x, keep_prob=0.8)
with tf.Session() as sess:
    print(sess.run(a, {keep: 0.5}))
    print(sess.run(b))
    print(sess.run(a, {keep: 1.0}))
