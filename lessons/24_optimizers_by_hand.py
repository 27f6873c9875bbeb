# %% [markdown]
# # 24 · The optimizers by hand · 手写优化算法
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 优化算法 1-5; 《Tensorflow_神经网络》 优化算法—实现 1、Adadelta;
# 《四、训练神经网络》 动力, RMSProp, Adam, the formulas; 《深度神经网络-中》 一.3.1-3.4.
#
# Six rules that turn a gradient into a step: SGD, momentum, Adagrad, RMSProp, Adadelta and Adam.
# Each is written here as the documents write it, from `tf.gradients` and `assign`, and trains
# beside the optimizer of `tf.train` of that name. After every update the two are compared.
#
# Where they part, the rules differ: where an accumulator starts, where ε stands, which step's
# average is taken. Once that is accounted for, they are equal to 1e-6 for 200 updates.

# %%
from common import Lesson, Parameter, datasets, np, plots, plt, tf

lesson = Lesson(
    "24_optimizers_by_hand",
    steps=Parameter(200, "updates of each training"),
    gamma=Parameter(0.9, "γ of momentum", at_least=0.0, at_most=0.99),
    epsilon=Parameter(1e-8, "ε of all rules", at_most=1.0),
    adagrad_start=Parameter(0.1, "where tf.train's Adagrad starts", at_most=1.0),
    rates=Parameter(1.0, "what the learning rates are multiplied by", at_most=10.0),
    batches=Parameter(10, "mini-batches that the 400 points make", at_most=200),
)
gamma, epsilon = lesson.gamma, lesson.epsilon

# %% [markdown]
# ## Data · 数据
#
# The 400 points of lesson 06, which lie like a flower. Batch i has every tenth point, from the
# i-th on, as many of one label as of the other. Such batches make the descent stochastic (随机):
# the document's 每次都选取下降最快的方向, the steepest direction each time, is true of all points
# together only.

# %%
X, Y_ = datasets.flower()


def batch(i):
    rows = slice(i % lesson.batches, None, lesson.batches)
    return X[rows], Y_[rows]


# %% [markdown]
# ## Graph · 计算图
#
# ### Two problems · 两个问题
#
# All parameters are one vector θ, as in the formulas, and the rows of `thetas` are many such
# vectors: one for each rule. The first loss is the document's flat funnel (很扁的漏斗). It bends by
# 10 along θ1, by 0.5 along θ2. One rate must do for both, and the large gradients bound it: those
# of θ1 here. (The document's text confuses the two directions.)


# %%
def quadratic(thetas, x, y):
    return (10 * thetas[:, 0] ** 2 + 0.5 * thetas[:, 1] ** 2) / 2


# %% [markdown]
# The second is the network of lesson 06, 2-4-1, whose 17 weights and biases are cut out of θ.


# %%
def network(thetas, x, y):
    count = thetas.shape.as_list()[0]
    w1, b1, w2, b2 = tf.split(thetas, [8, 4, 4, 1], axis=1)
    net = tf.matmul(tf.tile(x[None], [count, 1, 1]), tf.reshape(w1, [-1, 2, 4])) + b1[:, None]
    net = tf.matmul(tf.tanh(net), tf.reshape(w2, [-1, 4, 1])) + b2[:, None]
    labels = tf.tile(y[None], [count, 1, 1])
    losses = tf.losses.log_loss(predictions=tf.sigmoid(net), labels=labels, reduction="none")
    return tf.reduce_mean(losses, axis=[1, 2])


small = np.random.RandomState(24).normal(0, 0.5, 17)
PROBLEMS = {"quadratic": (quadratic, [1.0, 1.0]), "network": (network, small)}

# %% [markdown]
# ### The frame · 框架
#
# A rule gets g, the gradient, and returns the step, θ ← θ − step, and what it assigns to the
# variables that it keeps. Each of them is read once, before it is assigned: that is `old`.


# %%
def kept(value, like=None):
    """A variable of that value, of the shape of `like`, and what it has before an update."""
    begin = np.full([] if like is None else like.shape.as_list(), value)
    variable = tf.Variable(begin, trainable=False, dtype=tf.float32, name="kept")
    return variable, tf.identity(variable)


