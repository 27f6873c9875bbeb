import tensorflow as tf

print("before")
kmeans = tf.contrib.factorization.KMeans
