# %% [markdown]
# # 15 · Schedules that let the learning rate decay · 动态学习率衰减
#
# ## What it rebuilds · 重建
#
# Rebuilds 《四、训练神经网络》 动态学习率衰减, figures 4-1 to 4-17.
#
# A large learning rate γ brings gradient descent near the minimum soon, and keeps it from settling
# there; a small one settles, and takes long. So γ is given a schedule: large at first, smaller with
# every update (引入新的超参数, true: each schedule brings parameters of its own to choose). Five
# schedules are tried on one small problem here: staircase, step, inverse-time, exponential and
# natural exponential decay.
#
# You will meet a learning rate that is a `tf.placeholder`, fed anew with each update, and
# the functions of `tf.train` that compute the same rates. Lesson 16 trains with those. "The book"
# is the document's source: U. Michelucci, Applied Deep Learning (Apress, 2018), chapter 4, with its
# public notebooks.

# %%
from common import Lesson, Parameter, np, plots, plt, tf

lesson = Lesson(
    "15_decay_schedules",
    steps=Parameter(199, "updates of each descent"),
    gamma0=Parameter(2.0, "learning rate γ at the first update", at_least=0.01, at_most=2.4),
    epochs_drop=Parameter(2, "D of figure 4-3, updates from one drop of γ to the next"),
    nu=Parameter(0.2, "decay rate ν of figures 4-6, 4-10 and 4-12", at_least=0.01, at_most=1.0),
    decay_steps=Parameter(3, "T of figure 4-10, updates in which γ falls to ν times itself"),
)

# %% [markdown]
# ## Data · 数据
#
# 30 points of the line y = 2 + 0.5·x, without noise, x from −1 to 1. The weights to be found are
# w0 = 2 and w1 = 0.5.

# %%
m = 30
x = np.linspace(-1, 1, m)
y = 2 + 0.5 * x
gamma0 = lesson.gamma0
print("%d points, the first (%g, %g), the last (%g, %g)" % (m, x[0], y[0], x[-1], y[-1]))

# %% [markdown]
# ## Graph · 计算图
#
# The cost, and an update of both weights:
#
# $$J = \frac{1}{2m} \sum_i (w_0 + w_1 x_i - y_i)^2, \qquad
# w_{k,[n+1]} = w_{k,[n]} - \gamma \frac{\partial J}{\partial w_k}$$
#
# `gamma` is a placeholder: whatever is fed is the rate of that update. `minimize` makes the step;
# `by_hand` is the formula.

# %%
w0 = tf.Variable(0, dtype=tf.float32, name="w0")
w1 = tf.Variable(0, dtype=tf.float32, name="w1")
gamma = tf.placeholder(tf.float32, shape=(), name="gamma")

J = tf.reduce_sum(tf.square(w0 + w1 * x - y)) / (2 * m)
train_step = tf.train.GradientDescentOptimizer(gamma).minimize(J)

grad_w0, grad_w1 = tf.gradients(J, [w0, w1])
by_hand = [w0.assign_sub(gamma * grad_w0), w1.assign_sub(gamma * grad_w1)]

# %% [markdown]
# Since Σx = 0, neither weight disturbs the other. Each update multiplies w0 − 2 by 1 − γ and
# w1 − 0.5 by 1 − γ·Σx²/m. All that happens below follows from these two factors. Σx²/m is 31/87:
# w1 goes about a third of the way that w0 goes. Above γ = 2 w0 diverges.

# %%
slope = np.sum(x**2) / m
print("1 - gamma * 1 and 1 - gamma * %.6f (31/87 is %.6f)" % (slope, 31 / 87))

# %% [markdown]
# Not every descent of the document begins in the same place: three beginnings, three
# operations that set both weights.

# %%
begin_at = {
    (a, b): tf.group(tf.assign(w0, a), tf.assign(w1, b)) for a, b in ((0, 0), (0, -4), (0, -3))
}

tf.summary.scalar("J", J)
tf.summary.scalar("gamma", gamma)
tf.summary.histogram("w", tf.stack([w0, w1]))
merged = tf.summary.merge_all()

# %% [markdown]
# ### Iterations or epochs · 迭代还是纪元？
#
# The j of a schedule counts updates of the weights, called iterations, not epochs
# (重要的是你对权重进行更新的次数, true). 60,000
# images in batches of 50 are 1,200 updates an epoch; taken one by one they are 60,000. Here all
# 30 points make one update, so that epochs and updates are the same.