def apply_step(theta, g, step, assigns):
    with tf.control_dependencies([g]):  # not all steps need g; yet θ must be read before it moves
        return tf.group(theta.assign_sub(step), *assigns)


# %% [markdown]
# The learning rates are those of the document's code (lesson 27). 《深度神经网络-中》 has 0.1: for
# all but Adam that is `--rates 10`.

# %%
ETA, ETA_ADAM = 0.01 * lesson.rates, 0.001 * lesson.rates
optimizers = {}  # name: how to make that of tf.train, and the rules that go beside it

# %% [markdown]
# ### SGD · 随机梯度下降法
#
# θ ← θ − η·g. Nothing is kept, and nothing differs.


# %%
def sgd(theta, g):
    return ETA * g, []


optimizers["SGD"] = (lambda: tf.train.GradientDescentOptimizer(ETA), {"document": sgd})

# %% [markdown]
# ### Momentum · 动量法
#
# There are three notations. The first is 《Tensorflow_神经网络》's, v ← γ·v + η·g, step v;
# 《四、训练神经网络》 finds it in books and blogs (书籍或博客).


# %%
def momentum(theta, g):
    v, old = kept(0.0, theta)
    new = gamma * old + ETA * g
    return new, [v.assign(new)]


# %% [markdown]
# The second is TensorFlow's: v ← ηᵗ·v + g, step γᵗ·v. The names have changed places: ηᵗ is the
# momentum now, γᵗ the learning rate.


# %%
def momentum_of_tensorflow(theta, g, eta_t=gamma, gamma_t=ETA):
    v, old = kept(0.0, theta)
    new = eta_t * old + g
    return gamma_t * new, [v.assign(new)]


# %% [markdown]
# The third is the average of 《四、训练神经网络》: v ← β·v + (1 − β)·g, step γ·v. It is the second
# for ηᵗ = β and γᵗ = γ·(1 − β), so here γ = η/(1 − β). Its first update formula takes v of the
# step before, v_[n]; the later ones, and TensorFlow, take the new one. `late` is the former.


# %%
def momentum_average(theta, g, late=False):
    beta = gamma
    v, old = kept(0.0, theta)
    new = beta * old + (1 - beta) * g
    return ETA / (1 - beta) * (old if late else new), [v.assign(new)]


def momentum_late(theta, g):
    return momentum_average(theta, g, late=True)


optimizers["momentum"] = (
    lambda: tf.train.MomentumOptimizer(ETA, gamma),
    {
        "document": momentum,
        "tensorflow": momentum_of_tensorflow,
        "average": momentum_average,
        "late": momentum_late,
    },
)

# %% [markdown]
# ### Adagrad
#
# s ← s + g², step η/√(s + ε)·g, from s = 0. 《深度神经网络-中》 3.2 says the same, with an ε like
# 10⁻⁶. `tf.train.AdagradOptimizer` starts at 0.1 and has no ε. (In the code of 3.2 the start is
# 0.1, too, whatever its text says.)


# %%
def adagrad(theta, g, start=0.0, epsilon=epsilon):
    s, old = kept(start, theta)
    new = old + g * g
    return ETA / tf.sqrt(new + epsilon) * g, [s.assign(new)]


def adagrad_accounted(theta, g):
    return adagrad(theta, g, start=lesson.adagrad_start, epsilon=0.0)


optimizers["Adagrad"] = (
    lambda: tf.train.AdagradOptimizer(ETA, initial_accumulator_value=lesson.adagrad_start),
    {"document": adagrad, "accounted": adagrad_accounted},
)

# %% [markdown]
# ### RMSProp
#
# s ← α·s + (1 − α)·g², step η/√(s + ε)·g: formulas (10) and (11) of 《Tensorflow_神经网络》. In
# 《四、训练神经网络》 s is S, α is β₂ and η is γ. `tf.train.RMSPropOptimizer` starts at 1, and its
# ε, inside the root like the document's, is 1e-10 where nothing else is given.
#
# α is a constant of the graph: so 1 − α is computed in float32, as TensorFlow does it.


# %%
def rmsprop(theta, g, eta=ETA, start=0.0, epsilon=epsilon):
    alpha = tf.constant(0.9)
    s, old = kept(start, theta)
    new = alpha * old + (1 - alpha) * g * g
    return eta / tf.sqrt(new + epsilon) * g, [s.assign(new)]


