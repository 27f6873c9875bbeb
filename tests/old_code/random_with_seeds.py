import tensorflow as tf

tf.set_random_seed(42)
draws = [
    tf.random_normal([2]),
    tf.random_uniform([2], -1, 1),
    tf.truncated_normal([2]),
    tf.random_shuffle(tf.range(6)),
    tf.random_uniform([3], 0, 10, tf.int32),
    tf.multinomial(tf.log([[0.2, 0.3, 0.5]]), 5),
    tf.random_normal([2], seed=3),
]
with tf.Session() as sess:
    for draw in draws:
        print(sess.run(draw))
    print(sess.run(draws[0]))
with tf.Session() as sess:
    print(sess.run(draws[0]))
