# %% [markdown]
# # 24 · The optimizers by hand · 手写优化算法
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 优化算法 1-5; 《Tensorflow_神经网络》 优化算法—实现 1、Adadelta;
# 《四、训练神经网络》 动力, RMSProp, Adam, the formulas; 《深度神经网络-中》 一.3.1-3.4.
#
# Six rules that turn a gradient into a step, written as the documents do, from `tf.gradients` and
# `assign`, beside the optimizer of `tf.train` of that name. Where the two part, the rules differ:
# in where a sum starts, where ε stands, which average is taken. Lesson 25 draws their paths.

# %%
from common import Lesson, Parameter, datasets, np, plt, tf

lesson = Lesson(
    "24_optimizers_by_hand",
    steps=Parameter(200, "updates of each training"),
    gamma=Parameter(0.9, "γ of momentum", at_least=0.0, at_most=0.99),
    epsilon=Parameter(1e-8, "ε of all rules", at_most=1.0),
)
GAMMA, EPSILON = lesson.gamma, lesson.epsilon
ETA, ETA_ADAM = 0.01, 0.001  # of the document's code, lesson 27
ways = {}  # {name: the optimizer of tf.train, and the rules that go beside it}

# %% [markdown]
# ## Data · 数据
#
# The 400 points of lesson 06, in ten batches: the descent is stochastic (随机). That each step is
# the steepest (每次都选取下降最快的方向) is true only of all points together.

# %%
X, Y_ = datasets.flower()
x = tf.placeholder(tf.float32, shape=(None, 2), name="x")
y = tf.placeholder(tf.float32, shape=(None, 1), name="y")


def batch(i):
    rows = slice(i % 10, None, 10)
    return {x: X[rows], y: Y_[rows]}


# %% [markdown]
# ## Graph · 计算图
#
# All parameters are one vector θ. Its first two go down the document's flat funnel (很扁的漏斗),
# which bends by 10 along θ1 and by 0.5 along θ2. The gradient of the third is 0. The other 17 are
# lesson 06's network 2-4-1. Rules work element by element, so the parts share nothing.


# %%
def losses(theta):
    w1, b1, w2, b2 = tf.split(theta[3:], [8, 4, 4, 1])
    net = tf.tanh(tf.matmul(x, tf.reshape(w1, [2, 4])) + b1)
    net = tf.sigmoid(tf.matmul(net, tf.reshape(w2, [4, 1])) + b2)
    funnel = (10 * theta[0] ** 2 + 0.5 * theta[1] ** 2) / 2
    return funnel, tf.nn.relu(theta[2]), tf.losses.log_loss(predictions=net, labels=y)


# %% [markdown]
# A rule returns the step, θ ← θ − step, and assigns what it keeps; `old` is that before.


# %%
def kept(like, value=0.0):
    begin = np.full(like.shape.as_list(), value)
    variable = tf.Variable(begin, trainable=False, dtype=tf.float32, name="kept")
    return variable, tf.identity(variable)


def update(theta, g, way):
    if isinstance(way, tf.train.Optimizer):
        return way.apply_gradients([(g, theta)])
    with tf.control_dependencies([g]):  # not all steps need g; yet θ must be read before it moves
        step, assigns = way(theta, g)
        return tf.group(theta.assign_sub(step), *assigns)


# %% [markdown]
# ### SGD and momentum · 随机梯度下降法、动量法
#
# $$\theta \leftarrow \theta - \eta g$$
#
# Momentum has three notations: that of 《Tensorflow_神经网络》 and other books, which means
# the same (想法和意思保持不变, true), that of TensorFlow, and the average of 《四、训练神经网络》
# (动量优化器和更高级的学习算法的核心, true; 考虑了过去的行为, true).
#
# $$v \leftarrow \gamma v + \eta g, \quad \theta \leftarrow \theta - v$$
# $$v \leftarrow \eta^t v + g, \quad \theta \leftarrow \theta - \gamma^t v$$
# $$v \leftarrow \beta v + (1 - \beta) g, \quad \theta \leftarrow \theta - \gamma v$$
#
# The third is the second (完全等同于) for $\eta^t = \beta$, $\gamma^t = \gamma(1 - \beta)$ if it
# steps by the new v, $v_{[n+1]}$: its first formula has $v_{[n]}$, another rule (`late`). The
# document's $\eta = \beta/(1 - \beta)$, 9 for β = 0.9, is false (公式是等价的): it compares the
# factors of two different v, one of which is 1 − β times the other.


