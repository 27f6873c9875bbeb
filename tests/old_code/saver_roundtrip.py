import os

import tensorflow as tf

v = tf.Variable(tf.constant(1.0, shape=[1]), name="v1")
u = tf.Variable(tf.constant(2.0, shape=[1]), name="v2")
saver = tf.train.Saver()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    print(saver.save(sess, "model/model.ckpt"))
    print(saver.save(sess, "model/model.ckpt", global_step=10))
print(sorted(os.listdir("model")))
print(open("model/checkpoint").read())
with tf.Session() as sess:
    saver.restore(sess, tf.train.latest_checkpoint("model"))
    print(sess.run(v + u), tf.train.get_checkpoint_state("model").model_checkpoint_path)
tf.reset_default_graph()
saver = tf.train.import_meta_graph("model/model.ckpt.meta")
with tf.Session() as sess:
    saver.restore(sess, "./model/model.ckpt")
    print(sess.run(tf.get_default_graph().get_tensor_by_name("v1:0")))
print(tf.train.list_variables("model/model.ckpt"))
