# %% [markdown]
# # 22 · Batch normalization · 批量标准化
#
# ## What it rebuilds · 重建
#
# Rebuilds 《深度神经网络-中》 二.4 批量标准化.
#
# Each layer's inputs change their mean and their spread while the layers before it learn. Batch
# normalization (2015) takes them out: for each unit by itself (针对单个神经元: true), over the
# examples of a batch,
#
# $$\hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y = \gamma \hat x + \beta,$$
#
# with γ and β to be learned: they can give x back (归一化后并重构: true). A single new example has
# no batch, so for inference averages of μ and σ² are kept on the way. That most deep networks are
# trained so (大多会采取这种算法) is not measured here: the document names no source.
#
# You will meet `tf.nn.moments`, `tf.nn.batch_normalization`, `tf.nn.fused_batch_norm`,
# `tf.GraphKeys.UPDATE_OPS` and `tf.placeholder_with_default`.

# %%
from common import Lesson, Parameter, datasets, np, plt, tf

lesson = Lesson(
    "22_batch_normalization",
    steps=3000,
    learning_rate=0.1,
    batch_size=Parameter(40, "examples in a batch", at_least=2, at_most=400),
    layers=Parameter(4, "hidden layers of 16 units", at_least=1, at_most=20),
    activation=Parameter("sigmoid", "of the hidden layers", choices=["sigmoid", "tanh", "relu"]),
    place=Parameter("input", "what is normalized", choices=["input", "activation"]),
    momentum=Parameter(0.99, "decay of the averages of μ and σ²", at_least=0.0, at_most=1.0),
    seed=Parameter(1, "another one begins from other weights", at_least=0, at_most=1000000),
)

# %% [markdown]
# ## Data · 数据
#
# For the formulas five rows of two, the numbers 1 to 10. For the network the flower of lesson 06:
# 400 points to train on, and 400 others, from another seed, to test with.

# %%
data = np.arange(1, 11).reshape(5, 2).astype(np.float32)
X, Y_ = datasets.flower(1)
X_test, Y_test = datasets.flower(2)
print(data)

# %% [markdown]
# ## Graph · 计算图
#
# ### By hand · 手工计算
#
# `tf.nn.moments` gives μ and σ² of each column, `axes=[0]`, over the rows.

# %%
EPSILON = 0.001

x = tf.placeholder(tf.float32, shape=(None, 2), name="x")
mean, variance = tf.nn.moments(x, axes=[0])
x_hat = (x - mean) / tf.sqrt(variance + EPSILON)
gamma, beta = tf.ones([2]), tf.zeros([2])
by_hand = gamma * x_hat + beta

# %% [markdown]
# `tf.nn.batch_normalization` is the formula. `tf.nn.fused_batch_norm` is one kernel for it, made
# for images: it takes four dimensions, the last of them the units.

# %%
in_one_call = tf.nn.batch_normalization(x, mean, variance, beta, gamma, EPSILON)


def fused(x, gamma, beta, **options):
    images = tf.reshape(x, [-1, 1, 1, x.shape.as_list()[-1]])
    y, *moments = tf.nn.fused_batch_norm(images, gamma, beta, epsilon=EPSILON, **options)
    return [tf.reshape(y, tf.shape(x))] + moments


fused_training = fused(x, gamma, beta, is_training=True)

# %%
with tf.Session() as sess:
    feed = {x: data}
    mean_val, variance_val = sess.run([mean, variance], feed_dict=feed)
    hand, call, kernel = sess.run([by_hand, in_one_call, fused_training], feed_dict=feed)
print("μ %s, σ² %s" % (mean_val, variance_val))
print(hand)
apart = [np.abs(hand - other).max() for other in (call, kernel[0])]
print("differs in one call by %.0e, in the fused kernel by %.0e" % tuple(apart))
print("the variance that the fused kernel gives back: %s" % kernel[2])

# %% [markdown]
# σ² is 8, the mean of the squares 16, 4, 0, 4 and 16, and all three normalize with it. What the
# fused kernel gives back, for the averages, is 10: their sum, 40, divided by n − 1, as an estimate
# for data that were not seen.
#
# ### A layer · 网络中的一层
#
# It is a layer like others (属于网络中的一层: true). In training the layer takes the batch's μ and
# σ², in inference the averages; the placeholder `is_training` says which. The averages are no
# weights (`trainable=False`), so no optimizer moves them. The ops that do go into the collection
# UPDATE_OPS. Names and defaults are Keras's.