# %%
def sgd(theta, g):
    return ETA * g, []


def momentum(theta, g, keep=GAMMA, weigh=ETA, rate=1.0, late=False):
    v, old = kept(theta)
    new = keep * old + weigh * g
    return rate * (old if late else new), [v.assign(new)]


AVERAGE, LARGE = (GAMMA, 1 - GAMMA, ETA / (1 - GAMMA)), GAMMA / (1 - GAMMA)
ways["SGD"] = {"tf.train": tf.train.GradientDescentOptimizer(ETA), "document": sgd}
ways["momentum"] = {
    "tf.train": tf.train.MomentumOptimizer(ETA, GAMMA),
    "document": momentum,
    "tensorflow": lambda theta, g: momentum(theta, g, GAMMA, 1, ETA),
    "average": lambda theta, g: momentum(theta, g, *AVERAGE),
    "late": lambda theta, g: momentum(theta, g, *AVERAGE, late=True),
}
printed = {"η = β/(1 − β)": lambda theta, g: momentum(theta, g, LARGE, 1, ETA)}

# %% [markdown]
# ### Adagrad
#
# $$s \leftarrow s + g^2, \quad \theta \leftarrow \theta - \frac{\eta}{\sqrt{s + \epsilon}}\, g$$
#
# The documents' texts start s at 0 (初始化为0); `tf.train`, and the code below that text in
# 《深度神经网络-中》 3.2, start at 0.1. `tf.train` has no ε.


# %%
def adagrad(theta, g, start=0.0, epsilon=EPSILON):
    s, old = kept(theta, start)
    new = old + g * g
    return ETA / tf.sqrt(new + epsilon) * g, [s.assign(new)]


ways["Adagrad"] = {
    "tf.train": tf.train.AdagradOptimizer(ETA),
    "document": adagrad,
    "accounted": lambda theta, g: adagrad(theta, g, start=0.1, epsilon=0.0),
}

# %% [markdown]
# ### RMSProp
#
# $$s \leftarrow \alpha s + (1 - \alpha) g^2, \quad
# \theta \leftarrow \theta - \frac{\eta}{\sqrt{s + \epsilon}}\, g$$
#
# In 《四、训练神经网络》 s is S, α is β₂, η is γ. Two misprints there: ε = 10⁸ for 10⁻⁸, and b is
# divided by the root of $S_{b,[n]}$, of the step before, for $S_{b,[n+1]}$. `tf.train` starts at 1.


# %%
def rmsprop(theta, g, start=0.0, epsilon=EPSILON, late=False):
    alpha = tf.constant(0.9)
    s, old = kept(theta, start)
    new = alpha * old + (1 - alpha) * g * g
    return ETA / tf.sqrt((old if late else new) + epsilon) * g, [s.assign(new)]


ways["RMSProp"] = {
    "tf.train": tf.train.RMSPropOptimizer(ETA, 0.9, epsilon=EPSILON),
    "document": rmsprop,
    "accounted": lambda theta, g: rmsprop(theta, g, start=1.0),
}
printed["ε = 10⁸"] = lambda theta, g: rmsprop(theta, g, start=1.0, epsilon=1e8)
printed["S_n"] = lambda theta, g: rmsprop(theta, g, late=True)

# %% [markdown]
# ### Adadelta
#
# $$s \leftarrow \rho s + (1 - \rho) g^2, \quad
# g' = \frac{\sqrt{\Delta\theta + \epsilon}}{\sqrt{s + \epsilon}}\, g, \quad
# \Delta\theta \leftarrow \rho \Delta\theta + (1 - \rho) g'^2, \quad \theta \leftarrow \theta - g'$$
#
# Δθ averages the squared steps. No learning rate: the document's 1.0 takes TensorFlow's away.


# %%
def adadelta(theta, g):
    rho = tf.constant(0.9)
    (s, old), (delta, old_delta) = kept(theta), kept(theta)
    new = rho * old + (1 - rho) * g * g
    step = tf.sqrt(old_delta + EPSILON) / tf.sqrt(new + EPSILON) * g
    return step, [s.assign(new), delta.assign(rho * old_delta + (1 - rho) * step * step)]


