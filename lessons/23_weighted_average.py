# %% [markdown]
# # 23 · Exponentially weighted averages · 指数加权平均值
#
# ## What it rebuilds · 重建
#
# Rebuilds 《四、训练神经网络》 指数加权平均值.
#
# A quantity θ is measured again and again, the temperature once a day, say. Its exponentially
# weighted average v follows it, with 0 < β < 1:
#
# $$v_n = \beta v_{n-1} + (1 - \beta)\,\theta_n$$
#
# Momentum, RMSProp and Adam rest on it (动量优化器和更高级的学习算法的核心, true): they average
# gradients, or their squares. Lesson 24 writes them so.
#
# You will see that this recursion, a sum in closed form and a convolution are one and the same;
# what becomes of v_0; and that `tf.train.ExponentialMovingAverage` (lesson 18) computes it, too.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "23_weighted_average",
    steps=Parameter(100, "measurements, one update of the averages each", at_most=100000),
    beta=Parameter(0.9, "β, the part of the old average that is kept", at_most=0.999),
    theta=Parameter("gauss", "what is measured", choices=["gauss", "constant", "noisy"]),
)

# %% [markdown]
# ## Data · 数据
#
# The document lets θ have the shape of a Gaussian: largest, 0.1, at n = 50, and of width 10.
# For the exercises θ may be constant, or the Gaussian with a noise of standard deviation 0.02.

# %%
BETA = lesson.beta
N = lesson.steps
n = np.arange(1, N + 1)
gauss = 0.1 * np.exp(-((n - 50) ** 2) / 200)
thetas = {
    "gauss": gauss,
    "constant": np.full(N, 0.1),
    "noisy": gauss + np.random.RandomState(23).normal(0, 0.02, N),
}[lesson.theta]

# %% [markdown]
# ## Graph · 计算图
#
# ### The recursion · 递归
#
# A variable holds v, and `tf.assign` puts the next v in its place. The document begins with v_0 =
# 1, as far as its sum for v_n, and has v_0 = 0 from there on: here are both. 0.8 and 0.3 are the
# other β of figure 4-21.

# %%
theta = tf.placeholder(tf.float32, shape=(), name="theta")


def weighted_average(beta, v_0):
    v = tf.Variable(v_0, dtype=tf.float32, trainable=False)
    return v, tf.assign(v, beta * v + (1 - beta) * theta)


v, v_update = weighted_average(BETA, 0)
v_from_1, v_from_1_update = weighted_average(BETA, 1)
v_08, v_08_update = weighted_average(0.8, 0)
v_03, v_03_update = weighted_average(0.3, 0)

# %% [markdown]
# ### TensorFlow's own · 滑动平均
#
# The shadow of a tensor begins at 0, that of a variable at the variable's first value
# (影子初值=参数初值, true): so TensorFlow has both v_0, too. The second average must wait until the
# variable has its θ.

# %%
ema = tf.train.ExponentialMovingAverage(BETA)
ema_op = ema.apply([theta])

measured = tf.Variable(1, dtype=tf.float32, trainable=False)
measure = tf.assign(measured, theta)
with tf.control_dependencies([measure]):
    ema_from_1_op = ema.apply([measured])

# %% [markdown]
# ### The correction of the bias · 偏差校正
#
# An average that begins at 0 is too small for a while. The document leaves the correction out
# for momentum and has it in Adam: v_n / (1 − βⁿ). `zero_debias=True` is that correction.

# %%
debiased = tf.train.ExponentialMovingAverage(BETA, zero_debias=True, name="Debiased")
debiased_op = debiased.apply([theta])

updates = [v_update, v_from_1_update, v_08_update, v_03_update]
step = tf.group(*updates, ema_op, ema_from_1_op, debiased_op)

# %%
averages = {
    "v": v,
    "v_from_1": v_from_1,
    "v_08": v_08,
    "v_03": v_03,
    "ema": ema.average(theta),
    "ema_from_1": ema.average(measured),
    "debiased": debiased.average(theta),
}
tf.summary.scalar("theta", theta)
tf.summary.scalar("v", v)
tf.summary.histogram("v_of_each_beta", tf.stack([v, v_08, v_03]))
merged = tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Every step takes one more θ. Step i of the loop has n = i + 1.

# %%
saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    for i in training.steps(lesson.steps):
        feed = {theta: thetas[i]}
        sess.run(step, feed_dict=feed)
        values, summary = sess.run([averages, merged], feed_dict=feed)
        writer.add_summary(summary, n[i])
        history.append(n=n[i], **values)
        if n[i] % 10 == 0:
            print("n = %3d   theta %.7f   v %.7f" % (n[i], thetas[i], values["v"]))
    end = sess.run(averages)
print("At the end v is %.7f, and %.7f if v_0 was 1" % (end["v"], end["v_from_1"]))

# %% [markdown]
# ### The closed form · 不递归
#
# Put in one after the other, the updates become
#
# $$v_n = \beta^n v_0 + (1 - \beta) \sum_{i=1}^{n} \beta^{n-i}\,\theta_i$$
#
# With v_0 = 1 the first term is βⁿ, as in the document; with v_0 = 0 it vanishes (就会消失, true).


