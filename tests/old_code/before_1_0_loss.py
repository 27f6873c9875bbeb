import tensorflow as tf

z = tf.constant([[1.0, 2.0, 0.5]])
y = tf.constant([[0.0, 1.0, 0.0]])
with tf.Session() as sess:
    sess.run(tf.initialize_all_variables())
    print(sess.run(tf.nn.softmax_cross_entropy_with_logits(z, y)))
    print(sess.run(tf.nn.sigmoid_cross_entropy_with_logits(z, y)))
    print(sess.run(tf.batch_matmul(tf.ones([1, 1, 2]), tf.ones([1, 2, 1]))))
