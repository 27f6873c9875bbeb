# %% [markdown]
# # 16 · Decay in TensorFlow · TensorFlow 中的学习率衰减
#
# ## What it rebuilds · 重建
#
# Rebuilds 《四、训练神经网络》 tensorflow 实现, figure 4-18; 《深度神经网络-中》 一.4 学习率退火.
#
# In lesson 15 the loop computed the learning rate and fed it. TensorFlow can do it in the graph:
# a variable, `global_step`, counts the updates, and a function of `tf.train` makes the rate from
# it. The loop is then a plain loop again.
#
# "The book" is the source of 《四、训练神经网络》: U. Michelucci, Applied Deep Learning (Apress,
# 2018), chapter 4, with its public notebooks.
#
# You will meet `tf.train.exponential_decay`, `inverse_time_decay`, `natural_exp_decay`,
# `piecewise_constant` and `polynomial_decay`, their `staircase`, and `minimize(cost,
# global_step=global_step)`.

# %%
from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "16_decay_in_tensorflow",
    steps=Parameter(200, "updates of each training"),
    initial_learning_rate=Parameter(0.1, "γ0 of the document's code", at_most=1.9),
    decay_steps=Parameter(1000, "ν_ds of the document's code, updates"),
    decay_rate=Parameter(0.1, "ν of the document's code", at_least=0.0),
    staircase=Parameter("False", "whether its rate falls in stairs", choices=["False", "True"]),
)

# %% [markdown]
# ## Data · 数据
#
# For the trainings the 30 points of lesson 15, on the line y = 2 + 0.5·x. The rates need no data:
# they depend on the number of the update only.

# %%
m = 30
x = np.linspace(-1, 1, m)
y = 2 + 0.5 * x

# %% [markdown]
# ## Graph · 计算图
#
# ### One parameter more · 额外的参数
#
# Inverse-time decay, and what TensorFlow has instead; in a staircase j/ν_ds is rounded down:
#
# $$\gamma = \frac{\gamma_0}{1 + \nu j}, \qquad
# \gamma = \frac{\gamma_0}{1 + \nu\, j / \nu_{ds}}, \qquad
# \gamma = \frac{\gamma_0}{1 + \nu \lfloor j / \nu_{ds} \rfloor}$$
#
# Its names: `learning_rate` is γ0, `global_step` is j, `decay_rate` is ν (the document's list
# leaves its symbol out), and ν_ds is `decay_steps`: the document's `decay_step` is not accepted.
# Written out:


# %%
def decayed_learning_rate(global_step, learning_rate, decay_step, decay_rate, staircase=False):
    p = global_step / decay_step
    return learning_rate / (1 + decay_rate * (np.floor(p) if staircase else p))


# %% [markdown]
# Mathematically ν_ds is too much (这个参数是多余的, true): ν/ν_ds could be one number. It keeps ν
# readable, which would have to be very small (需要假设很小的值, true); and with ν_ds the updates of
# an epoch ν stays when the size of a batch changes (选择一个保持不变的值, true). The document's
# example: 10⁸ observations in batches of 50, and after 100 epochs γ is to be γ0/5.

# %%
updates_in_an_epoch = 10**8 // 50
j_then = 100 * updates_in_an_epoch
nu_needed = (5 - 1) / j_then
print("%d updates in an epoch, %d in 100" % (updates_in_an_epoch, j_then))
print("without nu_ds: nu = %g" % nu_needed)
print("nu_ds one epoch: nu = %g, whatever the size of a batch" % (nu_needed * updates_in_an_epoch))
print("gamma0 / gamma then: %g" % (1 / decayed_learning_rate(j_then, 1, 1, nu_needed)))

# %% [markdown]
# ### The code of the document · 代码
#
# `global_step` is a variable that is not trained. `minimize` adds 1 to it with each update
# (在每次更新时用迭代次数更新, true), if it is told to: `global_step=global_step` is all that has to
# be added.

# %%
w0 = tf.Variable(0, dtype=tf.float32, name="w0")
w1 = tf.Variable(-4, dtype=tf.float32, name="w1")
cost = tf.reduce_sum(tf.square(w0 + w1 * x - y)) / (2 * m)

initial_learning_rate = lesson.initial_learning_rate
decay_steps = lesson.decay_steps
decay_rate = lesson.decay_rate
global_step = tf.Variable(0, trainable=False, name="global_step")
learning_rate_decay = tf.train.inverse_time_decay(
    initial_learning_rate, global_step, decay_steps, decay_rate, lesson.staircase == "True"
)
optimizer = tf.train.GradientDescentOptimizer(learning_rate_decay).minimize(
    cost, global_step=global_step
)

