import tensorflow as tf

step = tf.train.create_global_step()
x = tf.Variable(4.0)
train = tf.train.GradientDescentOptimizer(0.1).minimize(x * x, global_step=step)
with tf.train.MonitoredTrainingSession(hooks=[tf.train.StopAtStepHook(last_step=3)]) as sess:
    while not sess.should_stop():
        _, now = sess.run([train, step])
print("stopped")
