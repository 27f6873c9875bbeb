import tensorflow as tf

logits = tf.constant([[[1.0, 2.0], [0.5, 0.1]], [[0.0, 1.0], [3.0, 1.0]]])
targets = tf.constant([[1, 0], [0, 1]])
weights = tf.constant([[1.0, 1.0], [1.0, 0.0]])
loss = tf.contrib.seq2seq.sequence_loss(logits, targets, weights)
steps = tf.contrib.seq2seq.sequence_loss(logits, targets, weights, average_across_timesteps=False)
old = tf.contrib.legacy_seq2seq.sequence_loss_by_example(
    [tf.reshape(logits, [-1, 2])], [tf.reshape(targets, [-1])], [tf.ones([4])]
)
with tf.Session() as sess:
    print(sess.run(loss), sess.run(steps), sess.run(old))
