import numpy as np
import tensorflow as tf

data = tf.data.Dataset.from_tensor_slices(np.arange(6)).map(lambda v: v * 2).batch(2)
value = data.make_one_shot_iterator().get_next()
numbers = tf.data.Dataset.range(10).repeat(2).shuffle(10, seed=1).batch(5)
iterator = numbers.make_initializable_iterator()
shuffled = iterator.get_next()
with tf.Session() as sess:
    try:
        while True:
            print(sess.run(value))
    except tf.errors.OutOfRangeError:
        print("end")
    sess.run(iterator.initializer)
    for _ in range(4):
        print(sess.run(shuffled))
