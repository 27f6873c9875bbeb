import argparse
import os
import sys

import tensorflow as tf

parser = argparse.ArgumentParser()
parser.add_argument("--n", type=int, default=3)
args = parser.parse_args()
print(os.path.basename(sys.argv[0]), sys.argv[1:], args.n, __name__)
print(os.path.basename(os.path.abspath(__file__)), sys.modules["__main__"].args is args)
with tf.Session() as sess:
    print(sess.run(tf.constant(args.n) + 1))