# %%
def closed_form(beta, v_0):
    sums = [np.sum(beta ** np.arange(k)[::-1] * thetas[:k]) for k in n]
    return beta**n * v_0 + (1 - beta) * np.array(sums)


# %% [markdown]
# ### The convolution · 卷积
#
# With v_0 = 0 this is the convolution of θ with the weights b_n = (1 − β)·βⁿ, n = 0, 1, 2, …:
# θ_i is multiplied by b_(n−i), its weight after n − i more measurements. They fall exponentially
# (权重呈指数递减, true): what is older counts less (关联度越来越小, true).


# %%
def weights(beta, count):
    return (1 - beta) * beta ** np.arange(count)


convolution = np.convolve(thetas, weights(BETA, N))[:N]


def largest_difference(one, other):
    return np.max(np.abs(np.asarray(one) - other))


differences = {
    "recursion and closed form, v_0 = 0": (history["v"], closed_form(BETA, 0)),
    "recursion and closed form, v_0 = 1": (history["v_from_1"], closed_form(BETA, 1)),
    "recursion and convolution": (history["v"], convolution),
    "recursion and ExponentialMovingAverage, v_0 = 0": (history["v"], history["ema"]),
    "recursion and ExponentialMovingAverage, v_0 = 1": (history["v_from_1"], history["ema_from_1"]),
    "v_n / (1 − βⁿ) and zero_debias": (history["v"] / (1 - BETA**n), history["debiased"]),
}
for name, (one, other) in differences.items():
    same = "the same" if largest_difference(one, other) < 1e-6 else "not the same"
    print("%-50s %s" % (name, same))

# %% [markdown]
# ## What to see · 看什么
#
# * All ways give the same v, to float32's precision. v_50 is 0.0689, though θ_50 is 0.1: an
#   average of the past is late. v is largest at n = 56, six measurements after θ.
# * v_0 = 1 is forgotten: what is left of it is βⁿ, half of it after 7 measurements, 0.005 of
#   it after 50.
# * In v_50 the newest θ has the weight b_0 = 1 − β = 0.1. The document's text says 1 there,
#   which is β⁰ without its factor. It has the weights fall towards 1 (向 1 减小): false, towards 0.
# * Why the factor 1 − β (为什么不只选择)? The document adds up b_k from k = 1 and finds 1: false.
#   From k = 0 the sum is 1; from k = 1 it is β, 0.9. Without its term k = 0, which is that of the
#   newest θ, v_50 would be 0.0589.

# %%
for name, column, genuine in (
    ("v_0 = 0", "v", 0.068853825),
    ("v_0 = 1", "v_from_1", 0.074007586),
    ("β = 0.8", "v_08", 0.087899759),
    ("β = 0.3", "v_03", 0.099610075),
    ("ExponentialMovingAverage", "ema", 0.068853833),
    ("zero_debias", "debiased", 0.069210529),
):
    for value in history[column][49:50]:  # a shorter run has none
        lesson.compare("v_50, " + name, value, tensorflow_1=genuine)
lesson.compare("v at the end, v_0 = 0", end["v"], tensorflow_1=0.0022503645)
lesson.compare("v at the end, v_0 = 1", end["v_from_1"], tensorflow_1=0.0022769258)

# %%
b = weights(BETA, 10**5)
because = "b_0 = 1 − β; 1 is β⁰ without the factor"
lesson.compare("weight of θ_50 in v_50", b[0], document=1, because=because)
lesson.compare("sum of b_k from k = 0", b.sum(), document=1, within=1e-9)
because = "a sum to 1 must begin at k = 0; from k = 1 it is β"
lesson.compare("sum of b_k from k = 1", b[1:].sum(), document=1, because=because)

last = min(50, N)  # 50, if there are as many
terms = weights(BETA, last)[::-1] * thetas[:last]
lesson.record("v_%d without its newest term" % last, terms[:-1].sum())
lesson.record("v is largest at n", n[np.argmax(history["v"])])
lesson.record("largest v", history["v"].max())
if lesson.theta == "constant":
    right = np.abs(history["v"] / thetas - 1) < 0.01
    lesson.record("v within 1 % of θ from n", n[np.argmax(right)] if right.any() else "never")
for column, beta in (("v_03", 0.3), ("v_08", 0.8), ("v", BETA)) if N > 100 else ():
    spread = np.std(history[column][100:])
    lesson.record("standard deviation of v after n = 100, β = %g" % beta, spread)

