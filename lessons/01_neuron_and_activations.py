# %% [markdown]
# # 01 · The neuron and its activation · 神经元与激活函数
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow 笔记》 神经元模型; 《Tensorflow 笔记》 激活函数; 《Tensorflow 笔记》
# 神经网络的复杂度; 《Tensorflow_神经网络》 激活函数.
#
# A neuron weighs its inputs, adds a bias and bends the sum: f(Σxw + b). The bend is the
# activation function f: relu, sigmoid or tanh. Layers of neurons are a network, and the
# layers and the parameters of a network are its complexity. Without f, however many the
# layers, only straight lines can be learned; with it the model can express more (表达力).
#
# You will meet `tf.nn.relu`, `tf.nn.sigmoid`, `tf.nn.tanh`, `tf.gradients` and
# `tf.trainable_variables`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "01_neuron_and_activations",
    steps=3000,
    learning_rate=Parameter(0.1, "step size of the optimizer", at_most=0.2),
    hidden=Parameter(4, "neurons in the hidden layer", at_most=16),
    seed=Parameter(0, "another one begins from other weights", at_least=0, at_most=1000000),
)

# %% [markdown]
# ## Data · 数据
#
# Three bits are to be added: the two outputs are the sum's last digit and its carry. Eight
# rows are all that there are. The bits are fed as −1 and 1: from a row with a 0 the weight
# behind it would learn nothing.

