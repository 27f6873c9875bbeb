# %% [markdown]
# # 05 · Logistic regression · Logistic回归
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 Logistic回归 1-3.
#
# Two exam scores are to tell who passes: a choice between two classes (二分类), 0 and 1. Logistic
# regression is a linear model whose output goes through the sigmoid, σ(z) = 1/(1 + e⁻ᶻ), and
# becomes a probability between 0 and 1.
#
# You will meet `tf.get_variable` with initializers, `tf.sigmoid`, `tf.log`, a loss by hand and
# where it breaks, and the same descent by hand and by `tf.train.GradientDescentOptimizer`.

# %%
import time

from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "05_logistic_regression",
    steps=Parameter(1000, "epochs, each one update from all 100 rows"),
    learning_rate=Parameter(1.0, "step size of the optimizer"),
    manual_rate=Parameter(0.1, "step size of the descent by hand"),
    loss=Parameter("by_hand", "which loss", choices=["by_hand", "clipped", "with_logits"]),
)

# %% [markdown]
# ## Data · 数据
#
# 100 students, two scores each, and 1 for the 60 who passed, 0 for the others. The document leaves
# its data out. The table of 《深度学习理论与实战（基于TensorFlow实现）》, the book behind it, is
# not ours to ship: these rows are generated, of the same kind. The sum of both scores decides,
# with some noise, so no line separates the two classes perfectly. Each column is divided by its
# maximum, so that one rate suits both weights.

# %%
rdm = np.random.RandomState(2017)
X = 30 + 70 * rdm.rand(100, 2)
total = X.sum(axis=1) + 15 * rdm.randn(100)
Y_ = (total >= np.sort(total)[40]).astype(np.int64)[:, None]
highest = X.max(axis=0)
X = X / highest

print("%d rows, %d of them positive; highest scores %.2f and %.2f" % (100, Y_.sum(), *highest))

# %% [markdown]
# ## Graph · 计算图
#
# ### The model · 构建模型
#
# `tf.get_variable` makes a variable from a name, a shape and an initializer; the seed 2017 is the
# document's. It writes `shape=(1)` for the bias: in Python that is the number 1 and no tuple.
# TensorFlow takes it for the shape [1] all the same; `(1,)` is meant.

# %%
x_data = tf.constant(X, dtype=tf.float32, name="x_data")
y_data = tf.constant(Y_, dtype=tf.float32, name="y_data")
normal = tf.random_normal_initializer(seed=2017)
w = tf.get_variable(initializer=normal, shape=(2, 1), name="weights")
b = tf.get_variable(initializer=tf.zeros_initializer(), shape=(1,), name="bias")


def logistic_regression(x):
    return tf.sigmoid(tf.matmul(x, w) + b)


y_pred = logistic_regression(x_data)

# %% [markdown]
# ### The loss · LOSS损失函数
#
# A row of label 0 has a part of the loss that asks for a small ŷ, a row of label 1 one that asks
# for a large ŷ; in the sum of both, y chooses:
#
# $$-\frac1n \sum_{y_i = 0} \log(1 - \hat y_i) \; - \; \frac1n \sum_{y_i = 1} \log \hat y_i
# = -\frac1n \sum_i \bigl(y_i \log \hat y_i + (1 - y_i) \log(1 - \hat y_i)\bigr)$$
#
# (The document asks for a small or a large loss there; it is ŷ that it means. It calls the mean
# `logit`, which is usually the name of z.)
#
# `tf.log` of the document is `tf.math.log` in today's TensorFlow; `tf.compat.v1`, which this
# course imports, has both. The two other losses are for where the first one breaks, see below.


# %%
def binary_loss(y_pred, y):
    return -tf.reduce_mean(y * tf.log(y_pred) + (1 - y) * tf.log(1 - y_pred))


SMALL = 1e-7  # 1 - 1e-8 would be 1 in float32


def three_losses(y_pred, z, y):
    from_z = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=z)
    return {
        "by_hand": binary_loss(y_pred, y),
        "clipped": binary_loss(tf.clip_by_value(y_pred, SMALL, 1 - SMALL), y),
        "with_logits": tf.reduce_mean(from_z),
    }


z = tf.matmul(x_data, w) + b
loss = three_losses(y_pred, z, y_data)[lesson.loss]


