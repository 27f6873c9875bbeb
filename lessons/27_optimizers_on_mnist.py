# %% [markdown]
# # 27 · Six optimizers on handwritten digits · 优化算法—实现
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 优化算法—实现 1-6, 优化算法 6、对比.
#
# The same network is trained by Adadelta, Adagrad, Adam, momentum, RMSProp and SGD, and two figures
# compare them. SGD (随机梯度下降法) is written by hand: the weights come from a collection,
# `tf.gradients` gives their gradients. The document has the train steps; the network, 784-200-10,
# its pixels, batches of 64 and five epochs are those of the book behind it,
# 《深度学习理论与实战（基于TensorFlow实现）》.
#
# You will meet `tf.train.AdadeltaOptimizer`, `AdagradOptimizer`, `AdamOptimizer`,
# `MomentumOptimizer`, `RMSPropOptimizer`, `tf.add_to_collection` and `tf.get_collection`.

# %%
import time

from common import Lesson, Parameter, np, plt, tf

lesson = Lesson(
    "27_optimizers_on_mnist",
    epochs=5,
    batch_size=Parameter(64, at_most=60000),
    rmsprop_rate=Parameter(0.01, "learning rate of RMSProp, the document's"),
    data="auto",
)

# %% [markdown]
# ## Data · 数据
#
# Pixels are standardised, (x/255 − 0.5) / 0.5, so they lie between −1 and 1. An epoch is as many
# batches of 64 as it takes to see every image once.

# %%
sets = lesson.images("mnist", standardised=True)
train_set, test_set = sets.train, sets.test

