import tensorflow as tf

labels = tf.constant([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
logits = tf.constant([[1.0, 2.0, 0.5], [0.1, 0.2, 3.0]])
y = tf.nn.softmax(logits)
by_hand = -tf.reduce_mean(labels * tf.log(tf.clip_by_value(y, 1e-10, 1.0)))
with tf.Session() as sess:
    print(sess.run(by_hand))
    print(sess.run(tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)))
    print(sess.run(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits)))
    print(sess.run(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)))
    print(sess.run(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 0], logits=logits)))
    print(sess.run(tf.losses.softmax_cross_entropy(labels, logits)))