def rmsprop_accounted(theta, g):
    return rmsprop(theta, g, start=1.0)


optimizers["RMSProp"] = (
    lambda: tf.train.RMSPropOptimizer(ETA, 0.9, epsilon=epsilon),
    {"document": rmsprop, "accounted": rmsprop_accounted},
)

# %% [markdown]
# The 0.9 in 《Tensorflow_神经网络》's call is α, the second argument, `decay`. 《四、训练神经网络》
# passes `momentum=0.9`, whose default is 0 and which its formulas lack: m ← 0.9·m + the step
# above, step m. That call is compared by itself, at a tenth of the rate, as the momentum makes the
# steps ten times as large.

# %%
ETA_TENTH = ETA / 10


def rmsprop_slow(theta, g):
    return rmsprop(theta, g, eta=ETA_TENTH)


def rmsprop_momentum_accounted(theta, g):
    step, assigns = rmsprop(theta, g, eta=ETA_TENTH, start=1.0)
    m, old = kept(0.0, theta)
    new = 0.9 * old + step
    return new, [m.assign(new), *assigns]


optimizers["RMSProp_momentum"] = (
    lambda: tf.train.RMSPropOptimizer(ETA_TENTH, momentum=0.9, epsilon=epsilon),
    {"document": rmsprop_slow, "accounted": rmsprop_momentum_accounted},
)

# %% [markdown]
# ### Adadelta
#
# s as in RMSProp, with ρ for α. No learning rate: the step is g' = √(Δθ + ε)/√(s + ε)·g, and then
# Δθ ← ρ·Δθ + (1 − ρ)·g'². (Δθ is not a step, it is the average of their squares.) TensorFlow
# multiplies the step by a learning rate, and 1.0, as in the document's code, takes that away. Its
# default is 0.001.


# %%
def adadelta(theta, g):
    rho = tf.constant(0.9)
    s, old = kept(0.0, theta)
    delta, old_delta = kept(0.0, theta)
    new = rho * old + (1 - rho) * g * g
    step = tf.sqrt(old_delta + epsilon) / tf.sqrt(new + epsilon) * g
    return step, [s.assign(new), delta.assign(rho * old_delta + (1 - rho) * step * step)]


optimizers["Adadelta"] = (
    lambda: tf.train.AdadeltaOptimizer(learning_rate=1.0, rho=0.9, epsilon=epsilon),
    {"document": adadelta},
)

# %% [markdown]
# ### Adam
#
# v ← β₁·v + (1 − β₁)·g and s ← β₂·s + (1 − β₂)·g², both from 0 and, since that makes them too
# small at first, corrected: v̂ = v/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ). Step η·v̂/√(ŝ + ε).
#
# TensorFlow has ε outside: η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·v/(√s + ε), the ε-hat form of Adam's paper
# (Kingma and Ba, arXiv:1412.6980). Two variables keep β₁ᵗ and β₂ᵗ, from t = 1.


# %%
def adam(theta, g, epsilon_outside=False, corrected=True):
    beta1, beta2 = tf.constant(0.9), tf.constant(0.999)
    (v, old_v), (s, old_s) = kept(0.0, theta), kept(0.0, theta)
    (power1, beta1_t), (power2, beta2_t) = kept(0.9), kept(0.999)
    new_v = beta1 * old_v + (1 - beta1) * g
    new_s = beta2 * old_s + (1 - beta2) * g * g
    v_hat = new_v / (1 - beta1_t) if corrected else new_v
    s_hat = new_s / (1 - beta2_t) if corrected else new_s
    step = ETA_ADAM * v_hat / tf.sqrt(s_hat + epsilon)
    if epsilon_outside:
        rate = ETA_ADAM * tf.sqrt(1 - beta2_t) / (1 - beta1_t)
        step = rate * new_v / (tf.sqrt(new_s) + epsilon)
    next_powers = [power1.assign(beta1_t * beta1), power2.assign(beta2_t * beta2)]
    return step, [v.assign(new_v), s.assign(new_s), *next_powers]


# %%
def adam_accounted(theta, g):
    return adam(theta, g, epsilon_outside=True)


def adam_uncorrected(theta, g):
    return adam(theta, g, corrected=False)


