import tensorflow as tf

v = tf.Variable(3.0, name="old")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    tf.train.Saver().save(sess, "./ckpt", write_meta_graph=False)
tf.reset_default_graph()
w = tf.Variable(0.0, name="new")
with tf.Session() as sess:
    tf.train.Saver({"old": w}).restore(sess, "./ckpt")
    print(sess.run(w))
    try:
        tf.train.Saver().restore(sess, "./ckpt")
    except tf.errors.NotFoundError as error:
        print("Key new not found in checkpoint" in str(error))