# %%
updates_in_an_epoch = 60000 // 50
print("%d updates in an epoch" % updates_in_an_epoch)

# %% [markdown]
# ### Staircase decay · 阶梯衰减
#
# Both the moment of a drop and the rate after it are written into the code. The document's
# `elif` is indented below nothing; here it stands below its `if`. j begins at 0, as in all its
# formulas: γ is 2 for four updates, where table 4-1 counts three.


# %%
def staircase(j):
    if j < 4:
        gamma = gamma0
    elif j >= 4:
        gamma = gamma0 / 5.0
    return gamma


# %% [markdown]
# ### Step decay · 阶跃衰减
#
# γ = γ0 / ⌊j/D + 1⌋. The document calls D `epochs_drop`; it counts updates.


# %%
def step_decay(j, epochs_drop=lesson.epochs_drop):
    return gamma0 / (np.floor(j / epochs_drop) + 1)


# %% [markdown]
# ### Inverse-time, exponential, natural exponential decay · 逆时间衰减、指数式衰减、自然指数衰减
#
# γ = γ0 / (1 + ν·j), γ = γ0 · ν^(j/T) and γ = γ0 · e^(−ν·j). A larger ν is a quicker decay in the
# first and the last of them, and a slower one in the second.


# %%
def inverse_time(j, nu=lesson.nu):
    return gamma0 / (1 + nu * j)


def exponential(j, nu=lesson.nu, T=lesson.decay_steps):
    return gamma0 * nu ** (j / T)


def natural_exponential(j, nu=lesson.nu):
    return gamma0 * np.exp(-nu * j)


# %% [markdown]
# ## Session · 会话
#
# One function for every descent: the schedule gives the rate of update j, and `train_step` is
# fed with it. Kept are the weights and J before each update; the end is added as the last row.


# %%
saver = tf.train.Saver()


def descend(name, start, schedule):
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        sess.run(begin_at[start])
        training = lesson.training(sess, saver, name, may_diverge=True)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        for j in training.steps(lesson.steps):
            feed = {gamma: schedule(j)}
            w0_, w1_, J_ = sess.run([w0, w1, J])
            if np.isfinite(J_):
                writer.add_summary(sess.run(merged, feed_dict=feed), j)
            history.append(w0=w0_, w1=w1_, J=J_)
            sess.run(train_step, feed_dict=feed)
        end = sess.run([w0, w1, J])
    print("%-16s after %d updates: w0 %.6f, w1 %.6f, J %.3g" % (name, len(history), *end))
    run = {name: np.append(history[name], last) for name, last in zip(("w0", "w1", "J"), end)}
    run["gamma"] = np.array([schedule(j) for j in range(len(history))])
    return run


# %% [markdown]
# One update from (0, −4) by `minimize` and by hand:

# %%
with tf.Session() as sess:
    after = []
    for step_of_one in (train_step, by_hand):
        sess.run(tf.global_variables_initializer())
        sess.run(begin_at[0, -4])
        sess.run(step_of_one, feed_dict={gamma: gamma0})
        after.append(sess.run([w0, w1]))
difference = np.abs(np.subtract(*after)).max()
print("after an update: w0 %.6f, w1 %.6f; by hand it differs by %g" % (*after[0], difference))

# %% [markdown]
# Ten descents of 199 updates each. The document stops most of them after 7, 9 or 29, and so do
# the figures; what comes later shows whether they arrive.

# %%
constant = descend("constant", (0, 0), lambda j: gamma0)
stairs = descend("staircase", (0, -4), staircase)
step = descend("step", (0, -4), step_decay)
inverse = descend("inverse", (0, -4), inverse_time)
inverse_fast = descend("inverse_fast", (0, -4), lambda j: inverse_time(j, 1.5))
exp_fast = descend("exponential", (0, -4), exponential)
exp_slow = descend("exponential_T4", (0, -4), lambda j: exponential(j, T=4))
natural = descend("natural", (0, -4), natural_exponential)
natural_fast = descend("natural_fast", (0, -3), lambda j: natural_exponential(j, 0.5))
natural_long = descend("natural_long", (0, -4), lambda j: natural_exponential(j, 0.5))

