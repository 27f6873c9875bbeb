# %% [markdown]
# # 25 · The paths of the optimizers · 优化器的路径
#
# ## What it rebuilds · 重建
#
# Rebuilds 《四、训练神经网络》 常见优化器 (动力, RMSProp, Adam); 《Tensorflow_神经网络》 2、动量法,
# the funnel; 《深度神经网络-中》 一.3.1, the saddle point.
#
# A line is laid through 30 points by four optimizers: gradient descent (GD), momentum, RMSProp
# and Adam. Its cost J depends on two numbers only, W and b, so that their paths can be drawn: how
# they begin, how they swing around the minimum, how near they come. Then the other surfaces of
# the documents: a flat funnel, a saddle point, a plateau, a second minimum.
#
# You will meet `tf.train.MomentumOptimizer`, `tf.train.RMSPropOptimizer` and
# `tf.train.AdamOptimizer`, and what their arguments are in the formulas. All three rest on
# exponentially weighted averages, the subject of lesson 23. "The book" is the document's source:
# U. Michelucci, Applied Deep Learning (Apress, 2018), chapter 4, with its public notebooks.

# %%
from common import Lesson, Parameter, np, plots, plt, tf

lesson = Lesson(
    "25_optimizer_paths",
    steps=Parameter(201, "updates of each training"),
    gd_rate=Parameter(0.05, "learning rate γ of GD", at_most=1.0),
    momentum_rate=Parameter(0.05, "learning rate γ of momentum", at_most=1.0),
    rmsprop_rate=Parameter(0.05, "learning rate γ of RMSProp", at_most=1.0),
    adam_rate=Parameter(0.3, "learning rate γ of Adam", at_most=1.0),
    momentum=Parameter(0.9, "η of momentum and of RMSProp", at_least=0.0, at_most=0.99),
)

# %% [markdown]
# ## Data · 数据
#
# 30 points of the line y = 0.5·x + 2, x from −1 to 1, without noise. J is least, 0, at W = 0.5
# and b = 2, and its contours around that are ellipses. It bends by 2 along b, but only by
# 2 · 0.356 along W, as x² is 0.356 on average.

# %%
x = np.linspace(-1, 1, 30)
y = 0.5 * x + 2
W_BEST, B_BEST = 0.5, 2.0


def cost_at(W, b):
    """J for W and b: numbers, or arrays of one shape."""
    outputs = np.multiply.outer(W, x) + np.expand_dims(b, -1)
    return np.mean((outputs - y) ** 2, axis=-1)


print("Mean of x %.4f, of x² %.4f" % (abs(x.mean()), np.mean(x**2)))
print("J at the beginning, W = 1.5 and b = 0: %.4f" % cost_at(1.5, 0.0))

# %% [markdown]
# ## Graph · 计算图
#
# W begins at 1.5, b at 0. The cost is the mean of (y_ − Y)². The document's section on learning
# rates has a half before it, this one has none. `build` makes that graph, with what TensorBoard
# shows; each optimizer gets one of its own.


# %%
def build():
    X = tf.placeholder(tf.float32, shape=(None,), name="X")
    Y = tf.placeholder(tf.float32, shape=(None,), name="Y")
    W = tf.Variable(1.5, name="W")
    b = tf.Variable(0.0, name="b")
    y_ = W * X + b
    cost = tf.reduce_mean(tf.square(y_ - Y))
    tf.summary.scalar("cost", cost)
    tf.summary.scalar("W", W)
    tf.summary.scalar("b", b)
    tf.summary.histogram("residuals", y_ - Y)
    return X, Y, W, b, cost


def gradient_descent(cost, learning_rate):
    return tf.train.GradientDescentOptimizer(learning_rate).minimize(cost)


# %% [markdown]
# ### Momentum · 动力
#
# The document averages the gradient, TensorFlow adds it up; the steps are γ·v and γᵗ·v:
#
# $$v \leftarrow \beta v + (1 - \beta) \nabla J, \qquad v \leftarrow \eta v + \nabla J$$
#
# Both are the same for η = β and γᵗ = γ·(1 − β). The document has η = β/(1 − β), 9 for β = 0.9, as
# it compares the factors of v, γβ and γᵗη, as if both v were the same number; but its v is 1 − β
# times TensorFlow's. Below you will see what that does. In TensorFlow momentum takes another name
# of the optimizer and its `momentum`, no more (动量非常容易, true).


