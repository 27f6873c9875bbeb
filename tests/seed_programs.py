"""Small programs that draw random numbers with a seed for the graph alone.

    python tests/seed_programs.py > tests/seeds_1_15_5.json

under genuine TensorFlow 1.15.5 and Python 3.7 records what `seeds` tells of each, and the values
that `initial_values` finds.
"""

import json


def variables(tf):
    tf.Variable(tf.random_normal([2, 3]))
    tf.Variable(tf.truncated_normal([3], stddev=0.1))
    tf.Variable(tf.random_uniform([3], -1.0, 1.0))
    tf.get_variable("w", [3, 2])
    tf.get_variable("b", [2], initializer=tf.zeros_initializer())
    tf.get_variable("n", [2], initializer=tf.random_normal_initializer(stddev=0.5))
    tf.get_variable("x", [2, 2], initializer=tf.glorot_normal_initializer())
    tf.get_variable("v", [2, 2], initializer=tf.variance_scaling_initializer())
    tf.get_variable("o", [2, 2], initializer=tf.orthogonal_initializer())


def draws(tf):
    tf.random_uniform([3])
    tf.random_uniform([3], 0, 5, tf.int32)
    tf.random_normal([2], mean=1.0)
    tf.random_shuffle(tf.range(5))
    tf.multinomial(tf.log([[0.5, 0.5]]), 3)
    tf.random_poisson(3.0, [2])
    tf.random_crop(tf.zeros([5, 5]), [2, 2])
    tf.random.uniform([1])


def dropouts(tf):
    x = tf.placeholder(tf.float32, (None, 4))
    keep = tf.placeholder(tf.float32, ())
    y = tf.nn.dropout(x, rate=0.5)
    y = tf.nn.dropout(y, keep)
    y = tf.nn.dropout(y, keep_prob=0.8)
    y = tf.nn.dropout(y, 1.0)
    tf.nn.dropout(y, rate=0.2, noise_shape=[1, 4])


def a_net(tf):
    x, y_ = tf.placeholder(tf.float32, (None, 4)), tf.placeholder(tf.float32, (None, 2))
    w1 = tf.Variable(tf.random_normal([4, 5], stddev=1))
    w2 = tf.Variable(tf.random_normal([5, 2], stddev=1))
    hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(x, w1)), rate=0.5)
    y = tf.matmul(hidden, w2)
    with tf.name_scope("loss"):
        tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y))
    tf.Variable(tf.random_normal([2]))


def layers(tf):
    x = tf.placeholder(tf.float32, (None, 8))
    x = tf.layers.dense(x, 5, activation=tf.nn.relu)
    x = tf.layers.dropout(x, 0.5, training=True)
    tf.layers.dense(x, 2, kernel_initializer=tf.random_normal_initializer())


def convolution(tf):
    x = tf.placeholder(tf.float32, (None, 8, 8, 1))
    w = tf.Variable(tf.truncated_normal([3, 3, 1, 4], stddev=0.1))
    x = tf.nn.max_pool(tf.nn.conv2d(x, w, [1, 1, 1, 1], "SAME"), [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
    x = tf.reshape(x, [-1, 64])
    tf.Variable(tf.truncated_normal([64, 2], stddev=0.1))


def splits(tf):
    x = tf.random_normal([4, 6])
    a, b = tf.split(x, 2, axis=1)
    c, d, e = tf.split(a, [1, 1, 1], axis=1)
    tf.random_normal([1])


def control_flow(tf):
    a = tf.random_normal([])
    b = tf.cond(a > 0, lambda: tf.random_normal([]), lambda: tf.random_uniform([]))
    tf.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x + tf.random_normal([])), (0, b))
    tf.random_normal([])


def averages(tf):
    w = tf.Variable(tf.random_normal([3]))
    step = tf.Variable(0, trainable=False)
    average = tf.train.ExponentialMovingAverage(0.99, step)
    average.apply([w])
    tf.train.exponential_decay(0.1, step, 10, 0.9)
    tf.Variable(tf.random_normal([3]))


