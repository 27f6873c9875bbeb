import tensorflow as tf

params = tf.constant([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
sparse = tf.SparseTensor(indices=[[0, 0], [1, 2]], values=[1, 2], dense_shape=[2, 3])
with tf.Session() as sess:
    print(sess.run(tf.nn.embedding_lookup(params, [2, 0])))
    print(sess.run(tf.sparse_tensor_to_dense(sparse)), sess.run(sparse).values)
    print(sess.run(tf.sparse_to_dense([1, 3], [5], 1)))
    print(sess.run(tf.sequence_mask([1, 3], 4)))
