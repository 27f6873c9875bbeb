# %% [markdown]
# # 03 · Linear regression and gradient descent · 一元线性模型与梯度下降
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 1、一元线性模型, 2、梯度下降; 《深度神经网络-中》 一.1
# 梯度下降算法.
#
# A straight line ŷ = w·x + b is laid through 15 points. The error to make small is the mean of
# (ŷᵢ − yᵢ)². Gradient descent changes w and b a little, again and again, against the gradient:
# w ← w − η·∂f/∂w, b ← b − η·∂f/∂b. Here that is written out, without any optimizer.
#
# You will meet `tf.gradients`, `assign_sub`, what the learning rate η decides, and batch,
# stochastic and mini-batch descent.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "03_linear_regression",
    steps=Parameter(10, "epochs, passes through the 15 points; one is one update of batch descent"),
    learning_rate=Parameter(0.01, "η, the step size of the descent", at_most=1.0),
    batch_size=Parameter(5, "points in a batch of mini-batch descent", at_least=1, at_most=15),
)

# %% [markdown]
# ## Data · 数据
#
# The document gives neither data nor code for the line. The 15 points, the rate and the ten updates
# are those of the book behind it, 《深度学习理论与实战（基于TensorFlow实现）》.
#
# The same line can be had exactly, by least squares: that is what the descent is to find, and how
# far it has come can be told from it.

# %%
x_train = np.array(
    [3.3, 4.4, 5.5, 6.71, 6.93, 4.168, 9.779, 6.182, 7.59, 2.167, 7.042, 10.791, 5.313, 7.997, 3.1]
)
y_train = np.array(
    [1.7, 2.76, 2.09, 3.19, 1.694, 1.573, 3.366, 2.596, 2.53, 1.221, 2.827, 3.465, 1.65, 2.904, 1.3]
)
columns = np.stack([x_train, np.ones(15)], axis=1)
w_exact, b_exact = np.linalg.lstsq(columns, y_train, rcond=None)[0]
print("Least squares: y = %.4f * x + %.4f" % (w_exact, b_exact))

# %% [markdown]
# How steep the loss can be is known as well. It is a parabola in every direction; its steepest
# one bends with the largest eigenvalue λ of the matrix of second derivatives, 2·AᵀA/15 with
# the columns A = (x, 1). With η above 2/λ a step along it ends higher on the other side than it
# began.

# %%
bends = np.linalg.eigvalsh(2 * columns.T @ columns / 15)
rate_limit = 2 / bends[-1]
print("The loss bends by %.4f and by %.4f: η must stay below %.5f" % (*bends, rate_limit))

# %% [markdown]
# ## Graph · 计算图
#
# As in the document's code for polynomials `y_` is the prediction (elsewhere it is the label).
# w begins anywhere, b at 0; with `tf.set_random_seed` w begins at the same place each time.
# `tf.gradients(loss, [w, b])` adds the operations that compute both derivatives to the graph;
# nothing is computed yet. A session will run them, and feed the points to the placeholders.
#
# The document writes (ŷᵢ − yᵢ)² here, but (ŷᵢ − y)² where it repeats this loss for logistic
# regression. The second i belongs there: each point is compared with its own label.

# %%
tf.set_random_seed(8)
x = tf.placeholder(tf.float32, shape=(None,), name="x")
y = tf.placeholder(tf.float32, shape=(None,), name="y")
w = tf.Variable(tf.random_normal(shape=()), name="weight")
b = tf.Variable(0, dtype=tf.float32, name="bias")

y_ = w * x + b
loss = tf.reduce_mean(tf.square(y_ - y))
w_grad, b_grad = tf.gradients(loss, [w, b])

# %% [markdown]
# `w.assign_sub(v)` is w ← w − v. The updates need the gradients, these the predictions, and
# these both old values: so neither update can change what the other one subtracts.


# %%
def descend(lr):
    w_update = w.assign_sub(lr * w_grad)
    b_update = b.assign_sub(lr * b_grad)
    return w_update, b_update


TOO_SMALL, TOO_LARGE = 0.0001, 0.024
updates = {lr: descend(lr) for lr in (lesson.learning_rate, TOO_SMALL, TOO_LARGE)}

# %%
tf.summary.scalar("loss", loss)
tf.summary.histogram("residuals", y_ - y)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# What begins with `lesson` or `training` is the course's own: lesson 01 has a table of plain lines
# for it. A `FileWriter` writes the summaries for TensorBoard, as lesson 09 shows.
#
# ### Ways to take the points · 梯度下降法的分类
#
# | 《深度神经网络-中》 1.1 | points for one update | updates in an epoch |
# |---|---|---|
# | batch 批量 | all 15 | 1 |
# | stochastic 随机 | 1, in a new order each epoch | 15 |
# | mini-batch 小批量 | 5, in a new order each epoch | 3 |