steps_per_epoch = -(-len(train_set) // lesson.batch_size)  # rounded up
lesson.steps = lesson.epochs * steps_per_epoch
every = max(1, steps_per_epoch // 31)  # each 30 steps on MNIST, as in the book
print("%d epochs of %d steps" % (lesson.epochs, steps_per_epoch))

# %% [markdown]
# ## Graph · 计算图
#
# Each layer adds its weight and its bias to the collection 'params'. The document says that this is
# to be done where variables are made, with `tf.add_to_collection`, which puts them into the list
# of that name (收集列表里面): true. Its code leaves it out: `tf.get_collection("params")`, which
# takes out all that are in it (所有的变量取出), is then empty, and so is the list of gradients.


# %%
def hidden_layer(layer_input, output_depth, scope):
    input_depth = layer_input.shape.as_list()[-1]
    truncated_normal = tf.truncated_normal_initializer(stddev=0.1)
    with tf.variable_scope(scope):
        w = tf.get_variable("weights", [input_depth, output_depth], initializer=truncated_normal)
        b = tf.get_variable("bias", [output_depth], initializer=tf.constant_initializer(0.1))
    tf.add_to_collection("params", w)
    tf.add_to_collection("params", b)
    return tf.matmul(layer_input, w) + b


# %% [markdown]
# `build` makes the network, its loss and its accuracy in the graph at hand. Each optimizer has a
# graph of its own; all have the same seed, begin with the same weights and see the same batches.


# %%
def build():
    tf.set_random_seed(2017)
    input_ph = tf.placeholder(tf.float32, shape=(None, 784), name="input_ph")
    label_ph = tf.placeholder(tf.float32, shape=(None, 10), name="label_ph")
    net = tf.nn.relu(hidden_layer(input_ph, 200, "hidden"))
    dnn = hidden_layer(net, 10, "classification")

    loss = tf.losses.softmax_cross_entropy(logits=dnn, onehot_labels=label_ph)
    right = tf.equal(tf.argmax(dnn, axis=-1), tf.argmax(label_ph, axis=-1))
    acc = tf.reduce_mean(tf.cast(right, dtype=tf.float32))
    return input_ph, label_ph, loss, acc


# %% [markdown]
# ### The six train steps · 代码示范
#
# Five of them are one line. Momentum's second argument is γ, RMSProp's the decay α, Adadelta's
# rho the ρ of the text; how each rule works is lesson 24's. Beside the document's RMSProp stands
# one at a tenth of its rate.


# %%
def adadelta(loss):
    return tf.train.AdadeltaOptimizer(learning_rate=1.0, rho=0.9).minimize(loss)


def adagrad(loss):
    return tf.train.AdagradOptimizer(0.01).minimize(loss)


def adam(loss):
    return tf.train.AdamOptimizer(1e-3).minimize(loss)


def momentum(loss):
    return tf.train.MomentumOptimizer(0.01, 0.9).minimize(loss)


def rmsprop(loss):
    return tf.train.RMSPropOptimizer(lesson.rmsprop_rate, 0.9).minimize(loss)


def rmsprop_slow(loss):
    return tf.train.RMSPropOptimizer(0.001, 0.9).minimize(loss)


# %% [markdown]
# SGD by hand: all of 'params' at once, their gradients, and one `assign_sub` for each. The gradient
# of the hidden layer reads the weights of the layer behind it. Nothing but `control_dependencies`
# keeps these from being changed before; without it six trainings under TensorFlow 1.15.5 ended in
# five different losses. `GradientDescentOptimizer` sees to that itself.


# %%
def sgd(loss):
    params = tf.get_collection("params")
    gradients_for_params = tf.gradients(loss, params)
    lr = 0.01
    pairs = zip(params, gradients_for_params)
    with tf.control_dependencies(gradients_for_params):
        return tf.group(*[param.assign_sub(lr * gradient) for param, gradient in pairs])


# %% [markdown]
# ## Session · 会话
#
# Each optimizer runs in a session, with checkpoints and event files, of its own.


# %%
def train(name, make_train_op):
    with tf.Graph().as_default():
        input_ph, label_ph, loss, acc = build()
        train_op = make_train_op(loss)
        tf.summary.scalar("loss", loss)
        tf.summary.histogram("weights", tf.get_collection("params")[0])
        merged = tf.summary.merge_all()
        saver = tf.train.Saver()
        with tf.Session() as sess:
            init_op = tf.global_variables_initializer()
            sess.run(init_op)
            training = lesson.training(sess, saver, name, data=[train_set])
            writer = tf.summary.FileWriter(training.summaries, sess.graph)
            history = training.history
            for i in training.steps(lesson.steps):
                images, labels = train_set.next_batch(lesson.batch_size)
                feed = {input_ph: images, label_ph: labels}
                if i % every == 0:
                    loss_train, acc_train = sess.run([loss, acc], feed_dict=feed)
                    history.append(step=i, loss=loss_train, acc=acc_train)
                if i % steps_per_epoch == 0:
                    writer.add_summary(sess.run(merged, feed_dict=feed), i)
                sess.run(train_op, feed_dict=feed)
            images, labels = test_set.examples()
            feed = {input_ph: images, label_ph: labels}
            loss_test, acc_test = sess.run([loss, acc], feed_dict=feed)
    return history, loss_test, acc_test


# %%
OPTIMIZERS = {
    "Adadelta": adadelta,
    "Adagrad": adagrad,
    "Adam": adam,
    "Momentum": momentum,
    "RMSProp": rmsprop,
    "RMSProp-0.001": rmsprop_slow,
    "SGD": sgd,
}
runs, seconds = {}, {}
for name, make_train_op in OPTIMIZERS.items():
    start = time.time()
    runs[name] = train(name, make_train_op)
    seconds[name] = time.time() - start
    print("%-13s test loss %.4f, accuracy %.4f" % (name, *runs[name][1:]))

# %% [markdown]
# ## What to see · 看什么
#
# With MNIST, after five epochs, on its 10,000 test images (on two kinds of processors):
#
# | optimizer | test loss | accuracy |
# |---|---|---|
# | Adam | 0.08 to 0.10 | 97 % |
# | Momentum | 0.10 to 0.11 | 97 % |
# | RMSProp, rate 0.001 | 0.11 to 0.13 | 97 % |
# | Adadelta | 0.12 | 96 % |
# | Adagrad | 0.18 | 95 % |
# | SGD | 0.24 | 93 % |
# | RMSProp, rate 0.01 | 0.35 to 0.48 | 93 to 94 % |
#
# * The document gives RMSProp the rate 0.01, ten times Adam's. As soon as the average of its
#   squared gradients (which TensorFlow starts at 1) has come down, each weight moves by about 0.01
#   a step, however small its gradient: the loss jumps, and the training nearly fails. At 0.001
#   RMSProp is among the good ones. Where it stands after a jump hangs on the last bit: on the
#   digits today's TensorFlow ended at a test loss of 0.60 here, TensorFlow 1.15.5 at 0.44.
# * The rates differ by a factor of 1,000 (Adadelta's is 1.0). One rate for all would compare the
#   rates, not the optimizers: that the learning rate means another thing to each of them
#   (学习率在不同的算法中有不同的含义), as 《四、训练神经网络》 says, is true. So is what it says of
#   a momentum of about 0.9 (它们通常工作得很好): here it is among the best.
# * Five epochs of the embedded digits are 120 steps: they show how the optimizers begin.

# %%
for name, (history, loss_test, acc_test) in runs.items():
    last = history["step"] >= lesson.steps - steps_per_epoch
    lesson.record("%s: mean loss of the last epoch" % name, np.mean(history["loss"][last]))
    lesson.record("%s: loss on the test set" % name, loss_test)
    lesson.record("%s: accuracy on the test set" % name, acc_test)

# %%
POINTS = 40
STYLES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1))]


