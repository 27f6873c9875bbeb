import tensorflow as tf

x = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
with tf.Session() as sess:
    print(sess.run(tf.reduce_mean(x)), sess.run(tf.reduce_sum(x, 0)))
    print(sess.run(tf.reduce_max(x, reduction_indices=1)), sess.run(tf.reduce_min(x, axis=[1])))
    print(sess.run(tf.reduce_sum(x, 1, keep_dims=True)), sess.run(tf.reduce_prod(x)))
    print(sess.run(tf.argmax(x, 1)), sess.run(tf.arg_max(x, 0)), sess.run(tf.cumsum([1, 2, 3])))
    print(sess.run(tf.nn.moments(x, [0])), sess.run(tf.nn.l2_loss(x)), sess.run(tf.norm(x)))
    print(sess.run(tf.nn.top_k([1.0, 5.0, 3.0], 2)), sess.run(tf.nn.in_top_k(x, [2, 0], 1)))
