# %% [markdown]
# # 18 · Moving averages of the weights · 滑动平均
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §3; 《Tensorflow 笔记》 滑动平均.
#
# Each weight gets a shadow that follows it, a moving average. So that the shadow is quick at the
# beginning, its decay grows with n, the number of updates:
#
# $$\text{shadow} \leftarrow \text{decay} \cdot \text{shadow} + (1 - \text{decay}) \cdot
# \text{weight}, \qquad \text{decay} = \min\left(\text{MOVING\_AVERAGE\_DECAY},
# \frac{1 + n}{10 + n}\right)$$
#
# The documents are taken from a course, 北京大学《人工智能实践：Tensorflow笔记》; what its public
# notes print of this run stands in the table at the end as "book".
#
# You will meet `tf.train.ExponentialMovingAverage`, `ema.apply`, `ema.average`,
# `tf.control_dependencies` with `tf.no_op`, and `ema.variables_to_restore`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "18_moving_average",
    steps=Parameter(8, "updates of the shadow"),
    moving_average_decay=Parameter(0.99, "decay of the shadow", at_least=0.0, at_most=1.0),
)

# %% [markdown]
# ## Data · 数据
#
# None: one weight, w1, is set by hand, to 0, to 1 and to 10, and its shadow is watched.

# %%
MOVING_AVERAGE_DECAY = lesson.moving_average_decay

# %% [markdown]
# ## Graph · 计算图
#
# `global_step` stands for the number of updates. `ema.apply` makes a shadow for each variable
# that it is given, here for all that are trained, and returns the op that updates them.

# %%
w1 = tf.Variable(0, dtype=tf.float32)
global_step = tf.Variable(0, trainable=False)
ema = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY, global_step)
ema_op = ema.apply(tf.trainable_variables())

# %% [markdown]
# The document ends by asking for the decay 0.1. A second shadow of the same weight, under a
# name of its own, shows it in the same run.

# %%
quick = tf.train.ExponentialMovingAverage(0.1, global_step, name="QuickMovingAverage")
quick_op = quick.apply(tf.trainable_variables())

tf.summary.scalar("w1", w1)
tf.summary.scalar("shadow", ema.average(w1))
tf.summary.scalar("shadow_0.1", quick.average(w1))
tf.summary.histogram("shadows", tf.stack([ema.average(w1), quick.average(w1)]))
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Before the first update w1 becomes 1. Before the second, 100 steps are said to have passed
# and w1 becomes 10. After that only the shadow moves. Printed are the weight and its shadow.

# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    print("[%s, %s]" % tuple(sess.run([w1, ema.average(w1)])))
    for i in training.steps(lesson.steps):
        if i == 0:
            sess.run(tf.assign(w1, 1))
        if i == 1:
            sess.run(tf.assign(global_step, 100))
            sess.run(tf.assign(w1, 10))
        sess.run(ema_op)
        sess.run(quick_op)
        print("[%s, %s]" % tuple(sess.run([w1, ema.average(w1)])))
        w1_val, shadow, quick_shadow = sess.run([w1, ema.average(w1), quick.average(w1)])
        writer.add_summary(sess.run(merged), i)
        history.append(update=i, w1=w1_val, shadow=shadow, quick=quick_shadow)
    shadow_end = sess.run(ema.average(w1))
    checkpoint = "%s/model.ckpt-%d" % (training.folder, training.step)

# %% [markdown]
# ### By hand · 手算
#
# The document works out four shadows. Its formula has lost its brackets: read as it is printed,
# `1+轮数 /10+轮数` is 1 + n/10 + n, and the decay 0.99 at once. Its third and fourth sum go on from
# rounded shadows.


# %%
def decay_at(n):
    return min(0.99, (1 + n) / (10 + n))


def following(shadow, n, weight):
    return decay_at(n) * shadow + (1 - decay_at(n)) * weight


