import glob

import tensorflow as tf

x = tf.Variable(1.0)
tf.summary.scalar("x", x)
tf.summary.histogram("h", tf.linspace(0.0, 1.0, 5))
merged = tf.summary.merge_all()
with tf.Session() as sess:
    writer = tf.summary.FileWriter("logs", sess.graph)
    sess.run(tf.global_variables_initializer())
    for i in range(3):
        writer.add_summary(sess.run(merged), i)
        sess.run(x.assign_add(1.0))
    writer.close()
values = []
for name in glob.glob("logs/events*"):
    for event in tf.train.summary_iterator(name):
        for value in event.summary.value:
            if value.tag == "x":
                values.append((event.step, value.simple_value))
print(values)
