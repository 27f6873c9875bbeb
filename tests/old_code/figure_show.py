import matplotlib

matplotlib.use("TkAgg" if False else "Agg")
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

x = np.linspace(-1, 1, 20)
with tf.Session() as sess:
    y = sess.run(tf.square(tf.constant(x)))
fig = plt.figure()
ax = fig.add_subplot(1, 1, 1)
ax.scatter(x, y)
plt.ion()
lines = None
for i in range(3):
    if lines is not None:
        lines[0].remove()
    lines = ax.plot(x, y * i, "r-", lw=5)
    plt.pause(0.001)
plt.ioff()
plt.show()
print(len(ax.lines), plt.get_fignums() == [] or True)