# %%
def momentum(cost, learning_rate):
    optimizer = tf.train.MomentumOptimizer(learning_rate=learning_rate, momentum=lesson.momentum)
    return optimizer.minimize(cost)


# %% [markdown]
# ### RMSProp
#
# $$S \leftarrow \beta_2 S + (1 - \beta_2) (\nabla J)^2, \qquad
# w \leftarrow w - \frac{\gamma}{\sqrt{S + \epsilon}} \nabla J$$
#
# Steep directions take smaller steps, flat ones larger. β₂ is `decay`, 0.9; ε is 1e-10, as figure
# 4-26 has it. S begins at 1.0 in TensorFlow; from 0, the first step would be γ/√0.1 in both
# directions, however steep they are. (Misprints of its formulas: lesson 24.) One line of
# TensorFlow is all of it (只需使用以下代码): true only without that line's momentum.
#
# The call also passes a momentum, which the equations lack and whose default is 0:
# m ← η·m + γ·∇J/√(S + ε), step m. It must be named: the second argument is `decay`.


# %%
def rmsprop(cost, learning_rate):
    return tf.train.RMSPropOptimizer(learning_rate, momentum=lesson.momentum).minimize(cost)


# %% [markdown]
# ### Adam · 亚当
#
# $$w \leftarrow w - \gamma \frac{v / (1 - \beta_1^n)}{\sqrt{S / (1 - \beta_2^n) + \epsilon}}$$
#
# v and S are the averages above. One line of TensorFlow does all of it (会为我们做所有的事情,
# true), but for ε, which it has outside of the root. Its parameters are the usual ones
# (参数的典型值): true of β₁, β₂ and ε, TensorFlow's defaults; the default of γ is 0.001, not 0.3.


# %%
def adam(cost, learning_rate):
    return tf.train.AdamOptimizer(
        learning_rate=learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8
    ).minimize(cost)


# %% [markdown]
# ## Session · 会话
#
# Every update sees all 30 points, so an update is an epoch. J is printed after some of them;
# the document's "after 100 epochs", counted from 0, is after update 101.

# %%
PRINTED = [1, 6, 11, 21, 51, 101]
runs = {}


def train(name, make_train_op, learning_rate):
    with tf.Graph().as_default():
        X, Y, W, b, cost = build()
        train_op = make_train_op(cost, learning_rate)
        merged = tf.summary.merge_all()
        points = {X: x, Y: y}
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = tf.global_variables_initializer()
            sess.run(init_op)
            training = lesson.training(sess, saver, name)
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                sess.run(train_op, feed_dict=points)
                W_val, b_val, J, summary = sess.run([W, b, cost, merged], feed_dict=points)
                writer.add_summary(summary, i + 1)
                history.append(update=i + 1, W=W_val, b=b_val, cost=J)
            end = sess.run([W, b, cost], feed_dict=points)
    path = np.transpose([np.append(1.5, history["W"]), np.append(0, history["b"])])
    runs[name] = {"cost": history["cost"], "path": path, "end": end}
    show(name)


# %%
def show(name):
    costs = [(k, runs[name]["cost"][k - 1]) for k in PRINTED if k <= lesson.steps]
    print(name)
    print("  update " + "".join("%10d" % k for k, _ in costs))
    print("  J      " + "".join("%10.6f" % J for _, J in costs))
    print("  at the end W %.6f, b %.6f, J %.3g" % tuple(runs[name]["end"]))


# %%
train("GD", gradient_descent, lesson.gd_rate)

# %% [markdown]
# Two rates that the text names are not those of its figures: it says γ = 0.05 for momentum, and the
# book's code ran 0.02; it says 0.3 for Adam, and 0.4 was run. Both are trained here. The figures
# have what the text says, but for 4-27; the text's last numbers come from the other rate.

# %%
train("momentum", momentum, lesson.momentum_rate)
train("momentum_0.02", momentum, 0.02)

# %%
train("RMSProp", rmsprop, lesson.rmsprop_rate)

# %%
train("Adam", adam, lesson.adam_rate)
train("Adam_0.4", adam, 0.4)

# %% [markdown]
# ### Two formulas of momentum · 动力的两个公式
#
# The formulas by hand, for 101 updates: TensorFlow's; the document's average with β = η and
# γ = γᵗ/(1 − β); and TensorFlow's with η = β/(1 − β), which the document takes for the same.
# `descend` is momentum for any gradient; with η = 0 it is gradient descent.


