# %% [markdown]
# # 04 · Polynomial regression · 多项式回归
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 3、代码实例.
#
# A cubic is to be found from 61 of its points. It is no straight line in x, but the model is
# linear in what it learns: with the three columns x, x², x³ the prediction is w₀·x + w₁·x² +
# w₂·x³ + b, and gradient descent works as in lesson 03.
#
# You will meet `tf.constant` as input, `tf.squeeze`, `tf.gradients`, `assign_sub` and `eval`,
# and watch the fit while it is trained.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "04_polynomial_regression",
    steps=Parameter(100, "epochs; each is one update, with all 61 points"),
    learning_rate=Parameter(0.001, "step size of the descent", at_most=1.0),
)

# %% [markdown]
# ## Data · 数据
#
# ### The target · 定义一个多项式回归函数

# %%
w_target = np.array([0.5, 3, 2.4])
b_target = np.array([0.9])

f_des = "y = {:.2f} + {:.2f} * x + {:.2f} * x^2 + {:.2f} * x^3"
f_des = f_des.format(b_target[0], *w_target)
print(f_des)

# %% [markdown]
# ### Its curve · 画出图像
#
# The document begins this cell with `%matplotlib inline`, which puts figures below their cells in
# a notebook, so that one can 「省略掉plt.show()」 there: true. `lesson.figure` replaces it: it
# saves the figure, and in a notebook shows it.

# %%
x_sample = np.arange(-3, 3.1, 0.1)
y_sample = b_target[0] + sum(w_target[k] * x_sample ** (k + 1) for k in range(3))

plt.figure()
plt.plot(x_sample, y_sample, label="real curve")
plt.xlabel("x")
plt.ylabel("y")
plt.legend()
lesson.figure("", "data", "the real curve", f_des)

# %% [markdown]
# ## Graph · 计算图
#
# ### The linear model · 构造线性模型
#
# The inputs are constants of the graph: nothing is fed. `tf.matmul` gives a column of shape
# (61, 1), `y_train` has shape (61,); without `tf.squeeze` their difference would be a table of
# 61 × 61 numbers, and its mean no loss of this model. The document draws its first weights anew
# in each run, so its numbers change; after `tf.set_random_seed` they are the same each time.

# %%
tf.set_random_seed(3)
powers = np.stack([x_sample**i for i in range(1, 4)], axis=1)
x_train = tf.constant(powers, dtype=tf.float32, name="x_train")
y_train = tf.constant(y_sample, dtype=tf.float32, name="y_train")
w = tf.Variable(
    initial_value=tf.random_normal(shape=(3, 1)),
    dtype=tf.float32,
    name="weights",
)
b = tf.Variable(initial_value=0, dtype=tf.float32, name="bias")


# %%
def multi_linear(x):
    return tf.squeeze(tf.matmul(x, w) + b)


y_ = multi_linear(x_train)
print("matmul %s, y_ %s, y_train %s" % (tf.matmul(x_train, w).shape, y_.shape, y_train.shape))

# %% [markdown]
# ### Loss and gradient descent · 定义loss并用梯度下降法优化
#
# Two further rates, to be tried afterwards, are just below and just above the largest that
# works.

# %%
loss = tf.reduce_mean(tf.square(y_train - y_))
w_grad, b_grad = tf.gradients(loss, [w, b])


def descend(lr):
    w_update = w.assign_sub(lr * w_grad)
    b_update = b.assign_sub(lr * b_grad)
    return w_update, b_update


w_update, b_update = descend(lesson.learning_rate)
BELOW, ABOVE = 0.0085, 0.0086
updates_below, updates_above = descend(BELOW), descend(ABOVE)

# %%
tf.summary.scalar("loss", loss)
tf.summary.histogram("weights", w)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# The document fetches the loss here, before any variable has a value. That is an error; they
# get theirs when `tf.global_variables_initializer()` is run.

# %%
with tf.Session() as sess:
    try:
        before_initialization = "a loss, %g" % sess.run(loss)
    except tf.errors.FailedPreconditionError:
        before_initialization = "FailedPreconditionError"
print("The loss before initialization: %s" % before_initialization)

# %% [markdown]
# ### 100 updates · 更新100次，查看结果
#
# `tensor.eval(session=sess)` is `sess.run(tensor)`. The weights after each update go into the
# history: from it the live fit is drawn below, after a restore as well. `x_train` and `y_train`
# are constants, so they are evaluated once, not in each epoch.

# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver, "fit", may_diverge=True)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    if len(history) == 0:
        w_value, b_value, loss_numpy = sess.run([w, b, loss])
        history.append(epoch=0, w=w_value[:, 0], b=b_value, loss=loss_numpy)
    for e in training.steps(lesson.steps):
        sess.run([w_update, b_update])
        loss_numpy = loss.eval(session=sess)
        w_value, b_value = w.eval(session=sess), b.eval(session=sess)
        history.append(epoch=e + 1, w=w_value[:, 0], b=b_value, loss=loss_numpy)
        if np.isfinite(loss_numpy):
            writer.add_summary(sess.run(merged), e + 1)
        if (e + 1) % 20 == 0:
            print("epoch: %d, loss: %s" % (e + 1, loss_numpy))
    x_train_value = x_train.eval(session=sess)
    y_train_value = y_train.eval(session=sess)
    y_pred_value = y_.eval(session=sess)
    w_value, b_value, loss_numpy = sess.run([w, b, loss])
print("w: %s, b: %s, loss: %s" % (w_value[:, 0], b_value, loss_numpy))

# %% [markdown]
# ### The largest rate · 学习率的上限
#
# The same loop at the two other rates.


# %%
def train(name, updates):
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        for e in training.steps(lesson.steps):
            sess.run(updates)
            loss_numpy = loss.eval(session=sess)
            history.append(epoch=e + 1, loss=loss_numpy)
            if np.isfinite(loss_numpy):
                writer.add_summary(sess.run(merged), e + 1)
        return history, sess.run(loss)


history_below, loss_below = train("rate_%g" % BELOW, updates_below)
history_above, loss_above = train("rate_%g" % ABOVE, updates_above)
print("after %d updates: loss %g at rate %g" % (lesson.steps, loss_below, BELOW))
print("after %d updates: loss %g at rate %g" % (lesson.steps, loss_above, ABOVE))

# %% [markdown]
# ### The live fit · 动态拟合
#
# `plt.ion()`, `fig.canvas.draw()` and `plt.pause(0.1)` redraw the document's figure after each
# update; its `%matplotlib notebook` works in the classic notebook only. Here `lesson.animation`
# calls `draw` for each epoch and makes a GIF of it, 0.1 s a frame: it plays below, and in any
# browser. Of more than 100 epochs it takes evenly spaced ones.

# %%
fits = np.dot(history["w"], powers.T) + history["b"][:, None]

fig = plt.figure()
ax = fig.add_subplot(111)


def draw(e):
    ax.clear()
    ax.plot(x_sample, fits[e], color="C1", label="fitting curve")
    ax.plot(x_sample, y_sample, "--", color="C0", label="real curve")
    ax.set(xlabel="x", ylabel="y", xlim=(-3.2, 3.2), ylim=(-50, 105))
    ax.set_title("epoch %d, loss %.6g" % (e, history["loss"][e]))
    ax.legend(loc="upper left")


caption = "Gradient descent, learning rate %g." % lesson.learning_rate
lesson.animation("live-fit", "the live fit", caption, draw, range(len(history)))

# %% [markdown]
# ## What to see · 看什么
#
# * The curves can hardly be told apart, and the loss has fallen from 2,547 to 0.522. But the
#   weights are not the target's: w[0] is −0.36, not 0.5, and b is 0.46, not 0.9. Between −3 and
#   3 a little more x³ does for a missing x, a little more x² for a missing constant. Such
#   exchanges hardly change the loss, so its gradient hardly asks for them back.
# * Least squares finds the target at once, to the last digits: the points have no noise.
# * The largest rate is 2/λ, λ the largest eigenvalue of 2·AᵀA/61, A = (x, x², x³, 1): 0.00852.
#   At 0.0085 the loss falls, slowly, since each update jumps across; at 0.0086 it rises.

# %%
columns = np.column_stack([powers, np.ones(len(powers))])
exact = np.linalg.lstsq(columns, y_sample, rcond=None)[0]
bends = np.linalg.eigvalsh(2 * columns.T @ columns / len(columns))
found = [*w_value[:, 0], b_value]

