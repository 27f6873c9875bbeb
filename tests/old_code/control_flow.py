import tensorflow as tf

x = tf.placeholder(tf.float32, [])
y = tf.cond(x > 0, lambda: x * 2, lambda: x - 1)
i, total = tf.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1, s + x), [0, 0.0])
case = tf.case([(x > 1, lambda: tf.constant(1))], default=lambda: tf.constant(0))
mapped = tf.map_fn(lambda e: e * e, tf.range(4.0))
folded = tf.foldl(lambda a, e: a + e, tf.range(4.0))
scanned = tf.scan(lambda a, e: a + e, tf.range(4.0))
with tf.Session() as sess:
    for value in (3.0, -1.0):
        print(sess.run([y, i, total, case], {x: value}))
    print(sess.run([mapped, folded, scanned]))