# %%
def batch_normalization(x, training, epsilon=EPSILON, momentum=0.99):
    with tf.variable_scope(None, default_name="bn"):
        shape, ones, zeros = x.shape[-1:], tf.ones_initializer(), tf.zeros_initializer()
        gamma = tf.get_variable("gamma", shape, initializer=ones)
        beta = tf.get_variable("beta", shape, initializer=zeros)
        moving_mean = tf.get_variable("moving_mean", shape, initializer=zeros, trainable=False)
        moving_var = tf.get_variable("moving_variance", shape, initializer=ones, trainable=False)
    of_batch = tf.nn.moments(x, axes=[0])
    moving = [tf.identity(moving_mean), tf.identity(moving_var)]
    for variable, old, new in zip((moving_mean, moving_var), moving, of_batch):
        update = tf.assign(variable, momentum * old + (1 - momentum) * new)
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, update)
    mean, variance = [tf.where(training, *pair) for pair in zip(of_batch, moving)]
    y = tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
    for name, tensor in (("moments", tf.stack([*of_batch, *moving])), ("before", x), ("after", y)):
        tf.add_to_collection(name, tensor)  # to look at them later
    return y


# %% [markdown]
# `tf.layers.batch_normalization` is this layer. One update from the averages 0 and 1:


# %%
def once(layer, **options):
    """The output in training; γ, β and the averages after one update."""
    with tf.Graph().as_default(), tf.Session() as sess:
        y = layer(tf.constant(data), training=True, **options)
        sess.run(tf.global_variables_initializer())
        sess.run(tf.get_collection(tf.GraphKeys.UPDATE_OPS))
        return [sess.run(y)] + sess.run(tf.global_variables())


ours, theirs = once(batch_normalization), once(tf.layers.batch_normalization)
print("by hand:   moving_mean %s, moving_variance %s" % tuple(ours[3:]))
print("tf.layers: moving_mean %s, moving_variance %s" % tuple(theirs[3:]))

# %% [markdown]
# 0.99 · 0 + 0.01 · 5 = 0.05 and 0.99 · 1 + 0.01 · 8 = 1.07. Beside it, from the same five rows:
#
# | | output of the first row | moving_mean | moving_variance |
# |---|---|---|---|
# | here | −1.414125 | 0.05, 0.06 | 1.07 |
# | Keras 3, rows or images | −1.414125 | 0.05, 0.06 | 1.07 |
# | `tf.layers` of 1.15.5, rows | −1.414125 | 0.05, 0.06 | 1.07 |
# | `tf.layers` of 1.15.5, images | −1.414125 | 0.05, 0.06 | 1.09 |
#
# The last one takes the fused kernel for four dimensions, and so the 10 in place of the 8. With 40
# rows the two differ by 1/39 of the variance.
#
# ### The network · 网络结构
#
# The document normalizes before the input of each layer (在每一层输入之前), the data included: true
# only if one likes. The paper does so behind the matmul, before the activation (`--place
# activation`). Both networks, with and without, begin with the same weights, of standard deviation
# 1/√n for n inputs: each has a seed of its own, as the graph's would draw others in a graph with
# other operations.

# %%
SIZES = [2] + [16] * lesson.layers + [1]
SEEDS = [100 * lesson.seed + k for k in range(1, len(SIZES))]  # of each layer's weights
activation = {"sigmoid": tf.sigmoid, "tanh": tf.tanh, "relu": tf.nn.relu}[lesson.activation]


def network(net, training, places):
    inputs = []
    for k, (before, after) in enumerate(zip(SIZES, SIZES[1:])):
        if "input" in places:
            net = batch_normalization(net, training, momentum=lesson.momentum)
        inputs.append(net)
        normal = tf.random_normal_initializer(stddev=before**-0.5, seed=SEEDS[k])
        w = tf.get_variable("weights%d" % k, [before, after], initializer=normal)
        b = tf.get_variable("bias%d" % k, [after], initializer=tf.zeros_initializer())
        net = tf.matmul(net, w) + b
        if k == lesson.layers:
            return net, inputs
        if "activation" in places:
            net = batch_normalization(net, training, momentum=lesson.momentum)
        net = activation(net)


