import tensorflow as tf
from tensorflow.python.framework import graph_util

v1 = tf.Variable(tf.constant(1.0, shape=[1]), name="v1")
v2 = tf.Variable(tf.constant(2.0, shape=[1]), name="v2")
result = tf.add(v1, v2, name="add")
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    frozen = graph_util.convert_variables_to_constants(sess, sess.graph_def, ["add"])
    with tf.gfile.GFile("combined.pb", "wb") as f:
        f.write(frozen.SerializeToString())
with tf.Graph().as_default(), tf.Session() as sess:
    graph_def = tf.GraphDef()
    with tf.gfile.FastGFile("combined.pb", "rb") as f:
        graph_def.ParseFromString(f.read())
    (found,) = tf.import_graph_def(graph_def, return_elements=["add:0"])
    print(found.name, sess.run(found))
