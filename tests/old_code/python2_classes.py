import sys
import tensorflow as tf


class Net:
    def __init__(self, size):
        self.half = size / 2

    def run(self):
        try:
            raise ValueError, "no good"
        except ValueError, e:
            print >>sys.stdout, "caught", e
        return self.half


total = 9
total /= 2
print Net(5).run(), total, 0777, 10L, u"text", 3 <> 4
print map(lambda v: v / 2, range(4)), filter(None, [0, 1]), zip([1], [2])
print sorted({"b": 1, "a": 2}.keys()), unicode(3), isinstance(u"x", basestring)
with tf.Session() as s:
    print s.run(tf.constant(7) / 2), s.run(tf.constant(7) // 2), s.run(tf.constant(7.0) / 2)
