# %% [markdown]
# # 12 · Cross entropy and softmax · 交叉熵与 softmax
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §1 交叉熵; 《Tensorflow 笔记》 交叉熵, softmax 函数.
#
# Where a network is to choose among n classes, its answer is n probabilities, and the right
# answer is a 1 and n − 1 zeros. Cross entropy says how far apart the two are. The documents give
# two lines for it; here both are taken apart, and a small classifier learns with each of them,
# with the mean squared error, and with the two lines put together in the wrong way. Lesson 08
# points here for what 《Tensorflow_神经网络》 says of the gradient of cross entropy.
#
# The documents are taken from a course, 北京大学《人工智能实践：Tensorflow笔记》; what its public
# notes print stands in the table at the end as "book".
#
# You will meet `tf.log`, `tf.clip_by_value`, `tf.nn.softmax`, `tf.argmax` and
# `tf.nn.sparse_softmax_cross_entropy_with_logits`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "12_cross_entropy",
    steps=2000,
    learning_rate=Parameter(1.0, at_most=1000000.0),
    stddev=Parameter(
        10.0, "standard deviation of the large initial weights", at_least=0.1, at_most=1000.0
    ),
    seed=Parameter(0, "another one begins from other weights", at_least=0, at_most=1000000),
)

# %% [markdown]
# ## Data · 数据
#
# The documents have no data for this part. Three clouds of 50 points each, around the corners of
# a triangle, are generated; they overlap a little. A label is a row of three: 1 at the place of
# the cloud, 0 elsewhere.

# %%
rdm = np.random.RandomState(12)
angles = np.pi / 2 + 2 * np.pi * np.arange(3) / 3
corners = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
classes = np.repeat(np.arange(3), 50)
X = corners[classes] + rdm.randn(150, 2)
Y_ = np.eye(3)[classes]

# %%
plt.figure(figsize=(5.5, 5))
for k, mark in enumerate("o^s"):
    plt.plot(*X[classes == k].T, mark, markersize=5, label="class %d: %s" % (k, np.eye(3)[k]))
plt.xlabel("x[0]")
plt.ylabel("x[1]")
plt.axis("equal")
plt.legend()
lesson.figure("", "data", "three classes", "150 points, and the label that each has.")

# %% [markdown]
# ## Graph · 计算图
#
# ### Cross entropy · 交叉熵
#
# H(y_, y) = −Σ y_ · log y, with y_ the right answer and y the network's. The documents' line for
# it takes the mean of all entries instead of their sum: with n classes it gives 1/n of H.


# %%
def by_hand(y, y_):
    ce = -tf.reduce_mean(y_ * tf.log(tf.clip_by_value(y, 1e-12, 1.0)))
    return ce


y_, y = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.float32, [2])
ce = by_hand(y, y_)
H = -tf.reduce_sum(y_ * tf.log(tf.clip_by_value(y, 1e-12, 1.0)))

# %%
answers = [(0.5, 0.5), (0.6, 0.4), (0.8, 0.2), (0.99, 0.01), (1, 0), (0, 1)]
entropies = {}
with tf.Session() as sess:
    for right in ((1, 0), (0.5, 0.5)):
        print("right answer (%g, %g)" % right)
        for answer in answers:
            pair = sess.run([ce, H], feed_dict={y: answer, y_: right})
            entropies[right, answer] = pair = tuple(np.add(pair, 0))  # -0.0 + 0 is 0.0
            print("   answer (%g, %g): ce %.4f, H %.4f" % (answer + pair))

# %% [markdown]
# The documents have lost the course's example: (0.8, 0.2) is nearer to (1, 0) than (0.6, 0.4) is,
# and has the smaller H, 0.2231 against 0.5108. The course prints 0.097 and 0.222: to base 10, while
# `tf.log` is the natural logarithm.
#
# 「两个概率分布之间的距离」, a distance: true only if y_ is sure, as a label is. H is not 0 where
# both are equal: (0.5, 0.5) has 0.6931 with itself, its entropy, and no answer has less with it.
# 「距离越远」, the larger the farther: true only if the right answer is the same: (0.5, 0.5) with
# itself has more than (1, 0) with (0.6, 0.4).

