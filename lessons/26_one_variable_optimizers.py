# %% [markdown]
# # 26 · One variable, five optimizers · 一个变量的优化
#
# ## What it rebuilds · 重建
#
# Rebuilds 《深度神经网络-中》 一.1.2 方法实现; 《深度神经网络-中》 一.3.1-3.4.
#
# One number `var`, 1.0 at first, is to make var²/2 small. Its gradient is var itself, so each
# update can be worked out by hand. The document takes SGD, SGD with momentum, Adagrad, RMSprop
# and Adam of Keras, one update of each, two of momentum. Here the optimizers of `tf.train` do it
# in a graph. The document's own code, mended for Keras 3, is `lessons/keras_3.py`; what it gives
# stands beside the graph's numbers.
#
# Four of the five give the same. RMSprop does not, and you will see why, and make it the same.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "26_one_variable_optimizers",
    steps=Parameter(50, "updates of each training; the document has one, and two of momentum"),
    learning_rate=Parameter(0.1, "step size of all optimizers", at_most=1.9),
    momentum=Parameter(0.9, "of SGD with momentum", at_least=0.0, at_most=0.99),
    nesterov=Parameter("False", "whether that looks ahead", choices=["False", "True"]),
)
learning_rate = lesson.learning_rate

# %% [markdown]
# ## Data · 数据
#
# None. The loss depends on var alone. What `lessons/keras_3.py` gives after 1, 2 and 3 updates
# with the document's settings:

# %%
KERAS = {
    "SGD": (0.9, 0.81, 0.729),
    "momentum": (0.9, 0.72, 0.486),
    "Adagrad": (0.9046537, 0.8393387, 0.7875128),
    "RMSprop": (0.6837724, 0.4988708, 0.3691807),
    "Adam": (0.9000010, 0.8004144, 0.7015890),
}

# %% [markdown]
# ## Graph · 计算图
#
# ### The loss and its step · 损失函数与更新
#
# The document's `loss` is a function without arguments that returns a value (无参但有返回值); in a
# graph it returns the tensor. Its code is eager: `opt.minimize(loss, [var])` updates at once, and
# `.numpy()` reads how many updates there were. TensorFlow 1.15.5 runs that, with eager execution
# on; in later versions of Keras 2 `minimize` returns None; the optimizers of Keras 3 have no
# `minimize`, and need `tf.GradientTape` and `apply_gradients`.
#
# In a graph `minimize` makes an operation, which a session runs. And `[var]` needs its name: the
# second argument of tf.train's `minimize` is `global_step`.


# %%
def build(opt):
    var = tf.Variable(1.0, name="var")

    def loss():
        return (var**2) / 2.0

    train_op = opt.minimize(loss(), var_list=[var])
    return var, loss(), train_op


# %% [markdown]
# ### SGD
#
# `SGD(learning_rate=0.01, momentum=0.0, nesterov=False, name='SGD', **kwargs)` is the document's
# signature. In `tf.train` that is two optimizers: `GradientDescentOptimizer`, without momentum, and
# `MomentumOptimizer`, whose `use_nesterov` is Keras's `nesterov`. Neither has a default for the
# learning rate.
#
# The parameter is updated by the rate times the gradient, downward (并对参数进行更新，步长为
# `- learning_rate * grad`): true, the first step is 0.1 · 1. That this makes a loss small
# (使损失函数最小化) is true here: var is 0.005 after 50 updates.


# %%
def sgd():
    return tf.train.GradientDescentOptimizer(learning_rate)


# %% [markdown]
# ### Momentum · 动量算法
#
# Keras: v ← momentum·v − learning_rate·g, var ← var + v. TensorFlow: v ← momentum·v + g, var ←
# var − learning_rate·v. As long as the learning rate stays these are one (lesson 24). The comment
# in the code calls the argument beta, which the call does not. The document says that momentum
# mainly helps at saddle points (鞍点); this loss has none. And that the second step is larger
# (步长会增加): true, as both gradients have one sign.


# %%
def momentum():
    nesterov = lesson.nesterov == "True"
    return tf.train.MomentumOptimizer(learning_rate, lesson.momentum, use_nesterov=nesterov)


# %% [markdown]
# ### Adagrad
#
# s ← s + g², var ← var − learning_rate·g/√s. The text starts s at 0 (初始化为0), the code at 0.1,
# which is the default of both. The text's ε is 10⁻⁶, the code's 1e-7, which Keras adds to s;
# `tf.train` adds none: no difference to be seen. (The comment above that call still says SGD.)


# %%
def adagrad():
    return tf.train.AdagradOptimizer(learning_rate, initial_accumulator_value=0.1)