# %% [markdown]
# ### The same from TensorFlow · TensorFlow 中的函数
#
# `tf.train` has the last three schedules. Step decay is its `inverse_time_decay` in a staircase
# with ν = 1: γ0 / (1 + ⌊j/D⌋). In a training these functions take its counter; here they take a
# placeholder for many j at once, to draw whole curves.

# %%
DROPS, NUS = (10, 20, 50), (0.01, 0.1, 0.8)
j_ = tf.placeholder(tf.int32, shape=(None,))

rates = {("step", D): tf.train.inverse_time_decay(gamma0, j_, D, 1.0, True) for D in DROPS}
for nu in NUS:
    rates["inverse", nu] = tf.train.inverse_time_decay(gamma0, j_, 1, nu)
    rates["exponential", nu] = tf.train.exponential_decay(gamma0, j_, 100, nu)
    rates["natural", nu] = tf.train.natural_exp_decay(gamma0, j_, 1, nu)
rates["natural", 0.5] = tf.train.natural_exp_decay(gamma0, j_, 1, 0.5)

# %% [markdown]
# The curves of the rates for j from 0 to 199, by formula and from the graph. TensorFlow counts
# in float32, which has no normal number below 1.2e-38: where e^(−ν·j) is smaller, γ is 0.

# %%
j = np.arange(200)
curves = {("step", D): step_decay(j, D) for D in DROPS}
for nu in NUS:
    curves["inverse", nu] = inverse_time(j, nu)
    curves["exponential", nu] = exponential(j, nu, 100)
    curves["natural", nu] = natural_exponential(j, nu)
curves["natural", 0.5] = natural_exponential(j, 0.5)

with tf.Session() as sess:
    graph_curves = sess.run(rates, feed_dict={j_: j})

differences = {key: np.abs(graph_curves[key] / curves[key] - 1) for key in curves}
largest = max(np.max(each[graph_curves[key] > 0]) for key, each in differences.items())
print("Formula and graph differ by %.0e of the rate at most" % largest)

# %% [markdown]
# ## What to see · 看什么
#
# Each path lies on contours of J, labelled with it. Its points have the numbers of their updates,
# one label for those that lie together. The star is the minimum. Beside it are J and γ along the
# same updates.


# %%
def cost(a, b):
    """J at weights a and b, by its formula."""
    return np.mean((a[..., None] + b[..., None] * x - y) ** 2, axis=-1) / 2


def draw(number, slug, title, caption, runs, points, w0_range=(-1, 5), w1_range=(-5, 5)):
    figure = plt.figure(figsize=(9, 4.4))
    grid = figure.add_gridspec(2, 2, width_ratios=[3, 2])
    left = figure.add_subplot(grid[:, 0])
    upper, lower = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    plots.contours(left, w0_range, w1_range, cost, 9)
    left.plot(2, 0.5, "k*", markersize=10, label="minimum")
    for label, run, style in runs:
        plots.path(left, run["w0"][:points], run["w1"][:points], style, label=label)
        upper.semilogy(run["J"][:points], style, markersize=4, linewidth=1.2)
        lower.semilogy(run["gamma"][: points - 1], style, markersize=4, linewidth=1.2)
    for axis in (upper, lower):
        axis.set_ylim(min(0.1, axis.get_ylim()[0]), 10)
        axis.minorticks_off()
    left.set(xlabel="w0", ylabel="w1")
    left.legend(loc="upper left", frameon=True, edgecolor="none")
    upper.set(xlabel="updates", ylabel="cost J")
    lower.set(xlabel="update j", ylabel="learning rate γ")
    lesson.figure(number, slug, title, caption)


# %%
def updates_of(run, points):
    """How many updates a figure of so many points shows, in words."""
    return "%d updates" % (min(points, len(run["J"])) - 1)


def draw_costs(number, slug, title, caption, runs):
    figure, axes = plt.subplots(1, 2, figsize=(10, 4))
    least = min(np.min(run["J"][:30]) for _, run, _ in runs)
    for label, run, style in runs:
        for axis in axes:
            axis.plot(run["J"][:30], style, markersize=4, label=label)
    for axis, panel, top in zip(axes, "AB", (None, max(0.1, 1.5 * least))):
        axis.set(title="(%s)" % panel, xlabel="updates", ylabel="cost J", ylim=(0, top))
        axis.legend()
    lesson.figure(number, slug, title, caption)


