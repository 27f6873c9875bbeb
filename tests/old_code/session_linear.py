import numpy as np
import tensorflow as tf

rng = np.random.RandomState(1)
X = rng.rand(32, 2).astype(np.float32)
Y = X.dot(np.array([[1.5], [-2.0]], np.float32)) + 0.5
x = tf.placeholder(tf.float32, shape=(None, 2))
y_ = tf.placeholder(tf.float32, shape=(None, 1))
w = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
b = tf.Variable(tf.zeros([1]))
y = tf.matmul(x, w) + b
loss = tf.reduce_mean(tf.square(y - y_))
train_op = tf.train.GradientDescentOptimizer(0.2).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for i in range(101):
        _, value = sess.run([train_op, loss], feed_dict={x: X, y_: Y})
        if i % 25 == 0:
            print("step %d loss %.5f" % (i, value))
    print(sess.run(w).ravel(), sess.run(b))