def regularizers(tf):
    w = tf.Variable(tf.random_normal([3]))
    tf.add_to_collection("losses", tf.contrib.layers.l2_regularizer(0.01)(w))
    tf.contrib.layers.l1_regularizer(0.01)(w)
    tf.contrib.layers.l1_l2_regularizer(0.1, 0.2)(w)
    tf.add_n(tf.get_collection("losses"))
    tf.Variable(tf.random_normal([3]))


def reductions(tf):
    v = tf.Variable(tf.random_normal([2, 3]))
    x = tf.placeholder(tf.float32, (None, 3))
    unknown = tf.placeholder(tf.float32)
    for reduced in (v, x, unknown, tf.constant(2.0), tf.reduce_sum(x)):
        tf.reduce_mean(reduced)
        tf.random_normal([2])
    tf.reduce_max(v, axis=1)
    tf.reduce_sum(x, [0, 1], keepdims=True)
    tf.summary.scalar("mean", tf.reduce_mean(v))
    tf.Variable(tf.random_normal([3]))


def gammas(tf):
    tf.random_gamma([3], 2.0)
    tf.random_gamma([2], 2.0, beta=3.0)
    tf.Variable(tf.random_normal([3]))


def flattened(tf):
    x = tf.placeholder(tf.float32, (None, 4, 2))
    x = tf.layers.flatten(x)
    tf.layers.dense(x, 3)
    tf.layers.dense(tf.layers.flatten(tf.ones([2, 2, 2])), 2)


def convolution_layers(tf):
    x = tf.placeholder(tf.float32, (None, 8, 8, 1))
    x = tf.layers.conv2d(x, 4, 3, padding="same", activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.separable_conv2d(x, 3, 3)
    x = tf.layers.flatten(x)
    x = tf.layers.dense(x, 5)
    tf.layers.dense(tf.layers.dropout(x, 0.4, training=True), 2)


def transposed_convolution(tf):
    x = tf.placeholder(tf.float32, (None, 8, 8, 1))
    x = tf.layers.conv2d_transpose(x, 2, 3, padding="same")
    x = tf.layers.conv2d_transpose(x, 2, 3)
    tf.layers.conv2d(x, 4, 3)


def normalized(tf):
    x = tf.placeholder(tf.float32, (None, 4))
    x = tf.layers.batch_normalization(tf.layers.dense(x, 3), training=True)
    x = tf.layers.batch_normalization(tf.layers.dense(x, 3), training=False)
    x = tf.layers.batch_normalization(x, training=tf.placeholder(tf.bool, ()))
    tf.layers.dense(x, 2)


def normalized_pictures(tf):
    x = tf.layers.conv2d(tf.placeholder(tf.float32, (None, 8, 8, 1)), 4, 3)
    x = tf.layers.batch_normalization(x, training=True)
    tf.layers.conv2d(x, 4, 3)


def iterators(tf):
    numbers = tf.data.Dataset.range(5).shuffle(5).batch(2)
    numbers.make_initializable_iterator().get_next()
    tf.Variable(tf.random_normal([3]))


def sparse_cross_entropy(tf):
    w = tf.Variable(tf.random_normal([4, 3]))
    z = tf.matmul(tf.ones([2, 4]), w)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=z)
    tf.gradients(loss, w)
    tf.Variable(tf.random_normal([3]))


def losses(tf):
    w = tf.Variable(tf.random_normal([3]))
    tf.losses.log_loss([1.0, 0.0, 1.0], tf.sigmoid(w))
    tf.losses.mean_squared_error([1.0, 0.0, 1.0], w)
    tf.losses.softmax_cross_entropy(tf.one_hot([1], 3), tf.reshape(w, [1, 3]))
    tf.losses.get_total_loss()
    tf.Variable(tf.random_normal([3]))


def recurrent(tf):
    x = tf.placeholder(tf.float32, (None, 4, 3))
    y, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicLSTMCell(5), x, dtype=tf.float32)
    tf.layers.dense(y[:, -1], 2)