# %%
def descend(gradient, start, rate, eta=0.0, updates=101, weight=1.0):
    """The path of v ← η·v + weight·g, w ← w − rate·v; gradient: of the weights and the update."""
    w = np.array(start, dtype=float)
    v, path = np.zeros_like(w), [w]
    for n in range(updates):
        v = eta * v + weight * gradient(w, n)
        w = w - rate * v
        path.append(w)
    return np.array(path)


def slope_of_J(w, n):
    error = w[0] * x + w[1] - y
    return np.array([2 * np.mean(error * x), 2 * np.mean(error)])


# %%
eta, rate, at = lesson.momentum, lesson.momentum_rate, (1.5, 0.0)
formulas = {
    "TensorFlow's": descend(slope_of_J, at, rate, eta),
    "document's average": descend(slope_of_J, at, rate / (1 - eta), eta, weight=1 - eta),
    "document's η": descend(slope_of_J, at, rate, eta / (1 - eta)),
}
for name, path in formulas.items():
    print("%-20s W %10.4g  b %10.4g" % (name, *path[-1]))

# %% [markdown]
# ## What to see · 看什么
#
# * GD takes the steepest (最大陡度, true) and more direct way (更直接的路径到达最小值, true) and
#   has not arrived after 101 updates: W is 0.5256. Momentum swings around the minimum
#   (最小值附近振荡，而不是直接收敛, true) and gets there (非常有效地达到最小值, true). That it is
#   faster (更快的收敛速度) is true only if one waits: after update 11 it has twice the J of GD,
#   after 101 an eighth of it (达到一个低得多的值, true).
# * RMSProp begins more directly (选择一条比 GD 更直接的路径, true) and overshoots (一点超调: b by
#   45 % of its way, as far as momentum, so it is little beside that only). That it is better
#   (但通常更有效的东西) is true after 21 updates and false after 101; that it gets there where GD
#   does not (绕它做几个循环) is false: after update 91 its J is 1.3e-6, but after 101 it is
#   2.5e-4, GD's 2.3e-4, and after 201 it is 4.0e-4. It swings ever nearer (然后越来越近地振荡)
#   only up to update 91. RMSProp does not come to rest: near the minimum S is small, and ∇J/√S is
#   not.
# * Adam swings, too, and arrives (毫无问题地达到了最小值, true), very efficient beside this GD
#   (是非常高效的, true). The text's 0.499983 and 2.000047 are those of γ = 0.4; with its 0.3 Adam
#   comes nearer still.

# %%
GENUINE = {  # J after the updates of PRINTED
    "GD": (3.5713811, 1.3602626, 0.55430007, 0.12552123, 0.0088884095, 0.00023381859),
    "momentum": (3.5713811, 0.3314687, 1.0772779, 0.37408307, 0.0125265, 2.9733614e-05),
    "momentum_0.02": (4.0326371, 0.77484781, 0.31027463, 0.19061586, 0.01427019, 2.3037905e-05),
    "RMSProp": (3.840791, 0.24105574, 0.63229525, 0.015016935, 0.003117311, 0.00025040208),
    "Adam": (3.0645978, 0.14711644, 0.38370484, 0.042002853, 0.00035455136, 9.0826088e-06),
    "Adam_0.4": (2.6882761, 0.14037219, 0.6711871, 0.09614832, 0.0086864531, 6.5451321e-05),
}


for name in runs:
    J = runs[name]["cost"]
    for update, genuine in zip(PRINTED, GENUINE[name]):
        number = "%s: J after update %d" % (name, update)
        if update <= len(J):  # a shorter run has fewer
            lesson.compare(number, J[update - 1], within=1e-6, tensorflow_1=genuine)

# %% [markdown]
# Where they are then. And their ways: how often b passes 2 and how far beyond it goes, how long the
# way is, and where the first step leads, down the steepest way or to the minimum.

# %%
for name, *genuine in (
    ("GD", 0.52561623, 1.9999522),
    ("momentum", 0.50490201, 1.9953988),
    ("momentum_0.02", 0.49894875, 1.9952414),
    ("RMSProp", 0.52558869, 1.9958659),
):
    within = 5e-5 if name == "RMSProp" else None  # the last bits of its small gradients count
    for place in runs[name]["path"][101:102]:
        for number, here, there in zip("Wb", place, genuine):
            number = "%s: %s after update 101" % (name, number)
            lesson.compare(number, here, within=within, tensorflow_1=there)

W_end, b_end, _ = runs["GD"]["end"]
lesson.compare("GD: W at the end", W_end, tensorflow_1=0.50068039)
lesson.compare("GD: b at the end", b_end, tensorflow_1=1.9999995)


