# %% [markdown]
# # 25 · The paths of the optimizers · 优化器的路径
#
# ## What it rebuilds · 重建
#
# Rebuilds 《四、训练神经网络》 常见优化器 (动力, RMSProp, Adam).
#
# A line is laid through 30 points by four optimizers: gradient descent (GD), momentum, RMSProp
# and Adam. Its cost J depends on two numbers only, W and b, so the way that each of them takes
# can be drawn: how it begins, how it swings around the minimum, how near it comes.
#
# You will meet `tf.train.MomentumOptimizer`, `tf.train.RMSPropOptimizer` and
# `tf.train.AdamOptimizer`, and what their arguments are in the formulas. All three rest on
# exponentially weighted averages, the subject of lesson 23.

# %%
from common import Lesson, Parameter, datasets, np, plots, plt, tf

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
x, y = datasets.line()
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
# The document averages the gradient, v ← β·v + (1 − β)·∇J, and steps by γ·v. TensorFlow adds it
# up, v ← η·v + ∇J, and steps by γᵗ·v. Both are the same for η = β and γᵗ = γ·(1 − β). The
# document derives η = β/(1 − β) instead, which is 9 for β = 0.9: below you will see what that
# does. (Its first update formula also takes the v of the step before; the later ones, and
# TensorFlow, take the new one.)


# %%
def momentum(cost, learning_rate):
    optimizer = tf.train.MomentumOptimizer(learning_rate=learning_rate, momentum=lesson.momentum)
    return optimizer.minimize(cost)


# %% [markdown]
# ### RMSProp
#
# S ← β₂·S + (1 − β₂)·(∇J)², step γ·∇J/√(S + ε): steep directions take smaller steps, flat ones
# larger. β₂ is `decay`, 0.9; ε is 1e-10, as figure 4-26 has it (the text prints 10⁸ for 10⁻⁸,
# and an index n for n + 1 at one S). S begins at 1.0 in TensorFlow; from 0, the first step would
# be γ/√0.1 in both directions, however steep they are.
#
# The call also passes a momentum, which the equations lack and whose default is 0:
# m ← η·m + γ·∇J/√(S + ε), step m. It must be named: the second argument is `decay`.


# %%
def rmsprop(cost, learning_rate):
    return tf.train.RMSPropOptimizer(learning_rate, momentum=lesson.momentum).minimize(cost)


# %% [markdown]
# ### Adam · 亚当
#
# Averages of the gradient and of its square, both corrected for their beginning at 0 after n
# updates: v/(1 − β₁ⁿ) and S/(1 − β₂ⁿ). The step is γ times the first, divided by the root of the
# second. The document has ε inside that root, TensorFlow has it outside: √S + ε.


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
# Two rates that the document names are not those of its figures: it says γ = 0.05 for momentum and
# ran 0.02; it says 0.3 for Adam and ran 0.4. Both are trained here. The figures have what the text
# says; the document's last numbers come from the other.

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


# %%
def by_hand(eta, weight, rate):
    """101 times v ← eta·v + weight·∇J and w ← w − rate·v: the path of w = (W, b)."""
    w, v = np.array([1.5, 0.0]), np.zeros(2)
    path = [w]
    for _ in range(101):
        error = w[0] * x + w[1] - y
        v = eta * v + weight * np.array([2 * np.mean(error * x), 2 * np.mean(error)])
        w = w - rate * v
        path.append(w)
    return np.array(path)


eta, rate = lesson.momentum, lesson.momentum_rate
formulas = {
    "TensorFlow's": by_hand(eta, 1, rate),
    "document's average": by_hand(eta, 1 - eta, rate / (1 - eta)),
    "document's η": by_hand(eta / (1 - eta), 1, rate),
}
for name, path in formulas.items():
    print("%-20s W %10.4g  b %10.4g" % (name, *path[-1]))

# %% [markdown]
# ## What to see · 看什么
#
# * GD takes the plainest way and has not arrived after 101 updates: W is 0.5256. Momentum swings
#   around the minimum. After update 11 it has twice the J of GD, after 101 an eighth of it.
# * RMSProp heads for the minimum more directly than GD and momentum. That it then is nearer to
#   it than GD, as the document says, depends on when one looks: after update 91 its J is 1.3e-6,
#   but after 101 it is 2.5e-4, GD's 2.3e-4, and after 201 it is 4.0e-4. RMSProp does not come
#   to rest: near the minimum S is small, and ∇J/√S is not.
# * Adam swings, too, and arrives. The document's 0.499983 and 2.000047 are those of γ = 0.4;
#   with the 0.3 of its text Adam comes nearer still.

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
# Where they are then. How they swing is counted as well: how often b passes 2.

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
for name in ("GD", "momentum", "RMSProp", "Adam"):
    b_path = runs[name]["path"][: 101 + 1, 1]
    crossings = np.sum(np.diff(np.sign(b_path - B_BEST)) != 0)
    lesson.record("%s: b passes 2, times in %d updates" % (name, len(b_path) - 1), crossings)

