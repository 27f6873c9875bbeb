"""Twelve loops as old scripts write them, and how long a round of each takes.

    python benchmarks/loops.py [ROUNDS]

prints a line of JSON for each column: microseconds a round by loop. Under genuine TensorFlow 1.15.5
there is one column, on today's there are two: tf.Session itself and the prepared one.
"""

import json
import sys
import time

import numpy as np
from problems import WARM_UP

from common.tf1 import runtime, tf

X = np.random.RandomState(2).rand(32, 2)
Y = X.sum(axis=1, keepdims=True)
ROUNDS = 2000


def _toy():
    """(x, y_, train_step, loss): the yogurt problem."""
    x, y_ = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
    return (x, y_, *_descent(x, y_))


def _descent(x, y_):
    """(train_step, loss) of one layer."""
    w = tf.Variable(tf.constant([[0.5], [0.1]]))
    loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y_))
    return tf.train.GradientDescentOptimizer(0.001).minimize(loss), loss


def _fed(x, y_, i):
    start = i * 8 % 32
    return {x: X[start : start + 8], y_: Y[start : start + 8]}


def minimize_only(sess):
    x, y_, step, _ = _toy()
    return lambda i: sess.run(step, feed_dict=_fed(x, y_, i))


def fetched(sess):
    x, y_, step, loss = _toy()
    return lambda i: sess.run([step, loss], feed_dict=_fed(x, y_, i))


def summed_under_if(sess):
    x, y_, step, loss = _toy()
    total = [0.0]

    def a_round(i):
        sess.run(step, feed_dict=_fed(x, y_, i))
        if i % 10 == 0:
            total[0] += sess.run(loss, feed_dict={x: X, y_: Y})

    return a_round


def printed(sess):
    x, y_, step, loss = _toy()

    def a_round(i):
        _, value = sess.run([step, loss], feed_dict=_fed(x, y_, i))
        if i % 100 == 0:
            print(i, "loss:", value, file=sys.stderr)

    return a_round


def summaries(sess):
    x, y_, step, loss = _toy()
    tf.summary.scalar("loss", loss)
    merged = tf.summary.merge_all()
    return lambda i: sess.run([merged, step], feed_dict=_fed(x, y_, i))


def lists_fed(sess):
    x, y_, step, loss = _toy()
    rows, labels = X.tolist(), Y.tolist()

    def a_round(i):
        start = i * 8 % 32
        feeds = {x: rows[start : start + 8], y_: labels[start : start + 8]}
        sess.run([step, loss], feed_dict=feeds)

    return a_round


def evaluated(sess):
    x, y_, step, loss = _toy()

    def a_round(i):
        step.run(_fed(x, y_, i), sess)
        loss.eval(_fed(x, y_, i), sess)

    return a_round


def interactive(sess):
    """With sess the default session, as InteractiveSession makes it."""
    x, y_, step, loss = _toy()

    def a_round(i):
        step.run(feed_dict=_fed(x, y_, i))
        loss.eval(feed_dict=_fed(x, y_, i))

    return a_round


def iterator(sess):
    rows = tf.data.Dataset.from_tensor_slices((X.astype(np.float32), Y.astype(np.float32)))
    x, y_ = rows.repeat().batch(8).make_one_shot_iterator().get_next()
    step, loss = _descent(x, y_)
    return lambda i: sess.run([step, loss])


def dropout(sess):
    x, y_ = tf.placeholder(tf.float32, (None, 2)), tf.placeholder(tf.float32, (None, 1))
    keep = tf.placeholder(tf.float32)
    hidden = tf.nn.dropout(tf.layers.dense(x, 16, tf.nn.relu), keep)
    loss = tf.losses.mean_squared_error(y_, tf.layers.dense(hidden, 1))
    step = tf.train.AdamOptimizer(0.001).minimize(loss)
    return lambda i: sess.run([step, loss], feed_dict={keep: 0.8, **_fed(x, y_, i)})


def lstm(sess):
    x, y_ = tf.placeholder(tf.float32, (None, 10, 2)), tf.placeholder(tf.float32, (None, 1))
    cell = tf.nn.rnn_cell.BasicLSTMCell(16)
    outputs, _ = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    loss = tf.losses.mean_squared_error(y_, tf.layers.dense(outputs[:, -1], 1))
    step = tf.train.AdamOptimizer(0.001).minimize(loss)
    sequences = np.repeat(X[:8, np.newaxis], 10, axis=1).astype(np.float32)
    return lambda i: sess.run([step, loss], feed_dict={x: sequences, y_: Y[:8]})


def convolution(sess):
    x, y_ = tf.placeholder(tf.float32, (None, 8, 8, 1)), tf.placeholder(tf.float32, (None, 1))
    pooled = tf.layers.max_pooling2d(tf.layers.conv2d(x, 8, 3, activation=tf.nn.relu), 2, 2)
    loss = tf.losses.mean_squared_error(y_, tf.layers.dense(tf.layers.flatten(pooled), 1))
    step = tf.train.AdamOptimizer(0.001).minimize(loss)
    pictures = np.random.RandomState(3).rand(8, 8, 8, 1).astype(np.float32)
    return lambda i: sess.run([step, loss], feed_dict={x: pictures, y_: Y[:8]})


TOYS = (
    minimize_only,
    fetched,
    summed_under_if,
    printed,
    summaries,
    lists_fed,
    evaluated,
    interactive,
    iterator,
)
LOOPS = (*TOYS, dropout, lstm, convolution)


def measure(loop, session, rounds):
    """Microseconds a round, on a graph of its own; what is prepared at first is not counted."""
    with tf.Graph().as_default(), session() as sess:
        a_round = loop(sess)
        sess.run(tf.global_variables_initializer())
        for i in range(WARM_UP):
            a_round(i)
        started = time.perf_counter()
        for i in range(rounds):
            a_round(i)
        return (time.perf_counter() - started) / rounds * 1e6


def main(rounds=ROUNDS):
    columns = {"TensorFlow 1.15.5": tf.Session}
    if not runtime.GENUINE:
        columns = {"tf.Session": runtime.tf.Session, "prepared": tf.Session}
    for column, session in columns.items():
        taken = {loop.__name__: measure(loop, session, int(rounds)) for loop in LOOPS}
        print(json.dumps({"column": column, "microseconds": taken}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
