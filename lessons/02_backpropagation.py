# %% [markdown]
# # 02 · Backpropagation · 反向传播
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 反向传播; 《深度神经网络-中》 一.1.3 三个基础概念;
# 《深度神经网络-中》 一.2 反向传播算法（BP算法）.
#
# To learn, a network must know how its loss, a measure of its errors, changes with each of its
# parameters. It takes its function apart into steps so small that the derivative of each is known,
# goes forward through them and keeps every value, then goes backward and multiplies the
# derivatives on the way: the chain rule (链式法则). One such step back serves all parameters
# behind it.
#
# You will meet `tf.gradients` for any node of a graph, `assign_sub`, `tf.group` and
# `tf.control_dependencies`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "02_backpropagation",
    steps=1000,
    learning_rate=Parameter(0.5, "step size of both trainings", at_most=10.0),
    biases=Parameter("fixed", "the network's biases", choices=["fixed", "trained"]),
    samples=Parameter(50000, "examples in a training set", at_most=1000000),
    batch_size=256,
    epochs=Parameter(10, "times that the training set is gone through"),
)

# %% [markdown]
# ## Data · 数据
#
# ### Batch, epoch, iteration · 三个基础概念
#
# A batch is the part of the examples that one update of the weights looks at; that update is an
# iteration; an epoch is as many iterations as it takes to see every example once. How many
# that are is counted here, on a training set of 50,000.


# %%
def batches(samples, batch_size):
    """One epoch: the training set, batch by batch."""
    data = np.arange(samples)
    return [data[start : start + batch_size] for start in range(0, samples, batch_size)]


# %%
EPOCHS = lesson.epochs
sizes = {"all": lesson.samples, "mini": min(lesson.batch_size, lesson.samples), "one": 1}
iterations, last_batch = {}, {}

print("batch   examples  iterations an epoch  in %d epochs  last batch" % EPOCHS)
for name, size in sizes.items():
    epoch = batches(lesson.samples, size)
    iterations[name], last_batch[name] = len(epoch), len(epoch[-1])
    counted = name, size, iterations[name], EPOCHS * iterations[name], last_batch[name]
    print("%-6s %9d %20d %13d %11d" % counted)

# %% [markdown]
# The last batch takes what is left over. So the iterations are samples / batch size, rounded
# up; samples // batch size + 1, which one meets as well, is one too many where nothing is left.
#
# ### Two examples · 两个例子
#
# A sigmoid of two inputs, as in 《Tensorflow_神经网络》: w and x, which it leaves out, are those
# of the same sigmoid in Stanford's course CS231n. And a network of two layers with one example to
# learn, that of Matt Mazur's "A Step by Step Backpropagation Example" (2015): 《深度神经网络-中》
# shows its own network in pictures only, without numbers. With a single example, an iteration is
# an epoch.

# %%
W = 2.0, -3.0, -3.0
X = -1.0, -2.0
X_NET, Y_NET = [[0.05, 0.10]], [[0.01, 0.99]]
W_H, B_H = [[0.15, 0.25], [0.20, 0.30]], [0.35, 0.35]
W_O, B_O = [[0.40, 0.50], [0.45, 0.55]], [0.60, 0.60]

# %% [markdown]
# ## Graph · 计算图
#
# ### The sigmoid, node by node · Sigmoid函数举例
#
# f(w, x) = 1 / (1 + e^−(w0·x0 + w1·x1 + w2)). The document's formula ends in w2·x2; w2 is the
# bias, so x2 is 1.

# %%
w0, w1, w2 = [tf.Variable(value, name="w%d" % k) for k, value in enumerate(W)]
x0, x1 = [tf.constant(value) for value in X]

p0 = w0 * x0
p1 = w1 * x1
p = p0 + p1
s = p + w2
f_w = -s  # the names of the document: f_w, f_e, f_c, f
f_e = tf.exp(f_w)
f_c = 1 + f_e
f = 1 / f_c

