import tensorflow as tf

v = tf.Variable(1.0, name="v")
with tf.Session() as sess:
    try:
        sess.run(v)
    except tf.errors.FailedPreconditionError as error:
        print("Attempting to use uninitialized value v" in str(error))
    print(sess.run(tf.report_uninitialized_variables()))
    print(sess.run(tf.is_variable_initialized(v)))
