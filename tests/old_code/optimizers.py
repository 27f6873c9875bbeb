import tensorflow as tf

optimizers = [
    tf.train.GradientDescentOptimizer(0.1),
    tf.train.MomentumOptimizer(0.05, 0.9),
    tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True),
    tf.train.AdagradOptimizer(0.5),
    tf.train.AdadeltaOptimizer(1.0),
    tf.train.RMSPropOptimizer(0.05),
    tf.train.AdamOptimizer(0.1),
    tf.train.FtrlOptimizer(0.5),
    tf.train.ProximalGradientDescentOptimizer(0.1),
]
for optimizer in optimizers:
    tf.reset_default_graph()
    x = tf.Variable([2.0, -3.0], name="x")
    loss = x[0] ** 2 + 10 * tf.square(x[1])
    train = optimizer.minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(10):
            sess.run(train)
        print(optimizer.get_name(), sess.run(x))