def draw_rates(number, slug, title, caption, kind, symbol, values, scale="log"):
    plt.figure()
    for value, style in zip(values, ("-", "--", ":")):
        plt.plot(j, curves[kind, value], style, label="%s = %g" % (symbol, value))
        shown = graph_curves[kind, value][::10]
        plt.plot(j[::10][shown > 0], shown[shown > 0], "k.", markersize=5)
    plt.plot([], [], "k.", label="from TensorFlow")
    plt.yscale(scale)
    plt.xlabel("update j")
    plt.ylabel("learning rate γ")
    plt.legend()
    lesson.figure(number, slug, title, caption)


# %% [markdown]
# ### A constant rate · 固定的学习率
#
# The factor of w0 − 2 is 1 − 2 = −1: w0 jumps from 0 to 4 and back and never settles. That too
# large a rate bounces and does not converge (在最小值附近反弹而不收敛) is true only from that limit
# on (above it each jump is longer than the last), and of w0: w1, whose factor is 0.29, is at 0.5
# after a few updates. Its own limit is 2·87/31 = 5.61.

# %%
caption = "Begins at (0, 0). The cost stays at 2." if gamma0 == 2 else "Begins at (0, 0)."
title = "a learning rate that is too large" if gamma0 >= 2 else "a constant learning rate"
runs = [("γ = %g" % gamma0, constant, "C0o-")]
draw("4-1", "constant", title, caption, runs, 8)

# %% [markdown]
# ### Staircase decay · 阶梯衰减
#
# Four updates at γ = 2, then γ = 0.4: the factor of w0 − 2 is 0.6, that of w1 − 0.5 is 0.86, and
# both arrive. The document finds the schedule not stable (不是很稳定), with much to try, and says:
# do not use it (不要用). That is true only if the later rate is off: here 0.4 to 1.6 arrive
# whenever the drop comes, within the first 20 updates; with 0.1 or less none does.


# %%
def arrives(drop, later):
    """Whether a staircase from γ0 brings both weights within 0.05 in 29 updates, by the factors."""
    w = np.array([2.0, 4.5])  # how far away (0, −4) is
    for j in range(29):
        w = w * (1 - (gamma0 if j < drop else later) * np.array([1, slope]))
    return np.abs(w).max() < 0.05


for later in (0.05, 0.1, 0.2, 0.4, 0.8, 1, 1.6, 1.9):
    arriving = sum(arrives(drop, later) for drop in range(1, 21))
    print("to %-4g arrives for %2d of 20 moments of the drop" % (later, arriving))
    if later in (0.1, 0.4, 1.6):
        lesson.record("staircase to %g arrives, of 20 drops" % later, arriving)

# %%
caption = "γ is %g for j < 4 and %g from j = 4 on." % (gamma0, gamma0 / 5)
runs = [("staircase", stairs, "C0o-")]
draw("4-2", "staircase", "staircase decay", caption, runs, 30)

# %% [markdown]
# ### Step decay · 阶跃衰减
#
# With D = 2 the third update has γ = 1, whose factor for w0 − 2 is 0: w0 is there at once, and the
# descent arrives (该算法现在能够收敛, true). The rate falls by 1/2, then 2/3, then 3/4 …: by a
# constant factor (以一个常数因子降低学习速率) is false.

# %%
caption = "γ = %g / ⌊j/%d + 1⌋." % (gamma0, lesson.epochs_drop)
runs = [("step decay, D = %d" % lesson.epochs_drop, step, "C0o-")]
draw("4-3", "step-decay", "step decay", caption, runs, 30)
caption = "γ = %g / ⌊j/D + 1⌋; black: tf.train.inverse_time_decay in a staircase, ν = 1." % gamma0
draw_rates("4-4", "step-rates", "rates of step decay", caption, "step", "D", DROPS, "linear")

# %% [markdown]
# Know how fast γ falls: where it is near 0 after a few updates the descent never arrives
# (否则你的收敛永远不会成功, true) and stops (仅仅几次迭代后就停止了, true: figure 4-15 after 35).
# With D = 10 it is 11 times smaller after 100 updates, where the document has about 10; after 100·D
# it is 101 times smaller, not 100.
#
# Its example of a rate that falls too fast: 10⁵ observations (printed as `1e-5`) in batches of 50
# make 2,000 updates an epoch. After 100 of 5,000 epochs γ0 = 0.2 has become 10⁻⁵. The others bring
# little (用 5000 个历元也不会有太大收获, true): their rates add up to 7.8, those of the first 100
# to 21.