# %% [markdown]
# `tf.gradients(f, nodes)` gives ∂f/∂node for every node, parameters or not, f itself included.

# %%
NODES = {"w0": w0, "x0": x0, "w1": w1, "x1": x1, "w2": w2}
NODES.update({"w0·x0": p0, "w1·x1": p1, "w0·x0+w1·x1": p, "sum": s})
NODES.update({"f_w": f_w, "f_e": f_e, "f_c": f_c, "f": f})
gradients = dict(zip(NODES, tf.gradients(f, list(NODES.values()))))

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    value, gradient = sess.run([NODES, gradients])

# %% [markdown]
# Now by hand, in Python. Forward:

# %%
v = {"w0": W[0], "w1": W[1], "w2": W[2], "x0": X[0], "x1": X[1]}
v["w0·x0"] = v["w0"] * v["x0"]
v["w1·x1"] = v["w1"] * v["x1"]
v["w0·x0+w1·x1"] = v["w0·x0"] + v["w1·x1"]
v["sum"] = v["w0·x0+w1·x1"] + v["w2"]
v["f_w"] = -v["sum"]
v["f_e"] = np.exp(v["f_w"])
v["f_c"] = 1 + v["f_e"]
v["f"] = 1 / v["f_c"]

# %% [markdown]
# Backward: each gradient is the one behind it times the derivative of the step between,
#
# $$\frac{\partial f}{\partial f_e} = \frac{\partial f}{\partial f_c} \cdot 1, \qquad
# \frac{\partial f}{\partial f_w} = \frac{\partial f}{\partial f_e} \cdot e^{f_w}$$
#
# and so on. A plus hands its gradient on to both sides; a product hands each side the other's
# value.

# %%
g = {"f": 1.0}
g["f_c"] = g["f"] * -1 / v["f_c"] ** 2  # 1/x has the derivative −1/x²
g["f_e"] = g["f_c"] * 1  # 1 + x
g["f_w"] = g["f_e"] * np.exp(v["f_w"])  # e^x
g["sum"] = g["f_w"] * -1  # −x
g["w0·x0+w1·x1"] = g["w2"] = g["sum"]
g["w0·x0"] = g["w1·x1"] = g["w0·x0+w1·x1"]
g["w0"], g["x0"] = g["w0·x0"] * v["x0"], g["w0·x0"] * v["w0"]
g["w1"], g["x1"] = g["w1·x1"] * v["x1"], g["w1·x1"] * v["w1"]

print("node            value    gradient by hand  tf.gradients")
for name in NODES:
    print("%-12s %9.6f %16.6f %15.6f" % (name, v[name], g[name], gradient[name]))

# %% [markdown]
# The whole sigmoid may as well be one step: its derivative is f·(1 − f), 0.731059 · 0.268941 =
# 0.196612, the gradient of the sum above.
#
# Then each parameter moves against its gradient (梯度的反方向), so that f becomes smaller.

# %%
train_f = tf.group(
    w0.assign_sub(lesson.learning_rate * gradients["w0"]),
    w1.assign_sub(lesson.learning_rate * gradients["w1"]),
    w2.assign_sub(lesson.learning_rate * gradients["w2"]),
)
tf.summary.scalar("f", f, collections=["of f"])
tf.summary.histogram("w", tf.stack([w0, w1, w2]), collections=["of f"])
merged_f = tf.summary.merge_all("of f")

# %% [markdown]
# ### Two layers: forward · 前向传播
#
# Two inputs, two hidden neurons, two outputs, a sigmoid after each layer. The loss is half the
# sum of the squared errors.

# %%
x, y_ = tf.constant(X_NET), tf.constant(Y_NET)
w_h, b_h = tf.Variable(W_H, name="w_h"), tf.Variable(B_H, name="b_h")
w_o, b_o = tf.Variable(W_O, name="w_o"), tf.Variable(B_O, name="b_o")