optimizers["Adam"] = (
    lambda: tf.train.AdamOptimizer(ETA_ADAM, epsilon=epsilon),
    {"document": adam, "accounted": adam_accounted, "uncorrected": adam_uncorrected},
)

# %% [markdown]
# ### All in one graph · 同一个计算图
#
# Each problem has a graph with a θ for each optimizer of `tf.train` and for each rule. All begin
# at the same place and see the same batches. `minimize` is `compute_gradients` and
# `apply_gradients`; as the gradients are there already, the second is enough.

# %%
TF_TRAIN = "tf.train"
forms = [(name, form) for name in optimizers for form in (TF_TRAIN, *optimizers[name][1])]
rules = [each for each in forms if each[1] != TF_TRAIN]


def update(name, form, theta, g):
    """The operation with which that optimizer or rule updates θ."""
    make_optimizer, its_rules = optimizers[name]
    if form == TF_TRAIN:
        return make_optimizer().apply_gradients([(g, theta)])
    return apply_step(theta, g, *its_rules[form](theta, g))


# %%
def build(loss_of, begin, x, y):
    thetas = [tf.Variable(begin, dtype=tf.float32, name="theta") for _ in forms]
    stacked = tf.stack(thetas)
    losses = loss_of(stacked, x, y)
    (gradients,) = tf.gradients(losses, stacked)
    train_ops = []
    for (name, form), theta, g in zip(forms, thetas, tf.unstack(gradients)):
        with tf.name_scope(name):
            train_ops.append(update(name, form, theta, g))
    return stacked, losses, tf.group(*train_ops)


# %% [markdown]
# A variable keeps the largest difference so far between each rule's θ and that of `tf.train`.


# %%
def compare(stacked):
    largest = tf.Variable(tf.zeros(len(rules)), trainable=False, name="largest")
    ours = tf.gather(stacked, [forms.index(each) for each in rules])
    theirs = tf.gather(stacked, [forms.index((name, TF_TRAIN)) for name, _ in rules])
    differences = tf.reduce_max(tf.abs(ours - theirs), axis=1)
    return largest, differences, largest.assign(tf.maximum(largest, differences)).op


def summaries(losses, stacked):
    for (name, form), loss in zip(forms, tf.unstack(losses)):
        tf.summary.scalar(name + "/" + form, loss)
    of_tf_train = [k for k, (_, form) in enumerate(forms) if form == TF_TRAIN]
    tf.summary.histogram("theta_of_tf_train", tf.gather(stacked, of_tf_train))
    return tf.summary.merge_all()


# %% [markdown]
# ## Session · 会话
#
# All losses are looked at with all points, after each of the first 10 updates and then after
# every tenth.


# %%
def train(problem):
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, shape=(None, 2), name="x")
        y = tf.placeholder(tf.float32, shape=(None, 1), name="y")
        stacked, losses, train_op = build(*PROBLEMS[problem], x, y)
        largest, differences, look = compare(stacked)
        merged = summaries(losses, stacked)
        watched = {"loss": losses, "difference": differences}
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = tf.global_variables_initializer()
            sess.run(init_op)
            training = lesson.training(sess, saver, problem, may_diverge=True)
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                sess.run(train_op, feed_dict=dict(zip((x, y), batch(i))))
                sess.run(look)
                if i < 10 or i % 10 == 9:
                    values, summary = sess.run([watched, merged], feed_dict={x: X, y: Y_})
                    history.append(update=i + 1, **values)
                    writer.add_summary(summary, i + 1)
            end = sess.run([losses, largest], feed_dict={x: X, y: Y_})
    return history, dict(zip(forms, end[0])), dict(zip(rules, end[1]))


# %%
histories, losses_at_end, largest = {}, {}, {}
for problem in PROBLEMS:
    histories[problem], losses_at_end[problem], largest[problem] = train(problem)

# %% [markdown]
# ### A gradient that stays · 梯度不变
#
# The document follows momentum where every gradient is the same g: v = ηg, (1 + γ)ηg,
# (1 + γ + γ²)ηg … up to ηg/(1 − γ), ten times ηg for γ = 0.9. A loss that is linear in θ has
# such a gradient: here θ1, with g = 2. The gradient of θ2 is as large, and turns with each update.