# %%
updates = 100 * (100000 // 50)
gamma_example = 0.2 / (np.floor(updates / 10) + 1)
print("After %d updates, D = 10: gamma is %.4e" % (updates, gamma_example))

# %% [markdown]
# ### Inverse-time decay · 逆时间衰减
#
# ν = 0.2 arrives (仅仅几次迭代后就收敛, true). A larger ν needs more updates (需要更多的步骤,
# true), and ν = 1.5 does not arrive, though the text has it converge (该算法现在能够收敛, false):
# after 29 updates w1 is 0.24, after 199 it is 0.40. The sum of its rates grows like a logarithm,
# without bound, so it would arrive in the end; that end is far.

# %%
draw_rates(
    "4-5",
    "inverse-rates",
    "rates of inverse-time decay",
    "γ = γ0 / (1 + ν·j), γ0 = %g." % gamma0,
    "inverse",
    "ν",
    NUS,
)
runs = [("ν = %g" % lesson.nu, inverse, "C0o-"), ("ν = 1.5", inverse_fast, "C1s--")]
caption = "γ = %g / (1 + %g·j)." % (gamma0, lesson.nu)
draw("4-6", "inverse", "inverse-time decay, ν = %g" % lesson.nu, caption, runs[:1], 30)
caption = "γ = %g / (1 + 1.5·j): %s, and the minimum is not reached."
caption = "γ = %g / (1 + 1.5·j): %s." if lesson.changed() else caption
caption %= gamma0, updates_of(inverse_fast, 30)
draw("4-7", "inverse-fast", "inverse-time decay, ν = 1.5", caption, runs[1:], 30)

# %% [markdown]
# In panel A both costs seem to fall alike, and ν = 1.5 even faster at first, since it jumps across
# once only. Panel B shows what is left: ν = 0.2 is ahead (收敛速度更快, true).

# %%
caption = "The descents of figures 4-6 and 4-7. (B) is (A) near J = 0."
draw_costs("4-8", "inverse-costs", "cost of inverse-time decay", caption, runs)

# %% [markdown]
# ### Exponential decay · 指数式衰减
#
# γ = γ0·ν^(j/T) falls by the same factor again and again, and so the sum of all its rates is
# finite: that is how far a descent can get. With ν = 0.2 and T = 3 the weights stop at
# (1.965, 0.102), where the document has them converge (false). T = 4, which the book's code ran
# under the title T = 3, comes to (1.993, 0.269): further, and not there either.
#
# With ν = 0.01 and T = 100 the rate after 200 updates is ν² times γ0, 10,000 times smaller. The
# document says 1,000.

# %%
draw_rates(
    "4-9",
    "exponential-rates",
    "rates of exponential decay",
    "γ = γ0·ν^(j/T), T = 100. With ν = 0.01, after 200 updates: γ0/10,000 (the text has 1,000).",
    "exponential",
    "ν",
    NUS,
)
T = lesson.decay_steps
runs = [("ν = %g, T = %d" % (lesson.nu, T), exp_fast, "C0o-"), ("T = 4", exp_slow, "C1s--")]
caption = "γ = %g·%g^(j/T), %s. The text and the figure's title have T = 3, the book's code ran 4."
caption %= gamma0, lesson.nu, updates_of(exp_fast, 10)
draw("4-10", "exponential", "exponential decay", caption, runs, 10)

# %% [markdown]
# ### Natural exponential decay · 自然指数衰减
#
# γ = γ0·e^(−ν·j); the T = 100 of the caption of figure 4-11 is not in it. With ν = 0.8 the rate is
# 10⁶⁹·⁵ times smaller after 200 updates; the document has 10⁶⁴, which is so near 184. Either way
# nothing moves any more (不再有更新发生, true), and in float32 the rate is 0 from j = 110 on.

# %%
draw_rates(
    "4-11",
    "natural-rates",
    "rates of natural exponential decay",
    "γ = γ0·e^(−ν·j). There is no T. TensorFlow's float32 is 0 where e^(−ν·j) is below 1.2e-38.",
    "natural",
    "ν",
    NUS,
)
of_nu = ("ν = %g, from (0, −4)" if lesson.nu == 0.5 else "ν = %g") % lesson.nu
runs = [(of_nu, natural, "C0s--"), ("ν = 0.5", natural_fast, "C1o-")]
caption = "γ = %g·e^(−ν·j), %s. The two begin at different points."
caption %= gamma0, updates_of(natural, 10)
draw("4-12", "natural", "natural exponential decay", caption, runs, 10)

# %% [markdown]
# The document calls 0.2 and 0.5 learning rates here (对于学习率的两个值): false, they are ν. With
# 0.5 the rate falls too fast to get to the minimum (无法达到最小值, true), and the cost stays where
# it is (变得几乎恒定, true). The descents begin in different places, (0, −4) and (0, −3), in all
# three of its figures, so not all of the difference between them comes from ν. From (0, −4) ν = 0.5
# ends at w1 = 0.146, from (0, −3) at 0.225.
#
# After 7 updates γ is 0.06 for ν = 0.5, after 20 it is 9·10⁻⁵.

# %%
near = {"w0_range": (1.85, 2.15), "w1_range": (0, 0.7)}
updates = updates_of(natural, 30)
caption = "Figure 4-12 near the minimum, %s. Contours at smaller costs." % updates
draw("4-13", "natural-near", "near the minimum", caption, runs, 30, **near)
caption = "%s. With ν = 0.5 the cost stays where it is. (B) is (A) near J = 0."
caption = "%s. (B) is (A) near J = 0." if lesson.changed() else caption
draw_costs("4-14", "natural-costs", "cost of natural exponential decay", caption % updates, runs)

# %% [markdown]
# More updates do not help (但事实并非如此, true): the descent has stopped. A sentence about figure
# 4-15 says that it can converge now (该算法现在能够收敛), false; an earlier one says that it did
# not reach the minimum, and that is so. Near update 175 the rate is as good as 0 (实际上，它是零,
# true). When does it stop for good? When γ·∂J/∂w is less than float32 can add to w.

# %%
moved = (np.diff(natural_long["w0"]) != 0) | (np.diff(natural_long["w1"]) != 0)
last_move = int(max(np.flatnonzero(moved), default=0))
runs = [("ν = 0.5", natural_long, "C1o-")]
updates = updates_of(natural_long, 200)
caption = "%s from (0, −4)." % updates
if last_move + 1 < len(moved):
    caption = "%s from (0, −4). After update j = %d nothing moves." % (updates, last_move)
title = "%d points near the minimum" % min(200, len(natural_long["J"]))
draw("4-15", "natural-frozen", title, caption, runs, 200, **near)

# %%
plt.figure()
plt.plot(j, curves["natural", 0.5], label="γ = %g·e^(−0.5·j)" % gamma0)
shown = graph_curves["natural", 0.5]
plt.plot(j[shown > 0][::10], shown[shown > 0][::10], "k.", label="from TensorFlow")
plt.axhline(1e-40, color="C1", linestyle="--", linewidth=1, label="10⁻⁴⁰")
plt.axvline(last_move, color="C2", linestyle=":", label="the last update that moves a weight")
plt.yscale("log")
plt.xlabel("update j")
plt.ylabel("learning rate γ")
plt.legend()
passed = np.ceil(np.log(gamma0 / 1e-40) / 0.5)
caption = "10⁻⁴⁰ is passed at j = %d; the text has it at about 175, where γ is %.0e."
caption %= passed, natural_exponential(175, 0.5)
lesson.figure("4-16", "natural-rate", "the rate of figure 4-15", caption)

# %% [markdown]
# ### All of them · 比较
#
# The document's way to get a feeling for a schedule: find the update at which γ is a tenth of γ0.

# %%
kinds = (
    ("step", step_decay, DROPS),
    ("inverse", inverse_time, NUS),
    ("exponential", lambda j, nu: exponential(j, nu, 100), NUS),
    ("natural", natural_exponential, NUS),
)
for kind, schedule, values in kinds:
    tenths = [int(np.argmax(schedule(np.arange(2000), value) <= gamma0 / 10)) for value in values]
    print("%-12s a tenth at j = %d, %d, %d" % (kind, *tenths))

# %%
because = "the book's code ran 4 under the title 3"
lesson.compare("T of figure 4-10", T, document=3, book=4, because=because)
for D, label in zip(DROPS, (10, 50, 100)):
    because = "labelled %d in the picture, the book's code ran %d" % (label, D)
    why = because if label != D else None
    lesson.compare("D of figure 4-17, labelled %d" % label, D, document=label, book=D, because=why)

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 4), sharey=True)
for axis, nu, D in zip(axes, NUS, DROPS):
    for (kind, _, _), style in zip(kinds, ("-", "--", "-.", ":")):
        axis.plot(j, curves[kind, D if kind == "step" else nu], style, label=kind)
    axis.set(title="ν = %g, D = %d" % (nu, D), xlabel="update j", yscale="log", ylim=(1e-6, 4))
