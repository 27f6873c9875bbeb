import tensorflow as tf

x = tf.reshape(tf.range(24), [2, 3, 4])
print(x.shape, x[:, 1].shape, x[..., -1].get_shape().ndims)
with tf.Session() as sess:
    print(sess.run(x[1, ::2, 1:3]))
    print(sess.run(tf.transpose(x, [2, 0, 1])[0]))
    print(sess.run(tf.concat([x, x], axis=2)).shape)
    print(sess.run(tf.stack([[1, 2], [3, 4]], axis=1)), sess.run(tf.unstack([[1, 2], [3, 4]])))
    print(sess.run(tf.split([1, 2, 3, 4, 5], [2, 3])), sess.run(tf.tile([1, 2], [2])))
    print(sess.run(tf.gather([10, 20, 30], [2, 0])), sess.run(tf.pad([[1]], [[1, 0], [0, 1]])))
    print(sess.run(tf.expand_dims([1, 2], -1)), sess.run(tf.squeeze([[[7]]])))
    print(sess.run(tf.to_float([1, 2])), sess.run(tf.cast([1.7, -1.7], tf.int32)))
    print(sess.run(tf.boolean_mask([1, 2, 3], [True, False, True])), sess.run(tf.one_hot([1], 3)))
