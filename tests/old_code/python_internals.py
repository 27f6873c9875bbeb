import tensorflow as tf
from tensorflow.python.client import device_lib
from tensorflow.python.framework import ops
from tensorflow.python.ops import rnn_cell
from tensorflow.python.platform import gfile

ops.reset_default_graph()
print(rnn_cell.GRUCell is tf.nn.rnn_cell.GRUCell, gfile.Exists("nowhere"))
print(any(d.device_type == "CPU" for d in device_lib.list_local_devices()))
with gfile.GFile("f.txt", "w") as f:
    f.write("text")
print(tf.gfile.Open("f.txt").read(), tf.gfile.Glob("*.txt"))