# %%
def batches(e, size):
    """The points of epoch e: lists of `size` numbers, in an order that depends on e alone."""
    order = np.arange(15) if size == 15 else np.random.RandomState(e).permutation(15)
    return [order[start : start + size] for start in range(0, 15, size)]


print("Mini-batches of epoch 0: %s" % [rows.tolist() for rows in batches(0, lesson.batch_size)])


# %% [markdown]
# One function for every training. `sess.run` of the two updates gives the values that they
# leave: the path of (w, b), kept for the figures.


# %%
saver = tf.train.Saver()


def train(name, lr, size):
    points = {x: x_train, y: y_train}
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        for e in training.steps(lesson.steps):
            path = [sess.run([w, b])]
            for rows in batches(e, size):
                feed = {x: x_train[rows], y: y_train[rows]}
                path.append(sess.run(updates[lr], feed_dict=feed))
            loss_value = sess.run(loss, feed_dict=points)
            if np.isfinite(loss_value):
                writer.add_summary(sess.run(merged, feed_dict=points), e)
            history.append(epoch=e + 1, path=path, loss=loss_value)
        w_value, b_value, loss_value = sess.run([w, b, loss], feed_dict=points)
    print("%-10s  w %9.6f  b %9.6f  loss %g" % (name, w_value, b_value, loss_value))
    path = np.concatenate([history["path"][:, :-1].reshape(-1, 2), [[w_value, b_value]]])
    return {"path": path, "loss": loss_value}


# %% [markdown]
# The book's training is "batch": 10 updates at the rate 0.01. One rate is too small, one too
# large; and two trainings at 0.01 take the points in batches.

# %%
batch = train("batch", lesson.learning_rate, 15)
too_small = train("too_small", TOO_SMALL, 15)
too_large = train("too_large", TOO_LARGE, 15)
mini_batch = train("mini_batch", lesson.learning_rate, lesson.batch_size)
stochastic = train("stochastic", lesson.learning_rate, 1)

# %% [markdown]
# ### The gradient by hand · 梯度的公式
#
# ∂f/∂w = 2/n · Σ(ŷᵢ − yᵢ)·xᵢ and ∂f/∂b = 2/n · Σ(ŷᵢ − yᵢ). The first update of batch descent,
# divided by the rate, is what `tf.gradients` gave.

# %%
w_begin, b_begin = batch["path"][0]
residual = w_begin * x_train + b_begin - y_train
by_hand = [2 * np.mean(residual * x_train), 2 * np.mean(residual)]
by_tensorflow = (batch["path"][0] - batch["path"][1]) / lesson.learning_rate
print("by hand       %.4f %.4f" % tuple(by_hand))
print("tf.gradients  %.4f %.4f" % tuple(by_tensorflow))

# %% [markdown]
# ### Out of a minimum, off a saddle · 局部极小点和鞍点
#
# A line's loss has one minimum. Here is one with two, of 15 points again: the loss of point i is
#
# $$f_i(w) = \tfrac14 (w^4 - 2w^2) + (t + s_i)\,w, \qquad \textstyle\sum_i s_i = 0$$
#
# With t = 0.1 the minimum near −1 is deeper than the one near 1, where these descents begin. With
# t = 0 and w = 0 they begin where the mean gradient is 0 without a minimum, as on the ridge of a
# saddle. Each is tried twenty times, in other orders of the points.

# %%
SLOPES = 0.25 * np.arange(-7, 8)  # the sᵢ


def wander(begin, t, rate, size, epochs=60):
    """Where twenty descents end that take the points in batches of `size`."""
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.Variable(np.full(20, begin), dtype=tf.float32)
        s = tf.placeholder(tf.float32, shape=(20,))
        loss = (w * w * w * w - 2 * w * w) / 4 + (t + s) * w
        update = w.assign_sub(rate * tf.gradients(loss, w)[0])
        sess.run(tf.global_variables_initializer())
        for e in range(epochs):
            for rows in zip(*[batches(100 * e + k, size) for k in range(20)]):
                sess.run(update, feed_dict={s: [SLOPES[each].mean() for each in rows]})
        return sess.run(w)


left = {}
for name, size, rate in (("batch", 15, 0.3), ("stochastic", 1, 0.3), ("stochastic", 1, 0.1)):
    left["minimum", name, rate] = np.sum(wander(1, 0.1, rate, size) < 0)
for name, size in (("batch", 15), ("stochastic", 1)):
    left["ridge", name, 0.1] = np.sum(np.abs(wander(0, 0, 0.1, size)) > 0.5)
for (what, name, rate), count in left.items():
    print("%s descent, rate %g: %2d of 20 leave the %s" % (name, rate, count, what))