# %% [markdown]
# Figure 4-18 has γ0 = 0.5, ν = 0.5 and ν_ds = 20, with `staircase` and without. Both train here,
# too; and so does a minimize that nobody gave the counter. (The picture in the book has another ν:
# its code ran 0.01, with which γ falls to 0.45 only in 200 updates; the text says 0.5.)

# %%
GAMMA0, NU, NU_DS = 0.5, 0.5, 20
smooth = tf.train.inverse_time_decay(GAMMA0, global_step, NU_DS, NU)
stairs = tf.train.inverse_time_decay(GAMMA0, global_step, NU_DS, NU, staircase=True)


def descent(rate, **counter):
    return tf.train.GradientDescentOptimizer(rate).minimize(cost, **counter)


trainings = {
    "document": (learning_rate_decay, optimizer),
    "smooth": (smooth, descent(smooth, global_step=global_step)),
    "staircase": (stairs, descent(stairs, global_step=global_step)),
    "no_counter": (smooth, descent(smooth)),
}

# %%
merged = {}
for name, (rate, _) in trainings.items():
    parts = [tf.summary.scalar("cost", cost), tf.summary.scalar("learning_rate", rate)]
    parts.append(tf.summary.histogram("w", tf.stack([w0, w1])))
    merged[name] = tf.summary.merge(parts)

# %% [markdown]
# ### All five · 五个函数
#
# Here the counter is a placeholder, so that any step can be asked for. With p = j/ν_ds, or ⌊j/ν_ds⌋
# in a staircase:
#
# | | formula |
# |---|---|
# | `exponential_decay` | γ0·ν^p |
# | `inverse_time_decay` | γ0 / (1 + ν·p) |
# | `natural_exp_decay` | γ0·e^(−ν·p) |
#
# 《深度神经网络-中》 4.2 and 4.3 are the first and the second of them.

# %%
a_step = tf.placeholder(tf.int32, shape=())
rates = {}
for staircase in (False, True):
    for decay in ("exponential_decay", "inverse_time_decay", "natural_exp_decay"):
        function = getattr(tf.train, decay)
        rates[decay, staircase] = function(GAMMA0, a_step, NU_DS, NU, staircase=staircase)

# %%
j = np.arange(201)
formulas = {}
for staircase in (False, True):
    p = np.floor(j / NU_DS) if staircase else j / NU_DS
    formulas["exponential_decay", staircase] = GAMMA0 * NU**p
    formulas["inverse_time_decay", staircase] = decayed_learning_rate(
        j, GAMMA0, NU_DS, NU, staircase
    )
    formulas["natural_exp_decay", staircase] = GAMMA0 * np.exp(-NU * p)

# %% [markdown]
# `piecewise_constant` takes other arguments (它需要不同的参数, true), a value for each piece
# between boundaries. The document's list calls it step decay (步衰变); it is what the text calls
# staircase decay (阶梯衰减). The text's step decay, γ0 / ⌊j/D + 1⌋, is `inverse_time_decay` in a
# staircase with ν = 1 and ν_ds = D.

# %%
rates["piecewise_constant", ""] = tf.train.piecewise_constant(a_step, [40, 120], [0.5, 0.2, 0.05])
formulas["piecewise_constant", ""] = np.where(j <= 40, 0.5, np.where(j <= 120, 0.2, 0.05))

# %% [markdown]
# `polynomial_decay` goes from γ0 down to `end_learning_rate` in ν_ds steps, along (1 −
# j/ν_ds)^power, and stays there; with `cycle` it goes up and down again and again, ever slower,
# ν_ds growing to the next multiple that is not below j. The document says that it takes the same
# arguments as the others (需要相同的参数), false: it has these three (0.0001, 1 and False where
# nothing is given) and neither `decay_rate` nor `staircase`.


# %%
def polynomial(end_learning_rate=0.0001, power=1.0, cycle=False):
    span = 80 * np.maximum(np.ceil(j / 80), 1) if cycle else 80
    left = 1 - np.minimum(j, span) / span
    return (GAMMA0 - end_learning_rate) * left**power + end_learning_rate