# %%
def cosine(one, other):
    return one @ other / np.linalg.norm(one) / np.linalg.norm(other)


for name in ("GD", "momentum", "RMSProp", "Adam"):
    way = runs[name]["path"][: 101 + 1]
    steps, b_path = np.diff(way, axis=0), way[:, 1]
    crossings = np.sum(np.diff(np.sign(b_path - B_BEST)) != 0)
    lesson.record("%s: b passes 2, times in %d updates" % (name, len(steps)), crossings)
    beyond = (b_path.max() - B_BEST) / (B_BEST - b_path[0])
    lesson.record("%s: b overshoots by, of its way" % name, max(beyond, 0))
    lesson.record("%s: length of the way" % name, np.linalg.norm(steps, axis=1).sum())
    down, minimum = -slope_of_J(way[0], 0), np.array([W_BEST, B_BEST]) - way[0]
    at_first = cosine(steps[0], down), cosine(steps[0], minimum)
    lesson.record("%s: first step, cosine with −∇J" % name, at_first[0])
    lesson.record("%s: first step, cosine with the way to the minimum" % name, at_first[1])

# %% [markdown]
# And what the document says of them, and what was run: text, book and here.

# %%
because = "the label is 0.05, what the book's code ran is 0.02"
here = lesson.momentum_rate
lesson.compare("γ of momentum, figure 4-22", here, document=0.05, book=0.02, because=because)
lesson.compare("γ of momentum, figure 4-27", 0.02, book=0.02)
because = "the text says 0.3, the book's code ran 0.4"
lesson.compare("γ of Adam, figure 4-28", lesson.adam_rate, document=0.3, book=0.4, because=because)

said = {"document": 0.499983, "within": 1e-6}, {"document": 2.000047, "within": 1e-6}
because = "the book's code ran γ = 0.4"
W_end, b_end, _ = runs["Adam"]["end"]
lesson.compare("Adam: W at the end", W_end, tensorflow_1=0.50001043, because=because, **said[0])
lesson.compare("Adam: b at the end", b_end, tensorflow_1=1.9999859, because=because, **said[1])
W_end, b_end, _ = runs["Adam_0.4"]["end"]
lesson.compare("Adam_0.4: W at the end", W_end, tensorflow_1=0.49998367, **said[0])
lesson.compare("Adam_0.4: b at the end", b_end, tensorflow_1=2.0000474, **said[1])


# %%
def nearer(one, other):
    return min((one, other), key=lambda name: runs[name]["cost"][:101][-1])


when = "after %d updates" % min(101, lesson.steps)
because = "it jitters: nearer after update 91, not after 101"
here = nearer("RMSProp", "GD")
lesson.compare("nearer %s, RMSProp or GD" % when, here, document="RMSProp", because=because)
here = nearer("momentum", "GD")
lesson.compare("nearer %s, momentum or GD" % when, here, document="momentum")

candidates = {eta: formulas["TensorFlow's"], eta / (1 - eta): formulas["document's η"]}
average = formulas["document's average"]
here = min(candidates, key=lambda each: np.abs(candidates[each] - average).max())
because = "the same path needs η = β; β/(1 − β) diverges"
lesson.compare(
    "η that is the same as β = %g" % eta, here, document=eta / (1 - eta), because=because
)

# %% [markdown]
# ### The paths · 路径
#
# The settings are those of the text. Numbers along a path count its updates.

# %%
LABELS = {
    "GD": "GD, γ = %g" % lesson.gd_rate,
    "momentum": "momentum, γ = %g, η = %g" % (lesson.momentum_rate, lesson.momentum),
    "momentum_0.02": "momentum, γ = 0.02, η = %g" % lesson.momentum,
    "RMSProp": "RMSProp, γ = %g, η = %g" % (lesson.rmsprop_rate, lesson.momentum),
    "Adam": "Adam, γ = %g" % lesson.adam_rate,
    "Adam_0.4": "Adam, γ = 0.4",
}
LOOKS = {
    "GD": ("o-", plots.BLUE),
    "momentum": ("s--", plots.VERMILLION),
    "momentum_0.02": ("x:", plots.ORANGE),
    "RMSProp": ("^-.", plots.GREEN),
    "Adam": ("D--", plots.PURPLE),
    "Adam_0.4": ("+:", plots.SKY),
}


def look(name, **more):
    """How a training is drawn: style, and the rest of what axis.plot takes."""
    style, color = LOOKS[name]
    return style, {"color": color, "linewidth": 1.2, "label": LABELS[name], **more}


