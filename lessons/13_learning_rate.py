# %% [markdown]
# # 13 · The learning rate · 学习率
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §2 (1); 《Tensorflow 笔记》 学习率.
#
# One number w is to be found where loss = (w + 1)² is least, from w = 5. The learning rate is
# how far each step goes against the gradient: w ← w − learning_rate · 2(w + 1). Too large, and
# w does not settle; too small, and it hardly moves.
#
# You will meet `tf.Variable`, `tf.constant` and `tf.square`: a graph with nothing to feed.

# %%
from common import Lesson, np, plt, tf

lesson = Lesson("13_learning_rate", steps=40, learning_rate=0.2)

# %% [markdown]
# ## Data · 数据
#
# None. The loss depends on w alone.

# %%
LEARNING_RATES = [lesson.learning_rate, 1.0, 0.0001]

# %% [markdown]
# ## Graph · 计算图
#
# The document tries 0.2; too large and too small, of which it speaks, are 1 and 0.0001 here.
# One graph serves all three: a train step for each rate.

# %%
w = tf.Variable(tf.constant(5, dtype=tf.float32))
loss = tf.square(w + 1)
train_steps = [
    tf.train.GradientDescentOptimizer(learning_rate).minimize(loss)
    for learning_rate in LEARNING_RATES
]

# %%
tf.summary.scalar("loss", loss)
tf.summary.histogram("w", w)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Each rate begins anew, in a session of its own, at w = 5.

# %%
histories, ends = [], []
saver = tf.train.Saver()
for learning_rate, train_step in zip(LEARNING_RATES, train_steps):
    print("Learning rate %g" % learning_rate)
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, "rate_%g" % learning_rate, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        histories.append(training.history)
        for i in training.steps(lesson.steps):
            sess.run(train_step)
            w_val = sess.run(w)
            loss_val = sess.run(loss)
            print("After %s steps: w is %f.   loss is %f" % (i, w_val, loss_val))
            writer.add_summary(sess.run(merged), i)
            histories[-1].append(step=i, w=w_val, loss=loss_val)
        ends.append(sess.run([w, loss]))
good, large, small = histories
(good_w, _), (_, large_loss), (small_w, small_loss) = ends

# %% [markdown]
# ## What to see · 看什么
#
# * 0.2: each step removes 40 % of what is left of w + 1, and w goes to −1, until it stands at
#   −0.99999994 from step 35 on: nothing in float32 lies between that and −1.
# * 1: each step turns w + 1 into −(w + 1). From 5 to −7 and back for ever; the loss stays 36.
# * 0.0001: each step removes 0.02 %. After 40 steps w is still 4.95.
#
# In one formula: after k steps, w + 1 = 6 · (1 − 2 · learning_rate)^k.

# %%
lesson.compare("w, rate 0.2", good_w, document=-1, within=1e-6, tensorflow_1=-0.99999994)
lesson.compare("w after step 0, rate 0.2", good["w"][0], tensorflow_1=2.6)
lesson.compare("loss after step 0, rate 0.2", good["loss"][0], tensorflow_1=12.96)
lesson.compare("w after step 0, rate 1", large["w"][0], tensorflow_1=-7)
lesson.compare("w after step 1, rate 1", large["w"][min(1, len(large) - 1)], tensorflow_1=5)
lesson.compare("loss at the end, rate 1", large_loss, tensorflow_1=36)
lesson.compare("w at the end, rate 0.0001", small_w, tensorflow_1=4.9521828)
lesson.compare("loss at the end, rate 0.0001", small_loss, tensorflow_1=35.428478)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.plot(good["step"], good["w"], ".-")
left.axhline(-1, color="black", linestyle="--", linewidth=1)
left.set(xlabel="step", ylabel="w")
right.semilogy(good["step"], good["loss"], ".-", color="C1")
right.set(xlabel="step", ylabel="loss (w + 1)²")
caption = "Learning rate %g, as it is printed: w goes to −1." % lesson.learning_rate
lesson.figure("5", "rate", "the printed steps", caption)

# %%
plt.figure()
for learning_rate, history in zip(LEARNING_RATES, histories):
    plt.plot(history["step"], history["w"], ".-", label="learning rate %g" % learning_rate)
plt.axhline(-1, color="black", linestyle="--", linewidth=1, label="minimum, w = −1")
plt.xlabel("step")
plt.ylabel("w")
plt.legend(loc="upper left", bbox_to_anchor=(1, 1))
caption = "One arrives, one jumps between 5 and −7 for ever, one hardly moves."
lesson.figure("", "three-rates", "three learning rates", caption)

# %%
points = np.linspace(-8, 6, 200)
plt.figure()
plt.plot(points, (points + 1) ** 2, color="black", linewidth=1, label="loss (w + 1)²")
for learning_rate, history, size in zip(LEARNING_RATES, histories, (7, 12, 4)):
    path = np.concatenate([[5], history["w"]])
    label = "learning rate %g" % learning_rate
    plt.plot(path, (path + 1) ** 2, "o", markersize=size, alpha=0.6, label=label)
plt.xlabel("w")
plt.ylabel("loss")
plt.legend()
lesson.figure("", "valley", "the same steps on the loss", "Every step of each training.")

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Which rate arrives in a single step? Try it: `--learning-rate 0.5`.
#
# <details><summary>Answer</summary>
#
# 1 − 2 · 0.5 = 0, so w + 1 is 0 after one step. For a parabola that rate is Newton's step.
# </details>
#
# 2. What does `--learning-rate 1.1` do, and why?
#
# <details><summary>Answer</summary>
#
# 1 − 2 · 1.1 = −1.2: w + 1 grows by a fifth with each step and changes its sign. After 40
# steps it is 6 · 1.2⁴⁰, about 8,800. Rates above 1 diverge here.
# </details>