def contrib_layers(tf):
    x = tf.placeholder(tf.float32, (None, 8, 8, 1))
    x = tf.contrib.layers.conv2d(x, 4, 3)
    x = tf.contrib.layers.flatten(tf.contrib.layers.max_pool2d(x, 2))
    x = tf.contrib.layers.fully_connected(x, 5, normalizer_fn=tf.contrib.layers.batch_norm)
    x = tf.contrib.layers.dropout(x, 0.8)
    tf.contrib.layers.one_hot_encoding([1, 2], 3)
    shape, make = [3, 4], tf.contrib.layers.xavier_initializer
    tf.get_variable("u", shape, initializer=make())
    tf.get_variable("n", shape, initializer=make(uniform=False))
    tf.contrib.layers.fully_connected(x, 2, activation_fn=None)


def _each(name, *pieces):
    """A program that draws after each of its pieces, called with tf and a placeholder [?, 3, 4]."""

    def program(tf):
        for piece in pieces:
            piece(tf, tf.placeholder(tf.float32, (None, 3, 4)))
            tf.Variable(tf.random_normal([2]))

    program.__name__ = name
    return program


def _decay(tf, **named):
    return tf.train.polynomial_decay(0.1, tf.Variable(0, trainable=False), 100, **named)


def _picture(tf):
    return tf.image.decode_jpeg(tf.constant("a file's bytes"), channels=3)


def _examples(tf, parse, serialized):
    kinds = {"x": tf.FixedLenFeature([2], tf.float32), "y": tf.FixedLenFeature([], tf.int64)}
    return getattr(tf, parse)(tf.constant(serialized), kinds)


products = _each(
    "products",
    lambda tf, x: tf.tensordot(tf.ones([3, 4]), tf.ones([4, 5]), 1),
    lambda tf, x: tf.tensordot(x, tf.Variable(tf.ones([4, 5])), [[2], [0]]),
    lambda tf, x: tf.tensordot(x, tf.ones([3, 4, 5]), 2),
    lambda tf, x: tf.tensordot(tf.ones([3]), [1.0, 2.0, 3.0], 1),
    lambda tf, x: tf.tensordot(tf.ones([2, 3, 4]), tf.ones([5, 4]), [[-1], [1]]),
    lambda tf, x: tf.einsum("bij,jk->bik", x, tf.ones([4, 2])),
    lambda tf, x: tf.einsum("ij,jk->ik", tf.ones([3, 4]), tf.ones([4, 2])),
    lambda tf, x: tf.layers.dense(x, 5),
    lambda tf, x: tf.contrib.layers.fully_connected(x, 5),
    lambda tf, x: tf.eye(3),
    lambda tf, x: tf.eye(3, 4, batch_shape=[2]),
    lambda tf, x: tf.trace(tf.matrix_set_diag(tf.ones([3, 3]), tf.matrix_diag_part(tf.eye(3)))),
)
loops = _each(
    "loops",
    lambda tf, x: tf.map_fn(lambda row: row * 2, x),
    lambda tf, x: tf.map_fn(lambda row: (row, row), tf.ones([3]), dtype=(tf.float32, tf.float32)),
    lambda tf, x: tf.scan(lambda total, row: total + row, tf.ones([3, 4])),
    lambda tf, x: tf.scan(lambda total, row: total + row, x, initializer=tf.zeros([3, 4])),
    lambda tf, x: tf.TensorArray(tf.float32, tf.shape(x)[0]).size(),
    lambda tf, x: tf.keras.layers.Embedding(5, 2)(tf.zeros([2, 3], tf.int32)),
)
rates_and_clipping = _each(
    "rates_and_clipping",
    lambda tf, x: _decay(tf),
    lambda tf, x: _decay(tf, power=0.5, cycle=True),
    lambda tf, x: tf.clip_by_global_norm([x, tf.ones([3])], 5.0),
    lambda tf, x: tf.nn.swish(x),
    lambda tf, x: tf.nn.weighted_moments(x, [0], tf.ones([1, 3, 4])),
    lambda tf, x: tf.layers.batch_normalization(tf.ones([2, 8, 8, 3])),
    lambda tf, x: tf.layers.conv2d(tf.ones([2, 8, 8, 3]), 4, 3, dilation_rate=2),
    lambda tf, x: tf.layers.flatten(tf.placeholder(tf.float32, (None, None, 3))),
)
shapes = _each(
    "shapes",
    lambda tf, x: tf.zeros([tf.shape(x)[0], 3]),
    lambda tf, x: tf.ones([2, 3, tf.shape(x)[0]]),
    lambda tf, x: tf.zeros([tf.shape(x)[0]]),
    lambda tf, x: tf.reshape(tf.ones([1]), []),
    lambda tf, x: tf.saturate_cast(x, tf.uint8),
    lambda tf, x: tf.confusion_matrix([1, 2], [1, 2], 3),
    lambda tf, x: tf.contrib.seq2seq.tile_batch(x, 3),
    lambda tf, x: tf.contrib.seq2seq.sequence_loss(x, tf.zeros([2, 3], tf.int32), tf.ones([2, 3])),
)
pictures = _each(
    "pictures",
    lambda tf, x: tf.image.per_image_standardization(tf.ones([8, 8, 3])),
    lambda tf, x: tf.image.per_image_standardization(_picture(tf)),
    lambda tf, x: tf.image.resize_image_with_crop_or_pad(tf.ones([8, 8, 3]), 6, 10),
    lambda tf, x: tf.image.resize_image_with_crop_or_pad(_picture(tf), 6, 10),
    lambda tf, x: tf.image.crop_to_bounding_box(tf.ones([8, 8, 3]), 1, 1, 4, 4),
    lambda tf, x: tf.image.random_flip_left_right(x[..., tf.newaxis]),
    lambda tf, x: tf.image.rgb_to_grayscale(tf.ones([8, 8, 3])),
    lambda tf, x: tf.image.decode_image(tf.constant("a file's bytes")),
)
records = _each(
    "records",
    lambda tf, x: _examples(tf, "parse_single_example", ""),
    lambda tf, x: _examples(tf, "parse_example", [""]),
    lambda tf, x: tf.nn.embedding_lookup_sparse(
        tf.ones([3, 2]), tf.SparseTensor([[0, 0]], [1], [2, 3]), None, combiner="sum"
    ),
)