# %% [markdown]
# ### Why the clip · 为什么要 clip
#
# log 0 is −∞. Where the label is 1 the loss is then infinite; where it is 0 the product 0·log 0
# is 0·(−∞), which is not a number, NaN, though the answer is perfectly right. So is the gradient
# there, −y_/y = −0/0. `tf.clip_by_value(y, 1e-12, 1.0)` raises y to 1e-12 at least; the 1.0 does
# nothing to a probability.


# %%
def bare(y, y_):
    return -tf.reduce_mean(y_ * tf.log(y))


both = [bare(y, y_), ce]
slopes = [tf.gradients(loss, y)[0] for loss in both]
limits = {}
with tf.Session() as sess:
    for name, right in (("right and sure", (1, 0)), ("wrong and sure", (0, 1))):
        limits[name] = sess.run([both, slopes], feed_dict={y: (1, 0), y_: right})
        for kind, loss, slope in zip(("no clip", "clip"), *limits[name]):
            print("%s, %-7s loss %7.4f, gradient %s" % (name, kind, loss + 0, slope + 0))

# %% [markdown]
# The clip has its cost. Where it raises y, y no longer matters, and its gradient is 0: the answer
# that is most wrong teaches nothing.

# %% [markdown]
# ### Softmax · softmax 函数
#
# A network's n outputs are any numbers. Softmax makes probabilities of them: e to the power of
# each, divided by the sum of all. In float32 e⁸⁹ is infinite already, and ∞/∞ is NaN;
# `tf.nn.softmax` first subtracts the largest output, which changes nothing of the result.


# %%
def softmax(y):
    return tf.exp(y) / tf.reduce_sum(tf.exp(y), axis=-1, keepdims=True)


outputs = tf.placeholder(tf.float32, [None, 3])
with tf.Session() as sess:
    pair = [softmax(outputs), tf.nn.softmax(outputs)]
    hand, ready = sess.run(pair, feed_dict={outputs: [[1, 2, 3], [101, 102, 103]]})
for row, by_tf, of in zip(hand, ready, ("1, 2, 3", "101, 102, 103")):
    print("%-13s by hand %s, tf.nn.softmax %s" % (of, row, by_tf))

# %% [markdown]
# ### Softmax and cross entropy in one · softmax 与交叉熵
#
# The second line takes the outputs, not the probabilities (both are called y in the document), and
# the number of the right class, which `tf.argmax` finds in the label. It returns one ce for each
# example; `cem` is their mean. It computes log Σeʸ − y of the right class, so that no log meets a
# 0 and nothing needs a clip.
#
# 「一般让模型的输出经过」 softmax before this function: false. It applies softmax itself; with one
# before it, softmax is applied twice.


# %%
def with_logits(y, y_):
    ce = tf.nn.sparse_softmax_cross_entropy_with_logits(logits=y, labels=tf.argmax(y_, 1))
    cem = tf.reduce_mean(ce)
    return cem


label = tf.constant([[0.0, 0.0, 1.0]])
three = [with_logits(outputs, label), by_hand(tf.nn.softmax(outputs), label)]
three.append(with_logits(tf.nn.softmax(outputs), label))

# %%
with tf.Session() as sess:
    once, third, twice = sess.run(three, feed_dict={outputs: [[1, 2, 3]]})
    _, _, least = sess.run(three, feed_dict={outputs: [[-100, -100, 100]]})
print("outputs 1, 2, 3, right is the third: cem %.4f" % once)
print("softmax and ce by hand:              %.4f, times 3 classes %.4f" % (third, 3 * third))
print("softmax applied twice:               %.4f, and never below %.4f" % (twice, least))