optimizer = tf.train.AdadeltaOptimizer(learning_rate=1.0, rho=0.9, epsilon=EPSILON)
ways["Adadelta"] = {"tf.train": optimizer, "document": adadelta}

# %% [markdown]
# ### Adam
#
# $$v \leftarrow \beta_1 v + (1 - \beta_1) g, \quad s \leftarrow \beta_2 s + (1 - \beta_2) g^2$$
# $$\hat v = \frac{v}{1 - \beta_1^t}, \quad \hat s = \frac{s}{1 - \beta_2^t}, \quad
# \theta \leftarrow \theta - \frac{\eta \hat v}{\sqrt{\hat s + \epsilon}}$$
#
# 《四、训练神经网络》 prints v of step n beside βⁿ, 0/0 for n = 0, and S of step n + 1 for w, of
# step n for b; n + 1 is meant throughout. `tf.train` has ε outside the root, the form of Adam's
# paper (Kingma and Ba, arXiv:1412.6980) with ε-hat: $\eta \sqrt{1 - \beta_2^t}/(1 - \beta_1^t)
# \cdot v/(\sqrt s + \hat\epsilon)$. Adam is momentum and RMSProp together (结合在一起, 结合了
# RMSProp), true: uncorrected it is RMSProp for β₁ = 0, and the average of momentum for β₂ = 1,
# which leaves s at 0, and ε = 1. What ε is for (为了数值稳定性, 维持数值稳定性, 是为了避免数量)
# will be seen from optimizers without it.


# %%
def adam(theta, g, eta=ETA_ADAM, betas=(0.9, 0.999), epsilon=EPSILON, corrected=1, outside=0):
    (beta1, beta2), (v, old_v), (s, old_s) = map(tf.constant, betas), kept(theta), kept(theta)
    (power1, beta1_t), (power2, beta2_t) = (kept(theta, beta) for beta in betas)
    new_v = beta1 * old_v + (1 - beta1) * g
    new_s = beta2 * old_s + (1 - beta2) * g * g
    v_hat = new_v / (1 - beta1_t) if corrected else new_v
    s_hat = new_s / (1 - beta2_t) if corrected else new_s
    step = eta * v_hat / tf.sqrt(s_hat + epsilon)
    if outside:
        step = eta * tf.sqrt(1 - beta2_t) / (1 - beta1_t) * new_v / (tf.sqrt(new_s) + epsilon)
    powers = [power1.assign(beta1_t * beta1), power2.assign(beta2_t * beta2)]
    return step, [v.assign(new_v), s.assign(new_s), *powers]


ways["Adam"] = {
    "tf.train": tf.train.AdamOptimizer(ETA_ADAM, epsilon=EPSILON),
    "document": adam,
    "accounted": lambda theta, g: adam(theta, g, outside=True),
    "uncorrected": lambda theta, g: adam(theta, g, corrected=False),
}
ways["printed"], ways["Adam as"] = (
    printed,
    {
        "RMSProp": lambda theta, g: adam(theta, g, ETA, (0.0, 0.9), corrected=False),
        "momentum": lambda theta, g: adam(theta, g, AVERAGE[2], (GAMMA, 1.0), 1.0, corrected=False),
    },
)
ways["ε = 0"] = {
    "Adam": tf.train.AdamOptimizer(ETA_ADAM, epsilon=0.0),
    "Adagrad": tf.train.AdagradOptimizer(ETA),
    "RMSProp": tf.train.RMSPropOptimizer(ETA, epsilon=0.0),
}

# %%
begin = [1.0, 1.0, -1.0, *np.random.RandomState(24).normal(0, 0.5, 17)]
forms = [(name, form) for name in ways for form in ways[name]]
thetas, networks, train_ops = [], [], []
for k, (name, form) in enumerate(forms):
    with tf.name_scope("way_%d" % k):
        theta = tf.Variable(begin, dtype=tf.float32, name="theta")
        (g,) = tf.gradients(losses(theta), theta)
        train_ops.append(update(theta, g, ways[name][form]))
    thetas.append(theta)
    networks.append(losses(theta)[-1])
    if form == "tf.train":
        tf.summary.scalar(name, networks[-1])
        tf.summary.histogram(name + "_theta", theta)
