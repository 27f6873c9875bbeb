# %% [markdown]
# # 14 · Exponential decay of the learning rate · 指数衰减学习率
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §2 (2); 《Tensorflow 笔记》 学习率.
#
# Begin with large steps, to be near the minimum soon; end with small ones, to settle there:
#
# $$\text{learning\_rate} = \text{LEARNING\_RATE\_BASE} \cdot
# \text{LEARNING\_RATE\_DECAY}^{\,\text{global\_step} / \text{LEARNING\_RATE\_STEP}}$$
#
# The documents are taken from a course, 北京大学《人工智能实践：Tensorflow笔记》; what its public
# notes print of this run stands in the table at the end as "book".
#
# You will meet `global_step`, a variable that is not trained, `tf.train.exponential_decay`
# with its `staircase`, and `minimize(..., global_step=...)`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "14_exponential_decay",
    steps=40,
    learning_rate_base=Parameter(0.1, "learning rate at the first step"),
    learning_rate_decay=Parameter(0.99, "factor of one decay", at_most=1.0),
    learning_rate_step=Parameter(1, "training steps from one decay to the next"),
)

# %% [markdown]
# ## Data · 数据
#
# None: loss = (w + 1)² as in lesson 13. In a training with data LEARNING_RATE_STEP is usually
# the number of batches that the data has, so that the rate changes once a round. 「更新频率」,
# frequency, is what 《Tensorflow 笔记》 calls that interval; here it is 1.

# %%
LEARNING_RATE_BASE = lesson.learning_rate_base
LEARNING_RATE_DECAY = lesson.learning_rate_decay
LEARNING_RATE_STEP = lesson.learning_rate_step

# %% [markdown]
# ## Graph · 计算图
#
# `global_step` counts the steps: `minimize` adds one to it with every run of `train_step`.
# The document's comments let w begin at 10, its code at 5; the code is followed here.

# %%
global_step = tf.Variable(0, trainable=False)
learning_rate = tf.train.exponential_decay(
    LEARNING_RATE_BASE, global_step, LEARNING_RATE_STEP, LEARNING_RATE_DECAY, staircase=True
)
w = tf.Variable(tf.constant(5, dtype=tf.float32))
loss = tf.square(w + 1)
optimizer = tf.train.GradientDescentOptimizer(learning_rate)
train_step = optimizer.minimize(loss, global_step=global_step)

# %% [markdown]
# `staircase=True` rounds global_step / LEARNING_RATE_STEP down: the rate changes in stairs.
# `staircase=False` lets it glide. (《Tensorflow 笔记》 writes `staircase=True/False`, which
# Python takes for a division: choose one.) With LEARNING_RATE_STEP 1 there is nothing
# to round, so the difference is shown with 10, on a placeholder in the place of the counter.

# %%
a_step = tf.placeholder(tf.int64, shape=())
stairs = tf.train.exponential_decay(0.1, a_step, 10, 0.9, staircase=True)
glide = tf.train.exponential_decay(0.1, a_step, 10, 0.9, staircase=False)

# %%
tf.summary.scalar("learning_rate", learning_rate)
tf.summary.scalar("loss", loss)
tf.summary.histogram("w", w)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# The learning rate printed after a step is the one that the next step will use: global_step
# has been raised by then.

# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    for i in training.steps(lesson.steps):
        sess.run(train_step)
        learning_rate_val = sess.run(learning_rate)
        global_step_val = sess.run(global_step)
        w_val = sess.run(w)
        loss_val = sess.run(loss)
        print(
            "After %s steps: global_step is %f , learning rate is %f, w is %f.   loss is %f"
            % (i, global_step_val, learning_rate_val, w_val, loss_val)
        )
        writer.add_summary(sess.run(merged), i)
        history.append(step=i, learning_rate=learning_rate_val, w=w_val, loss=loss_val)
    w_end, loss_end, rate_end = sess.run([w, loss, learning_rate])
    w_start = sess.run(w.initial_value)
    rates = [sess.run([stairs, glide], feed_dict={a_step: k}) for k in range(lesson.steps)]

# %% [markdown]
# ### With decay and without · 衰减与不衰减
#
# The same descent again from 0.1 and from 1, each with decay and at a fixed rate.


# %%
def descend(rate_at):
    with tf.Graph().as_default(), tf.Session() as sess:
        global_step = tf.Variable(0, trainable=False)
        w = tf.Variable(tf.constant(5, dtype=tf.float32))
        optimizer = tf.train.GradientDescentOptimizer(rate_at(global_step))
        train_step = optimizer.minimize(tf.square(w + 1), global_step=global_step)
        sess.run(tf.global_variables_initializer())
        path = [sess.run(w)]
        for _ in range(lesson.steps):
            sess.run(train_step)
            path.append(sess.run(w))
    return np.array(path)