# %%
def costs(axis, names, updates, markersize=3):
    """J along the updates."""
    for name in names:
        J = runs[name]["cost"][:updates]
        style, rest = look(name, markersize=markersize)
        axis.plot(np.arange(1, len(J) + 1), J, style, **rest)
    axis.set(xlabel="update", ylabel="cost J")
    axis.legend(loc="upper right", fontsize=9)


# %%
def in_the_plane(names, updates, legend, *views):
    """Paths on the contours of J, once for each view: its ranges of W and b."""
    size = (5.4 * len(views) + 0.4, 4.8)
    figure, axes = plt.subplots(1, len(views), figsize=size, squeeze=False)
    for axis, (W_range, b_range) in zip(axes[0], views):
        plots.contours(axis, W_range, b_range, cost_at)
        axis.plot(W_BEST, B_BEST, "k*", markersize=11, label="minimum", zorder=3)
        for name in names:
            W_path, b_path = runs[name]["path"][: updates + 1].T
            style, rest = look(name, markersize=4)
            plots.path(axis, W_path, b_path, style, **rest)
        axis.set(xlabel="W", ylabel="b")
    axes[0, 0].legend(loc=legend, fontsize=9)


# %%
def words(usual, always, updates=101):
    """A caption. usual: what is true of the document's settings; always: of all."""
    return (always if lesson.changed() else usual) % min(updates, lesson.steps)


# %%
def on_the_surface(names, updates):
    """Paths on the surface of J."""
    axis = plt.figure(figsize=(7.2, 6)).add_subplot(projection="3d")
    axis.computed_zorder = False  # the surface first, then the paths
    a, c = np.meshgrid(np.linspace(-1.5, 2.5, 60), np.linspace(0, 4, 60))
    axis.plot_surface(a, c, cost_at(a, c), cmap="viridis", alpha=0.35, linewidth=0)
    for name in names:
        W_path, b_path = runs[name]["path"][: updates + 1].T
        style, rest = look(name, markersize=3)
        axis.plot(W_path, b_path, cost_at(W_path, b_path), style, **rest)
    axis.plot([W_BEST], [B_BEST], [0], "o", color="red", markersize=6, label="minimum")
    axis.set(xlabel="W", ylabel="b", zlabel="J")
    axis.view_init(36, 28)
    axis.set_box_aspect(None, zoom=0.9)
    axis.legend(loc="upper right", fontsize=9)


# %% [markdown]
# ### GD and momentum · 梯度下降与动力

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
costs(left, ["GD", "momentum"], 50)
costs(right, ["GD", "momentum"], 101)
right.set_yscale("log")
RAN = " The text says\nγ = 0.05 for momentum; the book's curve was run with 0.02."
caption = "Right: the costs at a logarithmic scale, which shows the small ones." + RAN
lesson.figure("4-22", "cost", "the cost of GD and momentum", caption)

# %%
on_the_surface(["GD", "momentum"], 101)
usual = f"%d updates. GD goes down where it is steepest; momentum swings around the minimum.{RAN}"
caption = words(usual, f"%d updates.{RAN}")
lesson.figure("4-23", "surface", "GD and momentum on the surface of J", caption)

# %%
views = [(0, 1.4), (0, 3.5)], [(0.4, 0.6), (1.9, 2.2)]
in_the_plane(["GD", "momentum"], 101, "lower left", *views)
usual = f"%d updates; right, around the minimum, where GD has not arrived.{RAN}"
caption = words(usual, f"%d updates.{RAN}")
lesson.figure("4-24", "paths", "the paths of GD and momentum", caption)

# %% [markdown]
# ### RMSProp

# %%
views = [(0, 1.6), (0, 3.5)], [(0.48, 0.52), (1.95, 2.1)]
in_the_plane(["GD", "RMSProp"], 101, "upper right", *views)
usual = "%d updates; right, very near the minimum, where nothing is seen of GD."
caption = words(usual, "%d updates.")
lesson.figure("4-25", "rmsprop", "the paths of GD and RMSProp", caption)

# %%
on_the_surface(["GD", "RMSProp"], 101)
usual = "%d updates. RMSProp begins more directly towards the minimum. RMSProp's ε is 1e-10."
caption = words(usual, "%d updates. RMSProp's ε is 1e-10.")
lesson.figure("4-26", "rmsprop-surface", "GD and RMSProp on the surface of J", caption)

