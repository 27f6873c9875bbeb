"""Everything of TensorFlow 1 that draws, with a seed for the graph alone, and what it drew.

    python tests/random_draws.py > tests/draws_1_15_5.json

under genuine TensorFlow 1.15.5 and Python 3.7 records the bits of each.
"""

import hashlib
import json

SHAPE = [3, 4]


def _variable(make):
    def draw(tf):
        variable = tf.get_variable("v", SHAPE, initializer=make(tf))
        with tf.control_dependencies([variable.initializer]):
            return variable.read_value()

    return draw


def _of_dataset(make):
    return lambda tf: make(tf.data.Dataset.range(8), tf).batch(16)


def _trained(make):
    """The first variable of what `make` builds on a placeholder-like constant."""

    def draw(tf):
        make(tf, tf.ones([2, 8, 8, 3]))
        variable = tf.trainable_variables()[0]
        with tf.control_dependencies([variable.initializer]):
            return variable.read_value()

    return draw


DRAWS = {
    "random_normal": lambda tf: tf.random_normal(SHAPE),
    "random_normal, mean and stddev": lambda tf: tf.random_normal(SHAPE, 2.0, 0.1),
    "random_normal, float64": lambda tf: tf.random_normal(SHAPE, dtype=tf.float64),
    "random_normal, seed of its own": lambda tf: tf.random_normal(SHAPE, seed=3),
    "truncated_normal": lambda tf: tf.truncated_normal(SHAPE, stddev=0.1),
    "random_uniform": lambda tf: tf.random_uniform(SHAPE),
    "random_uniform, from -1 to 1": lambda tf: tf.random_uniform(SHAPE, -1, 1),
    "random_uniform, int32": lambda tf: tf.random_uniform(SHAPE, 0, 9, tf.int32),
    "random_uniform, int64": lambda tf: tf.random_uniform(SHAPE, 0, 9, tf.int64),
    "random_shuffle": lambda tf: tf.random_shuffle(tf.range(9)),
    "random_crop": lambda tf: tf.random_crop(tf.reshape(tf.range(36), [6, 6]), [2, 2]),
    "multinomial": lambda tf: tf.multinomial(tf.log([[0.2, 0.3, 0.5]]), 9),
    "random.categorical": lambda tf: tf.random.categorical(tf.log([[0.2, 0.3, 0.5]]), 9),
    "random_gamma": lambda tf: tf.random_gamma(SHAPE, 2.0),
    "random_poisson": lambda tf: tf.random_poisson(3.0, SHAPE),
    "distributions.Normal": lambda tf: tf.distributions.Normal(0.0, 1.0).sample(3),
    "distributions.Bernoulli": lambda tf: tf.distributions.Bernoulli(probs=0.3).sample(9),
    "image.random_brightness": lambda tf: tf.image.random_brightness(tf.ones([2, 2, 3]), 0.5),
    "image.random_contrast": lambda tf: tf.image.random_contrast(
        tf.reshape(tf.linspace(0.0, 1.0, 12), [2, 2, 3]), 0.2, 1.8
    ),
    "image.random_flip_left_right": lambda tf: tf.image.random_flip_left_right(
        tf.reshape(tf.range(12.0), [2, 2, 3])
    ),
    "nn.dropout, keep_prob": lambda tf: tf.nn.dropout(tf.ones(SHAPE), 0.7),
    "nn.dropout, rate": lambda tf: tf.nn.dropout(tf.ones(SHAPE), rate=0.3),
    "nn.dropout, noise_shape": lambda tf: tf.nn.dropout(
        tf.ones(SHAPE), rate=0.3, noise_shape=[3, 1]
    ),
    "layers.dropout": lambda tf: tf.layers.dropout(tf.ones(SHAPE), 0.3, training=True),
    "contrib.layers.dropout": lambda tf: tf.contrib.layers.dropout(tf.ones(SHAPE), 0.7),
    "get_variable": _variable(lambda tf: None),
    "random_normal_initializer": _variable(lambda tf: tf.random_normal_initializer(stddev=0.1)),
    "random_uniform_initializer": _variable(lambda tf: tf.random_uniform_initializer(-1, 1)),
    "truncated_normal_initializer": _variable(lambda tf: tf.truncated_normal_initializer()),
    "glorot_uniform_initializer": _variable(lambda tf: tf.glorot_uniform_initializer()),
    "glorot_normal_initializer": _variable(lambda tf: tf.glorot_normal_initializer()),
    "variance_scaling_initializer": _variable(lambda tf: tf.variance_scaling_initializer()),
    "uniform_unit_scaling_initializer": _variable(lambda tf: tf.uniform_unit_scaling_initializer()),
    "orthogonal_initializer": _variable(lambda tf: tf.orthogonal_initializer()),
    "initializers.he_normal": _variable(lambda tf: tf.initializers.he_normal()),
    "initializers.lecun_uniform": _variable(lambda tf: tf.initializers.lecun_uniform()),
    "contrib xavier_initializer": _variable(lambda tf: tf.contrib.layers.xavier_initializer()),
    "contrib xavier_initializer, normal": _variable(
        lambda tf: tf.contrib.layers.xavier_initializer(uniform=False)
    ),
    "contrib variance_scaling_initializer": _variable(
        lambda tf: tf.contrib.layers.variance_scaling_initializer()
    ),
    "layers.dense": _trained(lambda tf, x: tf.layers.dense(tf.layers.flatten(x), 2)),
    "layers.conv2d": _trained(lambda tf, x: tf.layers.conv2d(x, 2, 3)),
    "layers.conv2d_transpose": _trained(lambda tf, x: tf.layers.conv2d_transpose(x, 2, 3)),
    "layers.separable_conv2d": _trained(lambda tf, x: tf.layers.separable_conv2d(x, 2, 3)),
    "contrib.layers.fully_connected": _trained(
        lambda tf, x: tf.contrib.layers.fully_connected(tf.contrib.layers.flatten(x), 2)
    ),
    "contrib.layers.conv2d": _trained(lambda tf, x: tf.contrib.layers.conv2d(x, 2, 3)),
    "contrib.layers.embed_sequence": _trained(
        lambda tf, x: tf.contrib.layers.embed_sequence([[1, 2]], 5, 3)
    ),
    "nn.rnn_cell.BasicLSTMCell": _trained(
        lambda tf, x: tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(2), x[0], dtype=tf.float32)
    ),
    "nn.rnn_cell.GRUCell": _trained(
        lambda tf, x: tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(2), x[0], dtype=tf.float32)
    ),
    "keras.layers.Dense": _trained(lambda tf, x: tf.keras.layers.Dense(2)(x)),
    "keras.layers.Dropout": lambda tf: tf.keras.layers.Dropout(0.3)(tf.ones(SHAPE), training=True),
    "data shuffle": _of_dataset(lambda data, tf: data.shuffle(8)),
    "data shuffle, seed of its own": _of_dataset(lambda data, tf: data.shuffle(8, seed=3)),
    "data repeat, shuffle": _of_dataset(lambda data, tf: data.repeat(2).shuffle(8)),
    "data shuffle, repeat": _of_dataset(lambda data, tf: data.shuffle(8).repeat(2)),
}


def drawn(tf, draw):
    """[the bits that are drawn in a run, in a second one] as hexadecimal digests."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(2021)
        result = draw(tf)
        if hasattr(result, "make_initializable_iterator"):
            iterator = result.make_initializable_iterator()
            sess.run(iterator.initializer)
            return [_bits(sess.run(iterator.get_next()))]
        return [_bits(sess.run(result)) for _ in range(2)]


def _bits(array):
    kind = "%s %s " % (array.dtype, list(array.shape))
    return kind + hashlib.md5(array.tobytes()).hexdigest()


if __name__ == "__main__":
    import tensorflow

    print(json.dumps({name: drawn(tensorflow, draw) for name, draw in DRAWS.items()}, indent=1))
