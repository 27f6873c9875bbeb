import tensorflow as tf

sess = tf.InteractiveSession()
x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
v = tf.Variable([[1.0], [1.0]])
v.initializer.run()
print(tf.matmul(x, v).eval())
v.assign_add([[1.0], [2.0]]).eval()
print(v.eval(), tf.reduce_sum(x).eval())
sess.close()