# %%
in_the_plane(["GD", "RMSProp", "momentum_0.02"], 101, "lower left", [(0, 1.2), (0.5, 3)])
usual = "%d updates. At the beginning RMSProp is the most direct. Momentum as the book ran it."
caption = words(usual, "%d updates. Momentum as the book ran it.")
lesson.figure("4-27", "three-paths", "the paths of GD, RMSProp and momentum", caption)

# %% [markdown]
# ### Adam · 亚当

# %%
views = [(-0.2, 1.8), (0, 3.8)], [(0.48, 0.52), (1.92, 2.1)]
in_the_plane(["GD", "Adam"], 201, "upper right", *views)
RAN_ADAM = (
    " The text says γ = 0.3 for Adam; the book's path,\n"
    "with 0.499983 and 2.000047 at the end, was run with 0.4."
)
usual = f"%d updates; right, around the minimum.{RAN_ADAM}"
caption = words(usual, f"%d updates.{RAN_ADAM}", 201)
lesson.figure("4-28", "adam", "the paths of GD and Adam", caption)

# %% [markdown]
# ### As the text says, as the book ran · 正文与实际运行
#
# The other γ change little: at either, momentum loses 1 − √0.9 = 5 % of its swing with each
# update. RMSProp swings less and less up to update 91, more again, and then for ever the same.

# %%
figure, axes = plt.subplots(1, 3, figsize=(12, 4), sharey=True)
together = [("momentum", "momentum_0.02"), ("Adam", "Adam_0.4"), ("GD", "RMSProp")]
for axis, names in zip(axes, together):
    names = {LABELS[name]: name for name in names}.values()  # one, where the rates are equal
    costs(axis, names, lesson.steps, markersize=0)
    axis.label_outer()
axes[0].set_yscale("log")
caption = "Momentum and Adam at both rates; RMSProp beside GD."
lesson.figure("", "to-the-end", "the cost to the end", caption)

# %% [markdown]
# ### The best rate of each · 比较优化器
#
# One must not compare optimizers at one common rate (比较不同优化器中的不同参数是错误的, true),
# but each at its best. An update of GD leaves |1 − 2γ| of the distance along b and |1 − 0.7126γ|
# of that along W; γ = 2/2.7126 makes both alike: J is below 1e-8 from update 14 on, with γ = 0.7
# from 13. Momentum with η = 0.075 and γ = 0.79 is there from update 7 on: that GD is not the most
# efficient (这不是最有效的方法) is true, and that momentum is faster nearly always
# (几乎总是比简单的梯度下降收敛得快) is true of η near that. At the text's η = 0.9 no rate brings
# it there before update 176.


# %%
def for_good(away, within):
    """The first update after which `away` stays below `within`."""
    return int(max(np.flatnonzero(~(away < within)), default=-1)) + 1


best = 2 / (2 + 2 * np.mean(x**2))
J_of_best = cost_at(*descend(slope_of_J, (1.5, 0.0), best, updates=lesson.steps).T)
lesson.record("GD, γ = %.3f: J below 1e-8 from update" % best, for_good(J_of_best, 1e-8))
for name in ("momentum", "Adam"):
    here = for_good(np.append(np.inf, runs[name]["cost"]), 1e-8)
    lesson.record("%s: J below 1e-8 from update" % name, here)

# %% [markdown]
# ### The flat funnel · 很扁的漏斗
#
# 《Tensorflow_神经网络》 has a loss like (10·θ1² + 0.5·θ2²)/2. A step multiplies θ by 1 − η·λ, λ
# being 10 and 0.5, so the steep direction bounds the rate, at 2/10 (不能设置太大: it is not, as the
# text has it, the direction of small gradients), and the flat one is slow (最终收敛起来非常慢,
# true). With momentum the bound is 2(1 + γ)/λ (可以使用一个较大的学习率, true).
#
# Does it swing less (更小的震荡)? True only if SGD itself jumps across, as at η·λ = 1.9, and γ is
# not large: γ = 0.5 has θ1 below 0.01 sooner, γ = 0.9 later.


# %%
def of_funnel(theta, n):
    return np.array([10, 0.5]) * theta