# %%
G = 2.0
graph_of_limit = tf.Graph()
with graph_of_limit.as_default():
    sign = tf.placeholder(tf.float32, shape=())
    theta = tf.Variable([0.0, 0.0], name="theta")
    loss = G * (theta[0] + sign * theta[1])
    (g,) = tf.gradients(loss, theta)
    train_op = apply_step(theta, g, *momentum(theta, g))
    v = [each for each in tf.global_variables() if "kept" in each.name][0]
    tf.summary.scalar("step_of_theta1", v[0] / (ETA * G))
    tf.summary.histogram("steps", v / (ETA * G))
    merged = tf.summary.merge_all()
    saver = tf.train.Saver()

# %%
with graph_of_limit.as_default(), tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver, "limit")
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    limit = training.history
    for i in training.steps(lesson.steps):
        sess.run(train_op, feed_dict={sign: (-1) ** i})
        v_val, summary = sess.run([v, merged])
        limit.append(update=i + 1, steps=v_val / (ETA * G))
        writer.add_summary(summary, i + 1)
    limit_end = sess.run(v) / (ETA * G)

for n in (1, 2, 3, 10, 22, 50, 200):
    if n <= len(limit):
        print("v_%-3d = %7.4f ηg" % (n, limit["steps"][n - 1, 0]))

# %% [markdown]
# ### As it is printed · 照印刷的公式
#
# Some formulas cannot be meant as they are printed. Here they are taken at their word: 20 updates
# on the first problem, from (1, 1).
#
# * 《四、训练神经网络》 finds TensorFlow's momentum and its average the same for η = β/(1 − β): 9,
#   for β = 0.9.
# * Its RMSProp has ε = 10⁸, which should be 10⁻⁸.
# * In its RMSProp b is divided by S_b,[n], the root of which is 0 at first; it should be [n + 1].
# * In its Adam v_[n] is divided by 1 − β₁ⁿ, and S_b,[n] by 1 − β₂ⁿ: 0/0 for n = 0. There, too,
#   n + 1 is meant.


# %%
def momentum_with_the_documents_eta(theta, g):
    return momentum_of_tensorflow(theta, g, eta_t=gamma / (1 - gamma))


def rmsprop_with_large_epsilon(theta, g):
    return rmsprop(theta, g, epsilon=1e8)


def rmsprop_with_s_before(theta, g):
    alpha = tf.constant(0.9)
    s, old = kept(0.0, theta)
    return ETA / tf.sqrt(old + 1e-8) * g, [s.assign(alpha * old + (1 - alpha) * g * g)]


def adam_before(theta, g):
    (v, old_v), (s, old_s) = kept(0.0, theta), kept(0.0, theta)
    (power1, beta1_n), (power2, beta2_n) = kept(1.0), kept(1.0)  # n from 0
    step = ETA_ADAM * (old_v / (1 - beta1_n)) / tf.sqrt(old_s / (1 - beta2_n) + 1e-8)
    new_v, new_s = 0.9 * old_v + 0.1 * g, 0.999 * old_s + 0.001 * g * g
    next_powers = [power1.assign(0.9 * beta1_n), power2.assign(0.999 * beta2_n)]
    return step, [v.assign(new_v), s.assign(new_s), *next_powers]


# %%
def follow(rule=None, make_optimizer=None, updates=20):
    """The path of θ on the first problem, from (1, 1), by a rule or an optimizer of tf.train."""
    with tf.Graph().as_default(), tf.Session() as sess:
        theta = tf.Variable([1.0, 1.0])
        loss = quadratic(theta[None], None, None)
        if rule:
            (g,) = tf.gradients(loss, theta)
            train_op = apply_step(theta, g, *rule(theta, g))
        else:
            train_op = make_optimizer().minimize(loss)
        sess.run(tf.global_variables_initializer())
        path = [sess.run(theta)]
        for _ in range(updates):
            sess.run(train_op)
            path.append(sess.run(theta))
    return np.array(path)


# %%
printed = {
    "average, β = %g" % gamma: follow(momentum_average),
    "TensorFlow's, η = β": follow(momentum_of_tensorflow),
    "TensorFlow's, η = β/(1 − β)": follow(momentum_with_the_documents_eta),
    "RMSProp, ε = 1e-8": follow(lambda theta, g: rmsprop(theta, g, epsilon=1e-8)),
    "RMSProp, ε = 1e8": follow(rmsprop_with_large_epsilon),
    "RMSProp, S of the step before": follow(rmsprop_with_s_before),
    "Adam": follow(adam),
    "Adam, v and S of the step before": follow(adam_before),
}
print("%-34s %-26s %s" % ("θ1, θ2", "after 1 update", "after 20"))
for name, path in printed.items():
    print("%-34s %-12.6g %-12.6g  %-12.6g %.6g" % (name, *path[1], *path[-1]))

