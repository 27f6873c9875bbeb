import tensorflow as tf


def build():
    a = tf.placeholder(tf.float32, [2, 3])
    return tf.matmul(a, a)


print("before")
build()