# %% [markdown]
# ### The train step · 训练步骤
#
# The averages move only if the train step is told to wait for the ops that move them. To leave
# UPDATE_OPS out is the classic mistake, and nobody complains. It is made here too: `forgotten`.


# %%
def build(places, forgotten=False):
    x = tf.placeholder(tf.float32, shape=(None, 2), name="x")
    y_ = tf.placeholder(tf.float32, shape=(None, 1), name="y_")
    is_training = tf.placeholder_with_default(False, shape=(), name="training")
    net, inputs = network(x, is_training, places)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(logits=net, labels=y_))
    right = tf.equal(net > 0, y_ > 0.5)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))

    optimizer = tf.train.GradientDescentOptimizer(lesson.learning_rate)
    update_ops = [] if forgotten else tf.get_collection(tf.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies([tf.group(*update_ops)]):
        train_op = optimizer.minimize(loss)

    tf.summary.scalar("loss", loss)
    tf.summary.scalar("accuracy", accuracy)
    tf.summary.histogram("input_of_the_last_layer", inputs[-1])
    return x, y_, is_training, net, inputs, loss, accuracy, train_op


# %% [markdown]
# ## Session · 会话
#
# The 40 points of a batch are drawn by a seed that is the step's number. Every 50 steps the loss on
# all 400 points is kept, in inference, and as in training, by their own μ and σ².


# %%
def train(name, places, forgotten=False):
    with tf.Graph().as_default():
        x, y_, is_training, net, _, loss, accuracy, train_op = build(places, forgotten)
        merged = tf.summary.merge_all()
        moments = [each[:, 0] for each in tf.get_collection("moments")[-1:]]
        everything = {x: X, y_: Y_}
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = tf.global_variables_initializer()
            sess.run(init_op)
            training = lesson.training(sess, saver, name)
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                rows = np.random.RandomState(i).randint(0, len(X), lesson.batch_size)
                sess.run(train_op, feed_dict={x: X[rows], y_: Y_[rows], is_training: True})
                if (i + 1) % 50 == 0 or i + 1 == lesson.steps:
                    new, summary = sess.run([loss, merged], feed_dict=everything)
                    feed = {**everything, is_training: True}
                    old, last = sess.run([loss, moments], feed_dict=feed)
                    writer.add_summary(summary, i + 1)
                    history.append(step=i + 1, inference=new, training=old, last=np.ravel(last))
            end = {}
            for key, feed in (("train", everything), ("test", {x: X_test, y_: Y_test})):
                end[key] = sess.run([loss, accuracy], feed_dict=feed)
            end["training"] = sess.run(loss, feed_dict={**everything, is_training: True})
            end.update(look_at(sess, x, is_training, net) if moments else {})
    line = "%-9s loss %.4f (with the batch's μ and σ² %.4f), accuracy %.4f; test: %.4f, %.4f"
    print(line % (name, end["train"][0], end["training"], end["train"][1], *end["test"]))
    return dict(end, history=history)


# %% [markdown]
# Two more things to look at. The last layer that is normalized, by the fused kernel with
# `is_training=False`, and by the layer, in inference. And what the network says of single points,
# in inference, and if somebody asks it with `is_training: True`.


# %%
def look_at(sess, x, is_training, net):
    before, after = (tf.get_collection(name)[-1] for name in ("before", "after"))
    names = tf.get_collection(tf.GraphKeys.GLOBAL_VARIABLES, "bn")
    gamma, beta, moving_mean, moving_variance = names[-4:]
    averages = {"mean": moving_mean, "variance": moving_variance}
    kernel = fused(before, gamma, beta, is_training=False, **averages)[0]
    pair = sess.run([after, kernel], feed_dict={x: X_test})
    seen = {"fused_differs": np.abs(pair[0] - pair[1]).max() / np.abs(pair[1]).max()}
    for name, value in (("inference", False), ("alone", True)):
        points = [{x: X_test[k : k + 1], is_training: value} for k in (0, 100, 200, 300)]
        seen[name] = np.ravel([sess.run(net, feed_dict=feed) for feed in points])
    return seen


# %%
without = train("without", [])
normalized = train("with", [lesson.place])
forgotten = train("forgotten", [lesson.place], forgotten=True)

# %%
print("inference by hand and by fused_batch_norm: %.0e apart" % normalized["fused_differs"])
print("four points in inference:       %s" % np.round(normalized["inference"], 3))
print("alone, with `is_training: True`:   %s" % np.round(normalized["alone"], 3))

# %% [markdown]
# ### Why the plain network stands still · 输入的分布
#
# How far the inputs of each layer spread over the 400 points, with the first weights:


# %%
def spread(places):
    with tf.Graph().as_default(), tf.Session() as sess:
        x, _, is_training, _, inputs, *_ = build(places)
        sess.run(tf.global_variables_initializer())
        values = sess.run(inputs, feed_dict={x: X, is_training: True})
        return [np.mean(np.std(value, axis=0)) for value in values]


spreads = {"without": spread([]), "with": spread([lesson.place])}
for name, values in spreads.items():
    print("%-8s %s" % (name, " ".join("%.1e" % value for value in values)))

# %% [markdown]
# ## What to see · 看什么
#
# * Each layer of sigmoids makes the spread of its inputs four to seven times smaller: 2.0 in the
#   data, 0.003 before the last layer, to which all points look the same. In 3,000 steps the
#   network without normalization hardly leaves chance level, log 2 = 0.693. With it every layer
#   gets a spread of about 1, the loss falls to 0.337, and 83 % of the test points are right.
# * `forgotten` learns in training exactly what `with` learns, bit for bit. In inference it stays at
#   chance level: its averages are still the first 0 and 1. The training loss does not show it; ask
#   your network with `is_training` False.
# * The averages lag: 0.99¹⁰⁰ = 0.37, so after 100 steps more than a third of them is still the
#   first 0 and 1, and inference is at chance level where training is at 0.43 already.
# * Asked with `is_training: True` for one point, the network says the same of every point: a batch
#   of one is its own μ, and x̂ is 0 whatever x is.
# * Keras 3's `BatchNormalization` and `Dense`, from the same weights on the same batches, stand
#   after 300 steps at 0.57825 in inference and 0.38609 by the μ and σ² of the points, as does the
#   network here.

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), sharey=True)
runs = (("without", without, "C3:"), ("with", normalized, "C0-"), ("forgotten", forgotten, "C1--"))
for axis, key, title in zip(axes, ("training", "inference"), ("as in training", "in inference")):
    for name, run, style in runs:
        axis.plot(run["history"]["step"], run["history"][key], style, label=name)
    axis.axhline(
        np.log(2), color="black", linewidth=0.8, linestyle=(0, (1, 4)), label="chance level"
    )
    axis.set(xlabel="step", title=title)