def fixed(base):
    return lambda global_step: base


def decaying(base):
    return lambda global_step: tf.train.exponential_decay(
        base, global_step, LEARNING_RATE_STEP, LEARNING_RATE_DECAY, staircase=True
    )


paths = {}
for base in (0.1, 1.0):
    paths["fixed %g" % base] = descend(fixed(base))
    paths["decaying from %g" % base] = descend(decaying(base))

# %% [markdown]
# ## What to see · 看什么
#
# * 「学习率在不断减小」: true. It falls with every step, from 0.1 to 0.0669.
# * 「较高的下降速度」, that decay goes faster at first: true only if it begins with a larger rate.
#   From the same 0.1 both begin alike.
# * 「取的更优收敛度」, that decay gets nearer in fewer rounds: true only if the first rate is well
#   above 0.5, where each step goes past −1. From 0.1 the fixed rate ends nearer, at −0.9992, than
#   the decaying one, at −0.9957: each of its steps removes 20 % of what is left of w + 1, the
#   other's less. From 0.9 the fixed rate ends 0.0008 away, from 1 it jumps between 5 and −7 for
#   ever; the decaying one arrives from both.
# * 「阶梯型衰减」 with `staircase=True`, 「平滑下降的曲线」 without: both true, in the last figure.

# %%
because = "a comment says 10, the code's constant is 5"
lesson.compare("w at the beginning", w_start, document=10, because=because)
lesson.compare("w after step 0", history["w"][0], tensorflow_1=3.8)
lesson.compare("loss after step 0", history["loss"][0], tensorflow_1=23.040001)
lesson.compare("learning rate after step 0", history["learning_rate"][0], tensorflow_1=0.099)
half = 5e-7  # of the last digit that is printed
lesson.compare("w at the end", w_end, book=-0.995731, within=half, tensorflow_1=-0.9957312)
lesson.compare("loss at the end", loss_end, book=1.8e-5, within=half, tensorflow_1=1.8222867e-05)
end = {"book": 0.066897, "within": half, "tensorflow_1": 0.066897206}
lesson.compare("learning rate at the end", rate_end, **end)
for name, path in paths.items():
    lesson.record("w at the end, " + name, path[-1])

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 3.6))
for axis, name, label in zip(axes, ("learning_rate", "w", "loss"), ("learning rate", "w", "loss")):
    axis.plot(history["step"], history[name], ".-")
    axis.set(xlabel="step", ylabel=label)
axes[1].axhline(-1, color="black", linestyle="--", linewidth=1)
axes[2].set_yscale("log")
lesson.figure("6", "decay", "the printed steps", "Rate, parameter and loss after each step.")

# %%
plt.figure()
for (name, path), style in zip(paths.items(), ("C0--", "C0-", "C1--", "C1-")):
    plt.plot(np.abs(path + 1), style, label=name)
plt.yscale("log")
plt.xlabel("steps done")
plt.ylabel("distance from the minimum, |w + 1|")
plt.legend()
caption = "Decay helps where each step goes past the minimum."
lesson.figure("", "distance", "with decay and without", "" if lesson.changed() else caption)

# %%
plt.figure()
plt.step(np.arange(lesson.steps), np.array(rates)[:, 0], where="post", label="staircase=True")
plt.plot(np.array(rates)[:, 1], label="staircase=False")
plt.xlabel("step")
plt.ylabel("learning rate")
plt.legend()
caption = "LEARNING_RATE_BASE 0.1, LEARNING_RATE_DECAY 0.9, LEARNING_RATE_STEP 10."
lesson.figure("", "staircase", "in stairs or gliding", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook a flag is the parameter of the same name in the first code cell: give it another
# default there, and run all cells.
#
# 1. Set the decay to 0.5: `--learning-rate-decay 0.5`. Where does w stop, and why there?
#
# <details><summary>Answer</summary>
#
# At 2.90, far from −1. Each step takes away twice its rate: w + 1 goes to
# 6 · 0.8 · 0.9 · 0.95 · 0.975 … = 3.90 and no further. A rate that falls too fast freezes
# the training. From 1 w stops at −1.00 only because the second step, at the rate 0.5, is Newton's.
# </details>
#
# 2. Change the rate every 10 steps only: `--learning-rate-step 10`. Is w nearer to −1?
#
# <details><summary>Answer</summary>
#
# Yes: −0.9991 instead of −0.9957. The rate is still 0.0970 in the last ten steps, and 0.0961 is
# what is printed after the last one.
# </details>
#
# Next in 《神经网络优化》: lesson 18.
#
# Next in 《Tensorflow 笔记》: lesson 18.