# %% [markdown]
# ## What to see · 看什么
#
# * η = 0.01: two updates bring the loss from 65.9 to 0.234, ten to 0.210. Least squares has
#   0.169: the best w and b are still far away. Along the valley the loss bends 336 times less than
#   across it, and one rate serves both directions.
# * η = 0.0001 is too small: ten updates bring the loss to 55.5, no further.
# * η = 0.024 is too large: each update jumps to the other side of the valley and higher up, to
#   272 after ten.

# %%
for name, training, genuine in (
    ("batch", batch, (0.34013593, 0.19000174, 0.20967418)),
    ("mini-batch", mini_batch, (0.31545350, 0.21832199, 0.22321995)),
    ("stochastic", stochastic, (0.27060485, 0.38896352, 0.25616825)),
):
    lesson.compare("w, %s" % name, training["path"][-1, 0], tensorflow_1=genuine[0])
    lesson.compare("b, %s" % name, training["path"][-1, 1], tensorflow_1=genuine[1])
    lesson.compare("loss, %s" % name, training["loss"], tensorflow_1=genuine[2])
lesson.compare("loss, rate %g" % TOO_SMALL, too_small["loss"], tensorflow_1=55.468727)
lesson.compare("loss, rate %g" % TOO_LARGE, too_large["loss"], tensorflow_1=271.75165)
lesson.record("w, least squares", w_exact)
lesson.record("b, least squares", b_exact)
lesson.record("loss, least squares", np.mean((columns @ [w_exact, b_exact] - y_train) ** 2))
lesson.record("largest rate that does not diverge", rate_limit)

# %%
plt.figure()
plt.plot(x_train, y_train, "ko", label="15 points")
lines = {
    "at the beginning": (batch["path"][0], ":"),
    "after update 1": (batch["path"][1], "-."),
    "after update %d" % lesson.steps: (batch["path"][-1], "-"),
    "least squares": ((w_exact, b_exact), "--"),
}
for label, ((w_value, b_value), style) in lines.items():
    ends = np.array([0.1, 11.5])
    label = "%s: %.4g x %+.4g" % (label, w_value, b_value)
    plt.plot(ends, w_value * ends + b_value, style, label=label)
plt.xlabel("x")
plt.ylabel("y")
plt.ylim(-4, 4.5)
plt.legend(loc="lower right")
lesson.figure("", "fit", "the line", "Batch descent, learning rate %g." % lesson.learning_rate)


# %%
def losses(path):
    """The loss on all 15 points for each (w, b) of a path."""
    with np.errstate(all="ignore"):  # of a rate that is too large
        return np.mean((path[:, :1] * x_train + path[:, 1:] - y_train) ** 2, axis=1)


def contours(axis, w_range, b_range=(-0.2, 0.9)):
    a, c = np.meshgrid(np.linspace(*w_range, 150), np.linspace(*b_range, 120))
    grid = losses(np.stack([a.ravel(), c.ravel()], axis=1)).reshape(a.shape)
    levels = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]
    axis.contour(a, c, grid, levels, linewidths=0.8, colors="0.6")
    axis.plot(w_exact, b_exact, "k*", markersize=11)
    axis.set(xlabel="w", ylabel="b", xlim=w_range, ylim=b_range)


# %%
def side_by_side(trainings, w_range, slug, title, caption):
    """Each path on the contours of the loss; below, the loss of all along the epochs."""
    figure = plt.figure(figsize=(10, 7))
    grid = figure.add_gridspec(2, len(trainings))
    below = figure.add_subplot(grid[1, :])
    for k, (label, training, mark) in enumerate(trainings):
        axis, path = figure.add_subplot(grid[0, k]), training["path"]
        style = {"color": "C%d" % k, "markersize": 4, "linewidth": 1.2}
        contours(axis, w_range)
        axis.plot(*path.T, mark, **style)
        axis.set_title(label, fontsize=10)
        epochs = np.linspace(0, lesson.steps, len(path))
        below.semilogy(epochs, losses(path), mark, label=label, **style)
    exact = losses(np.array([[w_exact, b_exact]]))[0]
    below.axhline(exact, color="black", linestyle="--", linewidth=1, label="least squares")
    below.set(xlabel="epoch", ylabel="loss on all 15 points")
    below.legend()
    caption = f"{caption} Contours at 0.2, 0.5, 1, 2, 5 … 200; star: least squares."
    lesson.figure("", slug, title, caption)


# %%
side_by_side(
    [
        ("too small: rate %g" % TOO_SMALL, too_small, "o-"),
        ("rate %g" % lesson.learning_rate, batch, "s-"),
        ("too large: rate %g" % TOO_LARGE, too_large, "^-"),
    ],
    (-2.5, 3),
    "learning-rates",
    "three learning rates",
    "Batch descent.",
)