h = tf.nn.sigmoid(tf.matmul(x, w_h) + b_h)
y = tf.nn.sigmoid(tf.matmul(h, w_o) + b_o)
loss = tf.reduce_sum(tf.square(y_ - y)) / 2
auto = dict(zip(("w_h", "b_h", "w_o", "b_o"), tf.gradients(loss, [w_h, b_h, w_o, b_o])))

# %% [markdown]
# ### Two layers: backward · 反向传播算法
#
# δ is the gradient of the sum that enters a neuron. The output layer's comes from the error;
# it goes back through the weights, and becomes the hidden layer's (⊙: element by element):
#
# $$\delta_o = (y - y\_) \odot y \odot (1 - y)$$
# $$\delta_h = \delta_o\, w_o^{\top} \odot h \odot (1 - h)$$
#
# Each weight's gradient is the δ at its end times the value at its beginning, each bias's is δ.

# %%
delta_o = (y - y_) * y * (1 - y)
delta_h = tf.matmul(delta_o, w_o, transpose_b=True) * h * (1 - h)
by_hand = {
    "w_h": tf.matmul(x, delta_h, transpose_a=True),
    "b_h": delta_h[0],
    "w_o": tf.matmul(h, delta_o, transpose_a=True),
    "b_o": delta_o[0],
}

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    h_begin, y_begin, loss_begin = sess.run([h, y, loss])
    hand_value, auto_value = sess.run([by_hand, auto])

print("outputs %s, loss %.9f" % (y_begin, loss_begin))
for name in by_hand:
    print("∂loss/∂%s by hand:\n%s" % (name, hand_value[name]))
    print("by tf.gradients:\n%s" % auto_value[name])

# %% [markdown]
# All gradients belong to the same point, so all are computed before the first weight moves.
# δ of the hidden layer reads w_o: without `tf.control_dependencies` nothing would say whether
# it does so before or after w_o has moved. The example leaves the biases as they are;
# `--biases trained` moves them too.

# %%
variables = {"w_h": w_h, "w_o": w_o, "b_h": b_h, "b_o": b_o}
moving = ["w_h", "w_o"] + (["b_h", "b_o"] if lesson.biases == "trained" else [])

with tf.control_dependencies(list(by_hand.values())):
    moves = [variables[name].assign_sub(lesson.learning_rate * by_hand[name]) for name in moving]
train_net = tf.group(*moves)

tf.summary.scalar("loss", loss, collections=["of the network"])
tf.summary.histogram("w_h", w_h, collections=["of the network"])
tf.summary.histogram("w_o", w_o, collections=["of the network"])
merged_net = tf.summary.merge_all("of the network")

# %% [markdown]
# ## Session · 会话
#
# Both are trained by their own gradients: f is made small, and the network learns its example.
# The first ten steps are kept, then every tenth.


# %%
saver = tf.train.Saver()


def train(name, train_op, merged, show, line):
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        for i in training.steps(lesson.steps):
            sess.run(train_op)
            if i < 10 or (i + 1) % 10 == 0:
                summary, shown = sess.run([merged, show])
                writer.add_summary(summary, i)
                history.append(step=i, **shown)
                if i < 3 or (i + 1) % 250 == 0:
                    print("After step %d: %s" % (i, line.format(**shown)))
        return history, sess.run(show), sess.run(variables)


# %% [markdown]
# The sigmoid:

# %%
line = "w is {w0:.6f}, {w1:.6f}, {w2:.6f}, f is {f:.6f}"
show_f = {"w0": w0, "w1": w1, "w2": w2, "f": f}
history_f, end_f, _ = train("sigmoid", train_f, merged_f, show_f, line)

# %% [markdown]
# The network:

# %%
line = "outputs are {y0:.6f} and {y1:.6f}, loss is {loss:.9f}"
show_net = {"y0": y[0, 0], "y1": y[0, 1], "loss": loss}
history_net, end_net, weights = train("network", train_net, merged_net, show_net, line)
print("w_h:\n%s\nw_o:\n%s" % (weights["w_h"], weights["w_o"]))

