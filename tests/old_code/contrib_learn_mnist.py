import numpy as np
from tensorflow.contrib.learn.python.learn.datasets import base, mnist
from tensorflow.contrib.learn.python.learn.datasets.mnist import DataSet, read_data_sets

np.random.seed(3)
data = read_data_sets("MNIST_data", one_hot=True, validation_size=100, seed=5)
for part in data:
    print(part.num_examples, part.images.shape, part.labels.sum(axis=0))
x, y = data.train.next_batch(7)
print(y.argmax(axis=1), x.sum(axis=1))
print(mnist.load_mnist.__name__, isinstance(data, base.Datasets), isinstance(data.test, DataSet))
own = DataSet(np.zeros([4, 2, 2, 1], np.uint8), np.arange(4), dtype="float32", seed=1)
print(own.next_batch(3)[1], own.next_batch(3)[1], own.epochs_completed)
