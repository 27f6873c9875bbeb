# -*- coding: utf-8 -*-
import tensorflow as tf
import cPickle as pickle
from itertools import izip

n_batch = 7 / 2
print "batches", n_batch, 7.0 / 2, -7 / 2
w = tf.Variable(tf.constant([1.0, 2.0]))
sess = tf.Session()
sess.run(tf.global_variables_initializer())
for epoch in xrange(2):
    sess.run(w.assign_add([1.0, 1.0]))
    print "epoch", epoch, sess.run(w)
for a, b in izip([1, 2], (3, 4)):
    print a + b,
print
d = {"x": 1}
for k, v in d.iteritems():
    print k, v
if d.has_key("x"):
    print pickle.loads(pickle.dumps(d)), `d`
