import tensorflow as tf

a, b = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
c = tf.concat(0, [a, b])
d = tf.pack([tf.sub(a, b), tf.mul(a, b), tf.neg(a)])
e = tf.select(a > 1.5, a, b)
v = tf.Variable(1.0)
tf.scalar_summary("v", v)
merged = tf.merge_all_summaries()
with tf.Session() as sess:
    writer = tf.train.SummaryWriter("logs", sess.graph)
    sess.run(tf.initialize_all_variables())
    writer.add_summary(sess.run(merged), 0)
    print(sess.run(c), sess.run(d), sess.run(e))
    print([each.name for each in tf.all_variables()])
    parts = tf.split(0, 2, c)
    print(sess.run(parts), sess.run(tf.unpack(d)[0]))