# %% [markdown]
# ### RMSprop
#
# s ← 0.9·s + 0.1·g², var ← var − learning_rate·g/√(s + ε): the squared gradients are averaged
# exponentially (做指数加权移动平均), true. Keras starts s at 0, `tf.train` at 1.
# There is no argument for it. But s is a variable of the graph, the slot `rms`, and 0 can be
# assigned to it when all are initialized. ε is Keras's, 1e-7; tf.train's is 1e-10.


# %%
def rmsprop():
    return tf.train.RMSPropOptimizer(learning_rate, decay=0.9, epsilon=1e-7)


def initialize(opt, var, start_at_0):
    init_op = tf.global_variables_initializer()
    if start_at_0:
        with tf.control_dependencies([init_op]):
            init_op = opt.get_slot(var, "rms").assign(0.0).op
    return init_op


# %% [markdown]
# ### Adam
#
# Momentum and RMSprop in one (动量和RMS Prop算法结合在一起), with averages from 0 whose bias is
# corrected: it improves gradient and rate at once (同时对梯度和学习率做了优化, true: v and 1/√s).
# Keras's ε is 1e-7, tf.train's 1e-8.


# %%
def adam():
    return tf.train.AdamOptimizer(learning_rate)


# %% [markdown]
# ## Session · 会话
#
# Each optimizer has a graph and a session of its own. `s` is what its RMSprop keeps.

# %%
runs, ends = {}, {}


def train(name, make_opt, start_at_0=False):
    with tf.Graph().as_default():
        opt = make_opt()
        var, loss, train_op = build(opt)
        watched = {"var": var.value(), "loss": loss}
        if make_opt is rmsprop:
            watched["s"] = opt.get_slot(var, "rms")
        tf.summary.scalar("var", var)
        tf.summary.scalar("loss", loss)
        tf.summary.histogram("vars", var)
        merged = tf.summary.merge_all()
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = initialize(opt, var, start_at_0)
            sess.run(init_op)
            training = lesson.training(sess, saver, name)
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                sess.run(train_op)
                values, summary = sess.run([watched, merged])
                history.append(update=i + 1, **values)
                writer.add_summary(summary, i + 1)
            ends[name] = sess.run(var)
    runs[name] = history


# %%
train("SGD", sgd)
train("momentum", momentum)
train("Adagrad", adagrad)
train("RMSprop", rmsprop)
train("RMSprop_from_0", rmsprop, start_at_0=True)
train("Adam", adam)


# %%
def after(name, updates):
    """var after so many updates; NaN where a shorter run has fewer."""
    values = np.append(1.0, runs[name]["var"])
    return np.float32(values[updates] if updates < len(values) else np.nan)


print("%-15s %-29s  %s" % ("", "here, after 1, 2, 3 updates", "Keras, learning rate 0.1"))
for name in runs:
    here = " ".join("%.7f" % after(name, n) for n in (1, 2, 3))
    keras = " ".join("%.7f" % value for value in KERAS[name.replace("_from_0", "")])
    print("%-15s %-29s  %s" % (name, here, keras))

# %% [markdown]
# The document looks at two updates of momentum, to see that the second is larger:

# %%
val0, val1, val2 = (after("momentum", n) for n in (0, 1, 2))
print(f"第一次更新步长={val0 - val1}")
print(f"第二次更新步长={val1 - val2}")

# %% [markdown]
# ## What to see · 看什么
#
# * SGD leaves nine tenths of var with each update: 0.9ⁿ. Momentum's second step is 0.18 after
#   0.1, and it passes 0 with the 5th update and swings.
# * Adagrad's steps get smaller and smaller, as s only grows: after 50 updates var still is 0.14.
#   《Tensorflow_神经网络》 says so of it (收敛乏力): true here. RMSProp, whose average forgets, is
#   to get on late in a training (后期依然能够找到): true, it is below 0.01 from update 26 on.
# * RMSprop's first s is 0.9·1 + 0.1·g² = 1 here, and the step 0.1/√1 = 0.1. In Keras it is
#   0.9·0 + 0.1·g² = 0.1, and the step 0.1/√0.1 = 0.316. The 1 slows the first steps; after n
#   updates 0.9ⁿ of it is left. With the slot at 0 the graph gives Keras's numbers.
# * Adam's first step is the learning rate, whatever the gradient. It differs from Keras's by 1e-6:
#   a third of that is the ε, the rest is 1 − β₂ in float32, which is 0.001 in Keras and
#   0.00099998713 in `tf.train`.
#
# In the table, the column 1.15.5 has what the document's own code, eager Keras, gives there:
# RMSprop and Adam differ from `tf.train`, which gives the same bits there as here.