def overlay(slug, what, of_run, label, title):
    """One curve for each optimizer, of the batches before their step."""
    plt.figure(figsize=(9, 4.6))
    for style, marker, name in zip(STYLES, "osv^Dx*", runs):
        history = runs[name][0]
        groups = np.array_split(np.arange(len(history)), min(POINTS, len(history)))
        epoch = [history["step"][group].mean() / steps_per_epoch for group in groups]
        means = [history[what][group].mean() for group in groups]
        look = {"linestyle": style, "marker": marker, "markersize": 4}
        plt.plot(epoch, means, label="%s, %.3f" % (name, of_run(runs[name])), **look)
    plt.xlabel("epoch (%d steps)" % steps_per_epoch)
    plt.ylabel(label)
    plt.yscale("log" if what == "loss" else "linear")
    plt.legend(title="with that of the\ntest set at the end", bbox_to_anchor=(1, 0.9))
    caption = "Each point the mean of about %d batches." % max(1, len(history) // POINTS)
    lesson.figure("", slug, "%s: %s" % (title, sets.title), caption)


loss_of, acc_of = (lambda run: run[1]), (lambda run: run[2])
overlay("comparison", "loss", loss_of, "loss of a batch (cross entropy)", "six optimizers")

# %%
overlay("accuracy", "acc", acc_of, "share of a batch that is right", "six optimizers, accuracy")

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# In the notebook, change the parameter of the same name in the first cell in place of a flag:
# `rmsprop_rate=Parameter(0.0001, …)`.
#
# 1. Give RMSProp a tenth of Adam's rate: `--rmsprop-rate 0.0001`.
#
# <details><summary>Answer</summary>
#
# It is quiet now, but slow: after 120 steps of the digits the test loss is 1.12, against 0.29 at
# 0.001. Too small a rate costs time, too large a one the result.
# </details>
#
# 2. Train for 20 epochs: `--epochs 20`. Who catches up?
#
# <details><summary>Answer</summary>
#
# SGD (test loss 0.17) and Adagrad (0.11) go on falling; Adam (0.05) and RMSProp at 0.001 (0.07)
# are ahead of them. Even RMSProp at 0.01 comes down, to 0.11 here, and jumps on.
# </details>

# %% [markdown]
# Next in 《Tensorflow_神经网络》: lesson 30.
