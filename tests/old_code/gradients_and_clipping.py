import tensorflow as tf

x = tf.Variable([1.0, 2.0, 3.0])
y = tf.reduce_sum(x**3)
optimizer = tf.train.GradientDescentOptimizer(0.01)
pairs = optimizer.compute_gradients(y, [x])
clipped, norm = tf.clip_by_global_norm([g for g, _ in pairs], 5.0)
train = optimizer.apply_gradients(zip(clipped, [v for _, v in pairs]))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run([pairs[0][0], norm]))
    sess.run(train)
    print(sess.run(x), sess.run(tf.gradients(y, x)), sess.run(tf.hessians(y, x)[0]))