for name, options in (
    ("", {}),
    ("power 2, end 0.1", {"power": 2.0, "end_learning_rate": 0.1}),
    ("cycle", {"cycle": True}),
):
    rates["polynomial_decay", name] = tf.train.polynomial_decay(GAMMA0, a_step, 80, **options)
    formulas["polynomial_decay", name] = polynomial(**options)

# %%
accepted = []
for option in ({"decay_rate": NU}, {"staircase": True}):
    try:
        accepted.append(tf.train.polynomial_decay(GAMMA0, a_step, 80, **option))
    except TypeError as error:
        print(error)

# %% [markdown]
# ## Session · 会话
#
# ### Trainings · 训练
#
# Kept are the counter, the rate and the cost before each update. The last rate is the one that a
# next update would have.


# %%
saver = tf.train.Saver()


def train(name):
    rate, train_op = trainings[name]
    with tf.Session() as sess:
        init_op = tf.global_variables_initializer()
        sess.run(init_op)
        training = lesson.training(sess, saver, name)
        writer = tf.summary.FileWriter(training.summaries, sess.graph)
        history = training.history
        for i in training.steps(lesson.steps):
            step, rate_val, cost_val, summary = sess.run([global_step, rate, cost, merged[name]])
            writer.add_summary(summary, i)
            history.append(step=step, rate=rate_val, cost=cost_val)
            sess.run(train_op)
        end = dict(zip(("step", "rate", "cost"), sess.run([global_step, rate, cost])))
        end["w0"], end["w1"] = sess.run([w0, w1])
    print(
        "%-10s global_step %d, rate %.6f, cost %.3g" % (name, end["step"], end["rate"], end["cost"])
    )
    return history, end


# %%
document, document_end = train("document")
smooth_run, smooth_end = train("smooth")
stairs_run, stairs_end = train("staircase")
no_counter, no_counter_end = train("no_counter")

# %% [markdown]
# ### Every step · 每一步
#
# All rates at steps 0 to 200, from the graph and by formula:

# %%
with tf.Session() as sess:
    rows = [sess.run(rates, feed_dict={a_step: k}) for k in j]
curves = {key: np.array([row[key] for row in rows]) for key in rates}

differences = {key: np.max(np.abs(curves[key] / formulas[key] - 1)) for key in rates}
for (decay, option), difference in differences.items():
    option = {True: "staircase", False: ""}.get(option, option)
    print("%-19s %-17s differs by %.0e of the rate at most" % (decay, option, difference))

# %% [markdown]
# ### Boundaries · 边界
#
# The example of the document: 1.0 for the first 100,000 steps, 0.5 to step 110,000, then 0.1.
# n boundaries need n + 1 values.

# %%
boundaries = [100000, 110000]
values = [1.0, 0.5, 0.1]
learning_rate = tf.train.piecewise_constant(global_step, boundaries, values)
train_op = descent(learning_rate, global_step=global_step)
put_step = tf.assign(global_step, a_step)

try:
    tf.train.piecewise_constant(global_step, boundaries, [1.0, 0.5])
except ValueError as error:
    print(error)

# %% [markdown]
# The counter can be set to any step: a boundary itself still has the value before it, and each
# value holds between two boundaries (次迭代之间的`l12`, true). The same rates come from Keras's
# `PiecewiseConstantDecay`, to which 《深度神经网络-中》 4.1 gives these boundaries and values. (It
# writes `keras.optimizers…` and never imports `keras`, a NameError: `from tensorflow import keras`
# is missing.)

# %%
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    pieces = {}
    for step in [0, *range(99997, 100004), *range(109997, 110004)]:
        sess.run(put_step, feed_dict={a_step: step})
        pieces[step] = sess.run(learning_rate)
    sess.run(put_step, feed_dict={a_step: 100000})
    sess.run(train_op)
    step_after, rate_after = sess.run([global_step, learning_rate])
    sess.run(put_step, feed_dict={a_step: 1000})
    rate_1000 = sess.run(learning_rate_decay)

for step in (0, 99999, 100000, 100001, 109999, 110000, 110001):
    print("step %6d: learning rate %.1f" % (step, pieces[step]))
print("after an update from step 100000: step %d, learning rate %.1f" % (step_after, rate_after))

# %% [markdown]
# ### A hat is no power · `^` 不是乘方
#
# 《深度神经网络-中》 4.2 writes `decay_rate ^ (step / decay_steps)`. In Python `^` is the exclusive
# or of two whole numbers, there is none of fractions, and it binds weaker than `*`. The power is
# `**`.