for k, (name, target, genuine) in enumerate(
    [
        ("w[0]", w_target[0], -0.36423033),
        ("w[1]", w_target[1], 3.0176625),
        ("w[2]", w_target[2], 2.5307438),
        ("b", b_target[0], 0.45766702),
    ]
):
    because = "%d updates hardly bring back what x³ does for x, x² for the constant" % lesson.steps
    lesson.compare(name, found[k], document=target, within=0.005, because=because)
    lesson.compare(name, found[k], tensorflow_1=genuine)
    lesson.compare("%s, least squares" % name, exact[k], document=target, within=1e-6)

# %%
lesson.compare(
    "loss before initialization",
    before_initialization,
    document="a loss",
    because="variables have no values before their initializer has run",
)
losses = history["loss"]
for epoch, genuine in (
    (20, 24.184046),
    (40, 6.0153346),
    (60, 1.7736139),
    (80, 0.7699121),
    (100, 0.5224108),
):
    if epoch < len(losses):  # a shorter run has fewer
        lesson.compare("loss after epoch %d" % epoch, losses[epoch], tensorflow_1=genuine)
lesson.compare("loss, rate %g" % BELOW, loss_below, tensorflow_1=1055.8994)
lesson.compare("loss, rate %g" % ABOVE, loss_above, tensorflow_1=111644.21)
lesson.record("largest rate that does not diverge", 2 / bends[-1])
lesson.record("loss at the beginning", losses[0])
lesson.record("loss at the end", losses[-1])

# %%
plt.figure()
x_first = x_train_value[:, 0]
plt.plot(x_first, fits[0], ":", color="C2", label="fitting curve before")
plt.plot(x_first, y_pred_value, color="C1", label="fitting curve after %d epochs" % lesson.steps)
plt.plot(x_first, y_train_value, "--", color="C0", label="real curve")
plt.xlabel("x")
plt.ylabel("y")
plt.legend()
caption = "Learning rate %g; loss %.6g before, %.6g after." % (
    lesson.learning_rate,
    losses[0],
    losses[-1],
)
lesson.figure("", "fit", "before and after", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.semilogy(history["epoch"], losses, label="rate %g" % lesson.learning_rate)
for rate, each, style in ((BELOW, history_below, "--"), (ABOVE, history_above, "-.")):
    if rate != lesson.learning_rate:
        left.semilogy(each["epoch"], each["loss"], style, label="rate %g" % rate)
for k, name in enumerate(["w[0]", "w[1]", "w[2]", "b"]):
    values = history["w"][:, k] if k < 3 else history["b"]
    right.plot(history["epoch"], values, ["-", "--", "-.", ":"][k], color="C%d" % k, label=name)
    target = [*w_target, *b_target][k]
    right.plot(1.02 * lesson.steps, target, "*", color="C%d" % k)
    right.annotate(name, (1.04 * lesson.steps, target), va="center", fontsize=9)
left.set(xlabel="epoch", ylabel="loss")
right.set(xlabel="epoch", ylabel="weight")
left.legend()
right.legend(ncol=2)
caption = "Right: the weights at rate %g; stars: the target's." % lesson.learning_rate
lesson.figure("", "rates", "loss and weights", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `steps=Parameter(2000, …)`,
# `learning_rate=Parameter(0.008, …)`.
#
# 1. Find the target: which rate, and how many epochs? Try `--learning-rate 0.008 --steps 2000`.
#
# <details><summary>Answer</summary>
#
# After 2,000 updates at 0.008 the weights and b are within 10⁻⁵ of the target's. At the document's
# 0.001 w[0] is 0.363 and b 0.816 by then: along the flat directions a rate eight times smaller
# takes eight times as many updates.
# </details>
#
# 2. Cross the limit by more: `--learning-rate 0.009`. Watch the live fit. Which way does the
#    curve swing, and why?
#
# <details><summary>Answer</summary>
#
# Its ends swing up and down in turn, from the third update on further each time; the loss is 5.1 ·
# 10¹² after 100. The direction that bends most is x³ with a little x: w[2] ends at −205,200, w[0]
# at −31,000. The even powers have no part in it: w[1] and b are at 3.0 and 0.7, as they are at
# 0.0085.
# </details>
#
# 3. And at half the limit, `--learning-rate 0.0043`?
#
# <details><summary>Answer</summary>
#
# The loss is 0.242 after 100 updates, less than half of the 0.522 that 0.001 leaves. Near 1/λ the
# direction of x³ is crossed in one step; what is left is flat, and a larger rate moves faster
# there.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 05.
