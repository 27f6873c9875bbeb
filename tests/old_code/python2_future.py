from __future__ import division
from __future__ import print_function
import tensorflow as tf

for i in xrange(2):
    print(i / 2, end=" ")
print()
with tf.Session() as sess:
    print(sess.run(tf.constant(7) / 2))