# %% [markdown]
# ### One layer after the other · 逐层更新
#
# What if the output layer moves first, and the hidden layer's δ then goes back through the new
# w_o? A session can be fed any tensor, so the old δ of the output layer is given back to it.

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    sess.run(moves[:2])  # those of w_h and w_o
    loss_together, w_h_first, w_o_first = sess.run([loss, w_h, w_o])

    sess.run(tf.global_variables_initializer())
    delta_before = sess.run(delta_o)
    sess.run(moves[1])
    sess.run(moves[0], feed_dict={delta_o: delta_before})
    loss_in_turn = sess.run(loss)
print("after one step w_h is\n%s\nand w_o is\n%s" % (w_h_first, w_o_first))
print("the loss then: %.9f, one layer after the other %.9f" % (loss_together, loss_in_turn))

# %% [markdown]
# ## What to see · 看什么
#
# * By hand and by `tf.gradients` the gradients are the same, node by node.
# * The document's −0.53 and −0.2 are rounded: unrounded they are −0.534447 and −0.196612.
# * w1 moves twice as far as w0 and w2, since its input x1 is −2. Once f is below 0.5 it falls ever
#   more slowly: its gradient f·(1 − f) goes to 0 with f.
# * In the network the gradients of w_o, taken together, are 80 times those of w_h. Each sigmoid
#   on the way back multiplies by 0.25 at most, and the inputs are small.
# * The article's weights after one step are those here. Their loss is 0.291027774, to float32's
#   rounding; the 0.291027924 that it prints is what comes out one layer after the other.
#
# ### Claims · 文档的论断
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | 「自动求解导数」: tf.gradients finds derivatives | true | 13 of 13 nodes as by hand |
# | 「链式法则是反向传播算法的核心」 | true | by it alone, the same 13 |
# | 「梯度不变」: +1 leaves the gradient as it is | true | −0.534447 before and behind it |
# | 「求得每个参数的梯度」: going back gives them all | true | 12 of 12 parameters |
#
# | 《深度神经网络-中》 | | here |
# |---|---|---|
# | 「逐层向前传输」: data go forward layer by layer | true | inputs, h, outputs |
# | 「链式法则进行梯度求解」 | true | 12 of 12 parameters |
# | 「完成复合函数的求导」: by elementary functions | true | 13 of 13 nodes |
# | 「各个节点的权重进行更新」: updates weights | only with descent | 0.298 to 0.291, then 0.00111 |
#
# 《四、训练神经网络》: 「准确地更新一次」, the weights and with them the rate, in an epoch if all
# examples are one batch: true, 1 in the table of iterations above, where batches of 256 have 196.

# %%
lesson.record("iterations an epoch, all in one batch", iterations["all"])
lesson.record("iterations an epoch, mini-batches", iterations["mini"])
lesson.record("iterations an epoch, one by one", iterations["one"])
lesson.record("iterations in all epochs, mini-batches", EPOCHS * iterations["mini"])
lesson.record("examples in the last mini-batch", last_batch["mini"])

# %%
for name, where, said, within, exact in (
    ("f_c", value, 1.37, 0.005, 1.3678794),
    ("f", value, None, None, 0.7310586),
    ("f", gradient, 1, 0, 1),
    ("f_c", gradient, -0.53, 0.005, -0.53444666),
    ("f_e", gradient, -0.53, 0.005, -0.53444666),
    ("f_w", gradient, -0.2, 0.05, -0.19661194),
    ("w0", gradient, None, None, -0.19661194),
    ("w1", gradient, None, None, -0.39322388),
    ("w2", gradient, None, None, 0.19661194),
):
    title = ("value of %s" if where is value else "gradient of %s") % name
    lesson.compare(title, where[name], document=said, within=within, tensorflow_1=exact)