sums = [following(0, 0, 1), following(0.9, 100, 10)]
sums += [following(1.644, 100, 10), following(2.328, 100, 10)]
terms = decay_at(100) * 0.9, (1 - decay_at(100)) * 10
brackets_lost = min(0.99, 1 + 100 / 10 + 100)

print("decay at n = 0: %.6f, at n = 100: %.6f" % (decay_at(0), decay_at(100)))
print("second sum: %.6f + %.6f = %.6f" % (terms + (sums[1],)))
print("the four sums: %.6f, %.6f, %.6f, %.6f" % tuple(sums))

# %% [markdown]
# ### Averaging while training · 与训练同步
#
# In a training the shadow is to follow each step. The document groups the two:
# `with tf.control_dependencies([train_step, ema_op]): train_op = tf.no_op(name='train')`.
# That runs both, but says nothing of their order: the shadow may see the weight before or
# after its step. To be sure, let the average wait for the step.


# %%
def train_once(order):
    with tf.Graph().as_default(), tf.Session() as sess:
        w = tf.Variable(5.0)
        ema = tf.train.ExponentialMovingAverage(0.9)
        train_step = tf.train.GradientDescentOptimizer(0.1).minimize(tf.square(w + 1))
        if order == "together":
            ema_op = ema.apply([w])
            with tf.control_dependencies([train_step, ema_op]):
                train_op = tf.no_op(name="train")
        else:
            with tf.control_dependencies([train_step]):
                train_op = ema.apply([w])
        sess.run(tf.global_variables_initializer())
        sess.run(train_op)
        return sess.run([w, ema.average(w)])


# %% [markdown]
# One step takes w from 5 to 3.8. A shadow that comes after it is 0.9 · 5 + 0.1 · 3.8 = 4.88;
# one that came before it is still 5.

# %%
w_after, shadow_after = train_once("step first")
print("step first:  w %.2f, shadow %.2f" % (w_after, shadow_after))
print("together:    w %.2f, shadow %.2f, or another" % tuple(train_once("together")))

# %% [markdown]
# ### Restoring the averages · 恢复滑动平均
#
# For evaluation the shadows take the weights' places. `ema.variables_to_restore()` maps the
# shadow's name in the checkpoint to the weight, so a graph without any shadow loads them.

# %%
with tf.Graph().as_default(), tf.Session() as sess:
    w = tf.Variable(0, dtype=tf.float32, name="Variable")
    ema_for_names = tf.train.ExponentialMovingAverage(MOVING_AVERAGE_DECAY)
    names = ema_for_names.variables_to_restore([w])
    print({name: variable.op.name for name, variable in names.items()})
    tf.train.Saver(names).restore(sess, checkpoint)
    w_restored = sess.run(w)
print("The weight restored is the shadow that was saved: %s" % w_restored)

# %% [markdown]
# ### Weights that oscillate · 振荡的权重
#
# The custom loss of lesson 11 makes its weights oscillate around the minimum. Its layer is trained
# on ten sets of 32 days, with a shadow beside it; both are tried on 10,000 new days.


# %%
def sales(seed, days):
    rdm = np.random.RandomState(seed)
    X = rdm.rand(days, 2)
    return X, [[x1 + x2 + (rdm.rand() / 10.0 - 0.05)] for x1, x2 in X]


oscillating = tf.Graph()
with oscillating.as_default():
    x = tf.placeholder(tf.float32, shape=(None, 2))
    y_ = tf.placeholder(tf.float32, shape=(None, 1))
    w = tf.Variable(tf.random_normal([2, 1], stddev=1, seed=1))
    y = tf.matmul(x, w)
    loss = tf.reduce_sum(tf.where(tf.greater(y, y_), (y - y_) * 9, (y_ - y) * 1))
    updates = tf.Variable(0, trainable=False)
    train_step = tf.train.GradientDescentOptimizer(0.001).minimize(loss, global_step=updates)
    average = tf.train.ExponentialMovingAverage(0.99, updates)
    with tf.control_dependencies([train_step]):
        train_op = average.apply([w])
    both = [tf.identity(w), tf.identity(average.average(w))]