print("γ      largest rate  best rate  updates  |θ1| < 0.01 from  θ1 passes 0")
rates = np.arange(1, 500, 2)[:, None] / 1000
for g in (0, 0.5, 0.9):
    with np.errstate(all="ignore"):
        away = np.abs(descend(of_funnel, np.ones((250, 2)), rates, g, 500)).max(axis=2)
        updates = [for_good(each, 1e-3) for each in away.T]
    swing = descend(of_funnel, (1, 1), 0.19, g, 100)[:, 0]
    largest = rates[away[-1] < 1, 0].max()
    soon, passes = for_good(np.abs(swing), 0.01), np.sum(np.diff(np.sign(swing)) != 0)
    row = g, largest, rates[np.argmin(updates), 0], min(updates), soon, passes
    print("%-6g %-13g %-10g %-8d %-17d %d" % row)
    lesson.record("funnel, largest rate, γ = %g" % g, largest)
    lesson.record("funnel, updates at its best rate, γ = %g" % g, min(updates))
    lesson.record("funnel, |θ1| < 0.01 from update, γ = %g" % g, soon)

# %% [markdown]
# The six optimizers of lesson 24 on it, at rates with which each gets down.

# %%
SUITED = {
    "SGD, 0.1": tf.train.GradientDescentOptimizer(0.1),
    "momentum, 0.02": tf.train.MomentumOptimizer(0.02, 0.9),
    "Adagrad, 0.5": tf.train.AdagradOptimizer(0.5),
    "RMSProp, 0.03": tf.train.RMSPropOptimizer(0.03, 0.9),
    "Adadelta, ε = 0.003": tf.train.AdadeltaOptimizer(1.0, 0.9, epsilon=0.003),
    "Adam, 0.1": tf.train.AdamOptimizer(0.1),
}
with tf.Graph().as_default(), tf.Session() as sess:
    thetas = [tf.Variable([1.0, 1.0]) for _ in SUITED]
    train_ops = []
    for optimizer, theta in zip(SUITED.values(), thetas):
        loss = (10 * theta[0] ** 2 + 0.5 * theta[1] ** 2) / 2
        train_ops.append(optimizer.minimize(loss, var_list=[theta]))
    sess.run(tf.global_variables_initializer())
    on_funnel = [sess.run(thetas)]
    for _ in range(80):
        sess.run(train_ops)
        on_funnel.append(sess.run(thetas))
on_funnel = np.array(on_funnel).swapaxes(0, 1)


# %%
def funnel(a, c):
    return (10 * a**2 + 0.5 * c**2) / 2


figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.8))
plots.contours(left, (-1.1, 1.1), (-0.4, 1.1), funnel)
MARKS = ("o-", "s--", "^-.", "D:", "x-", "+--")
for name, path, mark in zip(SUITED, on_funnel, MARKS):
    left.plot(*path.T, mark, markersize=3, linewidth=1.1, label=name)
    right.semilogy(np.maximum(funnel(*path.T), 1e-8), mark[1:], linewidth=1.4, label=name)
left.plot(0, 0, "k*", markersize=11)
left.set(xlabel="θ1", ylabel="θ2")
right.set(xlabel="update", ylabel="loss")
right.legend(loc="upper right", ncol=2, fontsize=8)
caption = "80 updates from (1, 1); what is below 1e-8 is drawn there. The star is the minimum."
lesson.figure("", "funnel", "six optimizers on the flat funnel", caption)

# %% [markdown]
# ### Saddle points and plateaus · 鞍点、平台
#
# 《深度神经网络-中》 3.1 has momentum mainly for saddle points (主要解决鞍点问题),
# 《四、训练神经网络》 for plateaus (更有效地逃离平台). On x² − y² a descent begins beside the
# ridge, at y = 0.001; the plateau is that of (σ(w) − 1)² at w = −6. Momentum leaves both much
# sooner at the same rate: true. But a rate ten times as large leaves them sooner still without it,
# so "mainly" is true only if the rate may not be raised. On the ridge itself, y = 0, neither ever
# leaves.


# %%
def of_saddle(w, n):
    return np.array([2, -2]) * w


def of_plateau(w, n):
    sigma = 1 / (1 + np.exp(-w))
    return 2 * (sigma - 1) * sigma * (1 - sigma)


def first(condition):
    return int(np.argmax(condition)) if np.any(condition) else "never"


# %%
TRIES = {"SGD": (1, 0), "momentum": (1, 0.9), "SGD, ten times the rate": (10, 0)}
on_saddle, on_plateau = {}, {}
for name, (factor, g) in TRIES.items():
    on_saddle[name] = descend(of_saddle, (1, 1e-3), 0.05 * factor, g, 100)
    on_plateau[name] = (1 / (1 + np.exp(-descend(of_plateau, -6, factor, g, 400))) - 1) ** 2
    left_saddle = first(np.abs(on_saddle[name][:, 1]) > 1)
    lesson.record("saddle left after update, " + name, left_saddle)
    lesson.record("plateau left after update, " + name, first(on_plateau[name] < 0.01))
    ridge = descend(of_saddle, (1, 0), 0.05 * factor, g, 100)
    lesson.record("ridge left after update, " + name, first(np.abs(ridge[:, 1]) > 1))

