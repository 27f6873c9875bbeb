import tensorflow as tf
from numpy.random import RandomState

batch_size = 8
x = tf.placeholder(tf.float32, shape=(None, 2), name="x-input")
y_ = tf.placeholder(tf.float32, shape=(None, 1), name="y-input")
w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
y = tf.matmul(x, w1)
loss = tf.reduce_sum(tf.where(tf.greater(y, y_), (y - y_) * 10, (y_ - y) * 1))
train_step = tf.train.AdamOptimizer(0.01).minimize(loss)
rdm = RandomState(1)
X = rdm.rand(64, 2)
Y = [[x1 + x2 + rdm.rand() / 10.0 - 0.05] for (x1, x2) in X]
with tf.Session() as sess:
    tf.global_variables_initializer().run()
    for i in range(300):
        start = (i * batch_size) % 64
        sess.run(train_step, feed_dict={x: X[start : start + batch_size], y_: Y[start : start + 8]})
        if i % 100 == 0:
            print("%d: %s" % (i, sess.run(w1).ravel()))
