# %% [markdown]
# # 13 · The learning rate · 学习率
#
# ## What it rebuilds · 重建
#
# Rebuilds 《神经网络优化》 §2 (1); 《Tensorflow 笔记》 学习率.
#
# One number w is to be found where loss = (w + 1)² is least, from w = 5. Each step goes against
# the gradient, times the learning rate:
#
# $$w_{n+1} = w_n - \text{learning\_rate} \cdot \nabla, \qquad \nabla = 2 (w_n + 1)$$
#
# The documents are taken from a course, 北京大学《人工智能实践：Tensorflow笔记》; what its public
# notes print stands in the table at the end as "book".
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
LEARNING_RATES = {}  # as they are printed; none is there twice
for learning_rate in (lesson.learning_rate, 1.0, 0.0001):
    LEARNING_RATES.setdefault("%g" % learning_rate, learning_rate)

# %% [markdown]
# ## Graph · 计算图
#
# The document tries 0.2 and speaks of too large and too small a rate; the course tries 1 and
# 0.0001 for them. One graph serves all three: a train step for each rate.

# %%
w = tf.Variable(tf.constant(5, dtype=tf.float32))
loss = tf.square(w + 1)
train_steps = {
    name: tf.train.GradientDescentOptimizer(learning_rate).minimize(loss)
    for name, learning_rate in LEARNING_RATES.items()
}

# %%
tf.summary.scalar("loss", loss)
tf.summary.histogram("w", w)
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Each rate begins anew, in a session of its own, at w = 5.

# %%
histories, ends = {}, {}
saver = tf.train.Saver()
for name, train_step in train_steps.items():
    print("Learning rate %s" % name)
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, "rate_" + name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = histories[name] = training.history
        for i in training.steps(lesson.steps):
            sess.run(train_step)
            w_val = sess.run(w)
            loss_val = sess.run(loss)
            print("After %s steps: w is %f.   loss is %f" % (i, w_val, loss_val))
            writer.add_summary(sess.run(merged), i)
            history.append(step=i, w=w_val, loss=loss_val)
        ends[name] = sess.run([w, loss])

# %% [markdown]
# ## What to see · 看什么
#
# * 「每次参数更新的幅度大小」, the rate is the size of each update: true only if the gradient is
#   1. At 0.2 the first step is 2.4 long, the last ones are 0.
# * 「梯度下降的方向」, each update goes where the loss falls: true, with 0.2 from 5 to 2.6.
# * 「反向传播就是求最优w」, backpropagation is to find the best w: false. It gives the gradient
#   (lesson 02); the step against it is descent, which the documents call so too.
# * 「w 无限趋近于-1」, ever nearer to −1: true only if numbers had no end. Each step at 0.2 removes
#   40 % of what is left of w + 1, until w stands at −0.99999994 from step 35 on: float32 has
#   nothing between that and −1.
# * 「在最小值附近波动，不收敛」, too large a rate swings and does not converge: true only if it is
#   at the limit. At 1 each step turns w + 1 into −(w + 1): from 5 to −7 and back for ever, and the
#   loss stays 36. Above 1 w goes away (exercise 2).
# * 「收敛缓慢」, too small a rate is slow: true. At 0.0001 each step removes 0.02 %: after 40 of
#   them w is still 4.95.
#
# In one formula: after k steps, w + 1 = 6 · (1 − 2 · learning_rate)^k.

# %%
good, *_ = LEARNING_RATES
w_end, _ = ends[good]
lesson.compare("w, rate " + good, w_end, document=-1, within=1e-6, tensorflow_1=-0.99999994)
if good != "1":
    first = {"book": 2.6, "within": 1e-6, "tensorflow_1": 2.6}
    lesson.compare("w after step 0, rate " + good, histories[good]["w"][0], **first)
lesson.compare("loss after step 0, rate " + good, histories[good]["loss"][0], tensorflow_1=12.96)
for step, genuine in ((0, -7), (1, 5)):
    if step < len(histories["1"]):
        name = "w after step %d, rate 1" % step
        lesson.compare(name, histories["1"]["w"][step], book=genuine, tensorflow_1=genuine)
half = 5e-7  # of the last digit that the course prints
lesson.compare("loss at the end, rate 1", ends["1"][1], book=36, tensorflow_1=36)
slow = {"book": 4.952183, "within": half, "tensorflow_1": 4.9521828}
lesson.compare("w at the end, rate 0.0001", ends["0.0001"][0], **slow)
slow = {"book": 35.428478, "within": half, "tensorflow_1": 35.428478}
lesson.compare("loss at the end, rate 0.0001", ends["0.0001"][1], **slow)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4))
left.plot(histories[good]["step"], histories[good]["w"], ".-")
left.axhline(-1, color="black", linestyle="--", linewidth=1)
left.set(xlabel="step", ylabel="w")
right.semilogy(histories[good]["step"], histories[good]["loss"], ".-", color="C1")
right.set(xlabel="step", ylabel="loss (w + 1)²")
arrives = "Learning rate %s, as it is printed: w goes to −1."
caption = arrives if lesson.learning_rate < 1 else "Learning rate %s, as it is printed."
lesson.figure("5", "rate", "the printed steps", caption % good)

# %%
plt.figure()
for name, history in histories.items():
    plt.plot(history["step"], history["w"], ".-", label="learning rate " + name)
plt.axhline(-1, color="black", linestyle="--", linewidth=1, label="minimum, w = −1")
plt.xlabel("step")
plt.ylabel("w")
plt.legend(loc="upper left", bbox_to_anchor=(1, 1))
caption = "One arrives, one jumps between 5 and −7 for ever, one hardly moves."
caption = "The printed steps, from w = 5." if lesson.changed() else caption
title = "three learning rates" if len(LEARNING_RATES) == 3 else "two learning rates"
lesson.figure("", "three-rates", title, caption)

# %%
points = np.linspace(-8, 6, 200)
plt.figure()
plt.plot(points, (points + 1) ** 2, color="black", linewidth=1, label="loss (w + 1)²")
for (name, history), size in zip(histories.items(), (7, 12, 4)):
    path = np.concatenate([[5], history["w"]])
    label = "learning rate " + name
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
# In the notebook a flag is the parameter of the same name in the first code cell: give it another
# default there, and run all cells.
#
# 1. Which rate arrives in a single step? Try it: `--learning-rate 0.5`.
#
# <details><summary>Answer</summary>
#
# 1 − 2 · 0.5 = 0, so w + 1 is 0 after step 0. For a parabola that rate is Newton's step.
# </details>
#
# 2. What does `--learning-rate 1.1` do, and why?
#
# <details><summary>Answer</summary>
#
# 1 − 2 · 1.1 = −1.2: w + 1 grows by a fifth with each step and changes its sign. After 40
# steps it is 6 · 1.2⁴⁰, about 8,820. Rates above 1 diverge here.
# </details>
#
# Next in 《神经网络优化》: lesson 14.
#
# Next in 《Tensorflow 笔记》: lesson 14.