all_thetas, train_op, merged = tf.stack(thetas), tf.group(*train_ops), tf.summary.merge_all()

# %% [markdown]
# ## Session · 会话
#
# Kept of each update: the funnel's θ of all, and how far each rule is from `tf.train` in each part.

# %%
rules = [each for each in forms if "tf.train" in ways[each[0]] and each[1] != "tf.train"]


def apart(values):
    values = dict(zip(forms, values))
    differences = np.abs([values[each] - values[each[0], "tf.train"] for each in rules])
    return np.stack([differences[:, :2].max(axis=1), differences[:, 3:].max(axis=1)], axis=1)


saver = tf.train.Saver()
with tf.Session() as sess:
    init_op = tf.global_variables_initializer()
    sess.run(init_op)
    training = lesson.training(sess, saver, may_diverge=True)
    writer = tf.summary.FileWriter(training.summaries, sess.graph)
    history = training.history
    for i in training.steps(lesson.steps):
        sess.run(train_op, feed_dict=batch(i))
        values, summary = sess.run([all_thetas, merged], feed_dict={x: X, y: Y_})
        history.append(update=i + 1, funnel=values[:, :2], apart=apart(values))
        writer.add_summary(summary, i + 1)
    end = sess.run([all_thetas, tf.stack(networks)], feed_dict={x: X, y: Y_})
end, losses_at_end = (dict(zip(forms, each)) for each in end)
paths = np.concatenate([np.ones((1, len(forms), 2)), history["funnel"]]).swapaxes(0, 1)
paths = dict(zip(forms, paths))

# %% [markdown]
# ## What to see · 看什么
#
# SGD, Adadelta and momentum are `tf.train`'s as written; what is left is rounding. Adagrad and
# RMSProp are, with its start; Adam is, with ε outside, where it counts less beside small
# gradients. The correction is there to lessen what the start at 0 does (为了减轻, true):
# uncorrected, Adam's first step is (1 − β₁)/√(1 − β₂) = 3.2 times as large.

# %%
largest, same = dict(zip(rules, history["apart"].max(axis=0))), {}
for (name, rule), both in largest.items():
    same[name, rule] = "the same" if both.max() <= 1e-6 else "differs"
    print("%-9s %-12s %-9.2g %-9.2g %s" % (name, rule, *both, same[name, rule]))
    lesson.record("%s, %s: beside tf.train, to 1e-6" % (name, rule), same[name, rule])
    for part, here in zip(("funnel", "network"), both if same[name, rule] == "differs" else ()):
        lesson.record("%s, %s: largest difference, %s" % (name, rule, part), here)

# %% [markdown]
# As printed, and as meant; Adam as the others; and the third θ, whose gradient is 0. Without ε it
# is 0/0 where s begins at 0; `tf.train`'s Adagrad and RMSProp begin above it, and need none.

# %%
here = GAMMA if same["momentum", "average"] == "the same" else LARGE
why = "both are one for η = β: the two v differ by the factor 1 − β"
lesson.compare("η that is the same as β = %g" % GAMMA, here, document=LARGE, because=why)
here = EPSILON if paths["printed", "ε = 10⁸"][-1, 0] > 0.99 else 1e8
why = "the exponent lost its minus: with 10⁸ nothing moves"
lesson.compare("ε of RMSProp", here, document=1e8, because=why)
lesson.record("first step of RMSProp with S of the step before", 1 - paths["printed", "S_n"][1, 0])
for name, form in (("RMSProp", "document"), ("momentum", "average")):
    difference = np.abs(end["Adam as", name] - end[name, form]).max()
    lesson.record("Adam as %s, largest difference" % name, difference)
for form in ways["ε = 0"]:
    lesson.record("%s, ε = 0, gradient 0: θ" % form, "%g" % end["ε = 0", form][2])
lesson.record("Adam, ε = %g, gradient 0: θ" % EPSILON, "%g" % end["Adam", "tf.train"][2])

