# %% [markdown]
# # 27 · Six optimizers on handwritten digits · 优化算法—实现
#
# ## What it rebuilds · 重建
#
# Rebuilds 《Tensorflow_神经网络》 优化算法—实现 1-6, 优化算法 6、对比.
#
# The same network, 784-200-10, is trained by Adadelta, Adagrad, Adam, momentum, RMSProp and SGD
# for five epochs each, and one figure compares them. SGD (随机梯度下降法) is written by hand: the
# weights come from a collection, `tf.gradients` gives their gradients.
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
every = max(1, steps_per_epoch // 31)  # each 30 steps on MNIST, as in the document
print("%d epochs of %d steps" % (lesson.epochs, steps_per_epoch))

# %% [markdown]
# ## Graph · 计算图
#
# Each layer adds its weight and its bias to the collection 'params'. In the document nobody does
# so: `tf.get_collection('params')` is then empty, and so is the list of gradients.

# %%
SEEDS = {"hidden": lesson.op_seed(), "classification": lesson.op_seed()}


def hidden_layer(layer_input, output_depth, scope):
    input_depth = layer_input.shape.as_list()[-1]
    truncated_normal = tf.truncated_normal_initializer(stddev=0.1, seed=SEEDS[scope])
    with tf.variable_scope(scope):
        w = tf.get_variable("weights", [input_depth, output_depth], initializer=truncated_normal)
        b = tf.get_variable("bias", [output_depth], initializer=tf.constant_initializer(0.1))
    tf.add_to_collection("params", w)
    tf.add_to_collection("params", b)
    return tf.matmul(layer_input, w) + b


# %% [markdown]
# `build` makes the network, its loss and its accuracy in the graph at hand. Each optimizer has a
# graph of its own, and all begin with the same weights and see the same batches.


# %%
def build():
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
# rho the ρ of the text; how each rule works is lesson 24's.


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
# SGD by hand: all of 'params' at once, their gradients, and one `assign_sub` for each.


# %%
def sgd(loss):
    params = tf.get_collection("params")
    gradients_for_params = tf.gradients(loss, params)
    lr = 0.01
    pairs = zip(params, gradients_for_params)
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
                    history.append(step=i, loss=sess.run(loss, feed_dict=feed))
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
# With MNIST, after five epochs, on its 10,000 test images (one run):
#
# | optimizer | test loss | accuracy |
# |---|---|---|
# | Adam | 0.095 | 97.2 % |
# | Momentum | 0.097 | 96.9 % |
# | Adadelta | 0.121 | 96.3 % |
# | RMSProp, rate 0.001 | 0.121 | 96.7 % |
# | Adagrad | 0.175 | 94.6 % |
# | SGD | 0.236 | 93.0 % |
# | RMSProp, rate 0.01 | 0.274 | 93.6 % |
#
# * The document gives RMSProp the rate 0.01, ten times Adam's. As soon as the average of its
#   squared gradients (which TensorFlow starts at 1) has come down, each weight moves by about
#   0.01 a step, however small its gradient: the loss jumps and nearly collapses. At 0.001 RMSProp
#   is among the good ones. Where it stands after a jump hangs on the last bit: nine runs on the
#   digits, different in last bits only, ended at test losses from 0.30 to 1.03.
# * The rates differ by a factor of 1,000 (Adadelta's is 1.0). One rate for all would compare the
#   rates, not the optimizers.
# * Five epochs of the embedded digits are 120 steps: they show how the optimizers begin.

# %%
for name, (history, loss_test, acc_test) in runs.items():
    last = history["step"] >= lesson.steps - steps_per_epoch
    lesson.record("%s: mean loss of the last epoch" % name, np.mean(history["loss"][last]))
    lesson.record("%s: loss on the test set" % name, loss_test)
    lesson.record("%s: accuracy on the test set" % name, acc_test)

# %%
POINTS = 40
plt.figure()
styles = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1))]
for style, marker, name in zip(styles, "osv^Dx*", runs):
    history, loss_test, _ = runs[name]
    groups = np.array_split(np.arange(len(history)), min(POINTS, len(history)))
    epoch = [history["step"][group].mean() / steps_per_epoch for group in groups]
    losses = [history["loss"][group].mean() for group in groups]
    label = "%s, %.3f" % (name, loss_test)
    plt.semilogy(epoch, losses, linestyle=style, marker=marker, markersize=4, label=label)
plt.xlabel("epoch (%d steps)" % steps_per_epoch)
plt.ylabel("loss of a batch (cross entropy)")
plt.legend(title="with the loss on the\ntest set at the end", bbox_to_anchor=(1, 0.9))
caption = "Each point the mean of about %d batches." % max(1, len(history) // POINTS)
lesson.figure("", "comparison", "six optimizers: %s" % sets.title, caption)

# %%
lesson.finish()

# %% [markdown]
# ## Exercises · 练习
#
# 1. Give RMSProp a tenth of Adam's rate: `--rmsprop-rate 0.0001`.
#
# <details><summary>Answer</summary>
#
# It is quiet now, but slow: after 120 steps of the digits the test loss is 1.30, against 0.25 at
# 0.001. Too small a rate costs time, too large a one the result.
# </details>
#
# 2. Train for 20 epochs: `--epochs 20`. Who catches up?
#
# <details><summary>Answer</summary>
#
# SGD (test loss 0.18) and Adagrad (0.11) go on falling; Adam (0.056) and RMSProp at 0.001 (0.06)
# lead. Even RMSProp at 0.01 comes down, to 0.05 … 0.12 in three runs that differ in last bits only,
# and jumps on.
# </details>