# %% [markdown]
# ## What to see · 看什么
#
# How far each rule's θ was from that of `tf.train`, at most, in 200 updates:

# %%
SAME = 1e-6
print("%-35s %-12s %s" % ("largest difference", "quadratic", "network"))
same = {}
for name, rule in rules:
    one, other = (largest[problem][name, rule] for problem in PROBLEMS)
    same[name, rule] = "the same" if max(one, other) <= SAME else "differs"
    print("%-17s %-17s %-12.2g %-12.2g %s" % (name, rule, one, other, same[name, rule]))

# %% [markdown]
# * SGD, Adadelta and momentum are tf.train's as they are written, momentum in all three notations.
#   What is left is the rounding of float32, below 1e-6.
# * Adagrad and RMSProp differ by where they start, and by much. From s = 0 a first step has the
#   size η or η/√0.1, however small the gradient; from the 0.1 and the 1 of `tf.train` a small
#   gradient makes a small step. With its start they are the same; so is RMSProp with m for its
#   momentum.
# * Adam's ε makes no difference on the funnel, and 3e-5 in the network, where some gradients are
#   so small that √ε = 1e-4 counts. With ε outside it is the same. Without the correction
#   of v and s the first step is (1 − β₁)/√(1 − β₂) = 3.2 times as large.
# * Momentum with v of the step before is another rule: it swings around the minimum of the
#   funnel, and after 200 updates it has not come down.

# %%
GENUINE = {  # largest difference of the quadratic and of the network
    ("momentum", "late"): (1.0122508, 0.010371089),
    ("Adagrad", "document"): (0.0042132735, 0.20388067),
    ("RMSProp", "document"): (0.15198195, 0.67787206),
    ("RMSProp_momentum", "document"): (0.87310505, 0.79554379),
    ("Adam", "document"): (5.9604645e-08, 2.6002526e-05),
    ("Adam", "uncorrected"): (0.42720333, 0.36842),
}
for name, rule in rules:
    lesson.record("%s, %s: beside tf.train, to 1e-6" % (name, rule), same[name, rule])
    for problem, genuine in zip(PROBLEMS, GENUINE.get((name, rule), ())):
        number = "%s, %s: largest difference, %s" % (name, rule, problem)
        here = largest[problem][name, rule]
        if genuine > SAME:
            lesson.compare(number, here, within=SAME, tensorflow_1=genuine)

# %% [markdown]
# Where the optimizers of `tf.train` come to: the loss of the network, of all points.

# %%
for name, genuine in (
    ("SGD", 0.67483705),
    ("momentum", 0.62284708),
    ("Adagrad", 0.66729999),
    ("RMSProp", 0.52822196),
    ("RMSProp_momentum", 0.55201811),
    ("Adadelta", 0.69379824),
    ("Adam", 0.65959609),
):
    here = losses_at_end["network"][name, TF_TRAIN]
    lesson.compare("%s: loss of the network at the end" % name, here, tensorflow_1=genuine)

# %% [markdown]
# ### Ten times · 10 倍
#
# With γ = 0.9 the step of a gradient that stays grows to ten times ηg, nine tenths of that by the
# 22nd update. That of a gradient that turns each time sinks to ηg/(1 + γ), 0.53 ηg.

# %%
for n, says in ((1, 1), (2, 1.9), (3, 2.71)):
    for v in limit["steps"][n - 1 : n, 0]:  # a shorter run has none
        lesson.compare("v_%d of a gradient that stays, in ηg" % n, v, says, within=1e-6)
lesson.compare("v in the end, in ηg", limit_end[0], document=10, within=1e-4)
lesson.record("v in the end, of a gradient that turns", abs(limit_end[1]))

# %% [markdown]
# ### What was meant · 本意
#
# Which η makes both formulas of momentum one? Which ε is nearer to RMSProp's of `tf.train`, where
# none is given? How far do the formulas with the indices as printed jump at once?

