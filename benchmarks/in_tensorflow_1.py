"""A training as TensorFlow 1 code, in tf.Session and in a prepared session.

    python benchmarks/in_tensorflow_1.py PROBLEM [STEPS]

Runs on genuine TensorFlow 1.15.5 too, where there is one session. `python_part` measures what of a
step is Python's.
"""

import time

import numpy as np
import problems

from common.tf1 import session
from common.tf1.runtime import GENUINE, tf


def build(problem):
    """(x, y_, train_step, loss)"""
    x = tf.placeholder(tf.float32, shape=(None, problem.sizes[0]))
    y_ = tf.placeholder(tf.float32, shape=(None, problem.sizes[-1]))
    y = x
    for k, w in enumerate(problem.weights):
        y = tf.matmul(tf.nn.relu(y) if k else y, tf.Variable(w))
        if problem.biased:
            y = y + tf.Variable(tf.zeros([w.shape[1]]))
    if problem.loss == "mse":
        loss = tf.reduce_mean(tf.square(y_ - y))
    else:
        loss = tf.losses.softmax_cross_entropy(y_, y)
    if problem.optimizer == "Adam":
        optimizer = tf.train.AdamOptimizer(problem.rate)
    else:
        optimizer = tf.train.GradientDescentOptimizer(problem.rate)
    return x, y_, optimizer.minimize(loss), loss


def measure(column, make, problem):
    tf.reset_default_graph()
    x, y_, train_step, loss = build(problem)
    X, Y_ = problem.X, problem.Y
    if problem.loss != "mse":  # images are float32 in the documents, what NumPy draws is float64
        X, Y_ = X.astype(np.float32), Y_.astype(np.float32)
    with make() as sess:
        sess.run(tf.global_variables_initializer())

        def step(i, fetched):
            start = problem.start(i)
            end = start + problem.batch
            if fetched:
                sess.run([train_step, loss], feed_dict={x: X[start:end], y_: Y_[start:end]})
            else:
                sess.run(train_step, feed_dict={x: X[start:end], y_: Y_[start:end]})

        def at_end():
            return float(sess.run(loss, {x: X[: problem.batch], y_: Y_[: problem.batch]}))

        problems.measure(column, problem, step, at_end)


def python_part(steps=20000, repeats=5):
    """Microseconds of a prepared step with two small feeds that are not the runtime's.

    The whole call, the making of its slices and its feed_dict included, less what the runtime takes
    for the same arrays.
    """
    tf.reset_default_graph()
    x, y_ = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
    step = tf.group(tf.identity(x), tf.identity(y_))
    X, Y_ = np.ones((32, 2), np.float32), np.ones((32, 1), np.float32)
    differences = []
    with session.Session() as sess:
        for _ in range(2):
            sess.run(step, feed_dict={x: X[:8], y_: Y_[:8]})
        (run,) = sess._runs.values()
        arrays = [X[:8].copy(), Y_[:8].copy()]
        for _ in range(repeats):
            begun = time.perf_counter()
            for _ in range(steps):
                sess.run(step, feed_dict={x: X[8:16], y_: Y_[8:16]})
            between = time.perf_counter()
            for _ in range(steps):
                session._run_callable(sess._session, run.handle, arrays, None)
            differences.append(between - begun - (time.perf_counter() - between))
    return min(differences) / steps * 1e6


if __name__ == "__main__":
    chosen = problems.chosen()
    if GENUINE:
        measure("TensorFlow 1.15.5", tf.Session, chosen)
    else:
        measure("tf.Session", tf.Session, chosen)
        measure("prepared", session.Session, chosen)
