import tensorflow as tf

value, update = tf.metrics.accuracy([1, 0, 1], [1, 1, 1])
mean, more = tf.metrics.mean([1.0, 2.0])
with tf.Session() as sess:
    sess.run(tf.local_variables_initializer())
    print(sess.run([update, more]), sess.run([value, mean]))
    print(sess.run(tf.confusion_matrix([1, 0], [1, 1])))