# %% [markdown]
# ### Batch, stochastic, mini-batch · 批量、随机、小批量
#
# * The smaller the batch, the sooner the first descent: batch descent looks at 30 points until the
#   loss is below 0.3, mini-batch descent at 10, stochastic descent at 7.
# * And the more restless the end: in the last five epochs the loss goes from 0.205 up to 0.289
#   with 5 points, from 0.185 up to 1.99 with one. About half of the updates of both raise it, of
#   batch descent none. One point fixes no line, only those through it; a step towards them is
#   uphill for others. For x = 10.79 alone the rate limit is 0.0085, so that point's step at 0.01
#   throws w far across.
# * The restlessness has its use: it leaves a minimum or a ridge on which batch descent stays.

# %%
TRAININGS = {"batch": (batch, 15), "mini-batch": (mini_batch, lesson.batch_size)}
TRAININGS["stochastic"] = stochastic, 1
for name, (training, size) in TRAININGS.items():
    along = losses(training["path"])
    below = np.flatnonzero(along < 0.3)
    looked_at = size * below[0] if len(below) else "never"
    lesson.record("loss below 0.3 after points, %s" % name, looked_at)
    lesson.record("updates that raise the loss, %s" % name, np.sum(np.diff(along) > 0))
for (what, name, rate), count in left.items():
    lesson.record("of 20 leave the %s, %s, rate %g" % (what, name, rate), count)

# %% [markdown]
# ### Claims · 文档的论断
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | 「最终找到一组最好的」 w and b | only below 2/λ, and late | after ten w is 0.34, not 0.26 |
# | 「不同的学习率都会导致不同的结果」 | true | loss 55, 0.21 and 272 |
# | 「下降非常缓慢」 at too small a rate | true | 65.9 to 55.5 in ten updates |
# | 「跳动非常明显」 at too large a rate | true | 65.9 to 272, from side to side |
# | SGD is 「我们前面一直在使用的优化算法」 | only for the digits | see below |
# | SGD goes 「选取下降最快的方向」 | only of its batch | at 0.01 batch descent alone always falls |
# | 「慢慢减小的过程」, jumping up and down | true | 65.9 to 0.256; about half go up |
# | because η·gradient 「并不一定是一个特别小的量」 | true | η = 0.024 climbs to 272 |
# | random points 「不但计算快」 | true | 7 points looked at, not 30 |
# | 「跳出局部极小点和鞍点」 | only if η is large enough | 19 of 20 at 0.3, none at 0.1 |
#
# Off the ridge go 20 of 20 at 0.1, and none of batch descent, at either place. The document's
# curve, exam scores and flower take all points at once, as in lessons 04, 05 and 06; its digits
# come in batches, as in 08.
#
# 《四、训练神经网络》 wants a smaller rate for single points, 「减少更多的学习」: true, exercise 3.

# %%
side_by_side(
    [
        ("batch: all 15 points", batch, "s-"),
        ("mini-batch: %d points" % lesson.batch_size, mini_batch, "o-"),
        ("stochastic: 1 point", stochastic, ".-"),
    ],
    (-1, 1.1),
    "batches",
    "batch, mini-batch and stochastic descent",
    "Learning rate %g for all." % lesson.learning_rate,
)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `steps=Parameter(4000, …)`,
# `learning_rate=Parameter(0.001, …)`.
#
# 1. Let it run on: `--steps 4000`. Which of the three ways arrives at least squares?
#
# <details><summary>Answer</summary>
#
# Batch descent: w = 0.2600, b = 0.7476, the loss of least squares in six digits. The other two
# are in its neighbourhood (mini-batch: 0.290 and 0.750) and stay as restless as they were: at a
# constant rate only the gradient of all points comes to rest. Lesson 14 lets the rate decay.
# </details>
#
# 2. Try `--learning-rate 0.0231`, just below 2/λ. What do the ten updates of batch descent do?
#
# <details><summary>Answer</summary>
#
# They jump from one side of the valley to the other and lose little: the loss is 60.6 after
# ten. Each leaves |1 − 0.0231 · 86.396| = 99.6 % of the distance across. Half that rate, near
# 1/λ = 0.0116, would stand on the valley's floor at once.
# </details>
#
# 3. Calm stochastic descent: `--learning-rate 0.001`. What does it cost the others?
#
# <details><summary>Answer</summary>
#
# Its loss ends at 0.2106 and jumps far less. Batch descent, with ten updates in all, is only at
# 11.0 and mini-batch, with thirty, at 0.50: a small batch needs a small rate, and can afford it.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 04.
#
# Next in 《深度神经网络-中》: lesson 26.