# %%
average = printed["average, β = %g" % gamma]
etas = {gamma: printed["TensorFlow's, η = β"]}
etas[gamma / (1 - gamma)] = printed["TensorFlow's, η = β/(1 − β)"]
here = min(etas, key=lambda eta: np.abs(etas[eta] - average).max())
because = "both are one for η = β; with β/(1 − β) the steps grow ninefold"
says = gamma / (1 - gamma)
lesson.compare("η that is the same as β = %g" % gamma, here, document=says, because=because)

# %%
default = follow(make_optimizer=lambda: tf.train.RMSPropOptimizer(ETA, 0.9))
epsilons = {
    1e8: follow(lambda theta, g: rmsprop(theta, g, start=1.0, epsilon=1e8)),
    1e-8: follow(lambda theta, g: rmsprop(theta, g, start=1.0, epsilon=1e-8)),
}
here = min(epsilons, key=lambda e: np.abs(epsilons[e] - default).max())
because = "the exponent lost its minus: with 10⁸ nothing moves"
lesson.compare("ε of RMSProp", here, document=1e8, because=because)

jump = 1 - printed["RMSProp, S of the step before"][1]
lesson.record("first step of RMSProp with S of the step before, θ1", jump[0])
first = printed["Adam, v and S of the step before"][1, 0]
lesson.record("first step of Adam with n = 0", "a number" if np.isfinite(first) else "NaN")

# %%
MARKS = ("o-", "s--", "^-.", "D:")
figure, axes = plt.subplots(2, 4, figsize=(12, 6), sharex=True, sharey=True)
for axis, name in zip(axes.flat, optimizers):
    for rule, mark in zip(optimizers[name][1], MARKS):
        k = rules.index((name, rule))
        both = np.max([histories[each]["difference"][:, k] for each in PROBLEMS], axis=0)
        updates = histories["network"]["update"]
        axis.loglog(updates, np.maximum(both, 1e-9), mark, markersize=3, linewidth=1, label=rule)
    axis.axhline(SAME, color="black", linestyle=":", linewidth=1)
    axis.set_title(name, fontsize=10)
    axis.legend(fontsize=8, loc="center left")
for axis in axes[:, 0]:
    axis.set_ylabel("largest difference of θ")
for axis in axes.flat[3:7]:
    axis.set_xlabel("update")
    axis.tick_params(labelbottom=True)
axes[1, 3].axis("off")
caption = (
    "Of both problems the larger difference to tf.train. Dotted: 1e-6. What is less than 1e-9 is\n"
    "drawn there: the same bits. Accounted: with tf.train's start, ε and momentum."
)
lesson.figure("", "differences", "how far the rules are from tf.train", caption)

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
for k, (label, style) in enumerate((("stays", "-"), ("turns each time", "--"))):
    left.plot(limit["update"], np.abs(limit["steps"][:, k]), style, label="gradient that " + label)
most = 1 / (1 - gamma)
left.axhline(most, color="black", linestyle=":", linewidth=1, label="1/(1 − γ) = %.3g" % most)
left.set(xlabel="update", ylabel="size of the step, in ηg")
left.legend(loc="center right")
for (name, path), style in zip(list(printed.items())[:3], ("o-", "+--", "^:")):
    right.plot(np.abs(path).max(axis=1), style, markersize=5, linewidth=1.2, label=name)
right.set(xlabel="update", ylabel="larger of |θ1|, |θ2|", yscale="log", xticks=range(0, 21, 5))
right.legend()
caption = "Left: momentum, γ = %g. Right: the first problem, as the formulas are printed." % gamma
lesson.figure("", "momentum", "the limit of momentum, and an η that has none", caption)

# %% [markdown]
# ### The ways on the funnel · 漏斗上的路径
#
# Momentum gets on along the flat θ2, where SGD hardly does. The other rules take steps that are
# about as large in both directions: what they divide by is large where g is.

# %%
WAYS = {
    "SGD and momentum": {"SGD": sgd, "momentum": momentum},
    "momentum": {"tf.train's": momentum_of_tensorflow, "late": momentum_late},
    "Adagrad": {"tf.train's": adagrad_accounted, "document": adagrad},
    "RMSProp": {"tf.train's": rmsprop_accounted, "document": rmsprop},
    "RMSProp_momentum": {"tf.train's": rmsprop_momentum_accounted, "document": rmsprop_slow},
    "Adam": {"tf.train's": adam_accounted, "uncorrected": adam_uncorrected},
}