# %% [markdown]
# Applied twice, softmax gets outputs between 0 and 1 for its second time. The surest answer that
# there is, (0, 0, 1), comes out of it as (0.21, 0.21, 0.58): the loss of n classes cannot fall
# below log(1 + (n − 1)/e), here 0.5514.

# %% [markdown]
# ### The gradient · 梯度
#
# Two classes with the outputs z and 0: softmax is then the sigmoid of z. The right class is the
# first, so the lower z, the more wrong the answer. The gradient by z of the cross entropy is
# y − 1, near −1 where the answer is wrong; that of the squared error has the factor y(1 − y) of
# the sigmoid as well, which is near 0 at both ends.

# %%
z = tf.placeholder(tf.float32, [])
two = tf.reshape(tf.stack([z, 0.0]), [1, 2])
right = tf.constant([[1.0, 0.0]])


def mse(y, y_):
    return tf.reduce_mean(tf.square(y_ - tf.nn.softmax(y)))


LOSSES = {
    "ce": lambda y, y_: by_hand(tf.nn.softmax(y), y_),
    "cem": with_logits,
    "mse": mse,
    "twice": lambda y, y_: with_logits(tf.nn.softmax(y), y_),
}
slopes = {name: tf.gradients(loss(two, right), z)[0] for name, loss in LOSSES.items()}

# %%
z_side = np.linspace(-32, 10, 421)
with tf.Session() as sess:
    rows = [sess.run(slopes, feed_dict={z: value}) for value in z_side]
steep = {name: np.array([row[name] for row in rows]) for name in slopes}

print("    z          ce         cem         mse       twice")
for value in (5, 0, -5, -10, -20, -30):
    place = np.argmin(np.abs(z_side - value))
    print("%5d" % value + "".join("%12.3g" % steep[name][place] for name in slopes))

# %% [markdown]
# The clip shows at z = −30: y is 9e-14 there, and ce has no gradient at all. cem has its −1
# however wrong the answer is; ce has half of it, as the mean over two entries.

# %% [markdown]
# ### The classifier · 分类器
#
# One layer, three outputs. Each training has a graph of its own and one of the four losses. The
# common yardstick is `cem`, kept of all of them.


# %%
def build(stddev):
    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 3))
    w = tf.Variable(tf.random_normal([2, 3], stddev=stddev, seed=1 + lesson.seed))
    b = tf.Variable(tf.zeros([3]))
    y = tf.matmul(x, w) + b
    return x, y_, w, y


def accuracy_of(y, y_):
    right = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    return tf.reduce_mean(tf.cast(right, tf.float32))


# %% [markdown]
# ## Session · 会话
#
# ### Without the clip · 没有 clip
#
# One update of the classifier without the clip, from ever larger initial weights. Large weights
# make outputs that lie far apart, and softmax makes 0 of what lies 88 below the largest: float32
# ends near e⁻⁸⁷.


# %%
def one_update(stddev):
    with tf.Graph().as_default(), tf.Session() as sess:
        x, y_, w, y = build(stddev)
        loss = bare(tf.nn.softmax(y), y_)
        train_step = tf.train.GradientDescentOptimizer(lesson.learning_rate).minimize(loss)
        zeros = tf.reduce_sum(tf.cast(tf.equal(tf.nn.softmax(y), 0), tf.int32))
        sess.run(tf.global_variables_initializer())
        feed = {x: X, y_: Y_}
        before = sess.run([loss, LOSSES["ce"](y, y_), LOSSES["cem"](y, y_), zeros], feed_dict=feed)
        sess.run(train_step, feed_dict=feed)
        return before, int(np.isnan(sess.run(w)).sum())


print("stddev   no clip       ce      cem   y that are 0   weights NaN after one update")
for stddev in (0.01, 1.0, 10.0, 100.0):
    before, lost = one_update(stddev)
    print("%6g  %8.3f %8.3f %8.3f   %12d   %d of 6" % ((stddev,) + tuple(before) + (lost,)))

