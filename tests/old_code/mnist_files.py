import gzip
import os

import numpy as np
from tensorflow.examples.tutorials.mnist import input_data

data = input_data.read_data_sets("MNIST_data", validation_size=5, dtype=np.uint8)
with gzip.open(os.path.join("MNIST_data", "t10k-labels-idx1-ubyte.gz")) as f:
    labels = np.frombuffer(f.read()[8:], np.uint8)
print(data.train.images.dtype, data.train.images.max(), (data.test.labels == labels).all())
try:
    input_data.read_data_sets("MNIST_data", validation_size=5000)
except ValueError as error:
    print(error)
