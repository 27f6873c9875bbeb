# %% [markdown]
# # 10 · Yogurt sales: mean squared error · 预测酸奶销量（均方误差）
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §1 (1); 《Tensorflow 笔记》 均方误差.
#
# Both documents are taken from a course, 北京大学《人工智能实践：Tensorflow笔记》, chapter 4. What
# its public notes print and the documents leave out stands in the table at the end as "book".
#
# A dairy wants to know how much yogurt it will sell from two factors, x1 and x2. One layer
# without activation, y = x1·w1[0] + x2·w1[1], learns it. Here predicting too much is as bad
# as predicting too little, so the loss is the mean squared error.
#
# You will meet `tf.placeholder`, `feed_dict`, `tf.train.GradientDescentOptimizer` and
# `minimize`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "10_yogurt_mse",
    steps=20000,
    learning_rate=0.001,
    optimizer=Parameter(
        "GradientDescent",
        "which tf.train optimizer",
        choices=["GradientDescent", "Momentum", "RMSProp", "Adam"],
    ),
)

# %% [markdown]
# ## Data · 数据
#
# 32 days. The true sales are x1 + x2, with a noise between −0.05 and 0.05 that is drawn day by
# day, so a perfect network would find w1 = (1, 1). The next 10,000 days are for testing alone.

# %%
BATCH_SIZE = 8
SEED = 23455


def sales(days):
    X = rdm.rand(days, 2)
    Y_ = [[x1 + x2 + (rdm.rand() / 10.0 - 0.05)] for x1, x2 in X]
    return X, Y_


rdm = np.random.RandomState(SEED)
X, Y_ = sales(32)
X_new, Y_new = sales(10000)

# %%
plt.figure(figsize=(6, 4))
plt.scatter(X.sum(axis=1), Y_, label="32 days")
plt.plot([0, 2], [0, 2], "k--", linewidth=1, label="without noise: x1 + x2")
plt.xlabel("x1 + x2")
plt.ylabel("sales y_")
plt.legend()
lesson.figure("1", "data", "yogurt sales", "What the network is to learn, 32 examples.")

# %% [markdown]
# ## Graph · 计算图
#
# `x` and `y_` are placeholders: they get their values with each `sess.run`. `None` leaves
# the number of rows open, so a batch of 8 fits as well as all 32 days.

# %%
x = tf.placeholder(tf.float32, shape=(None, 2))
y_ = tf.placeholder(tf.float32, shape=(None, 1))
w1 = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
y = tf.matmul(x, w1)

# %% [markdown]
# The loss is the mean squared error of n days, and gradient descent steps against its gradient:
#
# $$\text{MSE}(y\_, y) = \frac{1}{n} \sum_{i=1}^n (y_i - y\_{}_i)^2, \qquad
# w_1 \leftarrow w_1 - \text{learning\_rate} \cdot
# \frac{\partial\,\text{MSE}}{\partial w_1}$$
#
# 「预测多或预测少的影响一样」 is true of it: y − y_ is squared.

# %%
optimizer = {
    "GradientDescent": tf.train.GradientDescentOptimizer,
    "Momentum": lambda rate: tf.train.MomentumOptimizer(rate, momentum=0.9),
    "RMSProp": tf.train.RMSPropOptimizer,
    "Adam": tf.train.AdamOptimizer,
}[lesson.optimizer]

loss_mse = tf.reduce_mean(tf.square(y_ - y))
train_step = optimizer(lesson.learning_rate).minimize(loss_mse)

# %% [markdown]
# For TensorBoard: the loss as a curve, the weights as a histogram.

# %%
tf.summary.scalar("loss_mse", loss_mse)
tf.summary.histogram("w1", w1)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Batches of 8 go round and round through the 32 days. Every 500 steps the weights are
# printed. The document's code, of Python 2, has lost its indentation: whether the final
# weights are printed inside the loop or after it is left open. Here it is after.
#
# What begins with `lesson` or `training` is the course's own; plain lines stand for it elsewhere:
#
# | here | in plain TensorFlow 1 |
# |---|---|
# | `lesson.steps` | a constant; here a flag of the command, `--steps` |
# | `lesson.training(sess, saver)` | `saver.save(…)`; to go on or look again `saver.restore(…)` |
# | `training.summaries` | a folder: `"summaries/10_yogurt_mse/train"` |
# | `training.steps(lesson.steps)` | `range(STEPS)`, and ten times `saver.save(sess, path, i + 1)` |
# | `training.history` | a list of what is to be drawn; here saved with each checkpoint |
# | `lesson.figure`, `compare`, `finish` | `plt.savefig`, `print` |

# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    for i in training.steps(lesson.steps):
        start = (i * BATCH_SIZE) % 32
        end = (i * BATCH_SIZE) % 32 + BATCH_SIZE
        sess.run(train_step, feed_dict={x: X[start:end], y_: Y_[start:end]})
        if i % 500 == 0:
            w1_value = sess.run(w1)
            print("After %d training steps, w1 is" % i)
            print(w1_value)
            summary, loss_value = sess.run([merged, loss_mse], feed_dict={x: X, y_: Y_})
            writer.add_summary(summary, i)
            history.append(step=i, w1=w1_value[:, 0], loss_mse=loss_value)
    w1_value = sess.run(w1)
    loss_value = sess.run(loss_mse, feed_dict={x: X, y_: Y_})
    loss_new = sess.run(loss_mse, feed_dict={x: X_new, y_: Y_new})
print("Final w1 is:\n%s" % w1_value)

# %% [markdown]
# ## What to see · 看什么
#
# * 「不断降低」: true, the loss falls all the way. The weights move ever more slowly, and are not
#   at rest after 20,000 steps.
# * 「已非常接近」: true. Sales are predicted as y = 0.98·x1 + 1.02·x2, close to the y = x1 + x2
#   that made the data. Two things keep them apart: the noise (least squares on these 32 days gives
#   1.0043 and 0.9948, not 1 and 1), and 20,000 small steps, which have not quite arrived.
# * 「预测酸奶日销量正确」: true only if new days are like the old ones. The document tests none. On
#   10,000 new days of the same kind the error is 0.00089, hardly above that of the noise itself,
#   0.1²/12 = 0.00083, below which no network gets.

# %%
w1_exact = np.linalg.lstsq(X, Y_, rcond=None)[0]
away = np.abs(history["w1"] - w1_exact[:, 0]).max(axis=1) > 0.01
settled = history["step"][np.append(True, away).nonzero()[0][-1] :]  # after the last one away

for k, (said, of_course, genuine) in enumerate(
    ((0.98, 0.98019385, 0.98019385), (1.02, 1.0159807, 1.0159807))
):
    of_document = {"document": said, "within": 0.005, "book": of_course}
    lesson.compare("w1[%d]" % k, w1_value[k, 0], tensorflow_1=genuine, **of_document)
lesson.compare("loss_mse on all 32 days", loss_value, tensorflow_1=0.00075318193)
lesson.record("loss_mse on 10,000 new days", loss_new)
lesson.record("loss_mse of the noise alone", 0.1**2 / 12)
lesson.record("least squares w1[0]", w1_exact[0, 0])
lesson.record("least squares w1[1]", w1_exact[1, 0])
lesson.record("settled to 0.01 from step", int(settled[0]) if settled.size else "not yet")

# %%
side = np.linspace(-1.2, 2.2, 120)
a, b = np.meshgrid(side, side)
residual = a[..., None] * X[:, 0] + b[..., None] * X[:, 1] - np.ravel(Y_)
levels = np.logspace(-3, 0.8, 12)

plt.figure(figsize=(6, 5))
lines = plt.contour(a, b, (residual**2).mean(axis=-1), levels, linewidths=1, cmap="viridis")
plt.clabel(lines, lines.levels[4:], fontsize=7)
plt.plot(*history["w1"].T, ".-", color="C1", label="w1 every 500 steps")
plt.plot(*w1_exact, "k*", markersize=12, label="least squares")
plt.xlabel("w1[0]")
plt.ylabel("w1[1]")
plt.legend(loc="lower left")
lesson.figure("2", "mse", "the mean squared error", "Contours of the loss on all 32 days.")

# %%
plt.figure()
for k in range(2):
    label = "w1[%d], at the end %.4f" % (k, w1_value[k, 0])
    plt.plot(history["step"], history["w1"][:, k], ".-", label=label)
plt.axhline(1, color="black", linestyle="--", linewidth=1, label="x1 + x2")
plt.xlabel("training step")
plt.ylabel("weight")
plt.legend()
lesson.figure("3", "weights", "the printed weights", "Every 500 steps, as they are printed.")

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook a flag is the parameter of the same name in the first code cell: give it another
# default there, and run all cells.
#
# 1. Try other optimizers, as the document asks (尝试其他反向传播方法): `--optimizer RMSProp`,
#    `--optimizer Momentum`, `--optimizer Adam`. Which one has converged, and when?
#
# <details><summary>Answer</summary>
#
# All three come within 0.01 of the least-squares weights and stay there, as every 500th step
# shows: momentum, whose steps grow to ten times the size, from 2,500 on, RMSProp from 3,000, Adam
# from 5,500. Gradient descent is not yet there after 20,000.
# </details>
#
# 2. Where does gradient descent get with ten times the rate: `--learning-rate 0.01`?
#
# <details><summary>Answer</summary>
#
# Ten times the rate is ten times as far along the same path: after 2,000 steps it is where 0.001
# gets in 20,000 (0.98 and 1.02), and at every 500th step from 2,500 on it is within 0.01 of least
# squares.
# </details>
#
# Next in 《神经网络优化》: lesson 11.
#
# Next in 《Tensorflow 笔记》: lesson 11.
