import tensorflow as tf

g1, g2 = tf.Graph(), tf.Graph()
with g1.as_default():
    v = tf.get_variable("v", shape=[1], initializer=tf.zeros_initializer())
with g2.as_default():
    v = tf.get_variable("v", shape=[1], initializer=tf.ones_initializer())
for graph in (g1, g2):
    with tf.Session(graph=graph) as sess:
        tf.global_variables_initializer().run()
        with tf.variable_scope("", reuse=True):
            print(sess.run(tf.get_variable("v")))
print(tf.constant(1).graph is tf.get_default_graph())