# %% [markdown]
# ### Four losses, two beginnings · 四种损失函数
#
# From small weights (standard deviation 0.01) all answers are near 1/3, 1/3, 1/3. From large ones
# (10) nearly all are sure, and most of them wrong: softmax is saturated.


# %%
def train(name, loss_name, stddev):
    with tf.Graph().as_default():
        x, y_, w, y = build(stddev)
        loss, cem, accuracy = LOSSES[loss_name](y, y_), with_logits(y, y_), accuracy_of(y, y_)
        train_step = tf.train.GradientDescentOptimizer(lesson.learning_rate).minimize(loss)
        steepness = tf.norm(tf.gradients(loss, w)[0])
        tf.summary.scalar("cem", cem)
        tf.summary.scalar("accuracy", accuracy)
        tf.summary.histogram("probabilities", tf.nn.softmax(y))
        merged, feed = tf.summary.merge_all(), {x: X, y_: Y_}
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = tf.global_variables_initializer()
            sess.run(init_op)
            training = lesson.training(sess, saver, name)
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                if i < 200 or i % 20 == 0:
                    cem_, steep_, summary = sess.run([cem, steepness, merged], feed_dict=feed)
                    history.append(step=i, cem=cem_, gradient=steep_)
                    writer.add_summary(summary, i)
                sess.run(train_step, feed_dict=feed)
            end = sess.run([loss, cem, accuracy], feed_dict=feed)
    print("%-16s loss %7.4f, cem %7.4f, accuracy %.4f" % ((name,) + tuple(end)))
    return history, end


# %%
BEGINNINGS = {"small": 0.01, "large": lesson.stddev}
runs = {}
for beginning, stddev in BEGINNINGS.items():
    for loss_name in LOSSES:
        name = "%s_%s" % (beginning, loss_name)
        runs[beginning, loss_name] = train(name, loss_name, stddev)

# %% [markdown]
# ## What to see · 看什么
#
# * From small weights all four losses get 90 % or more right. To bring `cem` below 0.24 takes ce
#   33 steps, the mean squared error 102, and `cem` itself 10: its steps are three times those of
#   ce, as it is no mean over the three classes.
# * From large weights the squared error stays where it is: its gradient is 620 times smaller at
#   first than that of `cem`, and after 2,000 steps 2 % of the points are right.
# * ce with the clip idles at first: most wrong answers are below 1e-12 and teach nothing until the
#   few others have turned the weights. It needs about 340 steps to bring `cem` below 1, `cem`
#   itself 18.
# * Softmax applied twice is as slow there as the squared error. From small weights it arrives, and
#   does not stop: as no answer is sure enough for it, the weights go on growing, wrong answers
#   become ever surer of themselves, and `cem` rises from 0.23 at step 100 to 0.40.
#
# 「满足以下概率分布要求」, that softmax makes probabilities: true, they add up to 1. And what
# 《Tensorflow_神经网络》 says:
#
# * 「两个分布相似性」, cross entropy measures how alike two distributions are: true only if the
#   first one is sure.
# * 「保持在高梯度状态」, its gradient stays large: true only if softmax and logarithm are computed
#   in one. Behind a clip the most wrong answers have none.
# * 「因此我们采用交叉熵」, to tell classes apart wants cross entropy: true only if the beginning
#   may be bad. From small weights the squared error gets as many right.
# * 「只需要用一个值」, two classes need one number only: true, as the part on the gradient shows.
#
# These weights (`--seed 0`) are the worst of ten for mse and twice, and ce idles longest from them
# (from the others for 16 … 212 steps). From seeds 0 … 9, after 2,000 steps:
#
# | loss, large weights | `cem`, least to largest | accuracy |
# |---|---|---|
# | ce | 0.219 … 0.223 | 0.90, all ten |
# | cem | 0.219, all ten | 0.90, all ten |
# | mse | 0.23 … 55 | 0.02 … 0.91, four below 0.5 |
# | twice | 0.28 … 56 | 0.02 … 0.91, three below 0.5 |

