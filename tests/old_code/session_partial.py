import tensorflow as tf

a = tf.constant(2.0, name="a")
b = tf.add(a, 3.0, name="b")
with tf.Session() as sess:
    print(sess.run("b:0"), sess.run(b, {a: 10.0}))
    print([op.name for op in sess.graph.get_operations()])
    print(sess.graph.get_tensor_by_name("a:0"))