# %%
same = sum(abs(gradient[name] - g[name]) < 1e-6 for name in NODES)
lesson.record("gradients by hand as by tf.gradients, of the 13 nodes", same)
close = [np.isclose(hand_value[name], auto_value[name], rtol=1e-5) for name in by_hand]
same = sum(np.sum(each) for each in close)
lesson.record("gradients by hand as by tf.gradients, of 12 parameters", same)

for k, exact in enumerate((1.5004647, 3.000932, -1.500463)):
    moved = end_f["w%d" % k] - W[k]
    lesson.compare("w%d has moved by" % k, moved, tensorflow_1=exact)
lesson.compare("f at the end", end_f["f"], tensorflow_1=0.00033441535)

# %%
for name, here, exact in (
    ("loss at the beginning", loss_begin, 0.29837111),
    ("∂loss/∂w_o[0, 0]", auto_value["w_o"][0, 0], 0.082167044),
    ("∂loss/∂w_h[0, 0]", auto_value["w_h"][0, 0], 0.00043856777),
    ("w_o[0, 0] after one step", w_o_first[0, 0], 0.35891649),
    ("w_h[0, 0] after one step", w_h_first[0, 0], 0.14978072),
    ("loss after one step", loss_together, 0.29102781),
    ("loss after one step, layer after layer", loss_in_turn, 0.29102796),
    ("output 0 at the end", end_net["y0"], 0.044052936),
    ("output 1 at the end", end_net["y1"], 0.95730293),
    ("loss at the end", end_net["loss"], 0.001114351),
):
    lesson.compare(name, here, tensorflow_1=exact)

# %% [markdown]
# The graph of the sigmoid, as the document draws it: values above the line in green, gradients
# below it in red.

# %%
GREEN, RED = "#009E73", "#D55E00"
SIGMOID = {  # node: its place, what it is, where it leads
    "w0": (0, 4, "w0", "w0·x0"),
    "x0": (0, 3, "x0", "w0·x0"),
    "w1": (0, 2, "w1", "w1·x1"),
    "x1": (0, 1, "x1", "w1·x1"),
    "w2": (0, 0, "w2", "sum"),
    "w0·x0": (1.7, 3.5, "×", "w0·x0+w1·x1"),
    "w1·x1": (1.7, 1.5, "×", "w0·x0+w1·x1"),
    "w0·x0+w1·x1": (3.4, 2.5, "+", "sum"),
    "sum": (5.1, 1.25, "+", "f_w"),
    "f_w": (6.5, 1.25, "×−1", "f_e"),
    "f_e": (7.9, 1.25, "exp", "f_c"),
    "f_c": (9.3, 1.25, "+1", "f"),
    "f": (10.7, 1.25, "1/x", "end"),
    "end": (12.1, 1.25, "f", None),
}


def number(axis, across, up, forward, backward, form="%.2f"):
    """A value in green above its line, its gradient in red below."""
    white = {"color": "white", "pad": 0.5}
    axis.text(across, up + 0.09, form % forward, color=GREEN, ha="center", va="bottom", bbox=white)
    axis.text(across, up - 0.11, form % backward, color=RED, ha="center", va="top", bbox=white)


# %%
axis = plt.figure(figsize=(11, 4.4)).gca()
for name, (across, up, label, leads_to) in SIGMOID.items():
    is_input = across == 0 or leads_to is None
    axis.scatter(across, up, 700, "white", edgecolor="white" if is_input else "black", zorder=2)
    axis.text(across, up, label, ha="center", va="center")
    if leads_to:
        to_across, to_up = SIGMOID[leads_to][:2]
        bend = across + (1.05 if to_up != up else to_across - across)
        axis.plot([across, bend, to_across], [up, up, to_up], color="black", lw=1, zorder=1)
        number(axis, across + 0.68, up, value[name], gradient[name])
axis.text(5.4, 4, "value: green, above its line", color=GREEN)
axis.text(5.4, 3.6, "gradient ∂f/∂node: red, below its line", color=RED)
axis.set(xlim=(-0.2, 12.3), ylim=(-0.4, 4.4))
axis.set_axis_off()
caption = "Values go forward from left to right, gradients backward from right to left."
lesson.figure("", "graph", "the graph of the sigmoid", caption)

