import tensorflow as tf


def model_fn(features, labels, mode):
    return None


print("building")
est = tf.estimator.Estimator(model_fn)