# %%
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4))
left.plot(n, thetas, label=r"$\theta_n$")
left.plot(np.arange(N), weights(BETA, N), "--", label=r"$b_n = (1 - \beta)\,\beta^n$")
left.set(xlabel="n", ylabel="value")
middle.plot(n, thetas, color="C0", linewidth=1, alpha=0.5)
middle.plot(n[:last], thetas[:last], "o", markersize=4, label=r"$\theta_i$")
label = r"weights $b_{%d-i}$" % last
middle.plot(n[:last], weights(BETA, last)[::-1], "--", color="C1", label=label)
middle.set(xlabel="i", ylabel="value")
right.bar(n[:last], terms, color="C2", label=r"$\theta_i\,b_{%d-i}$" % last)
right.set(xlabel="i", ylabel="product")
for axis in (left, middle, right):
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncol=3, fontsize=9, columnspacing=1)
caption = (
    "β = %g. Left: θ and the weights. Middle: what is multiplied for v_%d.\n"
    "Right: the products, whose sum v_%d is %.4f."
)
caption = caption % (BETA, last, last, terms.sum())
lesson.figure("4-20", "convolution", "a quantity and its weights", caption)

# %% [markdown]
# ### The choice of β · β 的选择
#
# The smaller β, the fewer measurements count (权重明显不同于零的点, true). The newest 1/(1 − β) of
# them, the window, have about two thirds of all the weight: 10 of them 65 % at β = 0.9, 5 of them
# 67 % at 0.8.

# %%
plt.figure()
BETAS = {BETA: ("v", "o-"), 0.8: ("v_08", "s--"), 0.3: ("v_03", "^:")}
for beta, (_, mark) in BETAS.items():
    label = "β = %g, window %.3g" % (beta, 1 / (1 - beta))
    plt.plot(weights(beta, 41), mark, markersize=4, label=label)
plt.xlabel("n")
plt.ylabel(r"$b_n = (1 - \beta)\,\beta^n$")
plt.legend()
caption = "The smaller β, the fewer of the weights differ noticeably from 0."
lesson.figure("4-21", "betas", "the weights of three β", caption)

# %%
for beta in {BETA: None, 0.8: None}:  # once, where they are equal
    window = int(round(1 / (1 - beta)))
    share = weights(beta, window).sum()
    lesson.record("weight of the newest %d, β = %g" % (window, beta), share)

# %%
plt.figure()
plt.plot(n, thetas, "k-", linewidth=1, label=r"$\theta_n$")
for beta, (name, mark) in list(BETAS.items())[::-1]:
    plt.plot(n, history[name], mark[1:], label="β = %g" % beta)
plt.plot(n, history["v_from_1"], "-.", label=r"β = %g, $v_0$ = 1" % BETA)
top = 1.7 * thetas.max()
if np.any(history["v_from_1"] < top):  # else it is forgotten later than this
    plt.ylim(min(0, 1.2 * thetas.min()), top)
plt.xlabel("n")
plt.ylabel("weighted average")
plt.legend()
caption = "The more of the past an average keeps, the smoother it is, and the later."
lesson.figure("", "averages", "θ and its averages", caption)

# %% [markdown]
# ### Why a correction · 为什么校正
#
# The weights of n measurements add up to 1 − βⁿ, and only in the end to 1. What is missing is the
# weight of v_0. Divided by that sum, v is an average from the first measurement on: a constant θ
# then gives v = θ at once. Momentum can do without it (可以忽略偏差校正) only if some forty updates
# have passed: it makes v ten times as large at n = 1 and half as large again at n = 10; from n = 44
# on it changes less than 1 %, at n = 50 half a percent.

# %%
plt.figure()
for beta, (_, mark) in BETAS.items():
    plt.plot(n, np.cumsum(weights(beta, N)), mark[1:], label="β = %g" % beta)
plt.axhline(1, color="black", linewidth=1)
plt.xlabel("n")
plt.ylabel(r"$b_0 + \dots + b_{n-1} = 1 - \beta^n$")
plt.legend()
caption = "The sum of the weights of n measurements, by which the correction divides."
lesson.figure("", "correction", "the weights so far", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Which β has a window of 50 measurements? Try it: `beta` in the first cell, or the flag of that
#    name. What becomes of v, and of v_0 = 1?
#
# <details><summary>Answer</summary>
#
# 1/(1 − β) = 50 gives 0.98. v rises to 0.034 only, a third of θ's 0.1, and not before n = 64. Half
# of v_0 is left after 34 measurements: with v_0 = 1 the average is still 0.387 at n = 50, and says
# more of its beginning than of θ.
# </details>
#
# 2. Measure a constant: `theta`, `--theta constant`. When is v right, with and without the
#    correction?
#
# <details><summary>Answer</summary>
#
# v is 0.0651 at n = 10, and within 1 % of 0.1 from n = 44 on, where 0.9ⁿ falls below 0.01. With it,
# v_n / (1 − βⁿ), it is 0.1 from the first measurement on.
# </details>
#
# 3. How much of a noise does an average keep: `theta` and `steps`, `--theta noisy --steps 2000`?
#
# <details><summary>Answer</summary>
#
# θ has a noise of standard deviation 0.02. After n = 100 those of the averages are 0.0147, 0.0066
# and 0.0046 for β = 0.3, 0.8 and 0.9. In the long run it is √((1 − β)/(1 + β)) of θ's: 73 %,
# 33 % and 23 %. That is what momentum does with the noise of mini-batches.
# </details>
#
# Next in 《四、训练神经网络》: lesson 24.