axes[0].set_ylabel("loss on the 400 points")
axes[1].legend(loc="upper right", bbox_to_anchor=(1, 0.85))
caption = (
    "Left, by the μ and σ² of the points, with and forgotten are one curve. Right by the averages."
)
lesson.figure("", "losses", "with, without, and with the averages forgotten", caption)

# %%
figure, axes = plt.subplots(1, 2, figsize=(11, 3.8))
steps = normalized["history"]["step"]
for k, (axis, name) in enumerate(zip(axes, ("μ", "σ²"))):
    last = normalized["history"]["last"].T
    axis.plot(steps, last[k], "C2-", label="of the 400 points")
    axis.plot(steps, last[k + 2], "C0--", label="moving average")
    axis.plot(steps, forgotten["history"]["last"].T[k + 2], "C1:", label="forgotten")
    axis.set(xlabel="step", ylabel=name)
axes[1].legend()
caption = "The first unit of the last layer that is normalized."
lesson.figure("", "averages", "moments and their moving averages", caption)

# %%
plt.figure()
for (name, values), style in zip(spreads.items(), ("C3o:", "C0s-")):
    plt.semilogy(np.arange(1, len(values) + 1), values, style, label=name)
plt.xticks(np.arange(1, len(SIZES)))
plt.xlabel("layer")
plt.ylabel("standard deviation of its inputs")
plt.legend()
caption = "Over the 400 points, mean of the layer's inputs, before any training."
lesson.figure("", "spread", "what reaches each layer", caption)