# %%
def oscillation(seed):
    """Weights and shadows of the last 1,000 of 2,000 steps, (1000, 2, 2): step, which, weight."""
    X, Y_ = sales(seed, 32)
    path = []
    with tf.Session(graph=oscillating) as sess:
        sess.run(tf.global_variables_initializer())
        for i in range(2000):
            rows = slice((i * 8) % 32, (i * 8) % 32 + 8)
            sess.run(train_op, feed_dict={x: X[rows], y_: Y_[rows]})
            if i >= 1000:
                path.append(np.squeeze(sess.run(both), axis=2))
    return np.array(path)


with oscillating.as_default():
    paths = np.array([oscillation(seed) for seed in range(10)])

# %% [markdown]
# The loss of one new day, on the average of every 21st of these steps; of the last step alone the
# table at the end says how often the shadow is better:

# %%
X_new, Y_new = sales(10, 10000)


def loss_a_day(weights):
    excess = X_new.dot(weights.T) - Y_new
    return np.where(excess > 0, excess * 9, -excess).mean(axis=0)


losses = np.array([[loss_a_day(path[::-21, k]) for k in range(2)] for path in paths])
on_average, at_the_end = losses.mean(axis=2), losses[:, :, 0]
print("          weights   shadow")
for seed, (of_weights, of_shadow) in enumerate(on_average):
    print("days %d   %.5f   %.5f" % (seed, of_weights, of_shadow))

# %% [markdown]
# ## What to see · 看什么
#
# * With w1 = 1 and no updates yet the decay is min(0.99, 1/10) = 0.1: the shadow jumps to 0.9.
# * After 100 updates it is min(0.99, 101/110) = 0.918: the shadow creeps from 0.9 to 1.6445,
#   2.328, 2.956 … towards 10. The document writes that w1 is updated to 1.644; it is the
#   shadow that is, and w1 stays 10.
# * 「向参数 w1 靠近」, nearer with every run: true, from 0.9 to 4.993 in these eight.
# * 「各自的平均值」, an average over some time: true only with a decay near 1 (「接近 1 的值」).
#   With 0.1 the shadow is at 9.99 after four updates: quick, and hardly an average.
# * 「训练过程同步运行」: true only if the order does not matter. 「对括号内参数求滑动平均」: true,
#   `ema.apply` averages what it is given. 「查看模型中参数的平均值」, that `ema.average` shows the
#   shadow: true. 「待训练参数汇总为列表」: true, w1 is in the list, global_step is not.
# * 「泛化能力」, that averaged weights do better on new data: true only if the weights oscillate,
#   and then by little. The shadow stands five to six times as still, and its loss on new days is
#   lower by 0.6 %, in each of the ten sets. At one moment a weight may stand better by chance: at
#   the last step it does in four of ten.

# %%
shadows = history["shadow"]
for shadow, (update, said, exact) in zip(  # as many as a shorter run has
    shadows[:-1],
    (
        (1, 0.9, 0.89999998),
        (2, 1.644, 1.6445453),
        (3, 2.328, 2.3281732),
        (4, 2.956, 2.955868),
        (5, None, 3.5322061),
        (6, None, 4.061389),
        (7, None, 4.5472751),
    ),
):
    name = "shadow after update %d" % update
    known = {"document": said, "within": 0.001 if said else 1e-6, "book": exact}
    lesson.compare(name, shadow, tensorflow_1=exact, **known)
lesson.compare("shadow after update %d" % len(shadows), shadow_end, tensorflow_1=4.9934072)

