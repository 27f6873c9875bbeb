# %% [markdown]
# # 18 · Moving averages of the weights · 滑动平均
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §3; 《Tensorflow 笔记》 滑动平均.
#
# Each weight gets a shadow that follows it: shadow ← decay · shadow + (1 − decay) · weight.
# Weights jump about while they are trained; their shadows do not, and often do better on new
# data. So that the shadow is quick at the beginning, the decay used is
# min(MOVING_AVERAGE_DECAY, (1 + num_updates) / (10 + num_updates)).
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
# ## What to see · 看什么
#
# * With w1 = 1 and no updates yet the decay is min(0.99, 1/10) = 0.1: the shadow jumps to 0.9.
# * After 100 updates it is min(0.99, 101/110) = 0.918: the shadow creeps from 0.9 to 1.644,
#   2.328, 2.956 … towards 10. The document writes that w1 is updated to 1.644; it is the
#   shadow that is, and w1 stays 10.
# * With the decay 0.1 the shadow is at 9.99 after four updates: quick, and hardly an average.

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
    within = 0.001 if said else None
    lesson.compare(name, shadow, document=said, within=within, tensorflow_1=exact)
lesson.compare("shadow after update %d" % len(shadows), shadow_end, tensorflow_1=4.9934072)

# %%
because = "the document calls the shadow w1 there; the weight stays 10"
for w1_third in history["w1"][2:3]:
    lesson.compare("w1 at update 3", w1_third, document=1.644, because=because)
for quick_fourth in history["quick"][3:4]:
    lesson.compare("shadow after update 4, decay 0.1", quick_fourth, tensorflow_1=9.9909)
lesson.record("shadow when the step comes first", shadow_after)
lesson.record("weight restored from the shadow", w_restored)

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
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
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
