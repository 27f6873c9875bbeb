import numpy as np
import tensorflow as tf

a = np.array([1.7, 2.2]).astype(np.int)
print(a, np.zeros(2, np.float), np.bool is bool, np.object is object, np.float_(2), np.Inf)
print(np.product([2, 3]), np.alltrue([1, 1]), np.row_stack([[1], [2]]).shape, np.asscalar(np.array([4])))
ragged = np.array([[1, 2], [3]], dtype=object)
print(ragged.shape, [np.float32(0.5), np.int64(3)], (np.float64(1.5),), {"k": np.float32(2)})
with tf.Session() as sess:
    print(sess.run([tf.constant(np.float(1.5)), tf.constant(2)]))