# %%
def with_hat(step):
    return initial_learning_rate * decay_rate ^ (step / decay_steps)


def with_power(step):
    return initial_learning_rate * decay_rate ** (step / decay_steps)


print("2 ^ 3 is %d, 2 ** 3 is %d" % (2 ^ 3, 2**3))
try:
    hat = with_hat(decay_steps)
except TypeError as error:
    hat = "TypeError"
    print(error)
print("with **, at step %d: %g" % (decay_steps, with_power(decay_steps)))

# %% [markdown]
# ## What to see · 看什么
#
# * Figure 4-18: the staircase holds γ for ν_ds = 20 updates and then drops to the smooth curve
#   (而不是连续更新, true).
#   Where the smooth one is at 0.0837 at step 199, the staircase still is at 0.0909. The trainings
#   used exactly these rates: the dots are those that `global_step` gave them.
# * The training without the counter keeps γ = 0.5 for ever, and nothing says so. On this small
#   problem it does best, since 0.5 is not too large for it: that a constant rate is a bad idea
#   (这是一个非常糟糕的主意) is true only if it is too large, as in figure 4-1, or if the gradients
#   are noisy, as those of single points at the end of lesson 17.

# %%
figure = plt.figure()
for staircase, run, style in ((False, smooth_run, "C0-"), (True, stairs_run, "C1--")):
    label = "staircase=%s" % staircase
    plt.plot(j, curves["inverse_time_decay", staircase], style, label=label)
    plt.plot(run["step"][::8], run["rate"][::8], style[:2] + "o", markersize=4)
plt.plot([], [], "ko", markersize=4, label="in the training")
plt.xlabel("update j")
plt.ylabel("learning rate γ")
plt.xlim(-3, 203)
plt.legend()
caption = "tf.train.inverse_time_decay, γ0 = %g, ν = %g, ν_ds = %d, as the text says.\n"
caption = caption % (GAMMA0, NU, NU_DS) + "The book's code ran ν = 0.01."
lesson.figure("4-18", "staircase", "inverse-time decay in TensorFlow", caption)

# %%
figure, axes = plt.subplots(2, 3, figsize=(11, 6), sharex=True, sharey=True)
names = list(dict.fromkeys(decay for decay, _ in rates))
for axis, name in zip(axes.flat, names):
    options = [option for decay, option in rates if decay == name]
    for option, style in zip(options, ("-", "--", "-.")):
        label = {False: "smooth", True: "staircase"}.get(option, option or "as it is")
        axis.plot(j, curves[name, option], style, label=label)
        axis.plot(j[::10], formulas[name, option][::10], "k.", markersize=4)
    axis.set_title(name, fontsize=10)
    axis.legend(fontsize=9)
for axis in axes[:, 0]:
    axis.set_ylabel("learning rate γ")
for axis in axes.flat[2:5]:
    axis.set_xlabel("update j")
    axis.tick_params(labelbottom=True)
axes[1, 2].axis("off")
caption = "Lines: from the graph. Black dots: every tenth value of the formula."
lesson.figure("", "five-decays", "the five decays of tf.train", caption)

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
for axis, boundary in zip(axes, boundaries):
    steps = np.arange(boundary - 3, boundary + 4)
    axis.plot(steps, [pieces[step] for step in steps], "o")
    axis.axvline(boundary, color="black", linestyle="--", linewidth=1, label="boundary")
    axis.set(xlabel="step", xticks=steps[1::2], ylim=(0, 1.1))
    axis.ticklabel_format(useOffset=False)
    axis.legend()