# %%
BITS = np.indices((2, 2, 2)).reshape(3, 8).T
TOTAL = BITS.sum(axis=1)
X = 2.0 * BITS - 1
Y_ = np.stack([TOTAL % 2, TOTAL // 2], axis=1)

for bits, (digit, carry) in zip(BITS, Y_):
    print("%d + %d + %d = %d, carry %d" % (*bits, digit, carry))

# %% [markdown]
# ## Graph · 计算图
#
# Each line builds a graph of operations and computes nothing yet. The numbers come when a
# session runs the graph; a placeholder is a place in it that is fed with them.
#
# ### One neuron · 神经元模型
#
# Here Σxw + b = 0.5 − 0.5 − 2 + 0.5 = −1.5. What leaves the neuron depends on f.


# %%
def neuron(x, w, b, f):
    return f(tf.reduce_sum(x * w) + b)


ACTIVATIONS = {
    "none": tf.identity,
    "relu": tf.nn.relu,
    "sigmoid": tf.nn.sigmoid,
    "tanh": tf.nn.tanh,
}

# %%
x_1, w_1, b_1 = np.float32([1, 0.5, -1]), np.float32([0.5, -1, 2]), 0.5
outputs = {name: neuron(x_1, w_1, b_1, f) for name, f in ACTIVATIONS.items()}

with tf.Session() as sess:
    fired = sess.run(outputs)
for name in ACTIVATIONS:
    print("%-8s %8.5f" % (name, fired[name]))

# %% [markdown]
# ### The activation functions · 激活函数
#
# relu(x) = max(0, x), and the sigmoid σ(x) = 1 / (1 + e^−x). tanh is the sigmoid made narrower
# and stretched to −1 … 1: tanh(x) = 2σ(2x) − 1, which the graph checks as well.
#
# `tf.gradients(f, z)` adds the nodes to the graph that compute ∂f/∂z. relu has no gradient at
# 0; TensorFlow takes 0 there.

# %%
points = np.linspace(-5, 5, 201)
z = tf.placeholder(tf.float32, shape=(None,))
curves = {name: ACTIVATIONS[name](z) for name in ("relu", "sigmoid", "tanh")}
slopes = {name: tf.gradients(curve, z)[0] for name, curve in curves.items()}
tanh_again = 2 * tf.nn.sigmoid(2 * z) - 1
apart = tf.reduce_max(tf.abs(tf.nn.tanh(z) - tanh_again))

with tf.Session() as sess:
    drawn = sess.run([curves, slopes, tanh_again, apart], feed_dict={z: points})
curve_values, slope_values, tanh_again_values, apart_value = drawn
print("tanh(x) and 2σ(2x) − 1 differ by %.1e at most" % apart_value)

# %% [markdown]
# The same three by their formulas. A graph of each is built to count what it computes: every
# operation that takes an input.

# %%
FORMULAS = {
    "relu": lambda x: tf.maximum(0.0, x),
    "sigmoid": lambda x: 1 / (1 + tf.exp(-x)),
    "tanh": lambda x: 2 / (1 + tf.exp(-2 * x)) - 1,
}
operations, formula_apart = {}, {}

for name, formula in FORMULAS.items():
    with tf.Graph().as_default() as graph, tf.Session() as sess:
        x = tf.placeholder(tf.float32, shape=(None,))
        by_formula = sess.run(formula(x), feed_dict={x: points})
        operations[name] = sum(len(op.inputs) > 0 for op in graph.get_operations())
    formula_apart[name] = np.abs(by_formula - curve_values[name]).max()
    print("%-8s %d operations" % (name, operations[name]))

# %% [markdown]
# ### A network of neurons · 神经网络的复杂度
#
# Four neurons side by side are a layer, and one product of matrices computes them all. The
# document's network is 3-4-2: three inputs, four hidden neurons, two outputs. The input layer
# is not counted: layers = hidden layers + 1 output layer.

# %%
HIDDEN = lesson.hidden
seeds = 2 * lesson.seed + 1, 2 * lesson.seed + 2


def network(x, f):
    w1 = tf.Variable(tf.random_normal([3, HIDDEN], stddev=0.5, seed=seeds[0]), name="w1")
    b1 = tf.Variable(tf.constant(0.1, shape=[HIDDEN]), name="b1")
    y1 = f(tf.matmul(x, w1) + b1)

    w2 = tf.Variable(tf.random_normal([HIDDEN, 2], stddev=0.5, seed=seeds[1]), name="w2")
    b2 = tf.Variable(tf.constant(0.1, shape=[2]), name="b2")
    return tf.matmul(y1, w2) + b2  # no activation in the output layer


# %% [markdown]
# `tf.trainable_variables()` lists what an optimizer would change: every w and every b. Each
# layer has one matrix w, so counting the matrices counts the layers.

# %%
y = network(tf.placeholder(tf.float32, shape=(None, 3)), tf.nn.relu)
counts = {v.op.name: v.shape.num_elements() for v in tf.trainable_variables()}
layers = sum(v.shape.ndims == 2 for v in tf.trainable_variables())
parameters = sum(counts.values())

for v in tf.trainable_variables():
    print("%s %-7s %3d" % (v.op.name, tuple(v.shape.as_list()), counts[v.op.name]))
print("%d layers, %s = %d parameters" % (layers, " + ".join(map(str, counts.values())), parameters))

# %% [markdown]
# ## Session · 会话
#
# The network learns to add four times: without activation, then with each. It has a new graph
# each time and always begins at the same weights. The loss, the mean squared error of its
# outputs, is what each step of the optimizer makes a little smaller (lessons 02 and 03 show
# how). All eight rows are one batch.
#
# What begins with `lesson` or `training` is the course's own; plain lines stand for it elsewhere:
#
# | here | in plain TensorFlow 1 |
# |---|---|
# | `lesson.steps` | a constant; here a flag of the command, `--steps` |
# | `lesson.training(sess, saver)` | `saver.save(…)`; to go on or look again `saver.restore(…)` |
# | `training.summaries` | a folder: `"summaries/01_neuron_and_activations/relu"` |
# | `training.steps(lesson.steps)` | `range(STEPS)`, and ten times `saver.save(sess, path, i + 1)` |
# | `training.history` | a list of what is to be drawn; here saved with each checkpoint |
# | `lesson.figure`, `compare`, `finish` | `plt.savefig`, `print` |

# %%
histories, ends = {}, {}


def train(name):
    tf.reset_default_graph()
    x = tf.placeholder(tf.float32, shape=(None, 3))
    y_ = tf.placeholder(tf.float32, shape=(None, 2))
    y = network(x, ACTIVATIONS[name])
    loss = tf.reduce_mean(tf.square(y_ - y))
    train_step = tf.train.GradientDescentOptimizer(lesson.learning_rate).minimize(loss)
    tf.summary.scalar("loss", loss)
    for variable in tf.trainable_variables():
        tf.summary.histogram(variable.op.name, variable)
    merged = tf.summary.merge_all()
    feed = {x: X, y_: Y_}
    saver = tf.train.Saver()
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = histories[name] = training.history
        for i in training.steps(lesson.steps):
            if i % 20 == 0:
                summary, loss_value = sess.run([merged, loss], feed_dict=feed)
                writer.add_summary(summary, i)
                history.append(step=i, loss=loss_value)
            if i % 1000 == 0:
                print("%-8s step %4d, loss is %.6f" % (name, i, loss_value))
            sess.run(train_step, feed_dict=feed)
        ends[name] = sess.run([y, loss] + tf.trainable_variables(), feed_dict=feed)


# %%
for name in ACTIVATIONS:
    train(name)

# %% [markdown]
# ## What to see · 看什么
#
# * 26 parameters: 3 × 4 w + 4 b in the first layer, 4 × 2 w + 2 b in the second. The document
#   prints 34+4 + 42+2 = 26, which has lost its × signs and as it stands would be 82.
# * Without activation two layers are one: (x·w1 + b1)·w2 + b2 = x·(w1·w2) + (b1·w2 + b2).
#   The best of straight lines is then all there is to find, a loss of 0.15625: each digit is
#   guessed 0.5 and each carry misses by 0.25.
# * With each activation the same 26 parameters learn to add. tanh is there first.
# * Looked at every 20 steps, the loss is below 0.01 at step 220 with tanh, 820 with relu, 1,200
#   with sigmoid.
# * A relu learns nothing from a row in which its output is 0. From the seeds 0 … 99 it gets below
#   0.01 only 55 times within 3,000 steps, and 59 times within 20,000; sigmoid and tanh each time.
#
# ### Claims · 文档的论断
#
# | 《Tensorflow 笔记》 | | here |
# |---|---|---|
# | 「基本单元构成的」: networks are made of neurons | true | six of them, 26 parameters |
# | 「提高模型的表达力」: f lets the model express more | true | 16 of 16 outputs right, not 0 |
# | 「层数和神经网络中待优化参数个数」: its complexity | true | 2 layers, 26 parameters |
# | 「不计入输入层」: the input layer is not counted | true | 2 layers have parameters |
# | 「训练参数汇总为列表」: `tf.trainable_variables()` | true | w1, b1, w2, b2 |
#
# | 《Tensorflow_神经网络》 | | here |
# |---|---|---|
# | 「非线性的」: activations are not linear | true | without one, no loss below 0.15625 |
# | 「90% 的情况」: of networks use relu | not measured | no source is named |
# | 「激活函数计算更加简单」 | true | one operation; sigmoid has 4, tanh 5 |
# | 「加快梯度下降法的收敛速度」 | only with neurons to spare | see below |
#
# relu is below 0.01 sooner than sigmoid from about half of the seeds 0 … 99; with 16 hidden
# neurons from all of them. It is sooner than tanh from none.

# %%
for name, exact in (("relu", 0), ("sigmoid", 0.18242553), ("tanh", -0.90514821)):
    lesson.compare("one neuron, " + name, fired[name], tensorflow_1=exact)
for name, exact in (("relu", 1), ("sigmoid", 0.25), ("tanh", 1)):
    lesson.compare("steepest slope of " + name, slope_values[name].max(), tensorflow_1=exact)
for name, exact in (("relu", 1), ("sigmoid", 0.0066480329), ("tanh", 0.00018167496)):
    lesson.compare("slope of %s at 5" % name, slope_values[name][-1], tensorflow_1=exact)
same = "yes" if apart_value < 5e-7 else "no"
lesson.compare("tanh(x) = 2σ(2x) − 1, to 5e-7", same, document="yes")
same = "yes" if formula_apart["relu"] == 0 else "no"
lesson.compare("relu(x) = max(0, x)", same, document="yes")
for name in FORMULAS:
    lesson.record("operations of the formula, " + name, operations[name])

# %%
lesson.compare("layers", layers, document=2)
for name, said in (("w1", 12), ("b1", 4), ("w2", 8), ("b2", 2)):
    lesson.compare("parameters in " + name, counts[name], document=said)
lesson.compare("parameters", parameters, document=26)

# %%
ones = np.c_[X, np.ones(8)]
lines = ones @ np.linalg.lstsq(ones, Y_, rcond=None)[0]
lesson.record("loss of the best straight lines", np.mean((lines - Y_) ** 2))
lesson.compare("loss, none", ends["none"][1], tensorflow_1=0.15625)
for name in ACTIVATIONS:
    if name != "none":
        lesson.record("loss, " + name, ends[name][1])
    right = np.sum(np.abs(ends[name][0] - Y_) < 0.1)
    lesson.record("outputs right to 0.1 of 16, " + name, right)


# %%
def first_below(name, bound=0.01):
    """The first recorded step whose loss is below `bound`."""
    below = histories[name]["step"][histories[name]["loss"] < bound]
    return int(below[0]) if len(below) else "never"


lesson.record("loss below 0.01 at step, none", first_below("none"))
for name, exact in (("relu", 820), ("sigmoid", 1200), ("tanh", 220)):
    lesson.compare("loss below 0.01 at step, " + name, first_below(name), tensorflow_1=exact)
for name, digit, carry in (
    ("none", 0.5, 1.25),
    ("relu", 0.99954367, 0.9992767),
    ("sigmoid", 1.0013287, 1.0025257),
    ("tanh", 0.99853843, 0.99938172),
):
    lesson.compare("1 + 1 + 1, digit, " + name, ends[name][0][7, 0], tensorflow_1=digit)
    lesson.compare("1 + 1 + 1, carry, " + name, ends[name][0][7, 1], tensorflow_1=carry)

# %%
figure, axes = plt.subplots(1, 3, figsize=(11, 3.4))
for axis, name in zip(axes, curve_values):
    axis.plot(points, curve_values[name], label="tf.nn." + name)
    axis.plot(points, slope_values[name], "--", label="its gradient")
    axis.set(xlabel="x", title=name)
    axis.legend(loc="upper left")
axes[0].set(ylabel="f(x), and its gradient", ylim=(-0.25, 5))
axes[1].set(ylim=(-0.05, 1.35))
axes[2].set(ylim=(-1.15, 1.75))
caption = "relu keeps its gradient of 1 however large x is; sigmoid and tanh grow flat."
lesson.figure("", "activations", "activation functions and their gradients", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
left.plot(points, curve_values["tanh"], label="tanh(x)")
left.plot(points[::10], tanh_again_values[::10], "o", label="2σ(2x) − 1")
left.set(xlabel="x", ylabel="f(x)")
left.legend()
difference = tanh_again_values.astype(np.float64) - curve_values["tanh"]
right.plot(points, 1e7 * difference, ".", color="C2")
right.set(xlabel="x", ylabel="2σ(2x) − 1 − tanh(x), in 10⁻⁷")
caption = "What is left is float32's rounding: 1 has its next neighbour 1.2e-7 above."
lesson.figure("", "tanh", "tanh is a sigmoid", caption)


# %% [markdown]
# The network as tanh trained it. The parameters of a layer are its lines (w) and circles (b).

# %%
LAYERS = ((0, 3, "input layer"), (1, HIDDEN, "hidden layer"), (2, 2, "output layer"))
axis = plt.figure(figsize=(7, 4.2)).gca()


def heights(size):
    return 3 * ((size - 1) / 2 - np.arange(size)) / max(3, size - 1)


for place, w in ((0, ends["tanh"][2]), (1, ends["tanh"][4])):
    for j, start in enumerate(heights(len(w))):
        for k, end in enumerate(heights(w.shape[1])):
            style, color = ("-", "C0") if w[j, k] > 0 else ("--", "C1")
            width = 0.5 + min(abs(np.nan_to_num(w[j, k])), 5)
            axis.plot([place, place + 1], [start, end], style, color=color, linewidth=width)
for place, size, title in LAYERS:
    color = "C3" if place else "white"
    area = min(420, 27000 / size**2)  # many are smaller
    axis.scatter([place] * size, heights(size), area, color, edgecolor="black", zorder=2)
    axis.text(place, 2.1, title, ha="center")
    if place:
        n_in = LAYERS[place - 1][1]
        axis.text(place, 1.8, "%d × %d w + %d b" % (n_in, size, size), ha="center")
for height, name in zip(heights(2), ("digit", "carry")):
    axis.text(2.08, height, name, va="center")
axis.plot([], [], "-", color="C0", label="w above 0")
axis.plot([], [], "--", color="C1", label="w below 0")
axis.legend(loc="lower left", bbox_to_anchor=(0, -0.03))
axis.set_axis_off()
caption = "The wider a line, the further from 0 its weight. %d parameters." % parameters
lesson.figure("", "network", "the 3-%d-2 network" % HIDDEN, caption)

# %%
LOOKS = {"none": ("-", "s"), "relu": ("--", "o"), "sigmoid": ("-.", "^"), "tanh": (":", "v")}

plt.figure()
for name, (style, _) in LOOKS.items():
    plt.semilogy(histories[name]["step"], histories[name]["loss"], style, label=name)
plt.axhline(0.01, color="black", linewidth=0.8, label="0.01")
plt.ylim(1e-6, 3)
plt.xlabel("training step")
plt.ylabel("loss")
plt.legend(loc="lower left")
caption = "Same network, same beginning. Without activation no loss is below 0.15625."
lesson.figure("", "training", "what the activation is for", caption)

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4))
for column, (axis, title) in enumerate(zip(axes, ("digit", "carry"))):
    axis.plot(range(4), [t % 2 if column == 0 else t // 2 for t in range(4)], "k_", markersize=56)
    for place, (name, (_, marker)) in enumerate(LOOKS.items()):
        at = TOTAL + (place - 1.5) * 0.17
        axis.plot(at, ends[name][0][:, column], marker, color="C%d" % place, label=name)
    axis.set(xlabel="bits that are 1", ylabel="output", title=title, xticks=range(4))
    axis.set(xlim=(-0.5, 3.5), ylim=(-0.4, 1.4))
axes[1].legend(loc="upper left")
caption = (
    "Bars: the right answer. Each row of the eight is a mark, those of equal outputs coincide."
)
lesson.figure("", "answers", "the sums that were learned", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the first cell in place of a flag: `hidden=Parameter(5, …)`.
#
# 1. How many parameters has a 3-5-2 network? Count them, then ask: `--hidden 5`.
#
# <details><summary>Answer</summary>
#
# 3 × 5 + 5 + 5 × 2 + 2 = 32, still in 2 layers.
# </details>
#
# 2. How few hidden neurons can learn to add: `--hidden 3`, 2, 1?
#
# <details><summary>Answer</summary>
#
# Two. With three, of 20 parameters, sigmoid and tanh have all 16 outputs right, relu has 8. With
# two neurons tanh has 12 right, sigmoid 8 and relu 3: but from more than half of the seeds 0 … 99
# tanh has all 16, and so has sigmoid here with `--steps 20000`. With one tanh and sigmoid have 8,
# relu has 4. One cannot do: another 1 raises the digit in some rows, lowers it in others, and
# moves the output of one neuron always the same way.
# </details>
#
# 3. Give relu neurons to spare: `--hidden 16`. Does it arrive from every beginning?
#
# <details><summary>Answer</summary>
#
# Yes: with 16 neurons it gets below 0.01 within 1,000 steps from each of the seeds 0 … 99. Here it
# does at step 200, against 660 of sigmoid; tanh's is at step 60.
# </details>
#
# 4. Begin from other weights: `--seed 1`. Which activation has not arrived?
#
# <details><summary>Answer</summary>
#
# relu: after 3,000 steps its loss is 0.11, and 6 of its 16 outputs are right. It does get away:
# with `--steps 5000` its loss is below 0.01 at step 3,680.
# </details>

# %% [markdown]
# Next in 《Tensorflow 笔记》: lesson 10.
#
# Next in 《Tensorflow_神经网络》: lesson 06.