# %% [markdown]
# Adam has the merits of both (结合了两者的优点) and is better (一般认为它比其他方法更快更好) only
# if its rate suits; here RMSProp and momentum are ahead (这并不意味着情况总是如此, true). Wilson et
# al. (arXiv:1705.08292) find adaptive rules often worse than SGD on new data (lesson 28, exercise
# 1); Ruder (arXiv:1609.04747) goes on to Nadam and to parallel training.

# %%
GENUINE_LOSSES = (0.67483705, 0.62284708, 0.66729999, 0.52822196, 0.69379824, 0.65959609)
for name, genuine in zip(ways, GENUINE_LOSSES):
    here = losses_at_end[name, "tf.train"]
    lesson.compare("%s: loss of the network at the end" % name, here, tensorflow_1=genuine)

# %% [markdown]
# ### Ten times, and rates that adapt · 10 倍，自适应的学习率
#
# Where every gradient is g, momentum's steps grow (更新的幅度就越来越大, true) to ηg/(1 − γ). Where
# it turns each time they sink to ηg/(1 + γ) (更新幅度就会被衰减, true; 每次更新的幅度减少, only
# there). In the funnel the large gradient, of θ1, gets the smaller rate (防止震荡, 学习会变慢,
# true), the small one the larger (使得其能够更快地更新, 正在减慢学习速度的参数学习得更快, true);
# 自适应学习率算法, 学习率也就不同, 都分别拥有自己的学习率 are true. Adagrad's s only grows; RMSProp
# forgets, and its rates grow again.

# %%
steps = {"stays": [0.0], "turns each time": [0.0]}
for n in range(lesson.steps):
    for v, g in zip(steps.values(), (1, (-1) ** n)):
        v.append(GAMMA * v[-1] + g)
for n, says in ((1, 1), (2, 1.9), (3, 2.71)):
    for v in steps["stays"][n : n + 1]:  # a shorter run has none
        lesson.compare("v_%d of a gradient that stays, in ηg" % n, v, says, within=1e-6)
lesson.compare("v in the end, in ηg", steps["stays"][-1], document=10, within=1e-4)
lesson.record("v in the end, of a gradient that turns", abs(steps["turns each time"][-1]))

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2))
for (label, v), style in zip(steps.items(), ("-", "--")):
    left.plot(np.abs(v), style, label="gradient that " + label)
left.axhline(1 / (1 - GAMMA), color="black", linestyle=":", linewidth=1, label="1/(1 − γ)")
rates = {}
for name, color in zip(("Adagrad", "RMSProp", "Adadelta"), ("C0", "C1", "C2")):
    path = paths[name, "document"]
    g = [10, 0.5] * path[:-1]
    rates[name] = np.divide(-np.diff(path, axis=0), g, out=np.full_like(g, np.nan), where=g != 0)
    for k, style in ((0, "-"), (1, "--")):
        label = "%s, θ%d" % (name, k + 1)
        right.semilogy(history["update"], rates[name][:, k], style, color=color, label=label)
for when, pair in (("at first", rates["Adagrad"][0]), ("in the end", rates["Adagrad"][-1])):
    for k in (0, 1):
        lesson.record("Adagrad: rate of θ%d %s" % (k + 1, when), pair[k])
left.set(xlabel="update", ylabel="size of the step, in ηg")
right.set(xlabel="update", ylabel="step / gradient")
left.legend(loc="center right")
right.legend(fontsize=9)
caption = "Left: momentum, γ = %g. Right: the documents' rules on the funnel." % GAMMA
lesson.figure("", "rates", "the steps of momentum, and rates that adapt", caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. How far does momentum grow with `gamma` 0.99 (`--gamma 0.99`)? What is the document's η then?
#
# <details><summary>Answer</summary>
#
# Up to 1/(1 − γ) = 100 times ηg; after 200 updates it is 86.6 times. β/(1 − β) is 99.
# </details>
#
# 2. Let ε count: `epsilon`, `--epsilon 0.01`. Which rule differs now by much?
#
# <details><summary>Answer</summary>
#
# Adam with ε inside: 0.034 in the network, 0.011 in the funnel. Adadelta, whose first step is near
# √(ε/0.1) for any large g, brings the network's loss down to 0.329, where it was 0.694 at 1e-8.
# </details>
#
# Next in 《四、训练神经网络》: lesson 25. Next in 《Tensorflow_神经网络》: lesson 25. Next in
# 《深度神经网络-中》: lesson 25.