# %%
def part_of(label):
    """What the rows of one label add to the loss by hand."""
    right = y_pred if label == 1 else 1 - y_pred
    return -tf.reduce_sum(tf.log(tf.boolean_mask(right, tf.equal(y_data, label)))) / 100


parts = [part_of(0), part_of(1)]

# %% [markdown]
# ### The optimizer · 优化器
#
# Gradient descent twice. By hand: the gradients from `tf.gradients`, subtracted by `assign_sub`;
# `tf.group` makes one operation of the two updates. And by an optimizer, which `minimize` asks
# for just such an operation.

# %%
w_grad, b_grad = tf.gradients(loss, [w, b])
w_update = w.assign_sub(lesson.manual_rate * w_grad)
b_update = b.assign_sub(lesson.manual_rate * b_grad)
manual_op = tf.group(w_update, b_update)

optimizer = tf.train.GradientDescentOptimizer(lesson.learning_rate, name="optimizer")
train_op = optimizer.minimize(loss)

# %%
tf.summary.scalar("loss", loss)
tf.summary.histogram("y_pred", y_pred)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# ### The training · 训练模型
#
# A row counts as passed where ŷ is 0.5 or more; the accuracy is the share of rows where that is
# the label. The document prints "manual_GD cost time" under the optimizer's loop: the name of the
# other descent. Here both are timed, the ten saves of a training included.


# %%
def evaluate(sess):
    """The loss and the accuracy on all 100 rows."""
    y_true_label = y_data.eval(session=sess)
    y_pred_numpy = y_pred.eval(session=sess)
    y_pred_label = np.greater_equal(y_pred_numpy, 0.5).astype(np.float32)
    return loss.eval(session=sess), np.mean(y_pred_label == y_true_label)


# %%
saver = tf.train.Saver()


def train(name, train_op):
    epochs = 0
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        start = time.time()
        for e in training.steps(lesson.steps):
            sess.run(train_op)
            epochs += 1
            if (e + 1) % 20 == 0 or e + 1 == lesson.steps:
                loss_numpy, accuracy = evaluate(sess)
                history.append(epoch=e + 1, loss=loss_numpy)
                if np.isfinite(loss_numpy):
                    writer.add_summary(sess.run(merged), e + 1)
            if (e + 1) % 200 == 0:
                print("Epoch %d, Loss: %.4f, Acc: %.4f" % (e + 1, loss_numpy, accuracy))
        if epochs:
            print("\n%s cost time: %.4f" % (name, time.time() - start))
        end = dict(zip(("w", "b", "z", "parts"), sess.run([w, b, z, parts])))
        end["loss"], end["accuracy"] = evaluate(sess)
    return dict(end, name=name, history=history)


# %% [markdown]
# By hand, at the rate 0.1:

# %%
manual = train("manual_GD", manual_op)

# %% [markdown]
# By the optimizer, at the rate 1:

# %%
optimized = train("optimizer", train_op)

# %% [markdown]
# ### Where the loss breaks · 损失函数的 NaN
#
# In float32 σ(z) is exactly 1 from some z between 15 and 18 on, which version and processor decide;
# the table at the end has it. Then log(1 − ŷ) is −∞, and for a row with y = 1, which is right,
# (1 − y)·log(1 − ŷ) = 0·(−∞) is NaN. One NaN among the rows makes the mean NaN, then all weights.
# The gradient is NaN for either label. At z = −88, if not before, σ(z) is exactly 0, and it is the
# row with y = 0 whose loss is NaN.
#
# Clipping ŷ keeps the loss finite, but where it clips the gradient is 0: a row that is wrong
# teaches nothing any more. `tf.nn.sigmoid_cross_entropy_with_logits` takes z instead of ŷ, and
# its loss max(z, 0) − z·y + log(1 + e^(−|z|)) never needs the log of 0.


# %%
def look(z_value, label):
    """The three losses of one row and their gradients by z, as pairs."""
    with tf.Graph().as_default(), tf.Session() as sess:
        z = tf.constant(z_value)
        losses = three_losses(tf.sigmoid(z), z, tf.constant(label))
        return sess.run([(value, tf.gradients(value, z)[0]) for value in losses.values()])


print("label   z   loss (gradient):  by hand            clipped         with logits")
for label in (1.0, 0.0):
    for z_value in (-100.0, 10.0, 20.0):
        cells = "".join("%12.3g (%6.2g)" % pair for pair in look(z_value, label))
        print("%4d %4d      %s" % (label, z_value, cells))

