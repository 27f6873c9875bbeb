import tensorflow as tf

tf.set_random_seed(7)
a = tf.Variable(tf.random_normal([2, 3]))
b = tf.Variable(tf.truncated_normal([4], stddev=0.1))
c = tf.get_variable("c", [2, 2], initializer=tf.random_uniform_initializer(-1, 1))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for each in (a, b, c):
        print(each.name, sess.run(each))
