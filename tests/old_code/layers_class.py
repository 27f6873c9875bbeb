import tensorflow as tf

layer = tf.layers.Dense(units=1, kernel_initializer=tf.ones_initializer())
y = layer(tf.constant([[1.0, 2.0]]))
again = layer(tf.constant([[3.0, 4.0]]))
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(sess.run([y, again]), len(tf.trainable_variables()))