# %% [markdown]
# And what the document says of them.

# %%
said = {"document": 0.499983, "within": 1e-6}, {"document": 2.000047, "within": 1e-6}
because = "the document ran γ = 0.4"
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
        for name in names:
            W_path, b_path = runs[name]["path"][: updates + 1].T
            style, rest = look(name, markersize=4)
            plots.path(axis, W_path, b_path, style, **rest)
        axis.plot(W_BEST, B_BEST, "k*", markersize=11, label="minimum")
        axis.set(xlabel="W", ylabel="b")
    axes[0, 0].legend(loc=legend, fontsize=9)


# %%
def words(updates, usual, always=""):
    """A caption. usual: what is true of the document's settings; always: of all."""
    parts = ["%d updates" % min(updates, lesson.steps)]
    parts += [] if lesson.changed() else [usual]
    return "".join(parts) + "." + always


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
RAN = " The document says\nγ = 0.05 for momentum; its curve was run with 0.02."
caption = "Right: the costs at a logarithmic scale, which shows the small ones." + RAN
lesson.figure("4-22", "cost", "the cost of GD and momentum", caption)

# %%
on_the_surface(["GD", "momentum"], 101)
usual = ". GD goes down where it is steepest; momentum swings around the minimum"
caption = words(101, usual, RAN)
lesson.figure("4-23", "surface", "GD and momentum on the surface of J", caption)

# %%
views = [(0, 1.4), (0, 3.5)], [(0.4, 0.6), (1.9, 2.2)]
in_the_plane(["GD", "momentum"], 101, "lower left", *views)
caption = words(101, "; right, around the minimum, where GD has not arrived", RAN)
lesson.figure("4-24", "paths", "the paths of GD and momentum", caption)

# %% [markdown]
# ### RMSProp

# %%
views = [(0, 1.6), (0, 3.5)], [(0.48, 0.52), (1.95, 2.1)]
in_the_plane(["GD", "RMSProp"], 101, "upper right", *views)
caption = words(101, "; right, very near the minimum, where nothing is seen of GD")
lesson.figure("4-25", "rmsprop", "the paths of GD and RMSProp", caption)

# %%
on_the_surface(["GD", "RMSProp"], 101)
usual = ". RMSProp begins more directly towards the minimum"
caption = words(101, usual, " RMSProp's ε is 1e-10.")
lesson.figure("4-26", "rmsprop-surface", "GD and RMSProp on the surface of J", caption)

# %%
in_the_plane(["GD", "RMSProp", "momentum"], 101, "lower left", [(0, 1.2), (0.5, 3)])
caption = words(101, ". At the beginning RMSProp is the most direct")
lesson.figure("4-27", "three-paths", "the paths of GD, RMSProp and momentum", caption)

# %% [markdown]
# ### Adam · 亚当

# %%
views = [(-0.2, 1.8), (0, 3.8)], [(0.48, 0.52), (1.92, 2.1)]
in_the_plane(["GD", "Adam"], 201, "upper right", *views)
always = (
    " The document says γ = 0.3 for Adam; its path, with\n"
    "its 0.499983 and 2.000047 at the end, was run with 0.4."
)
caption = words(201, "; right, around the minimum", always)
lesson.figure("4-28", "adam", "the paths of GD and Adam", caption)

# %% [markdown]
# ### As the text says, as the document ran · 正文与实际运行
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

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Give GD the rate at which it is best. An update leaves |1 − 2γ| of its distance along b and
#    |1 − 0.7126γ| of that along W: which γ makes both alike? Try it. Who is first now?
#
# <details><summary>Answer</summary>
#
# γ = 2/2.7126: `--gd-rate 0.737`. Each update leaves 47 % of the distance, and J is below 1e-8
# after 14 updates. Momentum needs 161 for that and Adam 162, at the rates of the document. At one
# common rate GD seemed the slowest: that is why one must not compare so.
# </details>
#
# 2. Take the momentum away: `--momentum 0`. What does momentum do without, and RMSProp?
#
# <details><summary>Answer</summary>
#
# Momentum is GD then, to the last bit. RMSProp, now the rule of its equations, does not swing: at
# update 81 it is at the minimum as far as float32 goes, J = 9.5e-16. But the steps are still
# γ·∇J/√S, and S has become as small as (∇J)²: it jumps away and ends with J = 9.0e-4.
# </details>
#
# 3. How far from the minimum does RMSProp swing in the end? Compare `--rmsprop-rate 0.005
#    --steps 2000`.
#
# <details><summary>Answer</summary>
#
# Between W = 0.479 and 0.521, with the rate 0.05. A tenth of the rate gives a tenth of that,
# 0.4979 to 0.5021. To come to rest it needs a rate that decays: lesson 15.
# </details>