def regularized(tf):
    half = tf.contrib.layers.l2_regularizer(0.01)
    tf.get_variable("w", [3], regularizer=half)
    tf.get_variable("v", [3], regularizer=tf.keras.regularizers.l2(0.01))
    tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    tf.losses.get_regularization_loss()
    tf.Variable(tf.random_normal([3]))


PROGRAMS = (
    products,
    loops,
    rates_and_clipping,
    shapes,
    pictures,
    records,
    regularized,
    gammas,
    flattened,
    convolution_layers,
    transposed_convolution,
    normalized,
    normalized_pictures,
    iterators,
    sparse_cross_entropy,
    losses,
    recurrent,
    contrib_layers,
    variables,
    draws,
    dropouts,
    a_net,
    layers,
    convolution,
    splits,
    control_flow,
    averages,
    regularizers,
    reductions,
)


def seeds(tf, program):
    """[[name, seed, seed2], ...] of the random operations that the program makes."""
    with tf.Graph().as_default() as graph:
        tf.set_random_seed(1234)
        program(tf)
        return [
            [op.name, op.get_attr("seed"), op.get_attr("seed2")]
            for op in graph.get_operations()
            if "seed2" in op.node_def.attr
        ]


def initial_values(tf, program):
    """{name: the value's bits, as whole numbers} of the variables that the program makes."""
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(1234)
        program(tf)
        sess.run(tf.global_variables_initializer())
        values = {each.name: sess.run(each) for each in tf.trainable_variables()}
    return {name: value.view("int32").ravel().tolist() for name, value in values.items()}


def recorded(tf):
    """What is recorded of all programs."""
    return {
        "seeds": {each.__name__: seeds(tf, each) for each in PROGRAMS},
        "initial values": {each.__name__: initial_values(tf, each) for each in PROGRAMS},
    }


if __name__ == "__main__":
    import tensorflow

    print(json.dumps(recorded(tensorflow)))
