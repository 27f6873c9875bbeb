"""The trainings that are measured: `python benchmarks/trainings.py NAME STEPS MODE [MODE ...]`.

Prints one JSON line for each MODE: seconds from the first step to the last fetched value, what the
training ended with. Runs on today's TensorFlow and, in its one mode "genuine", on 1.15.5; both
run the document's own loop. MODE:

genuine, plain  tf.Session: with its default configuration, and with the course's
exact, xla      DeferredSession, what it builds and compiles included
xla-warm        the same, the loop compiled before the clock starts
numpy           the arithmetic in NumPy, where that is written out (yogurt_mse)
"""

import json
import sys
import time

import numpy as np

from common import datasets
from common.graph_mode import contrib, tf
from common.session import open_session


class Training:
    """A graph, its data and its loop.

    feeds(i) is the feed_dict of step i; every `look` steps `watched` is fetched, as the document
    prints it.
    """

    def __init__(self, train_step, feeds, watched, look):
        self.train_step, self.feeds, self.watched, self.look = train_step, feeds, watched, look

    def run(self, sess, steps):
        train_step, feeds, look = self.train_step, self.feeds, self.look
        for i in range(steps):
            sess.run(train_step, feed_dict=feeds(i))
            if i % look == 0:
                sess.run(self.watched)
        return float(np.sum(sess.run(self.watched)))


def yogurt_mse():
    X, Y_ = datasets.yogurt_sales()
    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 1))
    w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
    loss_mse = tf.reduce_mean(tf.square(y_ - tf.matmul(x, w1)))
    train_step = tf.train.GradientDescentOptimizer(0.001).minimize(loss_mse)

    def feeds(i):
        start = (i * 8) % 32
        return {x: X[start : start + 8], y_: Y_[start : start + 8]}

    return Training(train_step, feeds, w1, 500)


def l2_regularization():
    X, Y_ = datasets.circle()
    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 1))
    w1 = tf.Variable(tf.random_normal([2, 11], seed=1))
    b1 = tf.Variable(tf.constant(0.01, shape=[11]))
    w2 = tf.Variable(tf.random_normal([11, 1], seed=2))
    b2 = tf.Variable(tf.constant(0.01, shape=[1]))
    y = tf.matmul(tf.nn.relu(tf.matmul(x, w1) + b1), w2) + b2
    price = contrib.layers.l2_regularizer(0.01)
    loss_total = tf.reduce_mean(tf.square(y - y_)) + price(w1) + price(w2)
    train_step = tf.train.AdamOptimizer(0.0001).minimize(loss_total)

    def feeds(i):
        start = (i * 30) % 300
        return {x: X[start : start + 30], y_: Y_[start : start + 30]}

    return Training(train_step, feeds, w2, 2000)


def _network(sizes, batch):
    """A ReLU network of the given layer sizes on random images, gradient descent at 0.01."""
    random = np.random.RandomState(0)
    X = random.rand(100 * batch, sizes[0]).astype(np.float32)
    Y = np.eye(sizes[-1], dtype=np.float32)[random.randint(0, sizes[-1], len(X))]
    x = tf.placeholder(tf.float32, (None, sizes[0]))
    y_ = tf.placeholder(tf.float32, (None, sizes[-1]))
    net = x
    for k, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        w = tf.Variable(tf.truncated_normal([inputs, outputs], stddev=0.1, seed=k + 1))
        b = tf.Variable(tf.constant(0.1, shape=[outputs]))
        net = tf.matmul(net if k == 0 else tf.nn.relu(net), w) + b
    loss = tf.losses.softmax_cross_entropy(y_, net)
    train_step = tf.train.GradientDescentOptimizer(0.01).minimize(loss)

    def feeds(i):
        start = (i * batch) % len(X)
        return {x: X[start : start + batch], y_: Y[start : start + batch]}

    return Training(train_step, feeds, b, 1000)


def deep_network():
    return _network([784, 400, 200, 100, 10], batch=64)


def zalando():
    return _network([784, 20, 20, 20, 20, 10], batch=50)


def numpy_yogurt_mse(steps):
    X, Y_ = (part.astype(np.float32) for part in datasets.yogurt_sales())
    w1 = np.array([[-0.8113182], [1.4845988]], np.float32)
    rate = np.float32(0.001)
    for i in range(steps):
        start = (i * 8) % 32
        x = X[start : start + 8]
        w1 = w1 - rate * (x.T @ ((x @ w1 - Y_[start : start + 8]) * np.float32(2 / 8)))
    return float(np.sum(w1))


TRAININGS = {
    "yogurt_mse": yogurt_mse,
    "l2_regularization": l2_regularization,
    "deep_network": deep_network,
    "zalando": zalando,
}


def measure(name, steps, mode):
    """Seconds and the sum of the watched values at the end."""
    if mode == "numpy":
        started = time.perf_counter()
        end = numpy_yogurt_mse(steps)
        return time.perf_counter() - started, end
    tf.reset_default_graph()
    training = TRAININGS[name]()
    init_op = tf.global_variables_initializer()
    with tf.Session() if mode == "genuine" else open_session(mode.split("-")[0]) as sess:
        sess.run(init_op)
        if mode == "xla-warm":
            training.run(sess, min(steps, 2 * training.look + 2))
            sess.run(init_op)
        started = time.perf_counter()
        end = training.run(sess, steps)
        return time.perf_counter() - started, end


if __name__ == "__main__":
    for each in sys.argv[3:]:
        seconds, end = measure(sys.argv[1], int(sys.argv[2]), each)
        print(json.dumps({"mode": each, "seconds": seconds, "end": end}), flush=True)