# %% [markdown]
# ## What to see · 看什么
#
# * Both descents do the same thing. The optimizer is ahead for its rate alone, ten times as
#   large: its loss after 100 epochs is 0.450, as the other's after 1,000.
# * The boundary, where ŷ = 0.5, is the line w1·x1 + w2·x2 + b = 0: logistic regression can draw
#   no other. Lesson 06 has points that no line divides.
# * The optimizer gets 91 of 100 rows right. Because of the noise no line gets all of them: the
#   w and b with the least possible loss, 0.2035, get 92. After 10,000 epochs it is at 0.2038.
# * A straight line through the labels says −0.17 of one row and 1.43 of another; no probability is
#   that. The sigmoid of the same z stays between 0 and 1.
#
# ### Claims · 文档的论断
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | 「用在分类问题上」 (how often, no run can tell) | true | 91 of 100 right |
# | σ makes it 「0 ~ 1 之间的一个值」 | only if −88 < z < 18 | else 0 or 1; the loss NaN or ∞ |
# | 「这个值越小就表示属于第一类」 | true | ŷ below 0.5 is label 0: 91 of 100 right |
# | for y = 0 「我们希望 loss 越小越好」, else large | false | the loss is to be small for both |

# %%
for name, training, genuine in (
    ("manual_GD", manual, (0.45008937, 0.85, 3.4056268, 1.7127137, -2.6876774)),
    ("optimizer", optimized, (0.24305281, 0.91, 9.3393755, 9.044561, -10.57164)),
):
    lesson.compare("loss, %s" % name, training["loss"], tensorflow_1=genuine[0])
    lesson.compare("accuracy, %s" % name, training["accuracy"], tensorflow_1=genuine[1])
    lesson.compare("w1, %s" % name, training["w"][0, 0], tensorflow_1=genuine[2])
    lesson.compare("w2, %s" % name, training["w"][1, 0], tensorflow_1=genuine[3])
    lesson.compare("b, %s" % name, training["b"][0], tensorflow_1=genuine[4])
broken, clipped, whole = (value for value, _ in look(20.0, 1.0))
lesson.record("loss by hand at z = 20, y = 1", "%g" % broken)
lesson.record("the same, clipped", clipped)
for label, part in enumerate(optimized["parts"]):
    lesson.record("part of the loss, label %d" % label, part)
for loss in optimized["history"]["loss"][optimized["history"]["epoch"] == 100]:
    lesson.record("loss after 100 epochs, optimizer", loss)

# %%
z_near_1 = np.arange(15, 18, 0.01, dtype=np.float32)
z_rows = optimized["z"][:, 0]
slope, height = np.polyfit(z_rows, Y_[:, 0], 1) if np.isfinite(z_rows).all() else (0, 0)
with tf.Graph().as_default(), tf.Session() as sess:
    near_1, probabilities = sess.run([tf.sigmoid(z_near_1), tf.sigmoid(z_rows)])
lesson.record("σ(z) is 1 from z", round(float(z_near_1[near_1 == 1][0]), 2))
for name, outputs in (("linear", slope * z_rows + height), ("logistic", probabilities)):
    lesson.record("least output, %s" % name, outputs.min())
    lesson.record("largest output, %s" % name, outputs.max())

# %%
TRAININGS = [(manual, "--", "C0"), (optimized, "-", "C1")]
passed = Y_[:, 0] == 1

plt.figure(figsize=(6, 5.5))
plt.plot(*X[passed].T, "o", color="C2", label="passed: label 1")
plt.plot(*X[~passed].T, "^", color="C3", label="not passed: label 0")
side = np.array([0.28, 1.02])
for training, style, color in TRAININGS:
    (w1, w2), b_value = training["w"][:, 0], training["b"][0]
    label = "%s: %.4g x1 %+.4g x2 = %.4g" % (training["name"], w1, w2, -b_value)
    plt.plot(side, -(w1 * side + b_value) / w2, style, color=color, label=label)
plt.xlim(*side)
plt.ylim(*side)
plt.xlabel("x1: first score / %.2f" % highest[0])
plt.ylabel("x2: second score / %.2f" % highest[1])
plt.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncol=2, fontsize=9)
caption = "Where the output is 0.5 after %d epochs." % lesson.steps
lesson.figure("", "line", "the decision line", caption)

