import os
import signal
import threading

import tensorflow as tf

caught = []
signal.signal(signal.SIGTERM, lambda number, frame: caught.append(number))
os.kill(os.getpid(), signal.SIGTERM)
with tf.Session() as sess:
    one = tf.constant(1)
    found = []
    thread = threading.Thread(target=lambda: found.append(sess.run(one)))
    thread.start()
    thread.join()
print(len(caught), found)