# %% [markdown]
# The same for the network, before its first step. On a line stand its weight and the weight's
# gradient; in a neuron stands its output, below it its δ.

# %%
axis = plt.figure(figsize=(9, 4.6)).gca()
for layer, (w, slope) in enumerate(((W_H, "w_h"), (W_O, "w_o"))):
    for j in range(2):
        for k in range(2):
            part = 0.5 if j == k else 0.3
            up = -3 * (j + part * (k - j))
            axis.plot([layer, layer + 1], [-3 * j, -3 * k], color="black", linewidth=1, zorder=1)
            number(axis, layer + part, up, w[j][k], hand_value[slope][j, k], "%.3g")
for layer, outputs in enumerate((X_NET[0], h_begin[0], y_begin[0])):
    axis.scatter([layer] * 2, [0, -3], 1500, "white", edgecolor="black", zorder=2)
    for j in range(2):
        axis.text(layer, -3 * j, "%.3g" % outputs[j], color=GREEN, ha="center", va="center")
        if layer:
            delta = "δ %.3g" % hand_value[("b_h", "b_o")[layer - 1]][j]
            axis.text(layer, -3 * j - 0.45, delta, color=RED, ha="center", va="top")
for layer, title in enumerate(("input", "hidden layer", "output layer")):
    axis.text(layer, 0.7, title, ha="center")
axis.set(xlim=(-0.2, 2.2), ylim=(-4, 1))
axis.set_axis_off()
caption = "Values in green, above; gradients in red, below. The outputs are to be 0.01 and 0.99."
lesson.figure("", "network-graph", "the network, forward and backward", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.loglog(history_f["step"] + 1, history_f["f"], ".-")
left.set(xlabel="training steps", ylabel="f")
for name, style in (("w0", "-"), ("w1", "--"), ("w2", ":")):
    right.semilogx(history_f["step"] + 1, history_f[name], style, label=name)
right.set(xlabel="training steps", ylabel="parameter")
right.legend()
caption = "Each parameter against its gradient, learning rate %g." % lesson.learning_rate
lesson.figure("", "descent", "f is made small", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
left.loglog(history_net["step"] + 1, history_net["loss"], ".-", color="C2")
left.set(xlabel="training steps", ylabel="loss")
for k, style in ((0, "-"), (1, "--")):
    right.semilogx(history_net["step"] + 1, history_net["y%d" % k], style, label="output %d" % k)
    right.axhline(Y_NET[0][k], color="black", linewidth=0.8)
right.set(xlabel="training steps", ylabel="output")
right.legend(loc="center right")
caption = "Right, black: what the outputs are to be, 0.01 and 0.99."
lesson.figure("", "network", "the network learns its example", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `batch_size=64`, `steps=10000`,
# `biases=Parameter("trained", …)`.
#
# 1. How many iterations has an epoch of 50,000 examples in batches of 64: `--batch-size 64`? And
#    in batches of 250?
#
# <details><summary>Answer</summary>
#
# 782, the last of 16 examples; and 200, where 50000 // 250 + 1 would say 201.
# </details>
#
# 2. Train the network ten times as long: `--steps 10000`. What becomes of the loss?
#
# <details><summary>Answer</summary>
#
# The loss falls from 0.00111 to 0.0000351, and the outputs are 0.0159 and 0.9841. Each of these
# steps gains less than the one before: the error y − y_ and y·(1 − y) both go to 0.
# </details>
#
# 3. Move the biases too: `--biases trained`. Is it quicker?
#
# <details><summary>Answer</summary>
#
# Yes: after 1,000 steps the loss is 0.000271, a quarter of the 0.00111 without them. Their
# gradients, δ itself, are larger than those of the weights, whose inputs are below 1.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 24.
#
# Next in 《深度神经网络-中》: lesson 24.