# %%
points = np.linspace(-11, 11, 200)
with tf.Session() as sess:
    sigmoid = sess.run(tf.sigmoid(points))

plt.figure()
plt.plot(points, sigmoid, color="black", linewidth=1, label="sigmoid of z")
plt.plot(optimized["z"][passed], np.ones(passed.sum()), "o", color="C2", label="passed")
plt.plot(optimized["z"][~passed], np.zeros((~passed).sum()), "^", color="C3", label="not passed")
plt.axhline(0.5, color="black", linestyle="--", linewidth=1)
plt.axvline(0, color="black", linestyle="--", linewidth=1)
plt.xlabel("z = w1·x1 + w2·x2 + b")
plt.ylabel("probability")
plt.legend(loc="upper left")
caption = "The 100 rows at their labels; right of z = 0 they are said to have passed."
lesson.figure("", "sigmoid", "the sigmoid", caption)

# %% [markdown]
# The document has a picture here of how linear and logistic regression differ (线性模型的主要区别):

# %%
plt.figure()
plt.plot(points, slope * points + height, "--", color="C1", label="linear: a straight line")
plt.plot(points, sigmoid, color="C0", label="logistic: the sigmoid")
plt.plot(z_rows[passed], np.ones(passed.sum()), "o", color="C2", label="passed")
plt.plot(z_rows[~passed], np.zeros((~passed).sum()), "^", color="C3", label="not passed")
plt.xlabel("z = w1·x1 + w2·x2 + b")
plt.ylabel("output")
plt.ylim(-0.7, 1.7)
plt.legend(loc="upper left")
caption = "The line is the least squares of the labels; it leaves 0 … 1, the sigmoid does not."
lesson.figure("", "linear", "linear and logistic regression", caption)

# %%
plt.figure()
for training, style, color in TRAININGS:
    history = training["history"]
    plt.plot(history["epoch"], history["loss"], style, color=color, label=training["name"])
plt.xlabel("epoch")
plt.ylabel("loss on the 100 rows")
plt.ylim(bottom=0)
plt.legend()
rates = lesson.manual_rate, lesson.learning_rate
caption = "Rates %g (manual_GD) and %g (optimizer)." % rates
lesson.figure("", "losses", "both descents", caption)

# %%
z_side = np.linspace(0, 30, 301)
with tf.Graph().as_default(), tf.Session() as sess:
    z_each = tf.constant(z_side, dtype=tf.float32)
    p = tf.sigmoid(z_each)
    by_hand = sess.run(-tf.log(1 - p))
    by_clip = sess.run(-tf.log(1 - tf.clip_by_value(p, SMALL, 1 - SMALL)))
    zeros = tf.zeros_like(z_each)
    by_z = sess.run(tf.nn.sigmoid_cross_entropy_with_logits(labels=zeros, logits=z_each))

plt.figure()
plt.plot(z_side, by_z, "-", linewidth=5, alpha=0.4, label="with logits")
plt.plot(z_side, by_clip, "--", label="clipped: no gradient any more")
plt.plot(z_side[np.isfinite(by_hand)], by_hand[np.isfinite(by_hand)], "k-", label="by hand")
plt.xlabel("z of a row with y = 0, which is to be negative")
plt.ylabel("loss of the row")
plt.legend()
caption = "By hand it ends where 1 − ŷ is 0 in float32, and is infinite from there on."
lesson.figure("", "nan", "three ways to write the loss", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `manual_rate=Parameter(1.0, …)`,
# `loss=Parameter("clipped", …)`.
#
# 1. Give both descents the same rate: `--manual-rate 1`. Where do they differ?
#
# <details><summary>Answer</summary>
#
# Nowhere: the printed lines are the same, and so are all digits of w and b.
# `GradientDescentOptimizer` does what the two lines by hand do.
# </details>
#
# 2. Find out what breaks: `--learning-rate 1000`, then the same with `--loss clipped` and with
#    `--loss with_logits`.
#
# <details><summary>Answer</summary>
#
# One step of this size makes z so large that ŷ is 1 for every row. By hand everything is NaN from
# then on. Clipped, no row has a gradient any more: the loss stays at 6.377 for ever, which is 40
# wrong rows of 15.94 each, divided by 100. With logits it stays finite and goes on learning, but
# jumps about: of 100 rows about 90 are right at most times, now and then only half of them. When
# that is depends on the last bit of the weights, so on your processor.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 01.
