import tensorflow as tf

step = tf.Variable(0, trainable=False)
rate = tf.train.exponential_decay(0.1, step, 10, 0.96, staircase=True)
other = tf.train.polynomial_decay(0.1, step, 20, 0.01, power=0.5)
inverse = tf.train.inverse_time_decay(0.1, step, 5, 0.5)
piece = tf.train.piecewise_constant(step, [5, 15], [1.0, 0.5, 0.1])
cosine = tf.train.cosine_decay(0.1, step, 20)
x = tf.Variable(5.0)
train = tf.train.GradientDescentOptimizer(rate).minimize(tf.square(x), global_step=step)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(21):
        sess.run(train)
        if i % 5 == 0:
            print(sess.run([step, x, rate, other, inverse, piece, cosine]))