# %%
half = 0.0005  # of the last digit that the document prints
lesson.record("decay at n = 0", decay_at(0))
lesson.record("decay at n = 100", decay_at(100))
lesson.record("decay at n = 100, brackets lost", brackets_lost)
lesson.compare("second sum, first term", terms[0], document=0.826, within=half)
lesson.compare("second sum, second term", terms[1], document=0.818, within=half)
for name, value, says in zip(
    ("first", "second", "third", "fourth"), sums, (0.9, 1.644, 2.328, 2.956)
):
    lesson.compare(name + " sum by hand", value, document=says, within=0.001)

# %%
because = "the document calls the shadow w1 there; the weight stays 10"
for w1_third in history["w1"][2:3]:
    lesson.compare("w1 at update 3", w1_third, document=1.644, because=because)
for quick_fourth in history["quick"][3:4]:
    lesson.compare("shadow after update 4, decay 0.1", quick_fourth, tensorflow_1=9.9909)
lesson.record("trainable variables", len(tf.trainable_variables()))
lesson.record("shadow when the step comes first", shadow_after)
lesson.record("weight restored from the shadow", w_restored)
spread = paths.std(axis=1).mean(axis=0)[:, 0]  # of w[0], over the steps, mean of the ten sets
for k, name in enumerate(("weights", "shadow")):
    lesson.record("spread of w[0], " + name, spread[k])
    lesson.record("loss a new day, " + name, on_average[:, k].mean())
lesson.record("shadow better, of 10 sets", int(np.sum(on_average[:, 1] < on_average[:, 0])))
better_at_the_end = int(np.sum(at_the_end[:, 1] < at_the_end[:, 0]))
lesson.record("shadow better at the last step, of 10", better_at_the_end)

# %%
plt.figure()
updates = history["update"] + 1
plt.step(np.append(0, updates), np.append(0, history["w1"]), "k--", where="pre", label="w1")
for name, label in (
    ("shadow", "shadow, decay %g" % MOVING_AVERAGE_DECAY),
    ("quick", "second shadow, decay 0.1"),
):
    plt.plot(np.append(0, updates), np.append(0, history[name]), "o-", label=label)
some = slice(None, None, 1 + len(shadows) // 10)  # as many numbers as there is room for
for update, value in zip(updates[some], shadows[some]):
    plt.annotate("%.3f" % value, (update, value), (4, -12), textcoords="offset points", fontsize=8)
plt.xlabel("updates of the shadow")
plt.ylabel("value")
plt.legend(loc="lower right")
lesson.figure("7", "shadow", "the printed weight and its shadow", "The shadow follows its weight.")

# %%
plt.figure()
for k, (style, label) in enumerate((("C0-", "weight w[0]"), ("C1--", "its shadow"))):
    plt.plot(np.arange(1800, 2000), paths[0, -200:, k, 0], style, label=label, linewidth=1.5)
plt.xlabel("training step")
plt.ylabel("value")
plt.margins(y=0.2)
plt.legend(loc="upper right", ncol=2)
caption = "The custom loss of lesson 11, COST 9, PROFIT 1; the last 200 of 2,000 steps."
lesson.figure("", "oscillation", "a weight that oscillates", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook a flag is the parameter of the same name in the first code cell: give it another
# default there, and run all cells.
#
# 1. Set the decay to 0.1, as the document asks: `--moving-average-decay 0.1`. Compute the
#    first three shadows on paper first.
#
# <details><summary>Answer</summary>
#
# 0.1 · 0 + 0.9 · 1 = 0.9; then 0.1 · 0.9 + 0.9 · 10 = 9.09; then 0.1 · 9.09 + 0.9 · 10 =
# 9.909. num_updates has no effect: (1 + n)/(10 + n) is never below 0.1.
# </details>
#
# 2. How many updates does the shadow need to pass 9: `--steps 40`?
#
# <details><summary>Answer</summary>
#
# 27. After update 2 the distance 10 − shadow is 8.355. Each update leaves 101/110 of it, and
# 8.355 · (101/110)^25 is the first below 1.
# </details>
#
# Next in 《神经网络优化》: lesson 19.
#
# 《Tensorflow 笔记》 ends here.
