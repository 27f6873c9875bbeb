import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

tf.set_random_seed(99)
data = input_data.read_data_sets("MNIST_data", one_hot=False, validation_size=10)
print(data.train.next_batch(10)[1], data.test.next_batch(10)[1])
print(data._fields, data.train.labels[:3])