axes[0].set_ylabel("learning rate γ")
axes[0].legend(loc="lower left")
caption = (
    "γ0 = %g; T = 100 in exponential decay. Rates below 10⁻⁶ are not shown.\n"
    "D is what the book's code ran; its titles have 10, 50 and 100."
)
lesson.figure("4-17", "comparison", "the schedules together", caption % gamma0)

# %% [markdown]
# ### Who arrives · 收敛
#
# The learning rate matters much (非常重要的参数, true), and a training often fails
# (通常根本不起作用, true): of these descents 4-1, 4-7, 4-10, 4-15 and ν = 0.5 in 4-13 do not
# arrive. Large at first and smaller later (开始(相对)大，然后随着迭代减少) is best only if the rate
# does not fall too fast. No rule says which schedule is best (哪种方法效果更好并没有固定的规则,
# true).
#
# Here a descent has arrived where both weights are within 0.05 of the minimum after the updates
# that its figure shows.

# %%
for figure, run, points, says, why in (
    ("4-1", constant, 8, "no", ""),
    ("4-2", stairs, 30, "yes", ""),
    ("4-3", step, 30, "yes", ""),
    ("4-6", inverse, 30, "yes", ""),
    ("4-7", inverse_fast, 30, "yes", "with ν = 1.5 w1 is at 0.24 then, and at 0.40 after 199"),
    ("4-10", exp_fast, 10, "yes", "the sum of all its rates is finite: it stops at 0.102"),
    ("4-13, " + of_nu, natural, 30, "yes", ""),
    ("4-13, ν = 0.5", natural_fast, 30, "no", ""),
    ("4-15", natural_long, 200, "yes", "an earlier sentence has it fail, as it does"),
):
    last = min(points, len(run["w0"])) - 1
    away = max(abs(run["w0"][last] - 2), abs(run["w1"][last] - 0.5))
    here = "yes" if away < 0.05 else "no"
    lesson.compare("figure %s arrives" % figure, here, document=says, because=why or None)