# %%
near, far = entropies[(1, 0), (0.8, 0.2)], entropies[(1, 0), (0.6, 0.4)]
lesson.compare("H of (1, 0) with (0.6, 0.4)", far[1], tensorflow_1=0.51082557)
lesson.compare("H of (1, 0) with (0.8, 0.2)", near[1], tensorflow_1=0.22314353)
half = 0.0005  # of the last digit that the course prints
lesson.compare("the first to base 10", far[1] / np.log(10), book=0.222, within=half)
lesson.compare("the second to base 10", near[1] / np.log(10), book=0.097, within=half)
farther = "farther" if far[1] > near[1] else "nearer"
lesson.compare("of the two, the larger H is that of the", farther, document="farther")
because = "the formula is a sum, the code a mean: 1/2 of it with two classes, 1/3 with three"
lesson.compare(
    "ce over H of the formula", far[0] / far[1], document=1, within=1e-6, because=because
)
lesson.compare(
    "H of (0.5, 0.5) with itself", entropies[(0.5, 0.5), (0.5, 0.5)][1], tensorflow_1=0.69314718
)

# %%
(bare_right, clip_right), _ = limits["right and sure"]
(bare_wrong, clip_wrong), _ = limits["wrong and sure"]
lesson.record("right and sure, no clip", "%g" % bare_right)
lesson.record("right and sure, clip", clip_right + 0)
lesson.record("wrong and sure, no clip", "%g" % bare_wrong)
lesson.compare("wrong and sure, clip", clip_wrong, tensorflow_1=13.815511)

lesson.compare("softmax of 1, 2, 3 adds up to", float(hand[0].sum()), document=1, within=1e-6)
lesson.compare("cem of outputs 1, 2, 3", once, tensorflow_1=0.40760595)
lesson.compare("the same, softmax applied before", twice, tensorflow_1=0.79719037)
lesson.compare("the least that this can be", least, tensorflow_1=0.55144471)
lesson.record("gradient at z = −10, cem over mse", steep["cem"][220] / steep["mse"][220])

# %%
GENUINE = {
    ("small", "ce"): (0.22190583, 0.21886897, 0.9),
    ("small", "cem"): (0.21902852, 0.21886894, 0.9),
    ("small", "mse"): (0.24036005, 0.22506405, 0.9),
    ("small", "twice"): (0.2275857, 0.40143976, 0.9266667),
    ("large", "ce"): (37.57251, 0.21919034, 0.9),
    ("large", "cem"): (0.22220357, 0.21886891, 0.9),
    ("large", "mse"): (58.038803, 55.386562, 0.02),
    ("large", "twice"): (58.06849, 56.382645, 0.02),
}
for run, (history, (loss, cem, accuracy)) in runs.items():
    what = "%s weights, %s: " % run
    early, late, share = GENUINE[run]
    for at_100 in history["cem"][history["step"] == 100]:  # a shorter run has none
        lesson.compare(what + "cem at step 100", at_100, tensorflow_1=early)
    lesson.compare(what + "cem at the end", cem, tensorflow_1=late)
    lesson.compare(what + "accuracy at the end", accuracy, tensorflow_1=share)
    below = 0.24 if run[0] == "small" else 1
    arrived = history["step"][history["cem"] < below][:1]
    first = int(arrived[0]) if arrived.size else "not yet"
    lesson.record(what + f"cem below {below:g} at step", first)
starts = {name: runs["large", name][0]["gradient"][0] for name in ("cem", "mse")}
lesson.record("large weights: first gradient, cem over mse", starts["cem"] / starts["mse"])

# %%
STYLES = dict(zip(LOSSES, ("C0-", "C1--", "C2-.", "C4:")))
TITLES = {"ce": "ce with the clip", "cem": "cem", "mse": "mean squared error"}
TITLES["twice"] = "cem after softmax"

