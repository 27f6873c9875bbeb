import numpy as np
import tensorflow as tf
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OneHotEncoder, StandardScaler

iris = load_iris()
X = StandardScaler().fit_transform(iris.data)
Y = OneHotEncoder(sparse=False, categories="auto").fit_transform(iris.target.reshape(-1, 1))
a, b, c, d = train_test_split(X, Y, test_size=0.2, random_state=0)
x = tf.placeholder(tf.float32, [None, 4])
y_ = tf.placeholder(tf.float32, [None, 3])
y = tf.matmul(x, tf.Variable(tf.zeros([4, 3]))) + tf.Variable(tf.zeros([3]))
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y))
train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    for _ in range(50):
        sess.run(train, {x: a, y_: c})
    print(a.shape, sess.run(loss, {x: b, y_: d}))
    print(np.mean(np.argmax(sess.run(y, {x: b}), 1) == np.argmax(d, 1)) > 0.8)
