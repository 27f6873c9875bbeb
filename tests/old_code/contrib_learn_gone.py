import tensorflow as tf
from tensorflow.contrib import learn

print("building")
classifier = learn.DNNClassifier