axes[0].set_ylabel("learning rate")
caption = "At a boundary piecewise_constant still has the value before it."
lesson.figure("", "boundaries", "around the boundaries", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for (name, run), style in zip(
    (
        ("γ0 = %g, ν_ds = %d" % (initial_learning_rate, decay_steps), document),
        ("figure 4-18, smooth", smooth_run),
        ("figure 4-18, staircase", stairs_run),
        ("without global_step", no_counter),
    ),
    ("-", "--", "-.", ":"),
):
    left.plot(run["rate"], style, label=name)
    right.semilogy(run["cost"], style, label=name)
left.set(xlabel="update", ylabel="learning rate γ", ylim=(0, None))
right.set(xlabel="update", ylabel="cost")
left.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
caption = "The rate that each update had, and the cost before it."
lesson.figure("", "trainings", "trainings that count, and one that does not", caption)

# %% [markdown]
# ### The document's numbers · 文中的数字

# %%
because = "the text says 0.5, the book's code ran 0.01"
lesson.compare("ν of figure 4-18", NU, document=0.5, book=0.01, because=because)
nearly = decayed_learning_rate(200, GAMMA0, NU_DS, 0.01)
lesson.record("γ at j = 200 with the book's ν = 0.01", nearly)
because = "printed as 2 and 10⁸: a minus is lost, since the text calls it a small value"
lesson.compare("updates in an epoch of 10⁸, batch 50", updates_in_an_epoch, document=2000000)
lesson.compare("ν for γ0/5 after 100 epochs", nu_needed, document=2e8, because=because)
for step, says in ((100000, 1.0), (100001, 0.5), (110000, 0.5), (110001, 0.1)):
    name = "piecewise_constant at step %d" % step
    lesson.compare(name, pieces[step], document=says, within=1e-6)
because = "steps count from 0, and the boundary belongs to the piece before it"
last = max(step for step in pieces if pieces[step] == 1)
lesson.compare("updates with the rate 1.0", last + 1, document=100000, because=because)

# %%
because = "it has end_learning_rate, power and cycle, no decay_rate, no staircase"
here = "yes" if accepted else "no"
lesson.compare("polynomial_decay takes decay_rate", here, document="yes", because=because)
because = "^ is the exclusive or of whole numbers, and no power"
lesson.compare("γ0·decay_rate ^ (step/decay_steps)", hat, document="a rate", because=because)

# %% [markdown]
# The rates at step 199, and the trainings:

# %%
genuine = {
    ("exponential_decay", False): 0.00050550053,
    ("exponential_decay", True): 0.0009765625,
    ("inverse_time_decay", False): 0.083682008,
    ("inverse_time_decay", True): 0.090909094,
    ("natural_exp_decay", False): 0.0034542601,
    ("natural_exp_decay", True): 0.0055544986,
    ("piecewise_constant", ""): 0.05,
    ("polynomial_decay", ""): 0.0001,
    ("polynomial_decay", "power 2, end 0.1"): 0.1,
    ("polynomial_decay", "cycle"): 0.085499592,
}
for (decay, option), value in genuine.items():
    name = " ".join([decay, {True: "staircase", False: ""}.get(option, option)]).strip()
    lesson.compare("%s at 199" % name, curves[decay, option][199], tensorflow_1=value)
lesson.compare("γ of the document's code at 1,000", rate_1000, tensorflow_1=0.09090909)

# %%
for name, end, genuine in (
    ("document", document_end, (200, 0.098039217, 0.49658606)),
    ("smooth", smooth_end, (200, 0.083333336, 0.49999332)),
    ("staircase", stairs_end, (200, 0.083333336, 0.49999881)),
    ("no_counter", no_counter_end, (0, 0.5, 0.49999991)),
):
    lesson.compare("global_step, %s" % name, end["step"], tensorflow_1=genuine[0])
    lesson.compare("learning rate, %s" % name, end["rate"], tensorflow_1=genuine[1])
    lesson.compare("w1, %s" % name, end["w1"], tensorflow_1=genuine[2])

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Let the code of the document decay faster: `decay_steps` in the first cell, or
#    `--decay-steps 10`, then `--decay-steps 1`. What is the last rate, and where is w1?
#
# <details><summary>Answer</summary>
#
# 0.0333 and 0.0048. w1 comes to 0.415 with 10 and to −0.985 with 1, where 0.497 was reached with
# 1000: the rate falls before w1 has arrived.
# </details>
#
# 2. What does `decay_rate`, `--decay-rate 0`, do?
#
# <details><summary>Answer</summary>
#
# γ0 / (1 + 0) is γ0: the rate stays 0.1. In 200 updates that is hardly another training; w1 is
# 0.49682 instead of 0.49659.
# </details>
#
# 3. One may want to keep γ for ten epochs (保持十个历元的学习率不变). With 1,200 updates in an
#    epoch, which two parameters do that?
#
# <details><summary>Answer</summary>
#
# `decay_steps` and `staircase`, `--decay-steps 12000 --staircase True`: all 200 updates here have
# the rate 0.1. Without the staircase the rate would begin to fall at once, though slowly: 0.0998
# after 200 updates.
# </details>
#
# Next in 《四、训练神经网络》: lesson 17. Next in 《深度神经网络-中》: lesson 19.