# %%
for figure, one, other in (("4-8", inverse, inverse_fast), ("4-14", natural, natural_fast)):
    last = min(30, len(one["J"])) - 1
    lower = "the smaller ν" if one["J"][last] < other["J"][last] else "the larger ν"
    lesson.compare("figure %s, lower cost" % figure, lower, document="the smaller ν")

# %% [markdown]
# ### The document's numbers · 文中的数字

# %%
at_once = int(np.sum(stairs["gamma"] == stairs["gamma"][0]))
because = "table 4-1 counts from 1, the code from j = 0"
lesson.compare("updates in an epoch, batches of 50", updates_in_an_epoch, document=1200)
lesson.compare("updates before the drop, figure 4-2", at_once, document=3, because=because)
lesson.compare("γ at j = 3, figure 4-2", staircase(3), document=2.0)
lesson.compare("γ at j = 4, figure 4-2", staircase(4), document=0.4)

# %%
because = "γ is γ0/11 at j = 10·D and γ0/101 at j = 100·D: ⌊j/D + 1⌋ counts from 1"
fall, further = gamma0 / step_decay(100, 10), gamma0 / step_decay(1000, 10)
lesson.compare("γ0/γ at j = 100, D = 10", fall, document=10, because=because)
lesson.compare("γ0/γ at j = 100·D", further, document=100, because=because)
lesson.compare("γ after 100 epochs, D = 10", gamma_example, document=1e-5, within=1e-9)

# %%
fall = gamma0 / exponential(200, 0.01, 100)
because = "ν^(200/100) is ν², 0.01² is 1/10,000"
lesson.compare("γ0/γ at j = 200, figure 4-9", fall, document=1000, because=because)
power = np.log10(gamma0 / natural_exponential(200, 0.8))
because = "e^(0.8·200) is 10⁶⁹·⁵; 10⁶⁴ is reached near j = 184"
lesson.compare("γ0/γ at j = 200, figure 4-11, 10 to the", power, document=64, because=because)