def funnel(a, c):
    return (10 * a**2 + 0.5 * c**2) / 2


# %%
WHOLE, NEAR = ((-1.1, 1.1), (-0.3, 1.1)), ((0.75, 1.02), (0.75, 1.02))
figure, axes = plt.subplots(2, 3, figsize=(11, 7))
for axis, (title, pair) in zip(axes.flat, WAYS.items()):
    near = title in ("Adagrad", "Adam")
    plots.contours(axis, *(NEAR if near else WHOLE), funnel)
    for (label, rule), mark in zip(pair.items(), ("o-", "s--")):
        way = follow(rule, updates=60)
        axis.plot(*way.T, mark, markersize=3, linewidth=1, label=label)
    if not near:
        axis.plot(0, 0, "k*", markersize=10)
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8, loc="upper left" if near else "lower left")
for axis in axes[:, 0]:
    axis.set_ylabel("θ2")
for axis in axes[1]:
    axis.set_xlabel("θ1")
caption = (
    "60 updates from (1, 1), by the rules; tf.train's is the one that is the same. The star is\n"
    "the minimum. Adagrad and Adam are enlarged."
)
lesson.figure("", "paths", "the ways on the funnel", caption)

# %% [markdown]
# ### The rates that come out · 自适应的学习率
#
# What Adagrad, RMSProp and Adadelta multiply g by, from s = 0. The document says that Adagrad's
# only falls, as s only grows, and that RMSProp forgets: near the minimum its rate grows again.

# %%
curvature = np.array([10, 0.5])
plt.figure()
for rule, color in ((adagrad, "C0"), (rmsprop, "C1"), (adadelta, "C2")):
    path = follow(rule, updates=lesson.steps).astype(np.float64)
    g = curvature * path[:-1]
    moved = np.divide(-np.diff(path, axis=0), g, out=np.full_like(g, np.nan), where=g != 0)
    for k, style in ((0, "-"), (1, "--")):
        label = "%s, θ%d" % (rule.__name__, k + 1)
        updates = np.arange(1, lesson.steps + 1)
        plt.semilogy(updates, moved[:, k], style, color=color, linewidth=1.4, label=label)
plt.xlabel("update")
plt.ylabel("step / gradient")
plt.legend(fontsize=9)
caption = "On the funnel, whose gradient is 10·θ1 along θ1 and 0.5·θ2 along θ2."
lesson.figure("", "rates", "rates that adapt", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Make `tf.train`'s Adagrad that of the document: `--adagrad-start 1e-8`. Why is it?
#
# <details><summary>Answer</summary>
#
# Both rules are the same then, to rounding (1e-7). From s = 0 the document divides by √(s + ε), and
# an s that starts at ε, without an ε, is s + ε at every step.
# </details>
#
# 2. How far does momentum grow with `--gamma 0.99`, and what is the document's η then?
#
# <details><summary>Answer</summary>
#
# Up to 1/(1 − γ) = 100 times ηg; after 200 updates it is 86.6 times. β/(1 − β) is 99, and θ leaves
# the range of float32 within 20 updates.
# </details>

# %% [markdown]
# 3. Let ε count: `--epsilon 0.01`. Which rules differ, and what does Adadelta make of it?
#
# <details><summary>Answer</summary>
#
# Adam with ε inside is now 0.034 from `tf.train`'s in the network, and 0.011 on the funnel; with
# ε outside both are the same. Adadelta begins with steps of √ε: at 0.01 the network's loss comes
# down to 0.33, where it was 0.69 at 1e-8.
# </details>
#
# 4. Take ten times the rates: `--rates 10`. Are all rules that were the same still so?
#
# <details><summary>Answer</summary>
#
# Not RMSProp in the network: some 1e-5 with its start accounted for, some 1e-6 with momentum. The
# rule is the same, but it divides small gradients by their own size, and rounding grows with the
# steps; how far, depends on the processor. Momentum comes near 1e-6, on either side of it.
# Momentum with v of the step before is 4e27 from `tf.train`'s on the funnel.
# </details>