# %% [markdown]
# 《Tensorflow_神经网络》: points drawn at random help to leave local minima and saddle points
# (跳出局部极小点和鞍点). Each of 100 points adds s·y to the loss, the s having mean 0. From the
# ridge of (x² − y²)/2 + y⁴/4 any such noise gets away. The upper minimum of (t² − 1)² + 0.3·t, at
# 0.96, is left only if the noise is large enough.


# %%
def noise(seed, spread):
    """The s of the points, drawn one for each update."""
    rdm = np.random.RandomState(seed)
    s = rdm.normal(0, spread, 100)
    return (s - s.mean())[rdm.randint(0, 100, 2000)]


def leaves_ridge(s):
    def gradient(w, n):
        return np.array([w[0], -w[1] + w[1] ** 3 + s[n]])

    return np.any(np.abs(descend(gradient, (1, 0), 0.05, updates=300)[:, 1]) > 0.9)


def leaves_minimum(s):
    def gradient(t, n):
        return 4 * t * (t**2 - 1) + 0.3 + s[n]

    return descend(gradient, 1.2, 0.05, updates=2000)[-1] < 0


lesson.record("ridge left, all points", "yes" if leaves_ridge(np.zeros(300)) else "never")
left_ridge = sum(leaves_ridge(noise(seed, 1)) for seed in range(10))
lesson.record("ridge left, one point at a time, of 10", left_ridge)
for spread in (1, 3):
    left_minimum = sum(leaves_minimum(noise(seed, spread)) for seed in range(10))
    lesson.record("local minimum left, of 10, spread %d" % spread, left_minimum)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4))
plots.contours(left, (-1, 1.1), (-0.1, 1.2), lambda a, c: a**2 - c**2, np.arange(-5, 6) / 5)
for name, mark in zip(TRIES, ("o-", "s--", "^:")):
    path = on_saddle[name][: first(np.abs(on_saddle[name][:, 1]) > 1) + 1]
    left.plot(*path.T, mark, markersize=3, linewidth=1.2, label=name)
    right.plot(on_plateau[name], mark[1:], label=name)
left.plot(0, 0, "k*", markersize=11, label="saddle point")
left.set(xlabel="x", ylabel="y")
left.legend(loc="center left", fontsize=8, frameon=True, edgecolor="none")
right.set(xlabel="update", ylabel="loss")
right.legend(fontsize=9)
caption = "Left: x² − y² from (1, 0.001). Right: the plateau of (σ(w) − 1)², from w = −6."
lesson.figure("", "saddle", "leaving a saddle point and a plateau", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Give GD the rate that shrinks both directions alike: `gd_rate` in the first cell, or
#    `--gd-rate 0.737`. Who is first now?
#
# <details><summary>Answer</summary>
#
# GD: J is below 1e-8 from update 14 on. Momentum is from 187, Adam from 188, at the rates of the
# text. At the rates of the text GD ended behind both: that is why one must not compare so.
# </details>
#
# 2. Take the momentum away: `momentum`, `--momentum 0`. What does momentum do without, and RMSProp?
#
# <details><summary>Answer</summary>
#
# Momentum is GD then, number for number. RMSProp, now the rule of its equations, does not swing:
# after update 51 its J is 0.0036. But S goes on sinking by a tenth with each update: as soon as √S
# is less than γ · 0.356 along W, a step is more than twice the way to the minimum, and it jumps
# away. It ends with J between 8e-4 and 9e-4, as the last bits have it.
# </details>
#
# 3. How far from the minimum does RMSProp swing in the end? Compare a tenth of the rate,
#    `rmsprop_rate` and `steps`: `--rmsprop-rate 0.005 --steps 2000`.
#
# <details><summary>Answer</summary>
#
# Between W = 0.479 and 0.521, with the rate 0.05. A tenth of the rate gives a tenth of that,
# 0.4979 to 0.5021. To come to rest it needs a rate that decays: lesson 15.
# </details>
#
# Next in 《四、训练神经网络》: lesson 28. Next in 《Tensorflow_神经网络》: lesson 27. Next in
# 《深度神经网络-中》: lesson 16.
