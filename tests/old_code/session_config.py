import tensorflow as tf

config = tf.ConfigProto(allow_soft_placement=True, log_device_placement=False)
config.gpu_options.allow_growth = True
a = tf.placeholder(tf.int32)
with tf.device("/cpu:0"):
    b = a * 2 + 1
with tf.Session(config=config) as sess:
    print(sess.run({"b": b, "pair": (a, [b])}, {a: 4}))
    print(sess.run([], {}))
    print(type(sess.run(b, {a: 1})).__name__)