p = np.linspace(0.001, 1, 1000)
plt.figure(figsize=(6, 4))
plt.plot(p, -np.log(p), "C0-", label="cross entropy, −log y")
plt.plot(p, (1 - p) ** 2, "C2-.", label="squared error, (1 − y)²")
for answer, mark in (((0.6, 0.4), "o"), ((0.8, 0.2), "s")):
    value = entropies[(1, 0), answer][1]
    plt.plot(answer[0], value, "k" + mark, label="(%g, %g): %.4f" % (answer + (value,)))
plt.xlabel("y: probability that the right class gets")
plt.ylabel("loss of the answer")
plt.ylim(-0.1, 5)
plt.legend()
caption = "At y = 0 the squared error is 1, the cross entropy infinite."
lesson.figure("", "entropy", "the loss of one answer", caption)

# %%
plt.figure()
for name, values in steep.items():
    shown = np.where(values == 0, np.nan, np.abs(values))
    plt.semilogy(z_side, shown, STYLES[name], label=TITLES[name])
plt.axvline(np.log(1e-12), color="black", linewidth=1, linestyle="--")
plt.annotate("clipped", (np.log(1e-12), 1e-7), (-4, 0), textcoords="offset points", ha="right")
plt.xlabel("output z of the right class, the other one being 0")
plt.ylabel("size of the gradient by z")
plt.legend()
caption = "Left: wrong answers. Only cem keeps its gradient however wrong they are."
lesson.figure("", "gradient", "what an answer teaches", caption)

# %%
figure, axes = plt.subplots(2, 2, figsize=(10, 6.5), sharex=True)
for (beginning, loss_name), (history, _) in runs.items():
    upper, lower = axes[:, list(BEGINNINGS).index(beginning)]
    look = {"label": TITLES[loss_name]}
    upper.loglog(history["step"] + 1, history["cem"], STYLES[loss_name], **look)
    lower.loglog(history["step"] + 1, history["gradient"], STYLES[loss_name], **look)
for (beginning, stddev), column in zip(BEGINNINGS.items(), axes.T):
    column[0].set_title("%s initial weights, %g" % (beginning, stddev), fontsize=10)
    column[1].set_xlabel("training step, the first is 1")
axes[0, 0].set_ylabel("cem on the 150 points")
axes[1, 0].set_ylabel("size of the loss's gradient by w")
axes[0, 0].legend()
caption = "Above how good the answers are, below how much each loss has to teach."
lesson.figure("", "trainings", "four losses, two beginnings", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook a flag is the parameter of the same name in the first code cell: give it another
# default there, and run all cells.
#
# 1. Begin with `--stddev 100`. Which loss still learns, and why not ce, clipped as it is?
#
# <details><summary>Answer</summary>
#
# `cem` alone, to 0.2189. Every wrong answer is below 1e-12 now: ce has no gradient from any of
# them, and after 2,000 steps it has still 2 % of the points right and the loss 9.03. The two
# others do not move either.
# </details>
#
# 2. The gradient of ce is a third of that of `cem`. Try `--learning-rate 3`: is ce then where
#    `cem` was at the rate 1?
#
# <details><summary>Answer</summary>
#
# From small weights yes: 0.2190 after 100 steps, as `cem` before. From large ones no: the clip
# holds it back, and `cem` is below 1 after 114 steps, not after 18.
# </details>
#
# 3. Does the squared error only want a larger rate? Try `--learning-rate 30`.
#
# <details><summary>Answer</summary>
#
# From these large weights it does get away (accuracy 0.89), and from small ones it stays sound.
# But one rate must do for flat and steep places: `cem`, which is steep where it is wrong, jumps
# about at this rate (about 0.5 instead of 0.22).
# </details>
#
# Next in 《神经网络优化》: lesson 13.
#
# Next in 《Tensorflow 笔记》: lesson 13.
