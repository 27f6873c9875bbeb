import tensorflow as tf

with tf.variable_scope("foo") as scope:
    v = tf.get_variable("v", [1])
    with tf.variable_scope("bar"):
        w = tf.get_variable("w", [2], initializer=tf.constant_initializer(3.0))
    scope.reuse_variables()
    again = tf.get_variable("v", [1])
with tf.name_scope("input"):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.add(x, 1, name="y")
print(v.name, w.name, again is v)
print(x.name, y, x.get_shape(), x.get_shape().as_list())
print([each.op.name for each in tf.trainable_variables()])
try:
    with tf.variable_scope("foo"):
        tf.get_variable("v", [1])
except ValueError as error:
    print("Variable foo/v already exists" in str(error))
