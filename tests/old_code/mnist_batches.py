import hashlib

import numpy as np
from tensorflow.examples.tutorials.mnist import input_data

mnist = input_data.read_data_sets("MNIST_data", validation_size=0, reshape=False)
np.random.seed(11)
for size in (100, 1450, 7, 1500):
    images, labels = mnist.train.next_batch(size)
    print(images.shape, images.dtype, labels.dtype, labels[:8])
    print(hashlib.md5(np.ascontiguousarray(images).tobytes()).hexdigest())
images, labels = mnist.test.next_batch(5, shuffle=False)
print(labels, mnist.train.epochs_completed, mnist.test.epochs_completed)
fake = input_data.read_data_sets("nowhere", fake_data=True, one_hot=True)
print(len(fake.train.next_batch(3, fake_data=True)[0]), fake.train.num_examples)