# %%
fast = natural_exponential(np.array([7, 20, 175]), 0.5)
because = "γ is 2·10⁻³⁸ there and passes 10⁻⁴⁰ at j = 186"
lesson.compare("γ at j = 7, ν = 0.5", fast[0], document=0.06, within=0.005)
lesson.compare("γ at j = 20, ν = 0.5", fast[1], document=9e-5, within=5e-6)
lesson.compare("γ at j = 175, ν = 0.5, 10 to the", np.log10(fast[2]), document=-40, because=because)
lesson.record("last update j that moves a weight, figure 4-15", last_move)
zeros = {nu: int(np.argmax(graph_curves["natural", nu] == 0)) for nu in (0.5, 0.8)}
lesson.record("TensorFlow's γ is 0 from j, ν = 0.5", zeros[0.5])
lesson.record("TensorFlow's γ is 0 from j, ν = 0.8", zeros[0.8])

# %% [markdown]
# The weights after as many updates as each figure has, and w1 at the end of the descent:

# %%
for figure, run, points, genuine in (
    ("4-1", constant, 8, (4.0000024, 0.49991909, 0.49999997)),
    ("4-2", stairs, 30, (1.9999943, 0.49934331, 0.49999988)),
    ("4-3", step, 30, (2, 0.48997718, 0.49934882)),
    ("4-6", inverse, 30, (2, 0.49945384, 0.49999920)),
    ("4-7", inverse_fast, 30, (2.0077424, 0.24360119, 0.39741212)),
    ("4-10", exp_fast, 10, (1.963722, 0.096568458, 0.10208004)),
    ("4-10, T = 4", exp_slow, 10, (1.99163, 0.2548891, 0.26867297)),
    ("4-12, " + of_nu, natural, 10, (1.9998636, 0.45238462)),
    ("4-12, ν = 0.5", natural_fast, 10, (1.9690208, 0.2192409)),
    ("4-13, " + of_nu, natural, 30, (1.9999813, 0.47539726, 0.47568846)),
    ("4-13, ν = 0.5", natural_fast, 30, (1.9707333, 0.22484685, 0.22484709)),
    ("4-15", natural_long, 200, (1.9707333, 0.14623204, 0.14623204)),
):
    last = min(points, len(run["w0"])) - 1
    heres = {"w0": run["w0"][last], "w1": run["w1"][last], "w1 at the end": run["w1"][-1]}
    for name, value in zip(heres, genuine):
        lesson.compare("%s, figure %s" % (name, figure), heres[name], tensorflow_1=value)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. How large must T be for exponential decay to arrive? Try `decay_steps` in the first cell, or
#    `--decay-steps 6`, and more.
#
# <details><summary>Answer</summary>
#
# w1 stops at 0.424 with T = 6, at 0.456 with 7, at 0.475 with 8. From T = 7 on it comes within
# 0.05 of 0.5. In the 9 updates of figure 4-10 the descent arrives with T = 8 to 36: with a larger
# T w0 still swings.
# </details>
#
# 2. Begin with γ0 = 1: `gamma0`, `--gamma0 1`. Which descents arrive in the updates of their
#    figures?
#
# <details><summary>Answer</summary>
#
# Only the one whose rate stays. For all of them w0 is 2 after a single update, since 1 − γ is 0,
# but w1 needs many updates, and every schedule here was made for a γ0 that is too large. After
# 199 updates the staircase (w1 0.500) and inverse-time decay with ν = 0.2 (0.497) have arrived
# as well.
# </details>
#
# 3. Does figure 4-7 arrive if it goes on: `steps`, `--steps 2000`? Does figure 4-15?
#
# <details><summary>Answer</summary>
#
# Figure 4-7 does: w1 is 0.450 after 904 updates and 0.466 after 2,000. Figure 4-15 does not: its
# w1 has been 0.146232 since update j = 34.
# </details>

# %% [markdown]
# 4. The document asks (感受你的学习速度下降有多快): when is γ ten times smaller than γ0? Compute
#    it for ν = 0.5 in inverse-time and in natural exponential decay; check the latter on figure
#    4-12.
#
# <details><summary>Answer</summary>
#
# 1 + 0.5·j = 10 at j = 18; e^(0.5·j) = 10 at j = 4.6, so from j = 5 on. (The run prints it for
# the ν of figure 4-17.)
# </details>
#
# Next in 《四、训练神经网络》: lesson 16.