# %% [markdown]
# ### Is it worth it? · 值得吗
#
# Here normalization is a cure for sigmoids in a row, and not the only one. Points of the test set
# that are right, after 3,000 steps:
#
# | network | without | with |
# |---|---|---|
# | as above | 50.8 % | 83.0 % |
# | ten times the rate, `--learning-rate 1` | 87.0 % | 65 to 82 % * |
# | six layers, `--layers 6` | 50.0 % | 82.3 % |
# | six layers, rate 1 | 50.0 % | 59 to 81 % * |
# | `--activation tanh` (seeds 0 to 4) | 85.3 to 88.5 % | 81.3 to 82.8 % |
# | `--activation relu` | 85 to 88 % * | 81 to 83 % * |
#
# (*: of several runs, different in last bits only. There the last bit decides which points are
# right, so it is another number on another processor.)
#
# Where the network learns without, it loses by normalization: μ and σ² of 40 points are uncertain,
# every x̂ depends on who else is in its batch, and on so few data this noise costs more than it
# brings.

# %%
lesson.compare("ε", EPSILON, document=0.001)
lesson.compare("first γ", ours[1][0], document=1)
lesson.compare("first β", ours[2][0], document=0)
lesson.compare("μ of the first column", mean_val[0], tensorflow_1=5.0)
lesson.compare("σ² of the first column", variance_val[0], tensorflow_1=8.0)
lesson.compare("first x̂", hand[0, 0], tensorflow_1=-1.4141251)
lesson.compare("variance given back by the fused kernel", kernel[2][0], tensorflow_1=10.0)
lesson.compare("moving_mean after one update", ours[3][0], tensorflow_1=0.05)
lesson.compare("moving_variance after one update", ours[4][0], tensorflow_1=1.07)

# %%
for name, run, genuine in (
    ("without", without, (0.69179571, 0.69179571, 0.505, 0.5075)),
    ("with", normalized, (0.33709052, 0.3434127, 0.84, 0.83)),
    ("forgotten", forgotten, (0.7092436, 0.3434127, 0.5, 0.5)),
):
    ends = (run["train"][0], run["training"], run["train"][1], run["test"][1])
    numbers = ("loss", "loss with the batch's μ and σ²", "accuracy", "test accuracy")
    for number, end, value in zip(numbers, ends, genuine):
        lesson.compare("%s: %s" % (name, number), end, tensorflow_1=value, within=2e-5)
equal = normalized["fused_differs"] < 1e-5
lesson.record("inference equals fused_batch_norm's", "yes" if equal else "no")

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the parameter of the same name in the first cell in place of a flag:
# `momentum=Parameter(0.9, …)`.
#
# 1. How slowly should the averages move? `--momentum 0.9`, then 0.999.
#
# <details><summary>Answer</summary>
#
# The training is the same in every bit. Inference ends at a loss of 0.338 with 0.9, 0.337 with 0.99
# and 0.474 with 0.999: after 3,000 steps 0.999³⁰⁰⁰ = 5 % of its averages is still the first 0 and
# 1, and the σ² of what the hidden layers give is 0.06 to 0.09 on the average. The slower, the
# longer the training must be.
# </details>
#
# 2. Normalize where the paper does: `--place activation`.
#
# <details><summary>Answer</summary>
#
# The loss ends at 0.363 (0.337 before the layers' inputs), 83.75 % of the test points are right
# (83.0 %): no difference to speak of. The bias before it is idle there, since μ takes it out; β
# stands in for it.
# </details>

# %% [markdown]
# 3. Small batches: `--batch-size 4`.
#
# <details><summary>Answer</summary>
#
# The loss ends at 0.659, 57 % of the test points are right: μ and σ² of four points are hardly
# those of the data.
# </details>
#
# 4. Has the network without normalization any hope: `--steps 10000`?
#
# <details><summary>Answer</summary>
#
# Yes. It comes loose at last and ends at 0.35, about 84 % of the test points right, where the other
# one has 0.31 and about 83 %. Normalization has saved steps, and found nothing better.
# </details>

# %% [markdown]
# 《深度神经网络-中》 ends here.
