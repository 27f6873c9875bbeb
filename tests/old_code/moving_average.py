import tensorflow as tf

v1 = tf.Variable(0, dtype=tf.float32)
step = tf.Variable(0, trainable=False)
ema = tf.train.ExponentialMovingAverage(0.99, step)
maintain = ema.apply([v1])
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run([v1, ema.average(v1)]))
    sess.run(tf.assign(v1, 5))
    sess.run(maintain)
    print(sess.run([v1, ema.average(v1)]))
    sess.run(tf.assign(step, 10000))
    sess.run(tf.assign(v1, 10))
    sess.run(maintain)
    print(sess.run([v1, ema.average(v1)]))
    print(ema.average_name(v1), sorted(ema.variables_to_restore()))
