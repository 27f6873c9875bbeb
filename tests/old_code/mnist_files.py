import os

from tensorflow.examples.tutorials.mnist import input_data

path = input_data.maybe_download if hasattr(input_data, "maybe_download") else None
with open(os.path.join("MNIST_data", "t10k-labels-idx1-ubyte.gz"), "rb") as f:
    labels = input_data.extract_labels(f) if hasattr(input_data, "extract_labels") else None
print(os.path.exists("MNIST_data"))
