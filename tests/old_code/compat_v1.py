import tensorflow.compat.v1 as tf

tf.disable_v2_behavior()
x = tf.placeholder(tf.float32)
with tf.Session() as sess:
    print(sess.run(x * 2, {x: [1.0, 2.0]}))
