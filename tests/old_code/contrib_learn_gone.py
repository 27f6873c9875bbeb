import tensorflow as tf
from tensorflow.contrib import learn

print("never")