# %%
GENUINE = {
    "SGD": (0.89999998, 0.81, 0.72899997),
    "momentum": (0.89999998, 0.71999997, 0.486),
    "Adagrad": (0.90465373, 0.83933872, 0.78751278),
    "RMSprop": (0.68377233, 0.49887073, 0.36918068),
    "Adam": (0.90000033, 0.80041313, 0.70158708),
}
for name in runs:
    from_1 = name == "RMSprop"
    because = "Keras starts s at 0, tf.train at 1; from 0 they are the same" if from_1 else None
    for n, genuine in enumerate(GENUINE[name.replace("_from_0", "")][: len(runs[name])], 1):
        number = "%s: var after update %d" % (name, n)
        lesson.compare(number, after(name, n), tensorflow_1=genuine, because=because)

# %%
one, two = val0 - val1, val1 - val2
lesson.compare("SGD: first step", 1 - after("SGD", 1), document=0.1, within=1e-6)
lesson.compare("momentum: first step", one, document=0.1, within=1e-6, tensorflow_1=0.10000002)
if len(runs["momentum"]) > 1:
    lesson.compare("momentum: second step", two, tensorflow_1=0.18000001)
    larger = "yes" if two > one else "no"
    lesson.compare("momentum: the second step is larger", larger, document="yes")


# %%
def small(values):
    """The first update after which all values stay below 0.01."""
    late = np.flatnonzero(np.abs(values) >= 0.01)
    first = late[-1] + 2 if late.size else 1
    return first if first <= len(values) else "later"


for name, history in runs.items():
    lesson.record("%s: var at the end" % name, ends[name])
    lesson.record("%s: |var| < 0.01 from update" % name, small(history["var"]))

# %%
LOOKS = {
    "SGD": "o-",
    "momentum": "s--",
    "Adagrad": "^-.",
    "RMSprop": "D:",
    "RMSprop_from_0": "v-",
    "Adam": "x--",
}
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
for name, style in LOOKS.items():
    values = np.append(1.0, runs[name]["var"])
    label = {"RMSprop": "RMSprop, s from 1", "RMSprop_from_0": "RMSprop, s from 0"}.get(name, name)
    left.plot(values, style, markersize=3, linewidth=1.2, label=label)
    right.semilogy(np.maximum(np.abs(values), 1e-6), style, markersize=3, linewidth=1.2)
if not lesson.changed():  # they are the document's settings
    for values in KERAS.values():
        left.plot((1, 2, 3), values, "k+", markersize=9)
    left.plot([], [], "k+", markersize=9, label="Keras")
left.axhline(0, color="black", linewidth=1)
left.set(xlabel="update", ylabel="var")
right.set(xlabel="update", ylabel="|var|, at least 1e-6")
left.legend(fontsize=9)
caption = "var²/2 from 1.0, learning rate %g. Keras agrees with all but RMSprop from 1."
caption = "var²/2 from 1.0, learning rate %g." if lesson.changed() else caption
lesson.figure("", "paths", "one variable, five optimizers", caption % learning_rate)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
for name, style in (("RMSprop", "D:"), ("RMSprop_from_0", "v-")):
    start = 0.0 if name == "RMSprop_from_0" else 1.0
    s = np.append(start, runs[name]["s"])
    values = np.append(1.0, runs[name]["var"])
    label = "s from %d" % start
    left.plot(s, style, markersize=4, linewidth=1.2, label=label)
    updates = np.arange(1, len(values))
    right.plot(updates, -np.diff(values), style, markersize=4, linewidth=1.2, label=label)
left.set(xlabel="update", ylabel="s")
right.set(xlabel="update", ylabel="step")
left.legend()
right.legend()
caption = "Left: the slot. Right: the step that it makes. Each update leaves nine tenths of the 1."
lesson.figure("", "rmsprop", "where RMSprop starts", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the parameter of the same name in the first cell in place of a flag:
# `nesterov=Parameter("True", …)`.
#
# 1. Let momentum look ahead, Keras's `nesterov=True`: `--nesterov True`. What is var after the
#    first updates?
#
# <details><summary>Answer</summary>
#
# 0.81, 0.5751 and 0.3273, in Keras as well. The gradient is added once more to the step: 0.1 +
# 0.9 · 0.1 = 0.19 at first.
# </details>
#
# 2. Take the learning rate of the signature, `--learning-rate 0.01`. Who comes far with it?
#
# <details><summary>Answer</summary>
#
# Momentum alone: after 50 updates it is at −0.058, since its steps grow to more than five times
# SGD's: 0.055 at update 12. SGD is at 0.605, which is 0.99⁵⁰, Adam at 0.537, RMSprop at 0.543,
# from 0 at 0.459, Adagrad at 0.877.
# </details>
#
# 3. What is momentum without momentum, `--momentum 0`?
#
# <details><summary>Answer</summary>
#
# SGD, to the last bit: the second step is 0.09 after 0.1, and no longer larger.
# </details>

# %% [markdown]
# Next in 《深度神经网络-中》: lesson 02.
